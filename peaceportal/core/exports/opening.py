"""Opens an export, and refuses what is none, is damaged, or could write where it must not."""

from __future__ import annotations

import hashlib
import json
import uuid
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.utils import validate_file_name
from django.utils.translation import gettext as _

from peaceportal.core.exports.archive import FILES, FORMAT, MANIFEST, PIECE, VERSION, table_name
from peaceportal.core.exports.columns import exported_models
from peaceportal.core.imports.problems import ImportRefused, listed
from peaceportal.core.records import Record

LARGEST_MANIFEST = 64_000_000  # bytes


@dataclass
class Package:
    """An export that is whole: its tables by model, its files by the names they are stored under.

    `lost` are files that the site that wrote it did not have itself.
    """

    zip: ZipFile
    path: Path
    tables: dict[type[Record], str]
    files: dict[str, str]
    lost: set[str]
    _new: dict[tuple[type[Record], int], str] = field(default_factory=dict)

    def new_uid(self, model: type[Record], row: int) -> str:
        """For a row that somebody added: the same each time that it is read."""
        return self._new.setdefault((model, row), str(uuid.uuid4()))

    def pieces(self, name: str) -> Iterator[bytes]:
        with self.zip.open(name) as entry:
            yield from iter(lambda: entry.read(PIECE), b"")


@contextmanager
def opened(path: str | Path, *, is_edited=False) -> Iterator[Package]:
    """Raises ImportRefused. If `is_edited`, tables may differ from what the manifest says."""
    path = Path(path)
    try:
        with ZipFile(path) as archive:
            yield _package(archive, path, is_edited)
    except OSError as error:
        if error.filename is None or Path(error.filename) != path:
            raise
        said = _("The file %(path)s cannot be opened: %(why)s.")
        raise ImportRefused(said % {"path": path, "why": error.strerror or error}) from error
    except (BadZipFile, EOFError, zlib.error) as error:
        said = _(
            "%(path)s is damaged, or is no zip file (%(why)s). Copy it again, or make a new export."
        )
        raise ImportRefused(said % {"path": path, "why": error}) from error
    except (NotImplementedError, RuntimeError) as error:  # as of a password
        said = _("%(path)s is packed in a way that cannot be read (%(why)s). Pack it as a zip.")
        raise ImportRefused(said % {"path": path, "why": error}) from error


def _package(archive: ZipFile, path: Path, is_edited: bool) -> Package:
    names = [one.filename for one in archive.infolist() if not _is_of_others(one.filename)]
    manifest = _manifest(archive, names)
    for name, times in Counter(names).items():
        if not _is_safe(name):
            raise _refused(_("“%(name)s” is no name of a file that can be in an export."), name)
        if times > 1:
            raise _refused(_("“%(name)s” is in it twice. Make a new export."), name)
    told = manifest["tables"] | manifest["files"]
    by_name = {table_name(model): model for model in exported_models()}
    for name in names:
        is_known = name in by_name or name.startswith(FILES) or name == MANIFEST
        if not is_known:
            said = _("“%(name)s” is no table that this program knows. Take it out, or update it.")
            raise _refused(said, name)
        if name not in told and name != MANIFEST and not is_edited:
            raise _refused(_("“%(name)s” is not in its manifest. Take it out."), name)
    for name in {*by_name, *told} - set(names):
        raise _refused(_("It lacks “%(name)s”. Make a new export, or put it back."), name)
    package = Package(
        archive,
        path,
        {model: name for name, model in by_name.items()},
        {name.removeprefix(FILES): name for name in names if name.startswith(FILES)},
        set(manifest["files_lost"]),
    )
    _check(package, told, is_edited)
    return package


def _is_of_others(name: str) -> bool:
    """What programs that pack folders add of their own."""
    return name.endswith(("/", ".DS_Store")) or name.startswith("__MACOSX/")


def _manifest(archive: ZipFile, names: list[str]) -> dict:
    if MANIFEST not in names or archive.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
        raise ImportRefused(
            _(
                "This is no export of Peace Portal: it has no “%(name)s”. If you have packed it "
                "yourself, pack the files, and not the folder that they are in."
            )
            % {"name": MANIFEST}
        )
    try:
        found = json.loads(archive.read(MANIFEST))
        is_ours = found["format"] == FORMAT and isinstance(found["version"], int)
    except (KeyError, TypeError, ValueError):
        is_ours = False
    if not is_ours:
        raise ImportRefused(
            _("This is no export of Peace Portal: its “%(name)s” says nothing of one.")
            % {"name": MANIFEST}
        )
    if found["version"] > VERSION:
        raise ImportRefused(
            _(
                "It was made by a newer program (format %(theirs)d, and this one reads %(ours)d). "
                "Update this program first."
            )
            % {"theirs": found["version"], "ours": VERSION}
        )
    shapes = {"tables": dict, "files": dict, "files_lost": list}
    if not all(isinstance(found.get(key), shape) for key, shape in shapes.items()):
        raise _refused(_("Its “%(name)s” is damaged. Make a new export."), MANIFEST)
    return found


def _is_safe(name: str) -> bool:
    """Whether it stays within the folder of files, on any system."""
    try:
        validate_file_name(name, allow_relative_path=True)
    except SuspiciousFileOperation:
        return False
    parts = name.split("/")
    return name.isprintable() and "\\" not in name and not {"", ".", ".."} & set(parts)


def _check(package: Package, told: dict, is_edited: bool) -> None:
    """Every entry is read whole: its own checksum tells damage, that of the manifest any edit."""
    changed = []
    for name, entry in told.items():
        digest = hashlib.sha256()
        for piece in package.pieces(name):
            digest.update(piece)
        if not isinstance(entry, dict) or digest.hexdigest() != entry.get("sha256"):
            changed.append(name)
    if changed and not is_edited:
        raise ImportRefused(
            _(
                "It was changed after it was made: %(names)s. If you did that yourself, add "
                "--edited; if not, copy it again, or make a new export."
            )
            % {"names": listed(changed)}
        )


def _refused(sentence: str, name: str) -> ImportRefused:
    return ImportRefused(sentence % {"name": name})
