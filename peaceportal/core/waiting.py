"""How long a reader that writes by the way waits for others who write."""

from __future__ import annotations

from contextlib import contextmanager

from django.db import connections

LOCK_PATIENCE = 2.0  # seconds


@contextmanager
def short_waits(using: str):
    """A reader does not wait for long until others have written."""
    connection = connections[using]
    if connection.in_atomic_block:
        yield
        return
    milliseconds = int(LOCK_PATIENCE * 1000)
    if connection.vendor == "sqlite":
        set_to, set_back = f"PRAGMA busy_timeout = {milliseconds}", None
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout")
            set_back = f"PRAGMA busy_timeout = {int(cursor.fetchone()[0])}"
    else:
        set_to, set_back = f"SET lock_timeout = {milliseconds}", "RESET lock_timeout"
    with connection.cursor() as cursor:
        cursor.execute(set_to)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(set_back)
