"""Form fields for what stands in the address of a list.

What cannot be read is named in an error beside its field, and what can be read still counts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from peaceportal.core.addresses import Gone, where_it_went
from peaceportal.core.dates import UNKNOWN, DateError, EDTFDate, parse
from peaceportal.core.publishing import Page
from peaceportal.core.slugs import OldSlug

MOST_VALUES = 50
LONGEST_WORDS = 200
SHOWN = 60


class PartlyRead(ValidationError):
    """Some of several values cannot be taken; `taken` can."""

    def __init__(self, message, taken):
        super().__init__(message)
        self.taken = taken


class QueryForm(forms.Form):
    """A form in which an error beside a field keeps what was read of it."""

    use_required_attribute = False

    def add_error(self, field, error):
        super().add_error(field, error)
        if field and isinstance(error, PartlyRead):
            self.cleaned_data[field] = error.taken


def shown(value: str) -> str:
    """What somebody typed, short enough and plain enough to name in a sentence."""
    plain = "".join(char if char.isprintable() else "�" for char in value)
    return plain if len(plain) <= SHOWN else plain[: SHOWN - 1] + "…"


class ListField(forms.Field):
    """A parameter that may be repeated. Subclasses read the values in `take`."""

    widget = forms.MultipleHiddenInput

    def __init__(self, *, required=False, **kwargs):
        super().__init__(required=required, **kwargs)

    def clean(self, value):
        values = list(dict.fromkeys(part.strip() for part in value or [] if part.strip()))
        taken, unread = self.take(values[:MOST_VALUES])
        refusals = [self.refusal(shown(value)) for value in unread]
        if len(values) > MOST_VALUES:
            message = _("At most %(most)d values are read; the others are left out.")
            refusals.append(message % {"most": MOST_VALUES})
        if refusals:
            raise PartlyRead(refusals, taken)
        return taken

    def take(self, values: list[str]) -> tuple[list, list[str]]:
        """What the values mean, and those that mean nothing here."""
        raise NotImplementedError

    def refusal(self, value: str) -> str:
        raise NotImplementedError


class PagesField(ListField):
    """Public pages by their slugs, those that lead to them now included."""

    def __init__(self, *, model, **kwargs):
        self.model = model
        super().__init__(**kwargs)

    def take(self, values):
        slugs = {value: unicodedata.normalize("NFC", value) for value in values}
        readable = [slug for slug in slugs.values() if slug.isprintable() and len(slug) <= 200]
        found = {page.slug: page for page in self.pages_at(readable)} if readable else {}
        missing = [slug for slug in readable if slug not in found]
        if missing:
            found |= self.where_they_went(missing)
        taken = {found[slug].pk: found[slug] for slug in slugs.values() if slug in found}
        return list(taken.values()), [value for value, slug in slugs.items() if slug not in found]

    def pages_at(self, slugs: list[str]) -> Iterable:
        return self.model.objects.published().order_by().filter(slug__in=slugs)

    def where_they_went(self, slugs: list[str]) -> dict[str, Page]:
        """The public pages to which these slugs lead: old ones, and those of merged pages."""
        old = OldSlug.objects.filter(model=self.model._meta.label_lower, slug__in=slugs)
        uids = dict(old.values_list("slug", "page_uid"))
        former = self.model.objects.filter(Q(slug__in=slugs) | Q(uid__in=uids.values()))
        found = {}
        for page in former.select_related("merged_into").order_by():
            try:
                now = page if page.is_public() else where_it_went(page)
            except (Gone, Http404):
                continue
            leading = {slug for slug, uid in uids.items() if uid == page.uid} | {page.slug}
            found |= dict.fromkeys(leading.intersection(slugs), now)
        return found

    def refusal(self, value):
        return _("There is no %(kind)s “%(value)s” here. It was left out.") % {
            "kind": self.model._meta.verbose_name,
            "value": value,
        }


class TreeField(PagesField):
    """Pages of a tree that is small enough to be read, and offered, as a whole."""

    @cached_property
    def public_pages(self) -> list:
        """All that could be asked, by name, without their long texts."""
        return list(self.model.objects.published().defer("body", "summary"))

    def pages_at(self, slugs):
        return [page for page in self.public_pages if page.slug in slugs]


class WordsOfListField(ListField):
    """Words of a vocabulary."""

    def __init__(self, *, vocabulary, **kwargs):
        self.vocabulary = vocabulary
        super().__init__(**kwargs)

    def take(self, values):
        known = [value for value in values if value in self.vocabulary.values]
        return [self.vocabulary(value) for value in known], [v for v in values if v not in known]

    def refusal(self, value):
        return _("“%(value)s” is none of %(words)s. It was left out.") % {
            "value": value,
            "words": ", ".join(self.vocabulary.values),
        }


class QueryCharField(forms.CharField):
    """One value, the last of a repeated parameter; without what no database can hold."""

    def __init__(self, *, required=False, max_length=LONGEST_WORDS, **kwargs):
        self.longest = max_length
        super().__init__(required=required, **kwargs)

    def to_python(self, value):
        value = unicodedata.normalize("NFC", " ".join(super().to_python(value).split()))
        if not value.isprintable() and re.search(r"[\x00-\x1f\x7f\ud800-\udfff]", value):
            raise ValidationError(_("This holds characters that cannot be read. Type it again."))
        if len(value) > self.longest:
            raise ValidationError(
                _("This is longer than %(longest)d characters. Write less of it.")
                % {"longest": self.longest}
            )
        return value

    def prepare_value(self, value):
        return "".join(char for char in value if char.isprintable()) if value else value


class BoundField(QueryCharField):
    """One end of a span: a year, a month or a day. Gives an EDTFDate; None if empty."""

    def to_python(self, value):
        text = super().to_python(value)
        if not text:
            return None
        try:
            date = parse(text)
        except DateError:
            date = UNKNOWN
        if not (date.is_single and date.is_plain) or date.start.is_decade:
            raise ValidationError(
                _(
                    "“%(text)s” cannot be read as one year, month or day. "
                    "Write for example 1990, July 2024 or 27 July 1953."
                )
                % {"text": shown(text)}
            )
        return date

    def validate(self, value):
        pass

    def run_validators(self, value):
        pass

    def prepare_value(self, value):
        return value.edtf if isinstance(value, EDTFDate) else super().prepare_value(value)


class ChoiceField(QueryCharField):
    """One of a few words; `default` if empty."""

    def __init__(self, *, words: dict[str, str], default: str, **kwargs):
        self.words, self.default = words, default
        super().__init__(**kwargs)

    def to_python(self, value):
        value = super().to_python(value) or self.default
        if value not in self.words:
            raise PartlyRead(
                _("“%(value)s” is none of %(words)s. It was left out.")
                % {"value": shown(value), "words": ", ".join(filter(None, self.words))},
                self.default,
            )
        return value


class PageNumberField(QueryCharField):
    """The number of a page of results, from 1. None if empty."""

    def to_python(self, value):
        value = super().to_python(value)
        if not value:
            return None
        if not re.fullmatch(r"[0-9]{1,18}", value) or int(value) < 1:
            raise PartlyRead(
                _("“%(value)s” is not a page number. This is the first page.")
                % {"value": shown(value)},
                None,
            )
        return int(value)

    def validate(self, value):
        pass

    def run_validators(self, value):
        pass
