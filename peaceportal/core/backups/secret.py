"""The secret of the site, which comes with a backup unless the environment sets one."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from peaceportal.core.backups import journal, surroundings


def prepare(backup: Path, tell: Callable[[str], None]) -> bool:
    """Lay it ready for where `make run` keeps it; whether there is one to be put there."""
    file = surroundings.secrets_file(backup)
    secret = surroundings.read(file.read_text()).get("SECRET_KEY") if file.is_file() else None
    if secret is None:
        tell(
            f"Without {file.name} beside the backup, the site has another SECRET_KEY: "
            "authenticator apps and recovery codes have to be set up again."
        )
        return False
    if os.environ.get("SECRET_KEY", "").strip():
        if secret != settings.SECRET_KEY:
            tell(
                f"The environment sets another SECRET_KEY than {file.name}: authenticator apps and "
                "recovery codes work only with the one of the backup."
            )
        return False
    prepared().parent.mkdir(mode=0o700, exist_ok=True)
    _write(prepared(), secret + "\n")
    return True


def put_in_place() -> None:
    """One that differs is kept beside it: it may be asked for once more."""
    path, new = Path(settings.SECRET_KEY_FILE), prepared().read_text()
    if path.is_file():
        if path.read_text() == new:
            return
        kept = path.with_name(f"{path.name}.before-{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}")
        _write(kept, path.read_text())
    draft = path.with_name(f".{path.name}.restored")
    _write(draft, new)
    draft.replace(path)


def prepared() -> Path:
    return journal.scratch() / "secret_key"


def _write(path: Path, text: str) -> None:
    """For the owner alone, from the first moment."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
