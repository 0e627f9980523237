"""What is wrong with the records of an export, as a form would say it; nothing is saved here."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from peaceportal.core.exports.columns import columns_of
from peaceportal.core.exports.opening import Package
from peaceportal.core.exports.reading import Line, Problems, Table
from peaceportal.core.imports.checking import holds
from peaceportal.core.imports.problems import what_there_is
from peaceportal.core.publishing import Page
from peaceportal.core.records import Record
from peaceportal.core.slugs import slugify


class Checks:
    """Of one table. What has to be seen as a whole is asked in `finish`."""

    def __init__(self, table: Table, problems: Problems):
        self.table, self.problems = table, problems
        self.package: Package = table.package
        self.unique: list[dict[tuple, int]] = [{} for _rule in _unique(table.model)]
        self.ways: dict[str, dict[int, list[tuple[int, Line]]]] = {}

    def add(self, line: Line, record: Record) -> None:
        for name, sentence in self._wrong(line, record):
            self.problems.add(self.table.name, line.problem(name, sentence))
        for start, end in record.one_way:
            here, there = (_key(record, name) for name in (start, end))
            if here and there:
                kept = Line(line.number, {end: line.cells.get(end, "")})
                self.ways.setdefault(end, {}).setdefault(here, []).append((there, kept))

    def finish(self) -> None:
        for name, edges in self.ways.items():
            for line in _ring(edges):
                said = _("It would be part of itself, directly or through others. Name another.")
                self.problems.add(self.table.name, line.problem(name, said))
        self.problems.settle()

    def _wrong(self, line: Line, record: Record) -> Iterator[tuple[str, str]]:
        errors: dict[str, list[str]] = {}
        try:
            record.clean_fields(exclude=_not_cleaned(type(record)))
        except ValidationError as error:
            errors = error.message_dict
        for name, said in errors.items():
            value, choices = str(getattr(record, name)), record._meta.get_field(name).flatchoices
            words = [str(word) for word, _label in choices]
            if words and value and value not in words:
                yield name, f"{_('This is no word of ours.')} {what_there_is(value, words)}"
            else:
                yield name, " ".join(said)
        yield from self._wrong_files(record)
        slug = record.slug if isinstance(record, Page) else ""
        if slug and slugify(slug) != slug:
            said = _("Write small letters, figures and hyphens alone, as “%(slug)s”.")
            yield "slug", said % {"slug": slugify(slug)}
        if not errors:
            yield from self._wrong_by_rules(record)
            yield from self._seen_before(line, record)

    def _wrong_by_rules(self, record: Record) -> Iterator[tuple[str, str]]:
        for rule in record._meta.constraints:
            if isinstance(rule, models.CheckConstraint) and holds(rule.condition, record) is False:
                said = [str(rule.get_violation_error_message())]
                mend = _("To tick something is to write true in “%(name)s”.")
                said += [mend % {"name": name} for name in _ticks(record, rule.condition)]
                yield getattr(rule, "beside", ""), " ".join(said)

    def _wrong_files(self, record: Record) -> Iterator[tuple[str, str]]:
        for column in columns_of(type(record)):
            name = column.is_file and getattr(record, column.name).name
            if name and name not in self.package.files and name not in self.package.lost:
                yield (
                    column.name,
                    _("The export lacks this file. Put it in, or empty the cell."),
                )
            elif name and len(name) > column.field.max_length:
                said = _("This name is longer than %(most)d characters. Shorten it.")
                yield column.name, said % {"most": column.field.max_length}

    def _seen_before(self, line: Line, record: Record) -> Iterator[tuple[str, str]]:
        for seen, (names, condition) in zip(self.unique, _unique(type(record)), strict=True):
            key = tuple(getattr(record, name) for name in names)
            if None in key or key == ("",) or (condition and not holds(condition, record)):
                continue
            if (before := seen.setdefault(key, line.number)) != line.number:
                said = _("Row %(row)d says the same already. Correct one, or delete it.")
                yield names[-1], said % {"row": before}


def _ticks(record: Record, condition: models.Q) -> Iterator[str]:
    """The boxes that a rule asks to be ticked."""
    for child in condition.children if not condition.negated else ():
        if isinstance(child, models.Q):
            yield from _ticks(record, child)
        elif isinstance(child, tuple) and child[1] is True and "__" not in child[0]:
            yield child[0]


@cache
def _not_cleaned(model: type[Record]) -> frozenset[str]:
    """What is derived, or was compared with the other tables."""
    cleaned = {column.name for column in columns_of(model) if not column.field.is_relation}
    return frozenset(field.name for field in model._meta.fields if field.name not in cleaned)


@cache
def _unique(model: type[Record]) -> list[tuple[tuple[str, ...], models.Q | None]]:
    """The columns of each rule by which no two rows say the same, and where it holds."""
    fields = [field for field in model._meta.concrete_fields if field.unique]
    found = [((field.attname,), None) for field in fields if field.name not in {"id", "uid"}]
    for rule in model._meta.constraints:
        if isinstance(rule, models.UniqueConstraint):
            columns = tuple(model._meta.get_field(name).attname for name in rule.fields)
            found.append((columns, rule.condition))
    return found


def _key(record: Record, name: str) -> int | None:
    return record.pk if name == "pk" else getattr(record, f"{name}_id")


def _ring(edges: dict[int, list[tuple[int, Line]]]) -> list[Line]:
    """The rows that lead round in a ring. What ends somewhere, or begins nowhere, is taken off."""
    left = {(here, there): line for here, ways in edges.items() for there, line in ways}
    before = -1
    while before != len(left):
        before = len(left)
        starts = {here for here, _there in left}
        ends = {there for _here, there in left}
        left = {way: line for way, line in left.items() if way[0] in ends and way[1] in starts}
    return list(left.values())
