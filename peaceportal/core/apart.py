"""Records that are called the same, told apart wherever staff choose between them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db.models import prefetch_related_objects
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from peaceportal.core.folding import fold
from peaceportal.core.publishing import Page
from peaceportal.core.standing import standing

LONGEST_NAME = 250  # characters of a name that something else follows
LONGEST_MARK = 80  # of each thing that follows; an address is never longer


def apart(pages: Sequence[Page], *, repeated: Collection[str] = ()) -> list[str]:
    """What each is called. Those of one name, or of one that `repeated` holds, with what tells
    them apart: their own marks and how they stand; the address where that is still the same.
    """
    names = [page.title_text for page in pages]
    folded = [fold(name) for name in names]
    again = {fold(name) for name in repeated} | {one for one in folded if folded.count(one) > 1}
    told = [
        marked(page) if key in again else name
        for page, name, key in zip(pages, names, folded, strict=True)
    ]
    known: dict[str, set] = {}
    for page, words in zip(pages, told, strict=True):
        known.setdefault(fold(words), set()).add(page.pk)
    return [
        marked(page, page.slug) if len(known[fold(words)]) > 1 else words
        for page, words in zip(pages, told, strict=True)
    ]


def read_marks(pages: Sequence[Page]) -> None:
    """What tells many apart, read at once: one query for pages of a kind."""
    if pages and any(field.name == "parent" for field in pages[0]._meta.fields):
        prefetch_related_objects(pages, "parent")


def marked(page: Page, *more: str) -> str:
    """“Peace Forum (PF, part of Peace Union, draft)”."""
    marks = [*page.marks(), standing(page)[1], *more]
    told = {
        "name": Truncator(page.title_text).chars(LONGEST_NAME),
        "marks": ", ".join(Truncator(str(mark)).chars(LONGEST_MARK) for mark in marks if mark),
    }
    return _("%(name)s (%(marks)s)") % told
