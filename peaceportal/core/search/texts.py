"""What of a record is searched. Models say it themselves, in `search_texts`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.apps import apps
from django.db import models

from peaceportal.core.search.analysis import FORM, GAP, stream, streams

# What an entry holds, most telling first. PostgreSQL calls them A to D.
COLUMNS = ("title", "names", "summary", "body")

# Terms. PostgreSQL keeps no place past 16,383, and no more than 255 places of one term in an
# entry: long texts are indexed in parts, which share a few terms so that phrases are not cut.
MOST = {"title": 500, "names": 2000, "summary": 3000}
BODY_PART = 2000
SHARED = 20
MOST_PARTS = 4096


@dataclass(frozen=True)
class SearchTexts:
    """Plain texts of a record: no markup, and nothing that is not shown where the record is."""

    title: str = ""
    names: tuple[str, ...] = ()
    summary: str = ""
    body: str = ""

    def parts(self) -> Iterator[str]:
        """What an excerpt may be taken from, the best first."""
        yield from filter(None, (self.summary, self.body, *self.names))


@dataclass(frozen=True)
class Entry:
    """A record, or a part of a long one, as it stands in the index: terms by column."""

    id: int
    record_pk: int
    uid: UUID
    terms: dict[str, list[str]]

    @property
    def digest(self) -> str:
        text = "\n".join(" ".join(self.terms[name]) for name in COLUMNS)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def searched_models() -> list[type[models.Model]]:
    """Models that declare `search_number` (their number in the index, for good)."""
    found = [model for model in apps.get_models() if getattr(model, "search_number", None)]
    return sorted(found, key=lambda model: model.search_number)


def records_of(model, using: str):
    """All records of a model, seen or unseen, with what `search_texts` reads of each."""
    names = getattr(model, "search_related", ())
    return (
        model._base_manager.using(using)
        .order_by("pk")
        .prefetch_related(*(models.Prefetch(name, to_attr=f"searched_{name}") for name in names))
    )


# How many records are read at once: of those that may hold a book, few.
AT_ONCE, BOOKS_AT_ONCE = 1000, 20


def at_once(model) -> int:
    return BOOKS_AT_ONCE if getattr(model, "is_searched_in_parts", False) else AT_ONCE


def related(record, name: str) -> list:
    """What `records_of` read of a relation in `search_related`, or what can be read now."""
    read = getattr(record, f"searched_{name}", None)
    return list(getattr(record, name).all()) if read is None else read


def leave_related(record) -> None:
    """Have `search_texts` read no relation that was not read already, as for excerpts in lists."""
    for name in getattr(record, "search_related", ()):
        if not hasattr(record, f"searched_{name}"):
            setattr(record, f"searched_{name}", [])


# The number of an entry: the model's, then the primary key in 40 bits, then the part in 12.
PK_SHIFT, MODEL_SHIFT = 12, 52


def entry_id(model, pk: int, part: int = 0) -> int:
    return model.search_number << MODEL_SHIFT | pk << PK_SHIFT | part


def entry_range(model) -> tuple[int, int]:
    """The lowest and the highest number that an entry of the model can have."""
    return entry_id(model, 0), (model.search_number + 1 << MODEL_SHIFT) - 1


def entries_of(record) -> list[Entry]:
    texts = record.search_texts()
    head = {
        "title": stream(texts.title)[: MOST["title"]],
        "names": streams(texts.names)[: MOST["names"]],
        "summary": stream(texts.summary),
    }
    body = stream(texts.body)
    beyond = head["summary"][MOST["summary"] :]
    if beyond:
        head["summary"] = head["summary"][: MOST["summary"]]
        body = [*beyond, GAP, *body]
    if not body and not any(head.values()):
        return []
    starts = range(0, max(1, len(body) - SHARED), BODY_PART - SHARED)[:MOST_PARTS]
    return [
        Entry(
            entry_id(type(record), record.pk, part),
            record.pk,
            record.uid,
            head | {"body": body[start : start + BODY_PART]},
        )
        for part, start in enumerate(starts)
    ]


def words_of(entries: Iterable[Entry]) -> set[str]:
    """The words by which a mistyped one may be put right."""
    terms = set().union(*(entry.terms[name] for entry in entries for name in COLUMNS))
    words = {term.lstrip(FORM) for term in terms}
    return {word for word in words if 4 <= len(word) <= 40 and word.isalpha()}
