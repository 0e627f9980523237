"""A mapping read from TOML, and checked to the last key."""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime
from pathlib import Path

from django.utils.translation import gettext as _

from peaceportal.core.imports.dated import MONTH_SIGNS
from peaceportal.core.imports.mapping import PRECISIONS, DateMapping, ListMapping, Mapping
from peaceportal.core.imports.problems import ImportRefused, listed, what_there_is
from peaceportal.core.imports.shapes import Shape
from peaceportal.core.imports.splitting import erased
from peaceportal.core.publishing import Status
from peaceportal.core.weblinks import host_of, is_web_address

IMPORT_TEXTS = ("scheme", "status", "kind", "sheet", "delimiter", "encoding", "comment")
IMPORT_KEYS = (*IMPORT_TEXTS, "areas", "source", "missing", "duplicates")
SOURCE_KEYS = ("title", "publisher", "url", "published", "read_on", "note")
EXACT = {"separator", "delimiter", "format", "sheet"}  # where spaces count
DATE_KEYS = tuple(DateMapping.__dataclass_fields__)
LIST_KEYS = tuple(
    name for name in ListMapping.__dataclass_fields__ if name not in {"name", "with_roles"}
)


def read_mapping(path: str | Path, shape: Shape) -> Mapping:
    """Raises ImportRefused with every sentence that can be said of it."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise ImportRefused(
            _("The mapping %(path)s cannot be opened: %(why)s.")
            % {"path": path, "why": error.strerror or error}
        ) from error
    return mapping_in(data, str(path), shape)


def mapping_in(data: bytes, name: str, shape: Shape) -> Mapping:
    """The same, of the bytes of a file that is called `name`."""
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        said = _(
            "The mapping %(path)s is no text in UTF-8: perhaps a file of another kind. Choose a "
            "text file (TOML), saved as UTF-8."
        )
        raise ImportRefused(said % {"path": name}) from error
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ImportRefused(
            _("The mapping %(path)s is no TOML in UTF-8: %(why)s. Texts stand in quotation marks.")
            % {"path": name, "why": error}
        ) from error
    return mapping_of(told, shape)


def mapping_of(told: dict, shape: Shape) -> Mapping:
    """The mapping that a dictionary, as TOML gives it, means. Raises ImportRefused."""
    checking = _Checking(shape)
    found = checking.mapping(told)
    if checking.sentences:
        raise ImportRefused(*checking.sentences)
    return found


class _Checking:
    """Reads one mapping, and gathers what is wrong with it."""

    def __init__(self, shape: Shape):
        self.shape = shape
        self.sentences: list[str] = []

    def say(self, where: str, sentence: str) -> None:
        self.sentences.append(
            _("Mapping, %(where)s: %(what)s") % {"where": where, "what": sentence}
        )

    def known(self, where: str, told: dict, keys) -> None:
        for key in told:
            if key not in keys:
                said = _("“%(key)s” is not known.") % {"key": key}
                self.say(where, f"{said} {what_there_is(key, keys)}")

    def table(self, told: dict, key: str, where: str) -> dict:
        found = told.get(key, {})
        if not isinstance(found, dict):
            self.say(where, _("This must be a table, with one key a line beneath its heading."))
            return {}
        return found

    def text(self, told: dict, key: str, where: str, default: str = "") -> str:
        found = told.get(key, default)
        if not isinstance(found, str):
            self.say(where, _("“%(key)s” must be a text in quotation marks.") % {"key": key})
            return default
        return found if key in EXACT else " ".join(found.split())

    def texts(self, told: dict, key: str, where: str) -> list[str]:
        """A list of texts; a single one stands for a list of one."""
        found = told.get(key, [])
        found = [found] if isinstance(found, str) else found
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            said = _('“%(key)s” must be a text, or a list of texts: ["one", "two"].')
            self.say(where, said % {"key": key})
            return []
        found = [" ".join(one.split()) for one in found]
        if key in told and not found and where == "[columns]":
            self.say(where, _("“%(key)s” is an empty list. Name a column.") % {"key": key})
        return found

    def flag(self, told: dict, key: str, where: str) -> bool:
        found = told.get(key, False)
        if not isinstance(found, bool):
            said = _("“%(key)s” must be true or false, without quotation marks.")
            self.say(where, said % {"key": key})
            return False
        return found

    def one_of(self, word: str, choices, key: str, where: str) -> str:
        if word and word not in choices:
            said = _("“%(word)s” cannot stand for “%(key)s”.") % {"word": word, "key": key}
            self.say(where, f"{said} {what_there_is(word, choices)}")
            return ""
        return word

    def mapping(self, told: dict) -> Mapping:
        self.known(_("outermost"), told, ("import", "columns", "dates", "lists", "values"))
        found = Mapping()
        self.read_import(self.table(told, "import", "[import]"), found)
        self.read_columns(self.table(told, "columns", "[columns]"), found)
        for name, one in self.tables(told, "dates", self.shape.dates):
            found.dates[name] = self.date(name, one)
        for name, one in self.tables(told, "lists", self.shape.lists, several=True):
            found.lists.append(self.list(name, one))
        self.read_values(told, found)
        if not self.sentences:
            self.settle(found)
        return found

    def tables(self, told: dict, key: str, names, *, several=False):
        tables = self.table(told, key, f"[{key}]")
        self.known(f"[{key}]", tables, names)
        for name, one in tables.items():
            if name not in names:
                continue
            for single in one if several and isinstance(one, list) else [one]:
                if isinstance(single, dict):
                    yield name, single
                else:
                    self.say(f"[{key}.{name}]", _("This must be a table of its own."))

    def read_import(self, told: dict, found: Mapping) -> None:
        where = "[import]"
        self.known(where, told, IMPORT_KEYS)
        for key in IMPORT_TEXTS:
            setattr(found, key, self.text(told, key, where, getattr(found, key)))
        found.status = self.one_of(found.status, Status.values, "status", where)
        if "kind" in self.shape.vocabularies:
            found.kind = self.one_of(found.kind, self.shape.words("kind"), "kind", where)
        found.areas = self.texts(told, "areas", where)
        found.missing = self.texts(told, "missing", where)
        found.duplicates = self.one_of(
            self.text(told, "duplicates", where), ("number",), "duplicates", where
        )
        if len(found.delimiter) != 1:
            self.say(where, _('“delimiter” is one sign, as ";" or "\\t".'))
        try:
            "".encode(found.encoding)
        except (LookupError, ValueError):
            said = _("No encoding is called “%(name)s”. Common are utf-8, cp1252, latin-1, utf-16.")
            self.say(where, said % {"name": found.encoding})
        self.check_scheme("scheme", found.scheme, where)
        source = told.get("source", {})
        if isinstance(source, str):
            address = {"title": host_of(source), "url": source}
            source = address if is_web_address(source) else {"title": source}
        if not isinstance(source, dict):
            self.say(where, _("“source” is a title, or a table [import.source]."))
            return
        self.known("[import.source]", source, SOURCE_KEYS)
        source = {key: str(one) if isinstance(one, date) else one for key, one in source.items()}
        found.source = {
            key: text for key in SOURCE_KEYS if (text := self.text(source, key, "[import.source]"))
        }
        if source and not found.source.get("title"):
            self.say("[import.source]", _("A source needs a “title”."))

    def read_columns(self, told: dict, found: Mapping) -> None:
        self.known("[columns]", told, self.shape.columns)
        for name in told:
            columns = self.texts(told, name, "[columns]")
            if len(columns) > 1 and name != "identifier":
                said = _("“%(name)s” is one column; only “identifier” may be a list.")
                self.say("[columns]", said % {"name": name})
            if columns:
                found.columns[name] = columns

    def date(self, name: str, told: dict) -> DateMapping:
        where = f"[dates.{name}]"
        self.known(where, told, DATE_KEYS)
        values = {key: self.text(told, key, where) for key in DATE_KEYS if key != "precisions"}
        one = DateMapping(**values)
        one.precisions = self.words(told, "precisions", where, PRECISIONS)
        self.one_of(one.precision, PRECISIONS, "precision", where)
        self.one_of(one.day_one, ("month",), "day_one", where)
        if not one.column:
            self.say(where, _("“column” is missing: it names the column with the date."))
        if bool(one.precision_column) != bool(one.precisions):
            self.say(where, _("“precision_column” and “precisions” go together."))
        self.check_format(one.format, where)
        return one

    def check_format(self, form: str, where: str) -> None:
        """Every date must say its year, and none a day without its month."""
        if not form:
            return
        signs = form.replace("%%", "")
        example = datetime(1953, 7, 27)
        try:
            datetime.strptime(example.strftime(form), form)
        except (ValueError, re.error):
            said = _(
                "“format” cannot be read. Use each sign once: %%d (day), %%m, %%b or %%B (month in "
                "figures, in short, in full), %%Y (year)."
            )
            self.say(where, said % {})
            return
        if "%y" in signs:
            said = _("Years of two figures (%%y) do not say their century. Write all four first.")
            self.say(where, said % {})
        elif "%Y" not in signs:
            self.say(where, _("“format” needs the year, %%Y, as in %%d/%%m/%%Y.") % {})
        elif "%d" in signs and not any(sign in signs for sign in MONTH_SIGNS):
            self.say(where, _("“format” has a day and no month: add %%m, %%b or %%B.") % {})

    def list(self, name: str, told: dict) -> ListMapping:
        where = f"[lists.{name}]"
        shape = self.shape.lists[name]
        self.known(where, told, LIST_KEYS)
        one = ListMapping(name, self.texts(told, "column", where))
        for key in ("ids_column", "ids_scheme", "separator", "role", "kind"):
            setattr(one, key, self.text(told, key, where))
        one.brackets = self.flag(told, "brackets", where)
        one.slugs = self.flag(told, "slugs", where)
        if one.role and not shape.roles:
            self.say(where, _("“role” is for organisations of events alone."))
        else:
            self.one_of(one.role, shape.roles, "role", where)
        self.one_of(one.kind, shape.kinds, "kind", where)
        if not one.columns:
            self.say(where, _("“column” is missing: it names the column with the list."))
        if erased(one.separator):
            said = _(
                "“separator” is never found: what is blank in a cell is read as one space. Save "
                'the file with a sign between the entries, as ";".'
            )
            self.say(where, said)
        self.check_scheme("ids_scheme", one.ids_scheme, where)
        if bool(one.ids_column) != bool(one.ids_scheme):
            self.say(where, _("“ids_column” and “ids_scheme” go together."))
        if one.ids_column and len(one.column) > 1:
            self.say(where, _("With “ids_column” there is one “column” of names."))
        return one

    def check_scheme(self, key: str, scheme: str, where: str) -> None:
        if ":" in scheme:
            said = _("“%(key)s” holds a colon, which ends a scheme in scheme:value. Leave it out.")
            self.say(where, said % {"key": key})

    def words(self, told: dict, key: str, where: str, choices=None) -> dict[str, str]:
        """A table of their words and ours."""
        table = self.table(told, key, where)
        found = {}
        for theirs, ours in table.items():
            if not isinstance(ours, str):
                said = _("“%(key)s” must be a text in quotation marks.") % {"key": theirs}
                self.say(where, said)
            elif choices is None or self.one_of(ours, choices, theirs, where):
                found[" ".join(theirs.split())] = ours
            elif not ours:
                self.say(where, what_there_is("", choices))
        return found

    def read_values(self, told: dict, found: Mapping) -> None:
        tables = self.table(told, "values", "[values]")
        names = [*self.shape.vocabularies, *self.shape.lists, *self.shape.singles]
        names += ["parent"] if self.shape.has_parent else []
        self.known("[values]", tables, names)
        for name in tables:
            if name in names:
                choices = self.shape.words(name) if name in self.shape.vocabularies else None
                found.values[name] = self.words(tables, name, f"[values.{name}]", choices)

    def settle(self, found: Mapping) -> None:
        """What must be there, once each key alone is right."""
        columns = found.columns
        if "identifier" not in columns and not {"identifiers", "uid"} & columns.keys():
            self.say(
                "[columns]",
                _(
                    "“identifier” is missing: the column, or list of columns, by which a record is "
                    "found again when the file comes next year."
                ),
            )
        if "identifier" in columns and not found.scheme:
            said = _("“scheme” is missing: a short word for who gave the identifiers, as ucdp.")
            self.say("[import]", said)
        if self.shape.title not in columns:
            said = _("“%(name)s” is missing: the column with what each record is called.")
            self.say("[columns]", said % {"name": self.shape.title})
        for name in found.values:
            used = {*columns, *(one.name for one in found.lists)}
            if name not in used:
                said = _("Nothing uses this table: %(name)s is named in no other.")
                self.say(f"[values.{name}]", said % {"name": listed([name])})
