"""Each request has an id, by which its lines are found in the log, and a time that it may take.

A page that is kept whole does not come here: there is nothing to tell of it.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.db import connections
from django.http import HttpRequest, HttpResponse

from peaceportal.core.answering import NOTHING, Answering, answering, now
from peaceportal.time_limits import limited

SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")
SLICES = 300  # characters of SQL that a line of the log shows

logger = logging.getLogger(__name__)


class Requests:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        start = time.monotonic()
        told = now() if now() is not NOTHING else Answering()
        told.id, told.method, told.path = _id(request), request.method, _path_without_keys(request)
        request.request_id, request.told = told.id, told  # type: ignore[attr-defined]
        connection = connections["default"]
        with (
            answering(told),
            limited(connection, _seconds(request)),
            connection.execute_wrapper(_Watch()),
        ):
            response = self.get_response(request)
            taken = (time.monotonic() - start) * 1000
            if taken > settings.SLOW_REQUEST_MS:
                facts = {"ms": round(taken), "status": response.status_code}
                logger.warning("A slow request.", extra={"facts": facts})
        response.headers["X-Request-ID"] = told.id
        return response


def is_for_staff(request: HttpRequest) -> bool:
    return request.path_info.startswith("/admin/")


def _seconds(request: HttpRequest) -> float:
    """That a query may take; 0 for as long as it needs, or if there will be none."""
    if is_for_staff(request) or hasattr(request, "without_database"):
        return 0
    return settings.PUBLIC_QUERY_SECONDS


def _id(request: HttpRequest) -> str:
    """That of a trusted proxy, so that its log and ours can be read together; or else a new one.

    Who gets another spelling of the header past a proxy names but lines of their own.
    """
    sent = request.headers.get("X-Request-ID", "") if settings.TRUST_PROXY else ""
    return sent if SANE.fullmatch(sent) else secrets.token_hex(8)


def _path_without_keys(request: HttpRequest) -> str:
    """Links of the admin that are sent to people hold keys, which are long."""
    if not is_for_staff(request):
        return request.path_info
    return re.sub(r"[^/]{25,}", "…", request.path_info)


class _Watch:
    """Tells of slow queries: their SQL without its values."""

    def __call__(self, execute, sql, params, many, context):
        start = time.monotonic()
        try:
            return execute(sql, params, many, context)
        finally:
            taken = (time.monotonic() - start) * 1000
            if taken > settings.SLOW_QUERY_MS:
                facts = {"ms": round(taken), "sql": " ".join(sql.split())[:SLICES]}
                logger.warning("A slow query.", extra={"facts": facts})
