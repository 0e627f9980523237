"""What the environment sets for the site, as text that a shell and systemd both read."""

from __future__ import annotations

import os
import re
from pathlib import Path

from django.conf import settings
from django.db import connection

KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
ABOUT = """\
# What the environment set when this backup was made. Secrets are in the file beside the backup.
# For a shell: set -a; . FILE; set +a        For systemd: EnvironmentFile=FILE
"""
ABOUT_SECRETS = """\
# Secrets of the site. Keep this file from everyone else, and not where the backup is kept.
# Without SECRET_KEY, authenticator apps and recovery codes have to be set up again.
"""


def plain() -> str:
    names = [name for name in settings.ENVIRONMENT_NAMES if name not in settings.SECRET_NAMES]
    return ABOUT + _lines({name: os.environ.get(name, "") for name in names})


def secrets() -> str:
    """The secret in force is among them, wherever it was read."""
    found = {name: os.environ.get(name, "") for name in settings.SECRET_NAMES}
    return ABOUT_SECRETS + _lines(found | {"SECRET_KEY": settings.SECRET_KEY})


def secrets_file(backup: Path) -> Path:
    return backup.with_name(f"{backup.name}.secrets")


def read(text: str) -> dict[str, str]:
    return {
        name: re.sub(r"\\(.)", r"\1", value)
        for name, value in re.findall(r'^([A-Z_]+)="((?:[^"\\]|\\.)*)"$', text, re.M)
    }


def database() -> str:
    """The database of this site, by which another one is told apart."""
    described = connection.settings_dict
    place = described["HOST"] or described["OPTIONS"].get("host", "")
    return " ".join(filter(None, [KINDS[connection.vendor], str(described["NAME"]), place]))


def _lines(values: dict[str, str]) -> str:
    return "".join(f'{name}="{_escaped(value)}"\n' for name, value in values.items() if value)


def _escaped(value: str) -> str:
    return re.sub(r'([\\"$`])', r"\\\1", value)
