"""The file of a backup: a tar file, written in one stream, and checked by reading all of it."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import IO

from peaceportal.core.backups.problems import Refused

FORMAT = 1
MANIFEST, SEAL = "manifest.json", "manifest.sha256"
SETTINGS = "settings.env"
DATABASES = {"sqlite": "database.sqlite3.gz", "postgresql": "database.pgdump"}
MEDIA = "media/"
BLOCK = 1 << 20
MOST_TEXT = 50_000_000  # bytes of a manifest; one of 100,000 files has about 15
ITS_END = 2 * tarfile.RECORDSIZE  # bytes within which a whole one has its seal


class Hashing(io.RawIOBase):
    """Reads of a file, and what was read in a hash."""

    def __init__(self, file: IO[bytes]):
        self.file, self.sum = file, hashlib.sha256()

    def read(self, size=-1):
        data = self.file.read(size)
        self.sum.update(data)
        return data


class Writer:
    """Writes entries in their order; `seal` ends it. Left without, it is no whole backup."""

    def __init__(self, file: IO[bytes]):
        self.entries: dict[str, dict] = {}
        self._tar = tarfile.open(fileobj=file, mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        with suppress(OSError):  # where it was not sealed; the draft is thrown away
            self._tar.close()

    def add_file(self, name: str, path: Path) -> None:
        with path.open("rb") as file:
            facts = os.fstat(file.fileno())
            self._add(name, file, facts.st_size, int(facts.st_mtime))

    def add_text(self, name: str, text: str) -> None:
        data = text.encode()
        self._add(name, io.BytesIO(data), len(data), 0)

    def _add(self, name: str, file: IO[bytes], size: int, moment: int) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mtime, entry.mode = size, moment, 0o600
        reading = Hashing(file)
        self._tar.addfile(entry, reading)
        self.entries[name] = {"size": size, "sha256": reading.sum.hexdigest()}

    def seal(self, manifest: dict) -> None:
        manifest = manifest | {"format": FORMAT, "entries": dict(self.entries)}
        text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
        self.add_text(MANIFEST, text)
        self.add_text(SEAL, f"{self.entries[MANIFEST]['sha256']}  {MANIFEST}\n")
        self._tar.close()


def check(path: Path) -> dict:
    """The manifest of a backup that is whole. Raises `Refused` with what is wrong."""
    found: dict[str, dict] = {}
    texts: dict[str, str] = {}
    for entry, file in entries(path):
        reading = Hashing(file)
        text = b""
        if entry.name in {MANIFEST, SEAL} and entry.size > MOST_TEXT:
            raise Refused(f"{path.name} is no backup: its {entry.name} is too large.")
        if entry.name in found:
            raise Refused(f"{path.name} is no backup: it has {entry.name!r} twice.")
        while data := reading.read(BLOCK):
            if entry.name in {MANIFEST, SEAL}:
                text += data
        found[entry.name] = {"size": entry.size, "sha256": reading.sum.hexdigest()}
        texts[entry.name] = text.decode(errors="replace")
    if SEAL not in texts or MANIFEST not in texts:
        raise Refused(f"{path.name} is not whole: its end is missing. Use another backup.")
    if texts[SEAL].split()[:1] != [found[MANIFEST]["sha256"]]:
        raise Refused(f"{path.name} is damaged: its manifest was changed. Use another backup.")
    manifest = json.loads(texts[MANIFEST])
    if manifest["format"] > FORMAT:
        raise Refused(
            f"{path.name} was written by version {manifest['version']}, in a newer form than this "
            f"code reads. Install Peace Portal {manifest['version']} and run the command again."
        )
    listed = manifest["entries"]
    wrong = [name for name in listed if found.get(name) != listed[name]]
    wrong += sorted(found.keys() - listed.keys() - {MANIFEST, SEAL})
    if wrong:
        raise Refused(f"{path.name} is damaged: {wrong[0]} is not as written. Use another backup.")
    return manifest


def entries(path: Path) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    """Each entry with its content, which is read before the next is asked for."""
    with _in_words(path), tarfile.open(path, "r:") as tar:
        for entry in tar:
            if not entry.isreg() or not _is_plain(entry.name):
                raise Refused(f"{path.name} is no backup: it has an entry {entry.name!r}.")
            file = tar.extractfile(entry)
            assert file is not None  # noqa: S101 - a regular file
            yield entry, _Content(file, path)


def _is_plain(name: str) -> bool:
    """Whether a name is one way alone to say where a file is, beneath where it is unpacked."""
    path = PurePosixPath(name)
    is_within = not path.is_absolute() and ".." not in path.parts and path.parts
    return bool(is_within) and name == path.as_posix() and "\0" not in name


def has_end(path: Path) -> bool:
    """Whether a backup ends as a whole one does; `check` reads all of it."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - ITS_END))
        return SEAL.encode() in file.read()


class _Content(io.RawIOBase):
    """The content of an entry: where it ends too early, in words."""

    def __init__(self, file: IO[bytes], path: Path):
        self.file, self.path = file, path

    def read(self, size=-1):
        with _in_words(self.path):
            return self.file.read(size)


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise Refused(f"{path} is not there. Check the name of the file.") from error
    except PermissionError as error:
        raise Refused(f"{path} may not be read by this user. Run this as its owner.") from error
    except (tarfile.TarError, EOFError, IsADirectoryError) as error:
        raise Refused(f"{path.name} is damaged, or no backup ({error}). Use another.") from error


def unpack(file: IO[bytes], path: Path, *, within: Path) -> None:
    """Write the content of an entry, for the owner alone, and only beneath a folder."""
    if not path.resolve().is_relative_to(within.resolve()):
        raise Refused(f"The backup has a file that lies elsewhere: {path}. Use another backup.")
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as to:
        while data := file.read(BLOCK):
            to.write(data)
