"""The uploaded files: what a backup takes of them, and how those of a backup take their place.

What is prepared, and what has to go, waits in a folder within `MEDIA_ROOT`, which may be a disk of
its own. Files are moved one by one: a folder may be there already, or be the system's.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from peaceportal.core.backups import archive
from peaceportal.core.backups.problems import Refused
from peaceportal.core.whole_files import ARRIVING

ASIDE = ".restoring"
LOST = "lost+found"  # where a file system keeps what it found; it belongs to the system
# Copies of pictures are made again when they are asked for; what arrives belongs to no record yet.
NOT_KEPT = {"__processed__", ARRIVING, ASIDE, LOST}


def stored() -> Iterator[tuple[str, Path]]:
    """The uploaded files: their names, as the database has them, and where they are."""
    root = Path(settings.MEDIA_ROOT)
    if not root.exists():
        return
    for folder, folders, files in os.walk(root, onerror=_refuse):
        here = Path(folder)
        if here == root:
            folders[:] = [name for name in folders if name not in NOT_KEPT]
        folders.sort()
        for path in (here / name for name in sorted(files)):
            if stat.S_ISREG(path.lstat().st_mode):
                yield path.relative_to(root).as_posix(), path


def _refuse(error: OSError) -> None:
    raise Refused(
        f"The folder {error.filename} of uploaded files cannot be read ({error.strerror}). Give it "
        "to the user that runs the site."
    ) from error


def unpack(backup: Path) -> None:
    """The files of a backup, into the folder for what is prepared."""
    shutil.rmtree(prepared(), ignore_errors=True)
    prepared().mkdir(parents=True)
    for entry, file in archive.entries(backup):
        if entry.name.startswith(archive.MEDIA):
            to = prepared() / entry.name.removeprefix(archive.MEDIA)
            archive.unpack(file, to, within=prepared())
            to.chmod(settings.FILE_UPLOAD_PERMISSIONS)
            os.utime(to, (entry.mtime, entry.mtime))


def named(manifest: dict) -> int:
    """How many files a backup has."""
    return sum(name.startswith(archive.MEDIA) for name in manifest["entries"])


def how_many_prepared() -> int | None:
    """None if there is no folder of what is prepared: it is there even where it is empty."""
    if not prepared().is_dir():
        return None
    return sum(len(files) for _folder, _folders, files in os.walk(prepared()))


def take_out() -> None:
    _move_all(Path(settings.MEDIA_ROOT), aside() / "before")


def bring_in() -> None:
    _move_all(prepared(), Path(settings.MEDIA_ROOT))


def _move_all(folder: Path, to: Path) -> None:
    to.mkdir(parents=True, exist_ok=True)
    stays = {ASIDE, LOST} if folder == Path(settings.MEDIA_ROOT) else set()
    for one in sorted(folder.iterdir()):
        if one.name in stays:
            continue
        if one.is_dir() and not one.is_symlink():
            _move_all(one, to / one.name)
            with suppress(OSError):  # something was put there meanwhile
                one.rmdir()
        else:
            one.replace(to / one.name)


def forget() -> None:
    shutil.rmtree(aside(), ignore_errors=True)


def aside() -> Path:
    return Path(settings.MEDIA_ROOT) / ASIDE


def prepared() -> Path:
    return aside() / "new"
