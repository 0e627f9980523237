"""A backup of this site, made while it runs."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection

from peaceportal.core.backups import (
    archive,
    journal,
    known,
    media,
    postgres,
    sqlite,
    surroundings,
)
from peaceportal.core.backups.problems import Refused
from peaceportal.core.whole_files import durable

NAMED = "peaceportal-%Y-%m-%dT%H%M%SZ.tar"
ALL_NAMED = "peaceportal-????-??-??T??????Z.tar"
LEFT_OVER = 24 * 3600  # seconds after which what a killed backup left is removed


@dataclass
class Made:
    path: Path
    secrets: Path
    size: int  # bytes
    records: int  # rows of the database
    files: int
    missing: list[str] = field(default_factory=list)  # files that records name, and nobody has
    warning: str = ""  # why none should be pruned


def make(path: Path) -> Made:
    """Write a backup to `path`, whole or not at all, readable by its owner alone."""
    path = path.absolute()
    reason = journal.reason() or known.lost()
    if reason:
        raise Refused(reason)
    if connection.vendor == "sqlite" and sqlite.is_missing():
        raise Refused("There is no site in this database yet. See DATABASE_URL.")
    if path.exists():
        raise Refused(f"{path} is there already. Choose another name.")
    if not path.parent.is_dir():
        raise Refused(f"The folder {path.parent} is not there. Make it, or choose another.")
    # A name of its own: what a kill leaves behind can be told from a backup.
    drafts = [path.with_name(f".{path.name}.{os.getpid()}.{n}.part") for n in range(4)]
    try:
        for draft in drafts:
            os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        manifest, missing = _write(*drafts)
        drafts[3].write_text(surroundings.secrets())
        durable(drafts[3])
        drafts[3].replace(surroundings.secrets_file(path))
        drafts[0].replace(path)
        durable(path.parent)
    finally:
        for draft in drafts:
            draft.unlink(missing_ok=True)
    counts = manifest["counts"].values()
    made = Made(path, surroundings.secrets_file(path), path.stat().st_size, sum(counts), 0)
    made.files, made.missing = media.named(manifest), sorted(missing)
    _note(made, manifest)
    known.remember()
    return made


def _write(draft: Path, copied: Path, packed: Path, _secrets: Path) -> tuple[dict, set[str]]:
    """The archive. Returns its manifest as it was read back, and the names of missing files."""
    kind, moment = connection.vendor, datetime.now(UTC)
    with draft.open("wb") as file, archive.Writer(file) as writer:
        if kind == "sqlite":
            facts = sqlite.copy(copied)
            with copied.open("rb") as plain, gzip.open(packed, "wb", compresslevel=6) as smaller:
                shutil.copyfileobj(plain, smaller, archive.BLOCK)
        else:
            facts = postgres.copy(packed)
        copied.unlink()
        named = facts.pop("named")
        writer.add_file(archive.DATABASES[kind], packed)
        packed.unlink()
        for name, path in media.stored():
            with suppress(FileNotFoundError):  # a preview was looked at, and is gone
                writer.add_file(archive.MEDIA + name, path)
        missing = _refuse_unless_complete(named, writer.entries)
        writer.add_text(archive.SETTINGS, surroundings.plain())
        writer.seal(
            {
                "made_at": moment.isoformat(timespec="seconds"),
                "version": settings.VERSION,
                "site": settings.SITE_URL,
                "database": {"kind": kind, "major": _major()},
                **facts,
            }
        )
        file.flush()
        os.fsync(file.fileno())
    return archive.check(draft), missing


def _major() -> int:
    """The version of PostgreSQL that wrote the dump; 3 is SQLite's."""
    return postgres.server_major() if connection.vendor == "postgresql" else 3


def _refuse_unless_complete(named: set[str], taken: dict) -> set[str]:
    """The files that records name and that were missing before; those that are there must be in."""
    missing = {name for name in named if archive.MEDIA + name not in taken}
    for name in sorted(missing):
        if default_storage.exists(name):
            raise Refused(f"The uploaded file {name} could not be taken. Run the command again.")
    return missing


# In the folder for backups


def next_path() -> Path:
    folder = settings.BACKUP_DIR
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / datetime.now(UTC).strftime(NAMED)


def prune(keep: int, made: Path) -> list[Path]:
    """Remove all but the newest `keep` backups that this made, and what killed ones left.

    The one just made stays, whatever its name. So do those whose names are of moments to come.
    """
    ahead = of_moments_to_come()
    others = sorted(set(settings.BACKUP_DIR.glob(ALL_NAMED)) - {made, *ahead})
    old = others[: max(0, len(others) - keep + 1)]
    for path in old:
        surroundings.secrets_file(path).unlink(missing_ok=True)
        path.unlink()
    lonely = [
        path
        for path in settings.BACKUP_DIR.glob(f"{ALL_NAMED}.secrets")
        if not path.with_suffix("").exists()
    ]
    for draft in [*lonely, *settings.BACKUP_DIR.glob(".peaceportal-*.part*")]:
        if time.time() - draft.stat().st_mtime > LEFT_OVER:
            draft.unlink(missing_ok=True)
    return old


def of_moments_to_come() -> list[Path]:
    """Backups of which a clock that was ahead has said the moment."""
    now = datetime.now(UTC).strftime(NAMED)
    return sorted(path for path in settings.BACKUP_DIR.glob(ALL_NAMED) if path.name > now)


# The latest that succeeded, for `manage.py doctor`


def note_path() -> Path:
    return Path(settings.DATA_DIR) / "last_backup.json"


def _note(made: Made, manifest: dict) -> None:
    """Of one with less than half of the rows, those of the fuller one before stay noted: a site
    that lost its content must not outlive its good backups."""
    facts = {"made_at": manifest["made_at"], "file": str(made.path), "size": made.size}
    before = (latest() or {}).get("rows", 0)
    if 2 * made.records < before:
        facts["warning"] = made.warning = (
            f"The backup has {made.records} rows, and an earlier one had {before}: older ones are "
            f"kept until you have seen why. If that is right, remove {note_path()}."
        )
    journal.write_file(note_path(), facts | {"rows": before if made.warning else made.records})


def latest() -> dict | None:
    """When, where and how large the latest backup was, as far as this machine knows."""
    try:
        return json.loads(note_path().read_text())
    except (OSError, ValueError):
        return None
