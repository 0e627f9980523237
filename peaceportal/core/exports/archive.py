"""The file of an export: a zip that the same content makes the same, byte for byte.

So nothing in it tells when or where it was made. Another version of zlib may pack the same tables
in other bytes; the checksums in the manifest are of what was packed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.conf import settings
from django.db import models

FORMAT, VERSION = "peaceportal-export", 1
MANIFEST = "manifest.json"
FILES = "files/"
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip can name
PIECE = 1 << 18  # bytes


def table_name(model: type[models.Model]) -> str:
    return f"{model._meta.label_lower}.csv"


class Archive:
    """Entries are written one after the other, the manifest last."""

    def __init__(self, file: IO[bytes]):
        self.zip = ZipFile(file, "w")
        self.tables: dict[str, dict] = {}
        self.files: dict[str, dict] = {}

    def add_table(self, name: str, pieces: Iterable[bytes]) -> dict:
        """Its entry in the manifest, to which the caller adds the number of rows."""
        digest, _size = self._add(name, pieces, ZIP_DEFLATED)
        self.tables[name] = {"sha256": digest}
        return self.tables[name]

    def add_file(self, name: str, pieces: Iterable[bytes]) -> None:
        """Pictures and documents are packed already."""
        digest, size = self._add(FILES + name, pieces, ZIP_STORED)
        self.files[FILES + name] = {"sha256": digest, "bytes": size}

    def close(self, **told) -> None:
        manifest = {
            "format": FORMAT,
            "version": VERSION,
            "program": settings.VERSION,
            **told,
            "tables": self.tables,
            "files": self.files,
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=1)
        self._add(MANIFEST, [text.encode(), b"\n"], ZIP_DEFLATED)
        self.zip.close()

    def _add(self, name: str, pieces: Iterable[bytes], compression: int) -> tuple[str, int]:
        info = ZipInfo(name, LONG_AGO)
        info.compress_type = compression
        info.create_system = 3  # Unix, wherever it is made
        info.external_attr = 0o100600 << 16
        digest, size = hashlib.sha256(), 0
        with self.zip.open(info, "w", force_zip64=True) as entry:
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                entry.write(piece)
        return digest.hexdigest(), size
