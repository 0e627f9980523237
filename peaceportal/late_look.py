"""What a start asks of the database is asked later, where it did not answer then.

A database that comes back may be newer than the code, or wait for migrations. Until it has been
asked, requests go on to the site, which says that the database is gone; where it has come back and
must not be served, they are answered here. The process asks again until it may serve, and then
never more.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from threading import Lock

from django.db import DatabaseError, connections
from django.utils.translation import gettext

from peaceportal.core import upgrades

logger = logging.getLogger(__name__)

PAUSE = 5  # seconds between two looks at a database that must not be served


class LateLook:
    def __init__(self, application: Callable):
        self.application, self.reason, self.asked_at = application, "", 0.0
        self.may_serve = False
        self._lock = Lock()

    def __call__(self, environ, start_response):
        if not self.may_serve:
            with self._lock:
                reason = "" if self.may_serve else self._reason()
            if reason:
                return self._refuse(start_response)
        return self.application(environ, start_response)

    def _reason(self) -> str:
        if self.reason and time.monotonic() - self.asked_at < PAUSE:
            return self.reason
        try:
            reason = upgrades.reason_to_wait()
        except DatabaseError:
            return ""  # it is still away, as the site will say
        finally:
            connections.close_all()
        if reason and reason != self.reason:
            logger.error(reason)
        self.reason, self.asked_at, self.may_serve = reason, time.monotonic(), not reason
        return reason

    def _refuse(self, start_response):
        # Translators: said by a server that waits for those who run it.
        words = gettext("This site is being brought up to date. Try again in a few minutes.")
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")]
        start_response("503 Service Unavailable", [*headers, ("Retry-After", "60")])
        return [words.encode()]
