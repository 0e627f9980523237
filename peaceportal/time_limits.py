"""How long a query of a public page may take: a dear one ends in a 503, and stops nobody else.

Staff, commands and imports may take as long as they need.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import InterfaceError, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

STEPS = 10_000  # of SQLite between two looks at the clock: some tenths of a millisecond


@contextmanager
def limited(connection: BaseDatabaseWrapper, seconds: float) -> Iterator[None]:
    """Each query within may take so many seconds; 0 sets no limit."""
    raw = connection.connection
    if raw is None and not seconds:
        yield  # a new connection has no limit
    elif connection.vendor != "sqlite":
        _set_on_postgresql(connection, seconds)
        yield
    elif raw is None or not seconds:
        yield
    else:
        clock = _Clock(seconds)
        raw.set_progress_handler(clock.is_over, STEPS)
        try:
            with connection.execute_wrapper(clock):
                yield
        finally:
            raw.set_progress_handler(None, STEPS)


class _Clock:
    """Begins anew with each query."""

    def __init__(self, seconds: float):
        self.seconds = seconds
        self._until = time.monotonic() + seconds

    def __call__(self, execute, sql, params, many, context):
        self._until = time.monotonic() + self.seconds
        return execute(sql, params, many, context)

    def is_over(self) -> bool:
        return time.monotonic() > self._until


def _set_on_postgresql(connection: BaseDatabaseWrapper, seconds: float) -> None:
    """A question to the server, so it is asked only where the request before had another limit.

    A database that is gone is left to the view to find out.
    """
    is_set = getattr(connection, "statement_seconds", None)
    if is_set == (connection.connection, seconds) and not connection.in_atomic_block:
        return
    if not is_set and not seconds:
        return
    with suppress(InterfaceError, OperationalError):
        connection.ensure_connection()
        with connection.wrap_database_errors:
            connection.connection.execute(f"SET statement_timeout = {int(seconds * 1000)}")
        connection.statement_seconds = connection.connection, seconds  # type: ignore[attr-defined]
