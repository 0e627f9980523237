"""A whole copy of an SQLite database that others go on writing to, and the way back."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection

from peaceportal.core.backups import tables
from peaceportal.core.backups.problems import Refused
from peaceportal.core.whole_files import durable

DAMAGED = ("malformed", "not a database")  # what SQLite says of a file that is
PATIENCE = 20  # seconds to wait for whoever writes


def copy(path: Path) -> dict:
    """Copy the database of the site to a file, and say what it then holds.

    SQLite's online backup reads one state of it. In WAL mode, which the site uses, nobody waits.
    """
    connection.ensure_connection()
    with closing(sqlite3.connect(path)) as to:
        connection.connection.backup(to)
        to.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
        refuse_unless_sound(to, "The database")
        named = to.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return tables.facts(to.cursor(), {name for (name,) in named})


def refuse_unless_sound(database: sqlite3.Connection, name: str) -> None:
    said = _unsound(database)
    if said:
        raise Refused(
            f"{name} is damaged ({said}). Keep the backups that you have, and restore the "
            "latest: manage.py restore FILE --replace"
        )


def _unsound(database: sqlite3.Connection) -> str:
    try:
        said = [row[0] for row in database.execute("PRAGMA integrity_check(1)")]
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        said = [str(error)]
    return "" if said == ["ok"] else said[0]


def is_damaged(error: Exception) -> bool:
    return any(words in str(error) for words in DAMAGED)


def is_in_memory() -> bool:
    return connection.is_in_memory_db()


def is_missing() -> bool:
    """Whether the file of the site is not there; to connect to it would make an empty one."""
    return not is_in_memory() and not _file().exists()


def put_in_place(prepared: Path, tell: Callable[[str], None]) -> None:
    """Make the database of the site the same as the prepared file, in one step of its own.

    SQLite writes it as one transaction, so a kill leaves the old one. A damaged one cannot be
    written over: it is moved aside.
    """
    connection.close()
    if not is_in_memory() and not is_missing() and _is_file_damaged():
        tell(f"The damaged database was kept as {_move_damaged()}.")
    connection.ensure_connection()
    with closing(_opened(prepared, "ro")) as source, connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous = FULL")
        source.backup(connection.connection)
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _is_file_damaged() -> bool:
    with closing(_opened(_file(), "rw")) as database:
        return bool(_unsound(database))


def _move_damaged() -> Path:
    kept = _file().with_name(f"{_file().name}.damaged-{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}")
    for end in ("-wal", "-shm", ""):  # without its log, the file would not be what it was
        beside = Path(f"{_file()}{end}")
        if beside.exists():
            beside.replace(f"{kept}{end}")
    durable(kept.parent)
    return kept


def mark(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA user_version = {number:d}")


def is_marked(number: int, file: Path | None = None) -> bool:
    """Whether a file, or else the site, has the mark of a restore. To ask makes no file."""
    file = file or _file()
    if not file.exists():
        return False
    with closing(_opened(file, "rw")) as database:
        try:
            return database.execute("PRAGMA user_version").fetchone()[0] == number
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:  # it is damaged
            return False


def _opened(file: Path, mode: str) -> sqlite3.Connection:
    """An existing file; sqlite3 makes one otherwise, and takes it for a database."""
    address = f"{file.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(address, uri=True, timeout=PATIENCE)


def _file() -> Path:
    return Path(connection.settings_dict["NAME"])
