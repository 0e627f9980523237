"""That this folder has had a site: its database, if lost, must not be begun anew in silence.

An empty database looks well: it is migrated, it answers, it is backed up, and after some nights the
backups of what was lost are gone, too.
"""

from __future__ import annotations

import json
from pathlib import Path

from django.conf import settings
from django.db import connection

from peaceportal.core.backups import journal, sqlite, surroundings, tables


def path() -> Path:
    return Path(settings.DATA_DIR) / "site.json"


def remember() -> None:
    """Note that the database of this site is there."""
    if not _is_known():
        journal.write_file(path(), {"database": surroundings.database()})


def lost() -> str:
    """A sentence if the database that was here is gone; empty if not.

    Raises DatabaseError where it does not answer.
    """
    if not _is_known() or (connection.vendor == "sqlite" and sqlite.is_in_memory()):
        return ""
    is_gone = connection.vendor == "sqlite" and sqlite.is_missing()
    if not is_gone and "django_migrations" in tables.existing():
        return ""
    return (
        f"The database is gone: {surroundings.database()} is missing or empty, and there was a "
        "site in it. Restore the latest backup: manage.py restore FILE --replace (or remove "
        f"{path()} to begin anew)."
    )


def _is_known() -> bool:
    try:
        return json.loads(path().read_text())["database"] == surroundings.database()
    except (OSError, ValueError, KeyError, TypeError):
        return False
