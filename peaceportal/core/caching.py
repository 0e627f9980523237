"""Until when an answer stays right, and how a browser asks whether what it keeps still is.

Public answers depend on their address, on what is recorded, and on the clock: pages appear and
disappear at moments that were set beforehand, with no edit. Conditional requests follow RFC 9110.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cache, reduce, wraps
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, parse_http_date_safe, quote_etag

from peaceportal.core.changes import ChangeCounter
from peaceportal.core.publishing import Page

LONGEST = 300  # seconds that an answer may be kept unasked


@dataclass(frozen=True)
class Freshness:
    """The state of all public content at the moment `at`."""

    at: datetime
    version: int
    edited_at: datetime
    last_at: datetime | None = None  # when something last appeared or disappeared by the clock
    next_at: datetime | None = None  # and when something will next

    @property
    def changed_at(self) -> datetime:
        return max(self.edited_at, self.last_at or self.edited_at)

    @property
    def max_age(self) -> int:
        """Seconds until something appears or disappears by the clock, at most LONGEST."""
        if self.next_at is None:
            return LONGEST
        return max(0, min(LONGEST, int((self.next_at - self.at).total_seconds())))

    @property
    def modified(self) -> int:
        """In seconds, as `Last-Modified` tells it: of two edits in one second it cannot tell."""
        return int(self.changed_at.timestamp())

    def tag(self, address: str) -> str:
        """The entity tag of an address: another one after every edit, moment and release."""
        today = timezone.localdate(self.at)  # which citations name
        parts = (release(), self.version, self.edited_at, self.last_at, today, address)
        return quote_etag(hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:32])


def freshness(at: datetime | None = None) -> Freshness:
    """The state at `at` (now, if None). One query, of one row and the ends of indexes."""
    at = at or timezone.now()
    moment = models.DateTimeField()
    sql, asked = _state_query()
    with connection.cursor() as cursor:
        cursor.execute(sql, [moment.get_db_prep_value(at, connection)] * asked)
        row = cursor.fetchone()
    if row is None:  # nothing was ever recorded
        return Freshness(at, 0, datetime.fromtimestamp(0, at.tzinfo))
    read = connection.ops.get_db_converters(models.Value(None, output_field=moment))
    moments = [reduce(lambda value, to: to(value, None, connection), read, v) for v in row[1:]]
    edited_at, *by_the_clock = moments
    passed = [moment for moment in by_the_clock if moment and moment <= at]
    to_come = [moment for moment in by_the_clock if moment and moment > at]
    return Freshness(at, row[0], edited_at, max(passed, default=None), min(to_come, default=None))


@cache
def _state_query() -> tuple[str, int]:
    """The query of `freshness`, and how often it takes the moment.

    Written out: to compose it of QuerySets took 6 ms a time, which is more than some pages take.
    """
    ends = [
        f"(SELECT {end}({column}) FROM {model._meta.db_table} WHERE {column} {side} %s)"  # noqa: S608
        for model in apps.get_models()
        if issubclass(model, Page)
        for column in ("publish_at", "unpublish_at")
        for end, side in (("MAX", "<="), ("MIN", ">"))
    ]
    counter = f"FROM {ChangeCounter._meta.db_table} WHERE id = {ChangeCounter.ONLY_ROW}"
    return f"SELECT seq, at, {', '.join(ends)} {counter}", len(ends)


@cache
def release() -> str:
    """A mark of the program itself, so that a new release is not answered with an old page."""
    facts = [settings.SITE_URL, settings.CORRECTIONS_EMAIL, settings.TIME_ZONE]
    folders = sorted(path.parent for path in Path(settings.BASE_DIR).glob("*/__init__.py"))
    for folder in [*folders, *(Path(settings.BASE_DIR, name) for name in ("templates", "static"))]:
        for path in sorted(folder.rglob("*.*")):
            if path.suffix in {".py", ".html", ".css", ".mo", ".svg"}:
                stat = path.stat()
                facts.append(f"{path.relative_to(folder)} {stat.st_size} {stat.st_mtime_ns}")
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:12]


def kept(view):
    """A view of data whose answers anyone may keep, and ask about with 304.

    The state is read before the data: what changes meanwhile is sent again, never missed.
    """

    @wraps(view)
    def answer(request, *args, **kwargs):
        state = freshness()
        tag = state.tag(request.get_full_path())
        if _has_it(request, state, tag):
            response = get_conditional_response(request, tag, state.modified)
        else:
            response = view(request, *args, **kwargs)
            if response.status_code != 200:
                return response
            response = get_conditional_response(request, tag, state.modified, response)
        response.headers["Cache-Control"] = f"public, max-age={state.max_age}"
        response.headers["ETag"] = tag
        response.headers["Last-Modified"] = http_date(state.modified)
        return response

    return answer


def _has_it(request, state: Freshness, tag: str) -> bool:
    """Whether it asks about exactly this answer, which then need not be made.

    Tags and times of another kind may be right, too, but only if the address has an answer at all.
    """
    tags = request.headers.get("If-None-Match")
    if tags is not None:
        return tag in [known.strip().removeprefix("W/") for known in tags.split(",")]
    since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    return since == state.modified
