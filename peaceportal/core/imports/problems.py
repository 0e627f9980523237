"""What is wrong with a file, a mapping or a row, in sentences that say what to write instead."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MOST_SHOWN = 120  # characters of a value that a sentence repeats


class Problem(NamedTuple):
    """Why a row is refused; `column` is empty where it is no single one."""

    row: int
    column: str
    value: str
    sentence: str

    def __str__(self):
        where = [_("Row %(row)d") % {"row": self.row}]
        if self.column:
            where.append(_("column “%(column)s”") % {"column": self.column})
        if self.value:
            where.append(f"“{shortened(self.value)}”")
        return f"{', '.join(where)}: {self.sentence}"


class ImportRefused(Exception):
    """The file or the mapping cannot be used at all, whatever its rows hold."""

    def __init__(self, *sentences: str):
        self.sentences = sentences
        super().__init__("\n".join(sentences))


class Refused(ValueError):
    """A cell that cannot be taken; its text says what to write instead."""

    def __init__(self, sentence: str, column: str = "", value: str = ""):
        self.column, self.value = column, value
        super().__init__(sentence)


def shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"


def listed(words: Iterable[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)


def same_but_for_case(word: str, choices: Collection[str]) -> str | None:
    """The choice that is this word, or the only one that is it in other letters."""
    if word in choices:
        return word
    found = [choice for choice in choices if choice.casefold() == word.casefold()]
    return found[0] if len(found) == 1 else None


def guess(word: str, choices: Iterable[str]) -> str:
    """“Did you mean …?”, if one is spelt nearly so."""
    by_folded = {choice.casefold(): choice for choice in choices}
    near = difflib.get_close_matches(word.casefold(), by_folded, n=1)
    return _("Did you mean “%(word)s”?") % {"word": by_folded[near[0]]} if near else ""


def what_there_is(word: str, choices: Iterable[str]) -> str:
    """The guess, and all that there is."""
    choices = list(choices)
    if not choices:
        return _("There is none.")
    said = _("There is: %(choices)s.") % {"choices": listed(choices)}
    return f"{guess(word, choices)} {said}".strip()


def rows_in_words(rows: Iterable[int], most: int = 0) -> str:
    """“row 3”, or “rows 3–7, 12”."""
    rows = set(rows)
    return ngettext("row %(rows)s", "rows %(rows)s", len(rows)) % {"rows": spans(rows, most)}


def spans(rows: Iterable[int], most: int = 0) -> str:
    """Numbers of rows in few words: “3–7, 12”. No more than `most` groups, if that is not 0."""
    found: list[list[int]] = []
    for row in sorted(set(rows)):
        if found and found[-1][1] == row - 1:
            found[-1][1] = row
        else:
            found.append([row, row])
    told = [f"{first}–{last}" if last > first else f"{first}" for first, last in found]
    return ", ".join([*told[:most], "…"] if most and len(told) > most else told)
