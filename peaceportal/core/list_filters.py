"""Filters beside the lists of the admin."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from peaceportal.core.dates import EDTFDate
from peaceportal.core.facets import KEPT
from peaceportal.core.remembered import content_state

MOST_SPANS = 5000  # that differ, about: the weight of what is kept


class RemovedFilter(admin.SimpleListFilter):
    title = _("removed or not")
    parameter_name = "removed"

    def lookups(self, request, model_admin):
        return [("no", _("on the site, or not yet")), ("yes", _("removed"))]

    def queryset(self, request, queryset):
        if self.value() in {"no", "yes"}:
            return queryset.filter(removed_at__isnull=self.value() == "no")
        return queryset


class NestedFilter(admin.SimpleListFilter):
    """A filter some of whose choices stand beneath others."""

    template = "admin/nested_filter.html"

    def nested_lookups(self, request, model_admin) -> Iterable[tuple[str, str, int]]:
        """The value, the words and the depth of each choice."""
        raise NotImplementedError

    def lookups(self, request, model_admin):
        found = [*self.nested_lookups(request, model_admin)]
        self.depths = [depth for _value, _words, depth in found]
        return [(value, words) for value, words, _depth in found]

    def choices(self, changelist):
        for depth, choice in zip([0, *self.depths], super().choices(changelist), strict=True):
            yield choice | {"depth": depth}


class TimeFilter(NestedFilter):
    """Decades in which records lie, and within the chosen one its years.

    By overlap: what lasted from 1948 to 1960 is found under each of three decades. The values
    are EDTF, as `195X` and `1953`.
    """

    parameter_name = "time"

    def years(self, queryset) -> Iterable[tuple[int | None, int | None]]:
        """The first and last years of records, as they differ; None is an open end."""
        raise NotImplementedError

    def within(self, queryset, after: date, before: date):
        """Those of `queryset` that overlap the time from `after` to `before`."""
        raise NotImplementedError

    def nested_lookups(self, request, model_admin):
        spans = KEPT.get_or(
            content_state(),
            ("years in the admin", model_admin.opts.label),
            lambda: closed(self.years(model_admin.get_queryset(request))),
            MOST_SPANS,
        )
        chosen = (self.value() or "")[:3]
        decades = {year // 10 for first, last in spans for year in range(first, last + 1)}
        for decade in sorted(decades, reverse=True):
            if decade:  # the years 1 to 9 are none in EDTF
                value = EDTFDate.from_edtf(f"{decade:03d}X")
                yield value.edtf, str(value), 0
            if f"{decade:03d}" == chosen or not decade:
                for year in range(decade * 10 + 9, max(decade * 10, 1) - 1, -1):
                    if any(first <= year <= last for first, last in spans):
                        yield f"{year:04d}", str(year), 1

    def queryset(self, request, queryset):
        if self.value() not in {value for value, _words in self.lookup_choices}:
            return queryset
        chosen = EDTFDate.from_edtf(self.value())
        return self.within(queryset, chosen.earliest, chosen.latest)


def closed(spans: Iterable[tuple[int | None, int | None]]) -> list[tuple[int, int]]:
    """With the ends that are open put where the known years begin and end."""
    spans = [span for span in spans if span != (None, None)]
    known = [year for span in spans for year in span if year is not None]
    if not known:
        return []
    lowest, highest = min(known), max(known)
    return [
        (lowest if first is None else first, highest if last is None else last)
        for first, last in spans
    ]
