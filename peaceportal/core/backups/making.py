"""A backup of this site, made while it runs."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from peaceportal.core.backups import archive, postgres, sqlite, surroundings
from peaceportal.core.backups.problems import Refused

NAMED = "peaceportal-%Y-%m-%dT%H%M%SZ.tar"
ALL_NAMED = "peaceportal-????-??-??T??????Z.tar"
LEFT_OVER = 24 * 3600  # seconds after which what a killed backup left is removed
# Copies of pictures are made again when they are asked for.
NOT_KEPT = {"__processed__", ".restoring"}


@dataclass
class Made:
    path: Path
    secrets: Path
    size: int  # bytes
    records: int  # rows of the database
    files: int


def make(path: Path) -> Made:
    """Write a backup to `path`, whole or not at all, readable by its owner alone."""
    path = path.absolute()
    if path.exists():
        raise Refused(f"{path} is there already. Choose another name.")
    if not path.parent.is_dir():
        raise Refused(f"The folder {path.parent} is not there. Make it, or choose another.")
    # A name of its own: what a kill leaves behind can be told from a backup.
    drafts = [path.with_name(f".{path.name}.{os.getpid()}.{n}.part") for n in range(4)]
    try:
        for draft in drafts:
            os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        manifest = _write(*drafts)
        drafts[3].write_text(surroundings.secrets())
        _durable(drafts[3])
        drafts[3].replace(surroundings.secrets_file(path))
        drafts[0].replace(path)
        _durable(path.parent)
    finally:
        for draft in drafts:
            draft.unlink(missing_ok=True)
    counts = manifest["counts"].values()
    files = [name for name in manifest["entries"] if name.startswith(archive.MEDIA)]
    made = Made(path, surroundings.secrets_file(path), path.stat().st_size, sum(counts), len(files))
    _note(made, manifest)
    return made


def _write(draft: Path, copied: Path, packed: Path, _secrets: Path) -> dict:
    """The archive. Its manifest is returned as it was read back."""
    kind, moment = connection.vendor, datetime.now(UTC)
    with draft.open("wb") as file:
        writer = archive.Writer(file)
        if kind == "sqlite":
            facts = sqlite.copy(copied)
            with copied.open("rb") as plain, gzip.open(packed, "wb", compresslevel=6) as smaller:
                shutil.copyfileobj(plain, smaller, archive.BLOCK)
        else:
            facts = postgres.copy(packed)
        copied.unlink()
        writer.add_file(archive.DATABASES[kind], packed)
        packed.unlink()
        for name, path in media():
            with suppress(FileNotFoundError):  # a preview was looked at, and is gone
                writer.add_file(archive.MEDIA + name, path)
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
    return archive.check(draft)


def _major() -> int:
    """The version of PostgreSQL that wrote the dump; 3 is SQLite's."""
    return postgres.server_major() if connection.vendor == "postgresql" else 3


def media() -> Iterator[tuple[str, Path]]:
    """The uploaded files: their names, as the database has them, and where they are."""
    root = Path(settings.MEDIA_ROOT)
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        if here == root:
            folders[:] = [name for name in folders if name not in NOT_KEPT]
        folders.sort()
        for path in (here / name for name in sorted(files)):
            if stat.S_ISREG(path.lstat().st_mode):
                yield path.relative_to(root).as_posix(), path


# In the folder for backups


def next_path() -> Path:
    folder = settings.BACKUP_DIR
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / datetime.now(UTC).strftime(NAMED)


def prune(keep: int) -> list[Path]:
    """Remove all but the newest `keep` backups that this made, and what killed ones left."""
    old = sorted(settings.BACKUP_DIR.glob(ALL_NAMED))[:-keep]
    for path in old:
        surroundings.secrets_file(path).unlink(missing_ok=True)
        path.unlink()
    for draft in settings.BACKUP_DIR.glob(".peaceportal-*.part"):
        if time.time() - draft.stat().st_mtime > LEFT_OVER:
            draft.unlink(missing_ok=True)
    return old


# The latest that succeeded, for `manage.py doctor`


def note_path() -> Path:
    return Path(settings.DATA_DIR) / "last_backup.json"


def _note(made: Made, manifest: dict) -> None:
    path = note_path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    facts = {"made_at": manifest["made_at"], "file": str(made.path), "size": made.size}
    draft.write_text(json.dumps(facts))
    draft.replace(path)


def latest() -> dict | None:
    """When, where and how large the latest backup was, as far as this machine knows."""
    try:
        return json.loads(note_path().read_text())
    except (OSError, ValueError):
        return None


def _durable(path: Path) -> None:
    """Have it survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
