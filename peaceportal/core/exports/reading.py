"""The rows of the tables of an export, each cell read by its column; and what is wrong there."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from peaceportal.core.exports.columns import NUMBER, UID, Column, columns_of
from peaceportal.core.exports.opening import Package
from peaceportal.core.formats.spreadsheets import without_sign
from peaceportal.core.imports.problems import ImportRefused, Problem, Refused, listed
from peaceportal.core.imports.reading import LONGEST_CELL
from peaceportal.core.records import Record

MOST_TOLD = 50  # problems; who has more mends these first
MOST_RECORDS = 1 << 40  # the search numbers no more
DELIMITERS = ",;\t"  # spreadsheets of other countries write the others


@dataclass
class Problems:
    """What is wrong, each with the table in which it stands."""

    sentences: list[str] = field(default_factory=list)

    def add(self, table: str, problem: Problem) -> None:
        """Raises ImportRefused when there are many."""
        self.sentences.append(f"{table}: {problem}")
        if len(self.sentences) >= MOST_TOLD:
            self.sentences.append(_("There may be more: mend these first."))
            self.settle()

    def settle(self) -> None:
        """Raises ImportRefused if anything is wrong."""
        if self.sentences:
            raise ImportRefused(*self.sentences)


@dataclass
class Line:
    """A row of a table by columns, numbered as a spreadsheet numbers it."""

    number: int
    cells: dict[str, str]

    def problem(self, column: str, sentence: str) -> Problem:
        return Problem(self.number, column, self.cells.get(column, ""), sentence)


@dataclass
class Table:
    package: Package
    model: type[Record]

    @property
    def name(self) -> str:
        return self.package.tables[self.model]

    def lines(self) -> Iterator[Line]:
        """Raises ImportRefused where it cannot be read on."""
        try:
            with self.package.zip.open(self.name) as entry:
                text = io.TextIOWrapper(entry, encoding="utf-8-sig", newline="")
                yield from self._lines(text)
        except UnicodeDecodeError as error:
            said = _("%(table)s cannot be read as UTF-8. Save it as “CSV UTF-8”.")
            raise ImportRefused(said % {"table": self.name}) from error
        except csv.Error as error:
            said = _(
                "%(table)s cannot be read (%(why)s). A cell that holds the sign between cells, a "
                "quotation mark or several lines stands in quotation marks."
            )
            raise ImportRefused(said % {"table": self.name, "why": error}) from error

    def _lines(self, text: io.TextIOWrapper) -> Iterator[Line]:
        csv.field_size_limit(LONGEST_CELL)
        first = text.readline()
        delimiter = next((sign for sign in DELIMITERS if sign in first), ",")
        (header,) = list(csv.reader([first], delimiter=delimiter)) or [[]]
        self._check_header(header)
        # Its own checksum was compared before; `strict` tells a cell that was never closed.
        rows = csv.reader(text, delimiter=delimiter, strict=True)
        for number, row in enumerate(rows, start=2):
            if not any(row):
                continue
            if len(row) != len(header):
                said = _("This row has %(cells)d cells, the header has %(header)d.")
                said %= {"cells": len(row), "header": len(header)}
                raise ImportRefused(f"{self.name}: {Problem(number, '', '', said)}")
            cells = dict(zip(header, map(without_sign, row), strict=True))
            cells[UID] = cells[UID] or self.package.new_uid(self.model, number)
            yield Line(number, cells)

    def _check_header(self, header: list[str]) -> None:
        ours = [column.name for column in columns_of(self.model)]
        told = {
            _("%(table)s lacks the columns %(names)s. Add them; their cells may be empty."): [
                name for name in ours if name not in header
            ],
            _("%(table)s has columns that this program does not know: %(names)s. Delete them."): [
                name for name in header if name not in ours
            ],
            _("%(table)s has columns twice: %(names)s. Delete one of each."): [
                name for name in ours if header.count(name) > 1
            ],
        }
        wrong = [
            said % {"table": self.name, "names": listed(names)}
            for said, names in told.items()
            if names
        ]
        if wrong:
            raise ImportRefused(*wrong)


class Keys:
    """Under which number each record stands or will stand, by its permanent identity."""

    def __init__(self):
        self.by_model: dict[type[Record], dict[int, int]] = {}

    def read(self, table: Table, problems: Problems) -> int:
        """Read the first two columns of a table; a row without a number gets the next free one.

        How many rows there are.
        """
        found = self.by_model[table.model] = {}
        taken: set[int] = set()
        without: list[int] = []
        number, uid = columns_of(table.model)[:2]
        for line in table.lines():
            try:
                key = value_of(line, uid).int
                pk = value_of(line, number)
                if key in found:
                    raise Refused(_("Another row has the same."), UID)
                if pk is not None and (not 0 < pk < MOST_RECORDS or pk in taken):
                    raise Refused(_("Write a number that no other row has, or none."), NUMBER)
            except Refused as error:
                problems.add(table.name, line.problem(error.column, str(error)))
                continue
            found[key] = pk or 0
            if pk is None:
                without.append(key)
            else:
                taken.add(pk)
        last = max(taken, default=0)
        for place, key in enumerate(without, start=1):
            found[key] = last + place
        return len(found)

    def of(self, model: type[Record], uid: Any) -> int:
        """Raises Refused where nothing in the file has it."""
        try:
            return self.by_model[model][uid.int]
        except KeyError:
            said = _("No row of %(model)s has this permanent identity. Add it, or empty the cell.")
            raise Refused(said % {"model": model._meta.label_lower}) from None


def value_of(line: Line, column: Column) -> Any:
    """Raises Refused, which then names the column."""
    try:
        return column.read(line.cells[column.name])
    except Refused as error:
        error.column = column.name
        raise
