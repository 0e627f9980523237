"""A long answer is sent while it is read: what fails then fails after its status was sent.

Servers end a broken answer like a whole one, so its last line must say what happened.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from peaceportal.core.trouble import trouble

logger = logging.getLogger(__name__)


class Streams:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.streaming and not isinstance(response, FileResponse):  # those name their length
            response.streaming_content = _told(request, response.streaming_content)
        return response


def _told(request: HttpRequest, content: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from content
    except Exception as error:
        found = trouble(error)
        logger.error(
            found.logged if found else "An answer broke off half-way.",
            exc_info=None if found else error,
            extra={"request": request},
        )
        told = getattr(request, "told", None)
        sentence = _("This file is not whole: something went wrong. Ask for it again.")
        yield f"\n\n{sentence} {told.id if told else ''}\n".encode()
