"""The documents of an event by kind, each with its versions in other languages or later states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import ngettext

from timeline.models import Document


@dataclass(frozen=True)
class Group:
    """Documents of one kind: lists of those that are versions of each other, the first first."""

    kind: str
    families: list[list[Document]]

    @property
    def is_headed(self) -> bool:
        """Texts of an agreement always say so: readers look for them."""
        return self.kind == Document.Kind.AGREEMENT_TEXT

    @property
    def heading(self) -> str:
        count = sum(map(len, self.families))
        match self.kind:
            case Document.Kind.AGREEMENT_TEXT:
                return ngettext("Text of the agreement", "Texts of the agreement", count)
            case Document.Kind.REPORT:
                return ngettext("Report", "Reports", count)
            case Document.Kind.RECORD:
                return ngettext("Record", "Records", count)
        return ngettext("Guidance", "Guidance", count)


def groups(documents: Iterable[Document]) -> list[Group]:
    """Texts of an agreement come first: they are what most readers look for."""
    documents = list(documents)
    found = []
    for kind in Document.Kind:
        ours = [document for document in documents if document.kind == kind]
        if ours:
            found.append(Group(kind, list(_families(ours))))
    return found


def other_languages(document: Document, documents: Iterable[Document]) -> list[Document]:
    """Those of an event's documents that are this text in another language, and can be read."""
    for family in _families(list(documents)):
        if document in family:
            others = [other for other in family if other.language != document.language]
            return [other for other in others if other.text_from]
    return []


def _families(documents: list[Document]) -> Iterator[list[Document]]:
    """Where the first version is not shown, its versions still stand together."""
    above = {document.pk: document.version_of_id for document in documents}
    families: dict[int, list[Document]] = {}
    for document in documents:
        families.setdefault(_first(document.pk, above), []).append(document)
    for first, family in families.items():
        yield sorted(family, key=lambda each: (each.pk != first, each.language, each.pk))


def _first(pk: int, above: dict[int, int | None]) -> int:
    """The document that this is a version of in the end; of a circle the lowest number."""
    seen = [pk]
    while (other := above.get(seen[-1])) is not None:
        if other in seen:
            return min(seen[seen.index(other) :])
        seen.append(other)
    return seen[-1]
