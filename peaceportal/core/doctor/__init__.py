"""Whether the site is well: each thing that is looked at says so, or what to do.

Nothing here fails because something else has: where the database is gone, the rest is still told.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import DatabaseError

from peaceportal.core.backups import sqlite
from peaceportal.core.doctor import around, database
from peaceportal.core.doctor.findings import Finding, Kind, mend

__all__ = ["Finding", "Kind", "examine"]

# What needs no database, what needs one, and what reads every record of it.
AROUND = [around.restore, around.settings_, around.secrets, around.disks, around.backups]
AROUND += [around.email]
OF_DATABASE = [database.versions, database.writable, database.sqlite_file, database.clock]
OF_DATABASE += [database.log, database.media, database.links, database.index]
SLOW = [database.integrity, database.whole_index]


def examine(*, quick: bool = False) -> Iterator[Finding]:
    answers = _looked_at(database.answers)
    yield from answers
    checks = [*AROUND]
    if all(finding.kind != Kind.MEND for finding in answers):
        checks = [*OF_DATABASE, *([] if quick else SLOW), *AROUND]
    for check in checks:
        yield from _looked_at(check)


def _looked_at(check) -> list[Finding]:
    try:
        return list(check())
    except DatabaseError as error:
        if sqlite.is_damaged(error):
            return [mend(f"The database is damaged ({error}). {database.RESTORE}")]
        said = (str(error).strip() or type(error).__name__).splitlines()[0]
        return [mend(f"{check.__name__.strip('_')}: the database refused to say ({said}).")]
    except Exception as error:  # a doctor never breaks down
        return [mend(f"{check.__name__.strip('_')} could not be looked at: {error!r}.")]
