"""What a report says of each row, read again to be shown: with the record that it is about."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from io import StringIO
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.text import capfirst

from peaceportal.core.formats.spreadsheets import without_sign
from peaceportal.core.identifiers import Identifier
from peaceportal.core.imports.planning import REFUSED


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
    pk: int | None = None  # of its record, where there is one

    @property
    def changes(self) -> list[Line]:
        return [line for line in self.lines if line.column and self.outcome != REFUSED]

    @property
    def refusals(self) -> list[Line]:
        return self.lines if self.outcome == REFUSED else []

    @property
    def notes(self) -> list[str]:
        return [line.sentence for line in self.lines if not line.column] * (self.outcome != REFUSED)


def rows_of(report: bytes, model: type[models.Model], outcome: str = "") -> list[ToldRow]:
    """Those of one outcome, or all."""
    csv.field_size_limit(max(csv.field_size_limit(), len(report)))
    table = csv.reader(StringIO(report.decode("utf-8-sig"), newline=""))
    next(table)
    found = []
    for (number, became), lines in groupby(table, key=lambda line: (line[0], line[1])):
        if outcome in {"", became}:
            told = [[without_sign(cell) for cell in line] for line in lines]
            row = ToldRow(number, became, *told[0][2:4])
            row.lines = [
                Line(_label(model, became, line[4]), *line[5:]) for line in told if any(line[4:])
            ]
            found.append(row)
    return found


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


def find(rows: Iterable[ToldRow], model: type[models.Model]) -> None:
    """Note which record each row is about. Two queries, or one."""
    rows = [row for row in rows if row.outcome != REFUSED]
    keys = {tuple(row.key.split(":", 1)) for row in rows if ":" in row.key}
    found: dict[str, int] = {}
    if keys:
        content_type = ContentType.objects.get_for_model(model)
        known = Identifier._base_manager.filter(
            content_type=content_type,
            scheme__in={scheme for scheme, _value in keys},
            value__in={value for _scheme, value in keys},
        )
        for scheme, value, pk in known.values_list("scheme", "value", "object_id"):
            found[f"{scheme}:{value}"] = pk
    uids = [UUID(row.key) for row in rows if row.key and ":" not in row.key]
    if uids:
        known = model._base_manager.filter(uid__in=uids).values_list("uid", "pk")
        found |= {str(uid): pk for uid, pk in known}
    for row in rows:
        row.pk = found.get(row.key)
