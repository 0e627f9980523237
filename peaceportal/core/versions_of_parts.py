"""Which versions run here of what the site is made of."""

import subprocess

from django.conf import settings
from django.db import DatabaseError, connection


def commit() -> str:
    """The commit of the code, shortened; empty where it did not come by git."""
    try:
        asked = subprocess.run(  # noqa: S603
            ["git", "-C", str(settings.BASE_DIR), "describe", "--always", "--dirty"],  # noqa: S607
            capture_output=True,
            text=True,
            timeout=5,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.strip()


def database() -> str:
    name = connection.display_name
    try:
        connection.ensure_connection()  # SQLite would tell without a look at the file
        numbers = connection.get_database_version()
    except DatabaseError:
        return f"{name}, which does not answer"
    return f"{name} {'.'.join(map(str, numbers))}"
