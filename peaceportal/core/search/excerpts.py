"""The words that were found, marked where they stand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from peaceportal.core.search.analysis import FORM, Token, chunks
from peaceportal.core.search.query import Clause, Query, parse

LENGTH = 240  # characters
_BEFORE = 60

# A longer text is looked through by its letters alone, a window at a time; then the most telling
# windows are read.
_SHORT = 20_000  # characters
_WINDOW = 1_500
_OVERLAP = 300  # more than an excerpt, so that none is cut
_MOST_WINDOWS = 40
_UNSEEN = re.compile(
    "[-'\u00ad\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670"
    "\u200b-\u200f\u2010-\u2015\u2018\u2019\u2060\ufeff]"
)


def marked(text: str, words: str | Query) -> SafeString:
    """The text as HTML, with `<mark>` around the words that meet the query."""
    return _html(text, _spans(text, _query(words)))


@dataclass(frozen=True)
class Excerpt:
    """`place` is where its first marked word stands in its text, None if it has none."""

    html: SafeString
    place: int | None = None


def excerpt(record, words: str | Query, length: int = LENGTH) -> SafeString:
    """The stretch of a record's texts that has most of the words, as HTML with `<mark>`.

    Where none has any, the beginning of the first; empty if the record has no text.
    """
    return best_excerpt(record, words, length).html


def best_excerpt(record, words: str | Query, length: int = LENGTH) -> Excerpt:
    """The same, with its place in the text."""
    query = _query(words)
    best, place, most = "", None, -1
    for text in record.search_texts().parts():
        for window in _windows(text, query):
            start, found = _best_stretch(text[window], query, length)
            if found > most:
                start += window.start
                best, place, most = _cut(text, start, length), start if found else None, found
    return Excerpt(marked(best, query), place)


def _windows(text: str, query: Query) -> Iterator[slice]:
    """The stretches of a text that are read: those first that seem to have most of the words."""
    if len(text) <= _SHORT:
        yield slice(0, len(text))
        return
    looks = [_looks(clause) for clause in query.clauses]
    scores = []
    for start in range(0, len(text), _WINDOW):
        seen = _seen(text[start : start + _WINDOW + _OVERLAP])
        scores.append((-sum(bool(look.search(seen)) for look in looks), start))
    for _score, start in sorted(scores)[:_MOST_WINDOWS]:
        yield slice(start, start + _WINDOW + _OVERLAP)


def _seen(text: str) -> str:
    """Nearly as `fold` has it, and much faster."""
    if text.isascii():
        return text.lower().replace("-", "").replace("'", "")
    text = _UNSEEN.sub("", unicodedata.normalize("NFKD", text.casefold()))
    return unicodedata.normalize("NFC", text)


def _looks(clause: Clause) -> re.Pattern:
    """What a text has where it meets the clause: others have it as well, few that meet it lack it.

    Endings are another matter: “parties” meets “party”, “organized” “organise”.
    """
    terms = {term.lstrip(FORM) for phrase in clause.either for term in phrase.terms[:1]}
    return re.compile("|".join(re.escape(term[: max(3, len(term) - 3)]) for term in terms))


def _query(words: str | Query) -> Query:
    return words if isinstance(words, Query) else parse(words)


def _spans(text: str, query: Query) -> list[tuple[int, int, str]]:
    """Where in the text words meet the query, and which."""
    found = []
    for place, chunk in chunks(text):
        joined = [joined.token for joined in chunk.joined]
        tokens = [token for token in (*chunk.tokens, *joined) if _meets(token, query)]
        found += [(place + token.start, place + token.end, token.term) for token in tokens]
    return found


def _meets(token: Token, query: Query) -> bool:
    return (
        token.term in query.terms
        or token.form.startswith(query.beginnings)
        or token.term.startswith(query.beginnings)
    )


def _best_stretch(text: str, query: Query, length: int) -> tuple[int, int]:
    """Where to begin so that most different words of the query are seen, and how many."""
    spans = _spans(text, query)
    best, most = 0, 0
    for number, (start, _end, _term) in enumerate(spans):
        terms = set()
        for other_start, _other_end, term in spans[number : number + 40]:
            if other_start - start > length - _BEFORE:
                break
            terms.add(term)
        if len(terms) > most:
            best, most = start, len(terms)
        if number > 2000:
            break
    return best, most


def _cut(text: str, start: int, length: int) -> str:
    """About `length` characters from a little before `start`, not within a word, on one line."""
    around = max(0, start - length), start + 2 * length
    before, after = around[0] > 0, around[1] < len(text)
    start -= around[0]
    text = text[slice(*around)]
    start = len(" ".join(text[:start].split())) + bool(text[:start].split())
    text = " ".join(text.split())
    return _cut_line(text, start, length, before, after)


def _cut_line(text: str, start: int, length: int, before: bool, after: bool) -> str:
    """Of a line before and after which there may be more."""
    if len(text) <= length and not before and not after:
        return text
    start = max(0, min(start - _BEFORE, len(text) - length))
    end = min(len(text), start + length)
    if start:
        space = text.find(" ", start, start + 30)
        start = space + 1 if space >= 0 else start
    if end < len(text):
        space = text.rfind(" ", end - 30, end)
        end = space if space >= 0 else end
    is_cut = start > 0 or before, end < len(text) or after
    return ("… " if is_cut[0] else "") + text[start:end] + (" …" if is_cut[1] else "")


def _html(text: str, spans: list[tuple[int, int, str]]) -> SafeString:
    pieces, done = [], 0
    for start, end in _merged(spans):
        pieces += [escape(text[done:start]), "<mark>", escape(text[start:end]), "</mark>"]
        done = end
    pieces.append(escape(text[done:]))
    return mark_safe("".join(pieces))


def _merged(spans) -> list[list[int]]:
    merged: list[list[int]] = []
    for start, end, _term in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        elif end > start:
            merged.append([start, end])
    return merged
