"""Uploaded files get their name when they are whole and on the disk, and not before."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.files import File
from django.core.files.storage import FileSystemStorage

# Where files lie in `MEDIA_ROOT` while they arrive, and for how many seconds one may.
ARRIVING = ".arriving"
LONGEST = 24 * 60 * 60


class WholeFilesStorage(FileSystemStorage):
    """What cannot be written to its end, as on a full disk, leaves nothing behind."""

    def _save(self, name: str, content: File) -> str:
        arriving = Path(self.location) / ARRIVING
        arriving.mkdir(parents=True, exist_ok=True)
        forget_killed(arriving)
        with NamedTemporaryFile(dir=arriving, delete=False) as file:
            path = Path(file.name)
            try:
                for chunk in content.chunks():
                    file.write(chunk.encode() if isinstance(chunk, str) else chunk)
                file.flush()
                os.fsync(file.fileno())
                name = super()._save(name, _Arrived(path))
            finally:
                path.unlink(missing_ok=True)
        _keep_name(Path(self.path(name)).parent)
        return name


class _Arrived(File):
    """Moved by Django, because it says where it is."""

    def __init__(self, path: Path):
        super().__init__(None, path.name)
        self.path = path

    def temporary_file_path(self) -> str:
        return str(self.path)


def forget_killed(arriving: Path) -> None:
    """Remove what processes that were killed left half-way."""
    oldest = time.time() - LONGEST
    for path in arriving.iterdir():
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < oldest:
                path.unlink()


def _keep_name(folder: Path) -> None:
    """Have the name of a new file outlive a power cut, as the file does.

    Some file systems of other machines refuse this.
    """
    opened = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(opened)
    finally:
        os.close(opened)
