"""Until when an answer stays right, and how a browser asks whether what it keeps still is.

Public answers depend on their address, on what is recorded, and on the clock: pages appear and
disappear at moments that were set beforehand, with no edit. Conditional requests follow RFC 9110.
"""

from __future__ import annotations

import hashlib
import os
import threading
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, cached_property, reduce, wraps
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, parse_http_date_safe, quote_etag

from peaceportal.core import answering
from peaceportal.core.changes import ChangeCounter
from peaceportal.core.publishing import Page

COMMAND_OK, TUPLES_OK = 1, 2  # of libpq: done, and the answer of a query
IDLE = 0  # of libpq: a connection that is in no transaction
QUESTION = b"peaceportal_state"  # its name among the prepared statements of a connection
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

    @cached_property
    def today(self) -> date:
        """The day in the office: citations name it, and pages say what is still to come."""
        return timezone.localdate(self.at)

    @cached_property
    def until(self) -> datetime:
        """When answers will change with no edit: at the next moment, or when the day ends."""
        midnight = datetime.combine(self.today + timedelta(days=1), time())
        day_ends = timezone.make_aware(midnight)
        return min(day_ends, self.next_at or day_ends)

    @cached_property
    def mark(self) -> tuple:
        """Differs where any page may differ."""
        return self.version, self.edited_at, self.last_at, self.today

    def seen_at(self, at: datetime) -> Freshness:
        """The same state, a moment later."""
        return Freshness(at, self.version, self.edited_at, self.last_at, self.next_at)

    def max_age(self, at: datetime) -> int:
        """Seconds from `at` until any answer may have changed with no edit, at most LONGEST."""
        return max(0, min(LONGEST, int((self.until - at).total_seconds())))

    @property
    def modified(self) -> int:
        """In seconds, as `Last-Modified` tells it: of two edits in one second it cannot tell."""
        return int(self.changed_at.timestamp())

    def tag(self, address: str) -> str:
        """The entity tag of an address: another one after every edit, moment and release."""
        parts = (release(), *self.mark, address)
        return quote_etag(hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:32])


def freshness(at: datetime | None = None) -> Freshness:
    """The state at `at`. One query, of one row and the ends of indexes.

    If `at` is None it is the state now, or when the request began that is being answered: read
    before all data, so what changes meanwhile is sent again, never missed.
    """
    if at is None and (known := answering.now().state):
        return known
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


_known = threading.local()  # what this thread was told last: connection, trace, state


def state_now(at: datetime) -> Freshness:
    """The state, of which `at` may be an earlier moment: the cheapest question that tells.

    For every request: a few microseconds where nothing has changed, instead of 70 on SQLite and
    350 on PostgreSQL. Raises OperationalError where the database does not answer; a connection
    that has broken since it was used last is made anew.
    """
    connection = connections["default"]
    was_open = connection.connection is not None
    try:
        trace = _trace(connection)
    except (InterfaceError, OperationalError):
        connection.close()
        if not was_open:
            raise
        trace = _trace(connection)
    connection.health_check_done = True
    raw, its_trace, state = getattr(_known, "state", (None, None, None))
    if raw is connection.connection and its_trace == trace and state.at <= at < state.until:
        return state
    state = freshness(at)
    _known.state = connection.connection, trace, state
    return state


def forget_state() -> None:
    """For tests: what they undo leaves no trace, and neither does a clock that they move."""
    _known.state = None, None, None


def _trace(connection: BaseDatabaseWrapper) -> object:
    """Another one after every change, asked past cursors, which take longer than the question."""
    if connection.vendor == "sqlite":
        return _trace_of_sqlite(connection)
    connection.ensure_connection()
    with connection.wrap_database_errors:
        result = _answer_of_postgresql(connection.connection)
        if result.status != TUPLES_OK:
            raise OperationalError(result.error_message.decode(errors="replace").strip())
    return result.ntuples and (result.get_value(0, 0), result.get_value(0, 1))


def _answer_of_postgresql(raw):
    """Prepared once a connection, which halves what a question costs here.

    Where that fails, as behind a pooler that hands connections around, it is asked in full from
    then on. Within a transaction it is never tried: to fail would end the transaction.
    """
    if raw.pgconn.transaction_status != IDLE:
        return raw.pgconn.exec_params(_counter_question(), None)
    prepared_for, is_prepared = getattr(_known, "prepared", (None, False))
    if prepared_for is not raw:
        is_prepared = raw.pgconn.prepare(QUESTION, _counter_question()).status == COMMAND_OK
        _known.prepared = raw, is_prepared
    if is_prepared:
        result = raw.pgconn.exec_prepared(QUESTION, None)
        if result.status == TUPLES_OK:
            return result
        _known.prepared = raw, False
    return raw.pgconn.exec_params(_counter_question(), None)


def _trace_of_sqlite(connection: BaseDatabaseWrapper) -> tuple:
    """Whether another connection has written, and how much this one has.

    A file that is gone is not made anew, and one that was put back is opened again.
    """
    if not connection.is_in_memory_db():
        try:
            file = os.stat(connection.settings_dict["NAME"]).st_ino  # noqa: PTH116 - twice as fast
        except OSError as error:
            raise OperationalError(f"unable to open database file: {error.strerror}") from None
        if file != getattr(_known, "file", file):
            connection.close()
        _known.file = file
    connection.ensure_connection()
    raw = connection.connection
    with connection.wrap_database_errors:
        return raw.execute("PRAGMA data_version").fetchone()[0], raw.total_changes


@cache
def _counter_query() -> str:
    table = ChangeCounter._meta.db_table
    return f"SELECT seq, at FROM {table} WHERE id = {ChangeCounter.ONLY_ROW}"  # noqa: S608


@cache
def _counter_question() -> bytes:
    return _counter_query().encode()


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
    return _counter_query().replace("seq, at", f"seq, at, {', '.join(ends)}"), len(ends)


@cache
def release() -> str:
    """A mark of the program itself, so that a new release is not answered with an old page.

    By what stands in the files: their times differ between servers that have the same.
    """
    facts = [settings.SITE_URL, settings.CORRECTIONS_EMAIL, settings.TIME_ZONE]
    folders = sorted(path.parent for path in Path(settings.BASE_DIR).glob("*/__init__.py"))
    for folder in [*folders, *(Path(settings.BASE_DIR, name) for name in ("templates", "static"))]:
        for path in sorted(folder.rglob("*.*")):
            if path.suffix in {".py", ".html", ".css", ".mo", ".svg"}:
                content = hashlib.sha256(path.read_bytes()).hexdigest()
                facts.append(f"{folder.name} {path.relative_to(folder)} {content}")
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
        if response.status_code not in {200, 304}:  # 412 answers one who asks, and no other
            response.headers["Cache-Control"] = "no-store"
            return response
        response.headers["Cache-Control"] = f"public, max-age={state.max_age(state.at)}"
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
