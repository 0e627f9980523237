"""The readable part of an address: made once, and once public never given to another page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from django.db import models
from django.utils.translation import gettext_lazy as _

from peaceportal.core.records import Record

LONGEST_SLUG = 80


class OldSlug(Record):
    """A slug that was public once. It redirects to its page for ever."""

    is_versioned = False

    model = models.CharField(_("kind of page"), max_length=80)
    slug = models.CharField(_("slug"), max_length=LONGEST_SLUG)
    page_uid = models.UUIDField(_("page"), db_index=True)

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
    kept = (char if char == "_" or unicodedata.category(char)[0] in "LNM" else " " for char in text)
    slug = unicodedata.normalize("NFC", "-".join("".join(kept).split()))
    return cut(slug.strip("-_"), LONGEST_SLUG)


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
    base = slugify(title) or f"{page.kind_of_page}-{str(page.uid)[:8]}"
    if base not in taken and not is_taken(page, base):
        return base
    known = set(taken) | _slugs_like(page, base)
    number = 2
    while (slug := _numbered(base, number)) in known:
        number += 1
    return slug


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
    former = OldSlug.objects.filter(model=page._meta.label_lower, slug=slug)
    return former.exclude(page_uid=page.uid).exists()
