"""What a start asks of the database is asked later, where it did not answer then.

A database that comes back may be newer than the code, or wait for migrations: also one that is back
before the first worker begins. Until it has been asked, requests go on to the site, which says that
the database is gone; where it has come back and must not be served, they are answered here. The
process asks again until it may serve, and then never more.
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
        is_file = environ.get("PATH_INFO", "").startswith("/static/")
        if not self.may_serve and not is_file and not self._is_well():
            return self._refuse(start_response)
        return self.application(environ, start_response)

    def _is_well(self) -> bool:
        """One request asks; nobody waits for it, because a host that is off answers late."""
        if not self._lock.acquire(blocking=False):
            return self.may_serve
        try:
            return self.may_serve or not self._reason()
        finally:
            self._lock.release()

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
        words = gettext("This site is not ready yet. Try again in a minute.")
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")]
        start_response("503 Service Unavailable", [*headers, ("Retry-After", "60")])
        return [words.encode()]
