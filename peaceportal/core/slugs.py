"""The readable part of an address: made once, and once public never given to another page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from itertools import chain

from django.db import models
from django.utils.translation import gettext_lazy as _

from peaceportal.core.records import Record, RecordQuerySet

LONGEST_SLUG = 80
AHEAD = 5  # the first number that is not looked up beforehand
MOST_ASKED = 1000  # slugs in one query: SQLite takes 32,766 values at most


class OldSlugQuerySet(RecordQuerySet):
    def at(self, model: type[models.Model], slug: str):
        """The one with this address, of whatever page of this kind; or none."""
        return self.filter(model=model._meta.label_lower, slug=slug)


class OldSlug(Record):
    """A slug that was public once. It redirects to its page for ever."""

    is_versioned = False

    model = models.CharField(_("kind of page"), max_length=80)
    slug = models.CharField(_("slug"), max_length=LONGEST_SLUG)
    page_uid = models.UUIDField(_("page"), db_index=True)

    objects = OldSlugQuerySet.as_manager()

    class Meta:
        verbose_name = _("old address")
        verbose_name_plural = _("old addresses")
        ordering = ["model", "slug", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["model", "slug"], name="core_old_slug_is_one_page"),
        ]

    def __str__(self):
        return self.slug


def slugify(text: str) -> str:
    """Letters, figures and their marks of any script, joined by hyphens (NFC, lower case).

    Django's `slugify` is not used: it drops the vowel signs of Hindi or Thai.
    """
    text = unicodedata.normalize("NFC", text).lower()
    text = re.sub(r"(?<=\w)[’'](?=\w)", "", text)
    if text.isascii():  # as most titles are, in a tenth of the time
        slug = "-".join(re.sub("[^a-z0-9_]", " ", text).split())
    else:
        slug = unicodedata.normalize("NFC", "-".join(_letters(text).split()))
    return cut(slug.strip("-_"), LONGEST_SLUG)


def _letters(text: str) -> str:
    return "".join(
        char if char == "_" or unicodedata.category(char)[0] in "LNM" else " " for char in text
    )


def cut(slug: str, length: int) -> str:
    """At most `length` characters, ending in a whole word where one fits, never inside a letter."""
    if len(slug) <= length:
        return slug
    end = length
    while end > 1 and unicodedata.category(slug[end]).startswith("M"):
        end -= 1
    head = slug[:end]
    if slug[end] != "-" and "-" in head[length // 2 :]:
        head = head.rpartition("-")[0]
    return head.strip("-_")


def free_slug(page: models.Model, title: str, taken: Collection[str] = ()) -> str:
    """A slug for `page` that no other page of its kind has or had, nor `taken` holds."""
    base = slugify(title) or _last_resort(page)
    if base not in taken and not is_taken(page, base):
        return base
    known = set(taken) | _slugs_like(page, base)
    number = 2
    while (slug := _numbered(base, number)) in known:
        number += 1
    return slug


def _last_resort(page: models.Model) -> str:
    return f"{page.kind_of_page}-{str(page.uid)[:8]}"


def _numbered(base: str, number: int) -> str:
    suffix = f"-{number}"
    return cut(base, LONGEST_SLUG - len(suffix)) + suffix


def _slugs_like(page: models.Model, base: str) -> set[str]:
    """The slugs of other pages of its kind, now and once, that begin as a numbered one would."""
    beginning = cut(base, LONGEST_SLUG - len("-9999999"))
    others = type(page)._base_manager.filter(slug__startswith=beginning).exclude(uid=page.uid)
    former = OldSlug.objects.filter(model=page._meta.label_lower, slug__startswith=beginning)
    former = former.exclude(page_uid=page.uid)
    return {*others.values_list("slug", flat=True), *former.values_list("slug", flat=True)}


def is_taken(page: models.Model, slug: str) -> bool:
    """Whether another page of this kind has this slug, or had it in public."""
    others = type(page)._base_manager.filter(slug=slug).exclude(uid=page.uid)
    return others.exists() or was_anothers(page, slug)


def was_anothers(page: models.Model, slug: str) -> bool:
    return OldSlug.objects.at(type(page), slug).exclude(page_uid=page.uid).exists()


class SlugMaker:
    """Free slugs for many new pages of one kind, however many of them share a title."""

    def __init__(self, model: type[models.Model]):
        self.model = model
        self.numbered: dict[str, Iterator[str]] = {}
        self.given: set[str] = set()  # by this one, of those that end in a number

    def give(self, pages: list[models.Model]) -> None:
        bases = [slugify(page.title_text) or _last_resort(page) for page in pages]
        taken = taken_of(self.model, bases)
        self._look_ahead(taken - self.numbered.keys())
        for page, base in zip(pages, bases, strict=True):
            page.slug = base
            if base in taken or base in self.given:
                free = self.numbered.setdefault(base, self._numbered(base))
                page.slug = next(one for one in free if one not in taken and one not in self.given)
            taken.add(page.slug)
            if page.slug[-1].isdecimal():
                self.given.add(page.slug)

    def _look_ahead(self, bases: Collection[str]) -> None:
        """The first numbers of all these at once: most titles that come again come but twice."""
        ahead = {base: [_numbered(base, one) for one in range(2, AHEAD)] for base in bases}
        taken = taken_of(self.model, [slug for slugs in ahead.values() for slug in slugs])
        for base, slugs in ahead.items():
            free = [slug for slug in slugs if slug not in taken]
            self.numbered[base] = chain(free, self._numbered(base, AHEAD))

    def _numbered(self, base: str, number: int = 2) -> Iterator[str]:
        """Each once, if nobody had it when some of them were looked up together."""
        span = 8
        while True:
            some = [_numbered(base, one) for one in range(number, number + span)]
            taken = taken_of(self.model, some)
            yield from (slug for slug in some if slug not in taken)
            number, span = number + span, min(2 * span, MOST_ASKED)


def taken_of(model: type[models.Model], slugs: Collection[str]) -> set[str]:
    """Those of `slugs` that a page of this kind has, or had in public."""
    now = _among(model._base_manager.order_by(), slugs)
    return now | former_slugs(model, slugs)


def former_slugs(model: type[models.Model], slugs: Collection[str]) -> set[str]:
    """Those of `slugs` that were public once."""
    return _among(OldSlug.objects.filter(model=model._meta.label_lower).order_by(), slugs)


def _among(rows: models.QuerySet, slugs: Collection[str]) -> set[str]:
    found, asked = set(), list(slugs)
    for start in range(0, len(asked), MOST_ASKED):
        some = rows.filter(slug__in=asked[start : start + MOST_ASKED])
        found |= set(some.values_list("slug", flat=True))
    return found
