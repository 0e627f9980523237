"""The rows of an XLSX file, read as they are needed. openpyxl is imported only for these."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.cell.read_only import EmptyCell
from openpyxl.utils.escape import unescape
from openpyxl.utils.exceptions import InvalidFileException

from peaceportal.core.imports.cells import Unreadable
from peaceportal.core.imports.codebook import explained
from peaceportal.core.imports.mapping import Mapping
from peaceportal.core.imports.problems import ImportRefused, listed, what_there_is
from peaceportal.core.imports.shown import shown_date

MOST_COLUMNS = 1000
# What openpyxl raises of a damaged file, and of one with a sheet that is only a chart.
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, InvalidFileException, EOFError, SyntaxError),
    *(KeyError, ValueError, AttributeError),
)


def sheet_lines(
    file, mapping: Mapping, comments: list[int]
) -> tuple[Iterator[tuple[int, list]], list[str]]:
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
    is_template = mapping.is_own and names[1:] == [explained()]
    if not mapping.sheet and len(names) > 1 and not is_template:
        said = _("The first sheet was read, of %(names)s. “sheet” in [import] names another.")
        notes.append(said % {"names": listed(names)})
    sheet = book[mapping.sheet or names[0]]
    sheet.reset_dimensions()  # what a file says of its own size is often wrong
    formulas = _Formulas(file, sheet.title)
    return _lines(sheet, formulas, mapping.comment, comments), notes


def _lines(sheet, formulas: _Formulas, comment: str, comments) -> Iterator[tuple[int, list]]:
    try:
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            first = cells[0].value if cells else None
            if comment and isinstance(first, str) and first.startswith(comment):
                comments.append(number)
                continue
            if len(cells) > MOST_COLUMNS:
                if any(cell.value is not None for cell in cells[MOST_COLUMNS:]):
                    raise ImportRefused(_too_wide(number))
                cells = cells[:MOST_COLUMNS]
            row = [_value(cell) for cell in cells]
            empty = [
                place
                for place, cell in enumerate(cells)
                if row[place] is None and not isinstance(cell, EmptyCell)
            ]
            for place in formulas.among(number, empty) if empty else ():
                said = _(
                    "This is a formula, and the file does not hold what it comes to. Open the "
                    "file in a spreadsheet, save it, or write the value itself."
                )
                row[place] = Unreadable("", said)
            yield number, row
    except BROKEN as error:
        raise ImportRefused(_no_workbook(error)) from error


def _value(cell):
    value = cell.value
    if isinstance(cell, EmptyCell) or value is None:
        return None
    if cell.data_type == "e":
        said = _("The spreadsheet shows an error here. Mend the formula, or write the value.")
        return Unreadable(str(value), said)
    if isinstance(value, date):
        return shown_date(value, cell.number_format or "")
    return unescape(value) if isinstance(value, str) else value


class _Formulas:
    """Which cells hold formulas: read a second time, where an empty cell may be one."""

    def __init__(self, file, title: str):
        self.file, self.title = file, title
        self.rows, self.number, self.cells = None, 0, ()

    def among(self, number: int, places: list[int]) -> list[int]:
        if self.rows is None:
            sheet = load_workbook(self.file, read_only=True)[self.title]
            sheet.reset_dimensions()
            self.rows = sheet.iter_rows()
        while self.number < number:
            self.cells = next(self.rows, ())
            self.number += 1
        return [
            place
            for place in places
            if place < len(self.cells) and self.cells[place].data_type == "f"
        ]


def _too_wide(row: int) -> str:
    return _(
        "Row %(row)d has a cell beyond the first %(most)d columns. Delete what lies there, or save "
        "the columns that are meant as a sheet of their own."
    ) % {"row": row, "most": MOST_COLUMNS}


def _no_workbook(error: Exception) -> str:
    return _(
        "The file cannot be read as a workbook (XLSX): %(why)s. Save it anew as XLSX or CSV; "
        "the older XLS is not read."
    ) % {"why": error}
