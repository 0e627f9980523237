"""Which versions run here of what the site is made of."""

import subprocess

from django.conf import settings
from django.db import DatabaseError, connection

from peaceportal.core.backups import sqlite


def commit() -> str:
    """The commit of the code, shortened; empty where it did not come by git."""
    # The code may belong to another user than who asks, and git would not say then.
    which = ["-c", f"safe.directory={settings.BASE_DIR}", "-C", str(settings.BASE_DIR)]
    try:
        asked = subprocess.run(  # noqa: S603
            ["git", *which, "describe", "--always", "--dirty"],  # noqa: S607
            capture_output=True,
            text=True,
            timeout=5,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.strip()


def database() -> str:
    name = connection.display_name
    if connection.vendor == "sqlite" and sqlite.is_missing():
        return f"{name}, which does not answer"
    try:
        connection.ensure_connection()  # SQLite would tell without a look at the file
        numbers = connection.get_database_version()
    except DatabaseError:
        return f"{name}, which does not answer"
    return f"{name} {'.'.join(map(str, numbers))}"
