"""Of which kind a file is: by its first bytes, for names are often wrong."""

from __future__ import annotations

import codecs
import re
import zipfile
from dataclasses import replace
from typing import BinaryIO

from django.utils.translation import gettext as _

from peaceportal.core.imports.mapping import Mapping
from peaceportal.core.imports.problems import ImportRefused

WORKBOOKS = {".xlsx", ".xlsm"}
# PNG, JPEG, GIF, other pictures and sounds, RTF, and what gzip, 7-Zip and RAR pack.
NO_TABLES = (
    *(b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"{\\rtf"),
    *(b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!"),
)
OF_ONE_BYTE = ("cp125", "cp437", "cp850", "iso8859", "latin", "koi8", "mac-")
ZIP = b"PK\x03\x04"
SEPARATORS = ",;\t|"
SEPARATOR_TOLD = re.compile('"?sep=([,;\t|])"?')  # a line of its own, for Excel
FIRST = 64_000  # bytes, in which the header ends


def is_workbook(file: BinaryIO, ending: str) -> bool:
    """Whether to read it as XLSX. Raises ImportRefused for what is neither that nor CSV."""
    head = file.read(8)
    file.seek(0)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        said = _(
            "This is a workbook of the older form (XLS), or one with a password. Open it in a "
            "spreadsheet, and save it as XLSX or CSV, without a password."
        )
        raise ImportRefused(said)
    if head.startswith(b"%PDF"):
        said = _("This is a PDF. Save the table that it was made from as XLSX or CSV.")
        raise ImportRefused(said)
    if head.startswith(ZIP) and ending not in WORKBOOKS and _holds_workbook(file):
        return True
    if head.startswith(NO_TABLES) or (head.startswith(ZIP) and ending not in WORKBOOKS):
        said = _(
            "This is no table that can be read: perhaps a picture, a document of another program "
            "(ODS, Numbers), or a packed file. Open it in a spreadsheet, and save it as XLSX or "
            "CSV."
        )
        raise ImportRefused(said)
    if ending in WORKBOOKS and head and not head.startswith(ZIP):
        said = _(
            "The file cannot be read as a workbook (XLSX): it only has the name of one. If it is "
            "CSV, let its name end in .csv; else open it in a spreadsheet, and save it as XLSX."
        )
        raise ImportRefused(said)
    return ending in WORKBOOKS


def refuse_other_encoding(file: BinaryIO, mapping: Mapping) -> None:
    """Where the mapping says that each letter is one byte, and the bytes are those of UTF-8."""
    try:
        name = codecs.lookup(mapping.encoding).name
    except LookupError:
        return
    if not name.startswith(OF_ONE_BYTE):
        return
    decoder, is_ascii = codecs.getincrementaldecoder("utf-8")(), True
    try:
        for piece in iter(lambda: file.read(1 << 20), b""):
            decoder.decode(piece)
            is_ascii = is_ascii and piece.isascii()
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return
    finally:
        file.seek(0)
    if not is_ascii:
        said = _(
            "The file is saved as UTF-8, and the mapping says %(encoding)s: accents would come out "
            "wrong. Take “encoding” out of [import]."
        )
        raise ImportRefused(said % {"encoding": mapping.encoding})


def _holds_workbook(file: BinaryIO) -> bool:
    try:
        with zipfile.ZipFile(file) as parts:
            return "xl/workbook.xml" in parts.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return False
    finally:
        file.seek(0)


def unpacked(file: BinaryIO) -> int:
    """How many bytes a workbook has once it is unpacked: what it says itself, and no more is read.

    0 for what is no packed file.
    """
    if file.read(4) != ZIP:
        return 0
    try:
        with zipfile.ZipFile(file) as parts:
            return sum(part.file_size for part in parts.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return 0  # it is refused when it is read


def separated(file: BinaryIO, mapping: Mapping) -> Mapping:
    """Of a file in our own columns, which say nothing of it: the sign between its cells, by the
    header, in which none of our names has one; and UTF-16, by its mark.
    """
    first = file.read(FIRST)
    file.seek(0)
    encoding = mapping.encoding
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    lines = first.decode(encoding, errors="replace").lstrip("\ufeff").splitlines()
    if lines and (told := SEPARATOR_TOLD.fullmatch(lines[0])):
        return replace(mapping, delimiter=told[1], encoding=encoding)
    header = next((line for line in lines if line.strip(f"{SEPARATORS} ")), "")
    most = max(SEPARATORS, key=header.count)
    delimiter = most if header.count(most) > header.count(mapping.delimiter) else mapping.delimiter
    return replace(mapping, delimiter=delimiter, encoding=encoding)
