"""What a row wants: the values, links and addresses that its cells mean by the mapping."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from peaceportal.core.formats.spreadsheets import BETWEEN, apart
from peaceportal.core.identifiers import Identifier
from peaceportal.core.imports.cells import text_of, tidy, tidy_lines
from peaceportal.core.imports.dated import date_of
from peaceportal.core.imports.mapping import ListMapping, Mapping
from peaceportal.core.imports.problems import (
    Problem,
    Refused,
    listed,
    same_but_for_case,
    shortened,
    what_there_is,
)
from peaceportal.core.imports.reading import Row
from peaceportal.core.imports.shapes import Shape
from peaceportal.core.imports.splitting import Entry, entries_of
from peaceportal.core.languages import validate_language
from peaceportal.core.weblinks import WebAddressField

YES, NO = {"true", "yes", "1"}, {"false", "no", "0", ""}
KEY_LENGTHS = {name: Identifier._meta.get_field(name).max_length for name in ("scheme", "value")}
_web_address = WebAddressField()


@dataclass
class Wanted:
    """What one row says. `values` are those of fields; `mapped` names all that it speaks of."""

    row: int
    title: str = ""
    uid: str = ""
    identifiers: list[tuple[str, str]] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    entries: dict[str, list[tuple[ListMapping, Entry]]] = field(default_factory=dict)
    singles: dict[str, str] = field(default_factory=dict)
    parent: str | None = None
    source_url: str = ""
    document_url: str = ""
    columns: dict[str, str] = field(default_factory=dict)  # of a field, the column it came from
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """What the row is told apart by, in words."""
        return ":".join(self.identifiers[0]) if self.identifiers else self.uid

    def refuse(self, sentence, column="", value="") -> None:
        self.problems.append(Problem(self.row, column, value, str(sentence)))


class Reading:
    """Reads one row after another. Identifiers that come again are counted here."""

    def __init__(self, shape: Shape, mapping: Mapping):
        self.shape, self.mapping = shape, mapping
        self.missing = set(mapping.missing)
        self.times: dict[str, int] = {}

    def read(self, row: Row) -> Wanted:
        wanted = Wanted(row.number)
        if row.problem:
            wanted.problems.append(row.problem)
            self._count_uneven(_Cells(row.cells, self.missing))
            return wanted
        cells = _Cells(row.cells, self.missing)
        for read in (self._identity, self._columns, self._dates, self._lists):
            read(wanted, cells)
        self.shape.fill_from(wanted, self.mapping)
        return wanted

    def _identity(self, wanted: Wanted, cells: _Cells) -> None:
        columns = self.mapping.columns
        try:
            if "identifier" in columns:
                self._foreign_key(wanted, [cells.text(one) for one in columns["identifier"]])
            for text in self._own_keys(cells):
                scheme, colon, value = text.partition(":")
                if not (colon and scheme.strip() and value.strip()):
                    raise Refused(
                        _("Write an identifier as scheme:value, for example un-symbol:S/2023/1."),
                        "identifiers",
                        text,
                    )
                wanted.identifiers.append((scheme.strip(), value.strip()))
            if "uid" in columns:
                wanted.uid = self._uid(cells.text(columns["uid"][0]))
            for scheme, value in wanted.identifiers:
                for part, text in (("scheme", scheme), ("value", value)):
                    if len(text) > KEY_LENGTHS[part]:
                        said = _("This identifier is longer than %(most)d characters. Shorten it.")
                        raise Refused(said % {"most": KEY_LENGTHS[part]}, "", text)
            if not wanted.identifiers and not wanted.uid:
                named = [*columns.get("identifier", []), *columns.get("identifiers", [])]
                raise Refused(
                    _(
                        "There is no identifier, so the record could not be found again. Give it "
                        "one that no other row has."
                    ),
                    ", ".join(named) or "uid",
                )
        except Refused as error:
            default = ", ".join(columns.get("identifier", []))
            wanted.refuse(error, error.column or default, error.value)

    def _foreign_key(self, wanted: Wanted, parts: list[str]) -> None:
        value = "/".join(parts)
        if not any(parts):
            return
        if self.mapping.duplicates:
            times = self.times[value] = self.times.get(value, 0) + 1
            value = f"{value}#{times}" if times > 1 else value
        wanted.identifiers.append((self.mapping.scheme, value))

    def _count_uneven(self, cells: _Cells) -> None:
        """A row that is refused has its number too, or those after it would take its place."""
        try:
            parts = [cells.text(one) for one in self.mapping.columns.get("identifier", [])]
        except Refused:
            return
        if any(parts):
            value = "/".join(parts)
            self.times[value] = self.times.get(value, 0) + 1

    def _own_keys(self, cells: _Cells) -> list[str]:
        names = self.mapping.columns.get("identifiers", [])
        keys = [key.strip() for name in names for key in cells.text(name).split(BETWEEN)]
        return [apart(key) if self.mapping.is_own else key for key in keys if key]

    def _uid(self, text: str) -> str:
        try:
            return str(uuid.UUID(text)) if text else ""
        except ValueError as error:
            said = _("This is no permanent identity (UUID). Leave it empty for a new record.")
            raise Refused(said, "uid", text) from error

    def _columns(self, wanted: Wanted, cells: _Cells) -> None:
        for name, (column, *_rest) in self.mapping.columns.items():
            if name in {"identifier", "identifiers", "uid"}:
                continue
            try:
                self._column(wanted, name, column, cells)
            except Refused as error:
                wanted.refuse(error, column, error.value or cells.shown(column))

    def _column(self, wanted: Wanted, name: str, column: str, cells: _Cells) -> None:
        wanted.columns[name] = column
        if name in self.shape.vocabularies:
            word = self._word(name, cells.text(column))
            if word is not None:
                wanted.values[name] = word
        elif name in self.shape.flags:
            wanted.values[name] = self._flag(cells.text(column))
        elif name in self.shape.numbers:
            wanted.values[name] = self._number(cells.text(column))
        elif name in self.shape.singles:
            text = cells.text(column)
            wanted.singles[name] = self.mapping.values.get(name, {}).get(text, text)
        elif name == "parent":
            text = cells.text(column)
            wanted.parent = self.mapping.values.get("parent", {}).get(text, text)
        elif name in {"source_url", "document_url"}:
            setattr(wanted, name, self._address(cells.text(column)))
        else:
            is_long = isinstance(self.shape.model._meta.get_field(name), models.TextField)
            value = cells.lines(column) if is_long else cells.text(column)
            if name == self.shape.title:
                wanted.title = value
                if value.count('"') % 2:
                    said = _("A quotation mark without its pair, as if a text was cut: “%(text)s”")
                    wanted.notes.append(said % {"text": shortened(value)})
            if name == "language" and not value:
                return
            if name == "language" and len(value.partition("-")[0]) > 3:
                # A form takes up to eight letters, as BCP 47 might one day; nothing has them yet.
                raise Refused(str(validate_language.message))
            wanted.values[name] = value

    def _word(self, name: str, text: str) -> str | None:
        """A word of our vocabulary; None leaves what is there, or is there from the first."""
        table = self.mapping.values.get(name, {})
        words = self.shape.words(name)
        for known in (table, {word: word for word in words}):
            if (key := same_but_for_case(text, known)) is not None:
                return known[key]
        if not text:
            if name == "kind" and self.mapping.kind:
                return self.mapping.kind
            if self.mapping.is_own:  # as if there were no such column
                return None
            said = _('It is empty. Write one of %(words)s, or in [values.%(name)s] what "" means.')
            raise Refused(said % {"words": listed(words), "name": name})
        if table:
            said = _("This is not in [values.%(name)s], which has %(theirs)s. Add it there.")
            raise Refused(said % {"name": name, "theirs": listed(table)})
        said = _("This is no word of ours; [values.%(name)s] can say which it means.")
        if self.mapping.is_own:
            said = _("This is no word of ours.")
        raise Refused(f"{said % {'name': name}} {what_there_is(text, words)}")

    def _number(self, text: str) -> int | None:
        if text and not (text.isascii() and text.isdecimal() and len(text) < 10):
            raise Refused(_("Write a whole number in figures, as 3, or leave it empty."))
        return int(text) if text else None

    def _flag(self, text: str) -> bool:
        if text.casefold() in YES:
            return True
        if text.casefold() in NO:
            return False
        raise Refused(_("Write true or false."))

    def _address(self, text: str) -> str:
        if text:
            try:
                _web_address.run_validators(text)
            except ValidationError as error:
                raise Refused(" ".join(error.messages)) from error
        return text

    def _dates(self, wanted: Wanted, cells: _Cells) -> None:
        for name, mapping in self.mapping.dates.items():
            wanted.columns[name] = mapping.column
            try:
                wanted.values[name] = date_of(name, mapping, cells.raw, cells.text)
            except Refused as error:
                wanted.refuse(error, error.column or mapping.column, error.value)

    def _lists(self, wanted: Wanted, cells: _Cells) -> None:
        for mapping in self.mapping.lists:
            shape = self.shape.lists[mapping.name]
            text = cells.lines if "\n" in mapping.separator else cells.text
            wanted.columns.setdefault(shape.name, mapping.columns[0])
            found = wanted.entries.setdefault(mapping.name, [])
            try:
                entries = entries_of(mapping, text, shape.roles, self.missing)
                found += [(mapping, one) for one in entries]
            except Refused as error:
                column = error.column or mapping.columns[0]
                wanted.refuse(error, column, error.value or cells.shown(column))


class _Cells:
    """The cells of one row by the names of their columns."""

    def __init__(self, raw: dict[str, Any], missing: set[str]):
        self.raw, self.missing = raw, missing

    def text(self, column: str) -> str:
        return self._told(column, tidy)

    def lines(self, column: str) -> str:
        return self._told(column, tidy_lines)

    def shown(self, column: str) -> str:
        return text_of(self.raw.get(column))

    def _told(self, column: str, read) -> str:
        try:
            text = read(self.raw.get(column))
        except Refused as error:
            raise Refused(str(error), column, self.shown(column)) from error
        return "" if text in self.missing else text
