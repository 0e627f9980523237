"""The rows of a CSV or XLSX file, one at a time, numbered as a spreadsheet numbers them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from peaceportal.core.formats.spreadsheets import without_sign
from peaceportal.core.imports.cells import LINE_ENDS, tidy
from peaceportal.core.imports.kinds import (
    SEPARATOR_TOLD,
    is_workbook,
    refuse_other_encoding,
    separated,
)
from peaceportal.core.imports.mapping import Mapping
from peaceportal.core.imports.problems import (
    ImportRefused,
    Problem,
    Refused,
    guess,
    listed,
    shortened,
    what_there_is,
)

TITLES = ("title", "name")
SHORT = (*TITLES, "identifier", "identifiers", "uid")  # of one line each
LONGEST_CELL = 10_000_000  # characters; csv itself stops at 131,072
UNDECODED = re.compile("[\udc80-\udcff]")


@dataclass
class Row:
    number: int
    cells: dict[str, Any]
    problem: Problem | None = None


@dataclass
class Table:
    """The file, and what was passed over in it."""

    header: list[str]
    lines: Iterator[tuple[int, list]]
    mapping: Mapping
    is_padded: bool  # whether a row may end before the header does
    notes: list[str]
    comments: list[int] = field(default_factory=list)

    def rows(self) -> Iterator[Row]:
        width = len(self.header)
        for number, cells in self.lines:
            if not any(map(_is_filled, cells)):
                continue
            while len(cells) > width and not _is_filled(cells[-1]):
                cells.pop()
            if self.is_padded:
                cells += [""] * (width - len(cells))
            row = Row(number, dict(zip(self.header, cells, strict=False)))
            if len(cells) != width:
                row.problem = self._uneven(number, cells)
            elif not self.is_padded and (swallowed := self._swallowed(row)):
                row.problem = swallowed
            elif self.mapping.is_own:
                row.cells = {
                    name: without_sign(cell) if isinstance(cell, str) else cell
                    for name, cell in row.cells.items()
                }
            yield row

    def _swallowed(self, row: Row) -> Problem | None:
        """A quotation mark that was never closed takes the rows that follow into its cell."""
        for name in SHORT:
            for column in self.mapping.columns.get(name, ()):
                text = row.cells[" ".join(column.split())].strip()
                _first, _end, rest = LINE_ENDS.sub("\n", text).partition("\n")
                if rest and (name not in TITLES or self.mapping.delimiter in rest):
                    said = _(
                        "This cell holds a line break, and what seems to be another row. Perhaps "
                        "a quotation mark was not closed: look at the row that begins here."
                    )
                    return Problem(row.number, column, text, said)
        return None

    def _uneven(self, number: int, cells: list) -> Problem:
        sentence = _(
            "This row has %(cells)d cells, the header has %(header)d. A text that holds the sign "
            "between cells stands in quotation marks."
        ) % {"cells": len(cells), "header": len(self.header)}
        return Problem(number, "", " | ".join(map(str, cells)), sentence)


@contextmanager
def opened(path: str | Path, mapping: Mapping, shape) -> Iterator[Table]:
    """The table in a file. Raises ImportRefused where it cannot be read as the mapping says."""
    path = Path(path)
    try:
        with path.open("rb") as file:
            if is_workbook(file, path.suffix.lower()):
                from peaceportal.core.imports.workbooks import sheet_lines

                comments: list[int] = []
                lines, notes = sheet_lines(file, mapping, comments)
                table = _with_header(lines, mapping, shape, notes, is_padded=True)
                table.comments = comments
            else:
                if mapping.is_own and not mapping.is_settled:
                    mapping = separated(file, mapping)
                refuse_other_encoding(file, mapping)
                source = _CSVLines(file, mapping)
                table = _with_header(source.lines(), mapping, shape, [], is_padded=False)
                table.comments = source.comments
            yield table
    except OSError as error:
        if error.filename is None:
            raise
        raise ImportRefused(
            _("The file %(path)s cannot be opened: %(why)s.")
            % {"path": error.filename, "why": error.strerror or error}
        ) from error


class _CSVLines:
    """The records of a CSV file with their numbers; comments are counted and passed over."""

    def __init__(self, file, mapping: Mapping):
        self.mapping = mapping
        self.number = 0
        self.is_new_row = True
        self.comments: list[int] = []
        # What cannot be decoded is kept as signs of its own, so that its place can be told.
        self.text = io.TextIOWrapper(
            file, encoding=mapping.encoding, errors="surrogateescape", newline=""
        )

    def lines(self) -> Iterator[tuple[int, list]]:
        csv.field_size_limit(LONGEST_CELL)
        reader = csv.reader(self._texts(), delimiter=self.mapping.delimiter, strict=True)
        try:
            while True:
                self.is_new_row = True
                cells = next(reader, None)
                if cells is None:
                    return
                self.number += 1
                self._check_decoded(cells)
                yield self.number, cells
        except csv.Error as error:
            raise ImportRefused(
                _(
                    "Row %(row)d cannot be read: %(why)s. Look at the quotation marks there: one "
                    "that opens a cell must be closed, and one within a cell is written twice."
                )
                % {"row": self.number + 1, "why": error}
            ) from error
        except UnicodeError as error:
            raise ImportRefused(self._encoding_sentence(self.number + 1, "")) from error

    def _texts(self) -> Iterator[str]:
        for line in self.text:
            if not self.number and SEPARATOR_TOLD.fullmatch(line.strip("\ufeff\r\n")):
                self.number += 1
                continue
            comment = self.mapping.comment
            if comment and self.is_new_row and line.lstrip("\ufeff").startswith(comment):
                self.number += 1
                self.comments.append(self.number)
                continue
            self.is_new_row = False
            yield line

    def _check_decoded(self, cells: list[str]) -> None:
        for cell in cells:
            if not cell.isascii() and UNDECODED.search(cell):
                raise ImportRefused(self._encoding_sentence(self.number, cell))

    def _encoding_sentence(self, row: int, cell: str) -> str:
        shown = shortened(UNDECODED.sub("\ufffd", cell))
        return _(
            "Row %(row)d cannot be read as %(encoding)s%(cell)s. Save the file as “CSV UTF-8”, or "
            "write in [import] of a mapping how it was saved, for example "
            'encoding = "cp1252" (Excel on Windows), "utf-8" or "utf-16".'
        ) % {
            "row": row,
            "encoding": self.mapping.encoding,
            "cell": f" (“{shown}”)" if shown else "",
        }


def _is_filled(cell) -> bool:
    return bool(cell.strip()) if isinstance(cell, str) else cell is not None


def _with_header(lines, mapping: Mapping, shape, notes: list[str], *, is_padded: bool) -> Table:
    for _number, cells in lines:
        if any(map(_is_filled, cells)):
            break
    else:
        raise ImportRefused(
            _("The file is empty: the first row must hold the names of the columns.")
        )
    try:
        header = [tidy(cell) for cell in cells]
    except Refused as error:
        raise ImportRefused(_("The header: %(why)s") % {"why": error}) from error
    while header and not header[-1]:
        header.pop()
    names = [column for _where, column in mapping.places_of_columns()]
    names += [*shape.derived, *shape.not_taken] if mapping.is_own else []
    header = _as_named(header, names)
    table = Table(header, lines, mapping, is_padded, notes)
    is_own = mapping.is_own and not mapping.is_settled
    sentences = _own_header(table, shape) if is_own else _missing_columns(table)
    if sentences:
        raise ImportRefused(*sentences)
    return table


def _as_named(header: list[str], names: list[str]) -> list[str]:
    """The cells of a header as they are named, where they differ in capitals alone."""
    free = {" ".join(name.split()) for name in names} - set(header)
    by_folded = {name.casefold(): name for name in free}
    folded = [cell.casefold() for cell in header]
    return [
        by_folded.get(fold, cell) if folded.count(fold) == 1 else cell
        for cell, fold in zip(header, folded, strict=True)
    ]


def _missing_columns(table: Table) -> list[str]:
    found = []
    named = table.mapping.places_of_columns()
    for where, column in named:
        times = table.header.count(" ".join(column.split()))
        if times > 1:
            said = _("Mapping, %(where)s: the file has %(times)d columns “%(column)s”. Rename one.")
            found.append(said % {"where": where, "times": times, "column": column})
        elif not times:
            said = _("Mapping, %(where)s: the file has no column “%(column)s”.")
            said %= {"where": where, "column": column}
            found.append(f"{said} {what_there_is(column, filter(None, table.header))}")
    if found and not {" ".join(name.split()) for _where, name in named} & set(table.header):
        found.append(_names_come_first())
    if found and len(table.header) == 1:
        found.append(
            _('All of the header is one cell: perhaps [import] needs delimiter = ";" or "\\t".')
        )
    return found


def _own_header(table: Table, shape) -> list[str]:
    """Our own columns may be fewer than all, but none may be unknown."""
    mapping = table.mapping
    ours = [column for _where, column in mapping.places_of_columns()]
    known = [*dict.fromkeys([*ours, *shape.derived, *shape.not_taken])]
    found = []
    for column in table.header:
        if not column:
            found.append(_("A column has no name. Write one above it, or delete the column."))
        elif table.header.count(column) > 1:
            found.append(_("Two columns are called “%(column)s”.") % {"column": column})
        elif column.casefold() == "status":
            said = _(
                "“%(column)s” is not taken from a file: the status is chosen on the page of the "
                "import, or in [import] of a mapping. Delete the column."
            )
            found.append(said % {"column": column})
        elif column not in known:
            said = _("“%(column)s” is no column of ours.") % {"column": shortened(column)}
            found.append(f"{said} {guess(column, known)}".strip())
    if found:
        found = [*dict.fromkeys(found)]
        if not set(known) & set(table.header):
            found.append(_names_come_first())
        found.append(_("Our columns are %(columns)s.") % {"columns": listed(known)})
        found.append(_("For columns with other names write a mapping, and give it with the file."))
    if not {"uid", "identifiers"} & set(table.header):
        found.append(_("The file needs a column “identifiers” or “uid”, to find a record again."))
    [title] = mapping.columns[shape.title]
    if title not in table.header:
        found.append(_("The file needs a column “%(name)s”.") % {"name": title})
    passed = [name for name in shape.not_taken if name in table.header]
    if passed:
        said = _("These columns are not taken, and were left out: %(columns)s.")
        table.notes.append(said % {"columns": listed(passed)})
    table.mapping = _settled(mapping, table.header)
    return found


def _names_come_first() -> str:
    return _(
        "The first row must hold the names of the columns: write them there, or delete what stands "
        "above them."
    )


def _settled(mapping: Mapping, header: list[str]) -> Mapping:
    """Without what the file lacks."""
    return replace(
        mapping,
        columns={name: them for name, them in mapping.columns.items() if them[0] in header},
        dates={name: one for name, one in mapping.dates.items() if one.column in header},
        lists=[one for one in mapping.lists if one.column[0] in header],
        is_settled=True,
    )
