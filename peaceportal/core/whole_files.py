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
        draft = self._written(content)
        try:
            path = self._reserved(name)
            try:
                draft.replace(path)
            except OSError:
                path.unlink(missing_ok=True)
                raise
        finally:
            draft.unlink(missing_ok=True)
        with suppress(OSError):  # some file systems of other machines refuse this of a folder
            durable(path.parent)
        return path.relative_to(self.location).as_posix()

    def _written(self, content: File) -> Path:
        """All of a file, under a name of its own."""
        arriving = Path(self.location) / ARRIVING
        arriving.mkdir(parents=True, exist_ok=True)
        _forget_killed(arriving)
        with NamedTemporaryFile(dir=arriving, delete=False) as file:
            draft = Path(file.name)
            try:
                for chunk in content.chunks():
                    file.write(chunk.encode() if isinstance(chunk, str) else chunk)
                file.flush()
                if self.file_permissions_mode is not None:
                    draft.chmod(self.file_permissions_mode)
                os.fsync(file.fileno())
            except BaseException:
                draft.unlink(missing_ok=True)
                raise
        return draft

    def _reserved(self, name: str) -> Path:
        """An empty file of this name, or of one like it where somebody else was a moment faster."""
        while True:
            path = Path(self.path(name))
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                path.touch(exist_ok=False)
            except FileExistsError:
                name = self.get_available_name(name)
            else:
                return path


def _forget_killed(arriving: Path) -> None:
    """Remove what processes that were killed left half-way."""
    oldest = time.time() - LONGEST
    for path in arriving.iterdir():
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < oldest:
                path.unlink()


def durable(one: Path) -> None:
    """Have a file, or the names in a folder, survive a power cut."""
    descriptor = os.open(one, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
