"""A whole copy of an SQLite database that others go on writing to, and the way back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from django.db import connection

from peaceportal.core.backups import tables
from peaceportal.core.backups.problems import Refused


def copy(path: Path) -> dict:
    """Copy the database of the site to a file, and say what it then holds.

    SQLite's online backup reads one state of it. In WAL mode, which the site uses, nobody waits.
    """
    connection.ensure_connection()
    with closing(sqlite3.connect(path)) as to:
        connection.connection.backup(to)
        to.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
        refuse_unless_sound(to, "The database")
        return tables.facts(to.cursor())


def refuse_unless_sound(database: sqlite3.Connection, name: str) -> None:
    try:
        said = [row[0] for row in database.execute("PRAGMA integrity_check(1)")]
    except sqlite3.DatabaseError as error:
        said = [str(error)]
    if said != ["ok"]:
        raise Refused(
            f"{name} is damaged ({said[0]}). Keep the backups that you have, and restore the "
            "latest: manage.py restore FILE --replace"
        )


def put_in_place(prepared: Path) -> None:
    """Make the database of the site the same as the prepared file, in one step of its own.

    SQLite writes it as one transaction, so a kill leaves the old one; processes that have it open
    go on with the new one.
    """
    connection.ensure_connection()
    with closing(sqlite3.connect(prepared)) as source:
        source.backup(connection.connection)
