"""Work on another database than the site's, as if it were the site's.

Migrations, the log of changes and the search index know the default database. So while a site is
made ready in a place apart, that place is the default one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path

from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.utils import load_backend


@contextmanager
def default_is(described: dict) -> Iterator[None]:
    """Within the block the default connection is to the database so described (as in settings)."""
    before = connections[DEFAULT_DB_ALIAS]
    ContentType.objects.clear_cache()
    try:
        with connected(described, DEFAULT_DB_ALIAS):
            yield
    finally:
        connections[DEFAULT_DB_ALIAS] = before
        ContentType.objects.clear_cache()


@contextmanager
def connected(described: dict, alias: str) -> Iterator[None]:
    """Within the block there is a connection of this name."""
    configured = connections.configure_settings({DEFAULT_DB_ALIAS: described})[DEFAULT_DB_ALIAS]
    one = load_backend(configured["ENGINE"]).DatabaseWrapper(configured, alias)
    connections[alias] = one
    try:
        yield
    finally:
        one.close()
        del connections[alias]


def sqlite_file(path: Path) -> dict:
    """A database in a file that nobody else uses."""
    options = {"transaction_mode": "IMMEDIATE", "timeout": 20}
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path), "OPTIONS": options}


def schema(name: str) -> dict:
    """The same PostgreSQL database, in another schema."""
    described = deepcopy(connection.settings_dict)
    given = described["OPTIONS"].get("options", "")
    described["OPTIONS"]["options"] = f"{given} -c search_path={name}".strip()
    return described
