"""The words that were found, marked where they stand."""

from __future__ import annotations

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from peaceportal.core.search.analysis import Token, chunks
from peaceportal.core.search.query import Query, parse

LENGTH = 240  # characters
MOST_READ = 200_000  # characters of one text: of a longer one the beginning
_BEFORE = 60


def marked(text: str, words: str | Query) -> SafeString:
    """The text as HTML, with `<mark>` around the words that meet the query."""
    return _html(text, _spans(text, _query(words)))


def excerpt(record, words: str | Query, length: int = LENGTH) -> SafeString:
    """The stretch of a record's texts that has most of the words, as HTML with `<mark>`.

    Where none has any, the beginning of the first; empty if the record has no text.
    """
    query = _query(words)
    best, best_score = "", (-1, 0)
    for order, text in enumerate(record.search_texts().parts()):
        text = " ".join(text[:MOST_READ].split())
        start, found = _best_stretch(text, query, length)
        score = (found, -order)
        if score > best_score:
            best, best_score = _cut(text, start, length), score
    return marked(best, query)


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
    """About `length` characters from a little before `start`, not within a word."""
    if len(text) <= length:
        return text
    start = max(0, min(start - _BEFORE, len(text) - length))
    end = min(len(text), start + length)
    if start:
        space = text.find(" ", start, start + 30)
        start = space + 1 if space >= 0 else start
    if end < len(text):
        space = text.rfind(" ", end - 30, end)
        end = space if space >= 0 else end
    return ("… " if start else "") + text[start:end] + (" …" if end < len(text) else "")


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
