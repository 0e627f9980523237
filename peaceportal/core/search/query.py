"""What somebody typed into a search field, understood: all of these clauses must be met."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import ngettext

from peaceportal.core.search.analysis import FORM, Chunk, chunks

MOST_CLAUSES = 24
SHORTEST_BEGINNING = 3  # letters of a last word that may still be going on
LONGEST_QUERY = 1000  # characters

_QUOTES = re.compile('["“”„‟«»〝〞＂「」『』]')
# Of no help in finding; left out unless a phrase or nothing else holds them.
_STOP = set("a an and at by for from in is it not of on or the to with".split())  # noqa: SIM905
_SHOUTED = {"AND", "NOT", "OR"}


@dataclass(frozen=True)
class Phrase:
    """Terms that follow on each other; the last may be the beginning of a longer one."""

    terms: tuple[str, ...]
    is_beginning: bool = False


@dataclass(frozen=True)
class Clause:
    """One thing that is looked for, in any of these forms."""

    either: tuple[Phrase, ...]


@dataclass(frozen=True)
class Query:
    """All clauses must be met. `typed` is what was typed.

    `unread` is how much the index lacked when it was asked. `found` keeps what the index
    answered (`core/search/store.py`, `asking.py`).
    """

    typed: str
    clauses: tuple[Clause, ...]
    as_phrase: Phrase | None = None
    words: tuple[str, ...] = field(default=(), compare=False)
    unread: int = field(default=0, compare=False)
    found: dict = field(default_factory=dict, compare=False, repr=False)

    def __bool__(self):
        return bool(self.clauses)

    @property
    def unread_said(self) -> str:
        """A sentence for those who get an answer from an index that lacks something."""
        if not self.unread:
            return ""
        text = ngettext(
            "The search index is being brought up to date: %(count)d record or change is still to "
            "be read, so that something may be missing here.",
            "The search index is being brought up to date: %(count)d records or changes are still "
            "to be read, so that something may be missing here.",
            self.unread,
        )
        return text % {"count": self.unread}

    @cached_property
    def terms(self) -> frozenset[str]:
        return frozenset(
            term for clause in self.clauses for phrase in clause.either for term in phrase.terms
        )

    @cached_property
    def beginnings(self) -> tuple[str, ...]:
        """What a word may begin with to be met."""
        phrases = [phrase for clause in self.clauses for phrase in clause.either]
        return tuple(phrase.terms[-1].lstrip(FORM) for phrase in phrases if phrase.is_beginning)


def parse(typed: str) -> Query:
    """Never fails, whatever was typed: what cannot be read is left out."""
    typed = typed[:LONGEST_QUERY]
    parts = _QUOTES.split(typed)
    if len(parts) % 2 == 0:  # a quotation mark too many: what comes after it is plain words
        parts[-2:] = [f"{parts[-2]} {parts[-1]}"]
    clauses: list[Clause] = []
    plain: list[tuple[str, Chunk]] = []
    all_chunks = []
    for number, part in enumerate(parts):
        found = [(part[at:], chunk) for at, chunk in chunks(part) if chunk.tokens]
        all_chunks += [chunk for _text, chunk in found]
        if number % 2:
            if found:
                clauses.append(_quoted([chunk for _text, chunk in found]))
        else:
            plain += found
    telling = [(text, chunk) for text, chunk in plain if not _is_stop(text)]
    if not clauses and not telling:
        telling = plain
    last = telling[-1][1] if telling and parts[-1].strip() else None
    for _text, chunk in telling:
        clauses.append(_loose(chunk, is_last=chunk is last))
    clauses = list(dict.fromkeys(clauses))[:MOST_CLAUSES]
    words = tuple(token.form for chunk in all_chunks for token in chunk.tokens)
    return Query(typed, tuple(clauses), _whole(all_chunks), words)


def _is_stop(text: str) -> bool:
    word = re.split(r"\s", text, maxsplit=1)[0]
    return word in _SHOUTED or word in _STOP or (word.lower() in _STOP and word.istitle())


def _loose(chunk: Chunk, *, is_last: bool) -> Clause:
    """A word, or words that no space parts, which then follow on each other."""
    phrases: list[Phrase] = []
    for tokens in (list(chunk.tokens), chunk.with_joined()):
        phrases.append(_phrase(tokens))
        last = tokens[-1]
        if is_last and len(last.form) >= SHORTEST_BEGINNING:
            before = tuple(token.term for token in tokens[:-1])
            phrases.append(Phrase((*before, last.form), True))
            if not before:
                phrases.append(Phrase((FORM + last.form,), True))
    return Clause(tuple(dict.fromkeys(phrases)))


def _quoted(found: list[Chunk]) -> Clause:
    apart = _phrase(token for chunk in found for token in chunk.tokens)
    joined = _phrase(token for chunk in found for token in chunk.with_joined())
    return Clause(tuple(dict.fromkeys([apart, joined])))


def _phrase(tokens) -> Phrase:
    """Of pairs of characters, the last stands for the one that would stand alone."""
    tokens = list(tokens)
    kept = [
        token
        for before, token in zip([None, *tokens], tokens, strict=False)
        if not (token.is_first_of_many and before and before.term[1:] == token.term)
    ]
    return Phrase(tuple(token.term for token in kept), kept[-1].is_first_of_many)


def _whole(found: list[Chunk]) -> Phrase | None:
    """All that was typed as one phrase, where it is more than one term."""
    tokens = [token for chunk in found for token in chunk.tokens][:MOST_CLAUSES]
    if len(tokens) < 2:
        return None
    phrase = _phrase(tokens)
    return phrase if len(phrase.terms) > 1 else None
