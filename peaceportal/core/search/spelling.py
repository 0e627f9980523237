"""The nearest spelling of what was not found, in words that anyone may see.

The words of the index come from seen and unseen records alike, so they only say where to look:
what is offered is read from the texts of a record that is public now.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q, QuerySet

from peaceportal.core.folding import fold
from peaceportal.core.search.analysis import chunks
from peaceportal.core.search.asking import SearchedQuerySet
from peaceportal.core.search.query import Query, parse
from peaceportal.core.search.store import SearchWord

MOST_WORDS = 4  # of a query that are looked at
MOST_CANDIDATES = 5  # of each, looked for in public records
SHORTEST = 4  # letters


def nearest(query: Query, public: Sequence[SearchedQuerySet]) -> str:
    """The query with words put right that no record of `public` has; empty if none can be."""
    words = query.typed.split()
    corrected, changes = list(words), 0
    for place, word in enumerate(words[: MOST_WORDS * 3]):
        if changes == MOST_WORDS:
            break
        bare = fold(word)
        if len(bare) < SHORTEST or not bare.isalpha() or _some_record(parse(word), public):
            continue
        better = _nearest_word(bare, public)
        if not better:
            return ""
        corrected[place] = better
        changes += 1
    if not changes:
        return ""
    text = " ".join(corrected)
    return text if _some_record(parse(text), public) else ""


def _nearest_word(word: str, public: Sequence[SearchedQuerySet]) -> str:
    for candidate in _candidates(word):
        record = _some_record(parse(f'"{candidate}"'), public)
        if record is None:
            continue
        forms = {
            token.form for text in _texts(record) for _at, c in chunks(text) for token in c.tokens
        }
        near = [(distance(word, form), form) for form in forms if len(form) >= SHORTEST - 1]
        steps, form = min(near, default=(99, ""))
        if steps <= _allowed(word):
            return form
    return ""


def _texts(record) -> Iterable[str]:
    texts = record.search_texts()
    return (texts.title, *texts.names, texts.summary, texts.body[:200_000])


def _candidates(word: str) -> list[str]:
    """Words of the index that few changes lead to, the nearest first."""
    allowed = _allowed(word)
    near = SearchWord.objects.filter(length__range=(len(word) - allowed, len(word) + allowed))
    alike = Q(word__startswith=word[0]) | Q(word__startswith=word[1])
    alike |= Q(word__endswith=word[-3:])
    found = [
        (distance(word, other), other)
        for other in near.filter(alike).values_list("word", flat=True)[:50_000]
    ]
    return [other for steps, other in sorted(found) if 0 < steps <= allowed][:MOST_CANDIDATES]


def _allowed(word: str) -> int:
    return 1 if len(word) < 6 else 2


def _some_record(query: Query, public: Sequence[QuerySet]):
    """Any of the records that meet the query."""
    for records in public:
        record = records.matching(query).order_by().first()
        if record is not None:
            return record
    return None


def distance(one: str, other: str) -> int:
    """Letters to add, drop, change or swap with the next (optimal string alignment).

    Given up, as 99, where the words are of very different length.
    """
    if abs(len(one) - len(other)) > 2:
        return 99
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, char in enumerate(one, 1):
        row = [i]
        for j, char_of_other in enumerate(other, 1):
            steps = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (char != char_of_other))
            if i > 1 and j > 1 and char == other[j - 2] and one[i - 2] == char_of_other:
                steps = min(steps, before[j - 2] + 1)
            row.append(steps)
        before, last = last, row
    return last[-1]
