"""The rows of an XLSX file, read as they are needed. openpyxl is imported only for these."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from peaceportal.core.imports.mapping import Mapping
from peaceportal.core.imports.problems import ImportRefused, listed, what_there_is

BROKEN = (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, EOFError, SyntaxError)


def sheet_lines(file, mapping: Mapping) -> tuple[Iterator[tuple[int, list]], list[str]]:
    """The rows with their numbers, and what is to be said of the workbook."""
    try:
        book = load_workbook(file, read_only=True, data_only=True)
    except BROKEN as error:
        raise ImportRefused(_no_workbook(error)) from error
    names = [sheet.title for sheet in book.worksheets]
    if not names:
        raise ImportRefused(_("The workbook has no sheet with cells."))
    if mapping.sheet and mapping.sheet not in names:
        said = _("The workbook has no sheet “%(name)s”.") % {"name": mapping.sheet}
        raise ImportRefused(f"{said} {what_there_is(mapping.sheet, names)}")
    notes = []
    if not mapping.sheet and len(names) > 1:
        said = _("The first sheet was read, of %(names)s. “sheet” in [import] names another.")
        notes.append(said % {"names": listed(names)})
    sheet = book[mapping.sheet or names[0]]
    sheet.reset_dimensions()  # what a file says of its own size is often wrong
    return _lines(sheet, mapping.comment), notes


def _lines(sheet, comment: str) -> Iterator[tuple[int, list]]:
    try:
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            first = cells[0] if cells else None
            if comment and isinstance(first, str) and first.startswith(comment):
                continue
            yield number, list(cells)
    except BROKEN as error:
        raise ImportRefused(_no_workbook(error)) from error


def _no_workbook(error: Exception) -> str:
    return _(
        "The file cannot be read as a workbook (XLSX): %(why)s. Save it anew as XLSX or CSV; "
        "the older XLS is not read."
    ) % {"why": error}
