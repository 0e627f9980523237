"""The entries of a list that stands in one cell, or in a cell of names and one of ids."""

from __future__ import annotations

import re
from typing import NamedTuple

from django.utils.translation import gettext as _

from peaceportal.core.imports.cells import LINE_ENDS
from peaceportal.core.imports.mapping import ListMapping
from peaceportal.core.imports.problems import Refused, listed

BRACKETS = {"(": ")", "[": "]", "{": "}"}


class Entry(NamedTuple):
    name: str
    value: str = ""  # its identifier in the scheme of the list
    role: str = ""
    column: str = ""


def entries_of(mapping: ListMapping, text, roles=(), missing=()) -> list[Entry]:
    """`text` gives the tidy text of a column, empty where it means none, as those of `missing` do
    within a list. Raises Refused.
    """
    column = (mapping.column or [mapping.ids_column])[0]
    names = [
        ("" if name in missing else name, one)
        for one in mapping.column
        for name in split(text(one), mapping.separator, brackets=mapping.brackets)
    ]
    if mapping.ids_column:
        values = split(text(mapping.ids_column), mapping.separator)
        values = ["" if value in missing else value for value in values]
        if mapping.column and len(values) != len(names):
            raise Refused(
                _(
                    "%(names)d names, but %(ids)d identifiers in “%(column)s”: "
                    "%(these)s; %(those)s. "
                    "Where a name holds the separator, put another one between the names."
                )
                % {
                    "names": len(names),
                    "ids": len(values),
                    "column": mapping.ids_column,
                    "these": listed(name for name, _column in names) or "–",
                    "those": listed(values) or "–",
                },
                column,
                text(column),
            )
        pairs = zip([name for name, _c in names] or [""] * len(values), values, strict=True)
        found = [Entry(name, value, mapping.role, column) for name, value in pairs]
    else:
        found = [Entry(name, "", mapping.role, where) for name, where in names]
    found = [entry for entry in found if entry.name or entry.value]
    if mapping.with_roles:
        found = [_with_role(entry, roles) for entry in found]
    return list(dict.fromkeys(found))


def _with_role(entry: Entry, roles) -> Entry:
    if re.search(rf":\s*({'|'.join(roles)})\s*[,;]", entry.name, re.IGNORECASE):
        said = _("This seems to be several. Write | between them, as Name:role|Name:role.")
        raise Refused(said, entry.column, entry.name)
    name, colon, role = entry.name.rpartition(":")
    role = role.strip().casefold()
    if not colon or role not in roles:
        said = _("Write who and in which role as Name:role. Roles are %(roles)s.")
        raise Refused(said % {"roles": listed(roles)}, entry.column, entry.name)
    return entry._replace(name=name.strip(), role=role)


def erased(separator: str) -> bool:
    """Whether no tidy text can hold it: a tab, two spaces, a line end of another kind."""
    if "\n" in separator:
        return bool(LINE_ENDS.sub("\n", separator) != separator)
    return re.sub(r"\s+", " ", separator) != separator


def split(text: str, separator: str, *, brackets=False) -> list[str]:
    """No separator: the whole is one. With `brackets` those within brackets do not separate."""
    if not text:
        return []
    if not separator:
        return [" ".join(text.split())]
    if not brackets:
        return [" ".join(part.split()) for part in text.split(separator)]
    parts, start, open_brackets, place = [], 0, [], 0
    while place < len(text):
        char = text[place]
        if char in BRACKETS:
            open_brackets.append(BRACKETS[char])
        elif open_brackets and char == open_brackets[-1]:
            open_brackets.pop()
        elif not open_brackets and text.startswith(separator, place):
            parts.append(" ".join(text[start:place].split()))
            place += len(separator)
            start = place
            continue
        place += 1
    if open_brackets:
        raise Refused(
            _("A bracket is opened and not closed, so it cannot be told where an entry ends."),
            value=text,
        )
    return [*parts, " ".join(text[start:].split())]
