"""What a report says of each row, read again to be shown."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import cache
from io import StringIO
from itertools import groupby
from typing import NamedTuple

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.text import capfirst

from peaceportal.core.dates import EDTFDate, EDTFField
from peaceportal.core.formats.spreadsheets import without_sign
from peaceportal.core.imports.planned import REFUSED


class Line(NamedTuple):
    column: str
    before: str
    after: str
    sentence: str


@dataclass
class ToldRow:
    number: str
    outcome: str
    key: str
    title: str
    lines: list[Line] = field(default_factory=list)

    @property
    def changes(self) -> list[Line]:
        return [line for line in self.lines if line.column and self.outcome != REFUSED]

    @property
    def refusals(self) -> list[Line]:
        return self.lines if self.outcome == REFUSED else []

    @property
    def notes(self) -> list[str]:
        return [line.sentence for line in self.lines if not line.column] * (self.outcome != REFUSED)


def emptied_in(rows: list[ToldRow]) -> int:
    """How many fields."""
    return sum(bool(line.before) and not line.after for row in rows for line in row.changes)


def rows_of(report: bytes, model: type[models.Model]) -> list[ToldRow]:
    csv.field_size_limit(max(csv.field_size_limit(), len(report)))
    table = csv.reader(StringIO(report.decode("utf-8-sig"), newline=""))
    next(table)
    found = []
    names: dict[tuple[str, str], str] = {}
    for (number, became), lines in groupby(table, key=lambda line: (line[0], line[1])):
        told = [[without_sign(cell) for cell in line] for line in lines]
        row = ToldRow(number, became, *told[0][2:4])
        for name, *rest in (line[4:] for line in told if any(line[4:])):
            if (became, name) not in names:
                names[became, name] = _label(model, became, name)
            if became != REFUSED and _is_date(model, name):
                rest[:2] = map(_in_words, rest[:2])
            row.lines.append(Line(names[became, name], *rest))
        found.append(row)
    return found


@cache
def _is_date(model: type[models.Model], name: str) -> bool:
    return any(field.name == name for field in model._meta.fields if isinstance(field, EDTFField))


def _in_words(edtf: str) -> str:
    return str(EDTFDate.from_edtf(edtf)) if edtf else ""


def _label(model: type[models.Model], outcome: str, name: str) -> str:
    """Of a field that changes, what forms call it; of a refused cell, the column of the file."""
    if outcome == REFUSED or not name:
        return name
    try:
        relation = model._meta.get_field(name)
    except FieldDoesNotExist:
        return name
    named = getattr(relation, "related_model", None) if relation.auto_created else relation
    meta = getattr(named, "_meta", None)
    return capfirst(
        str(meta.verbose_name_plural if meta and relation.auto_created else relation.verbose_name)
    )
