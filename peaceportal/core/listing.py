"""Lists of records in the admin: columns that tell, and an answer to any address."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import NotRelationField, get_fields_from_path
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import FieldDoesNotExist
from django.db import DataError, models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

LONGEST_SEARCH = 200  # characters
NAMES_SHOWN = 3  # in a column; forty would hide the rest of the list


class UnknownLast(models.F):
    """Orders a column of dates: what is unknown stays last in both directions."""

    def asc(self, **kwargs):
        return super().asc(nulls_last=True)

    def desc(self, **kwargs):
        return super().desc(nulls_last=True)


def date_column(name: str, description: str) -> Callable[[models.Model], str | None]:
    """A column of changelists that prints date `name` in words, and a dash where it is empty."""

    @admin.display(description=description, ordering=UnknownLast(f"{name}_earliest"))
    def column(record):
        value = getattr(record, name)
        return str(value) if value else None

    column.__name__ = name
    return column


def names(records: Iterable[models.Model]) -> str | None:
    """The names of related records in one column; None, shown as a dash, where there are none."""
    found = [str(record) for record in records]
    shown, more = ", ".join(found[:NAMES_SHOWN]), len(found) - NAMES_SHOWN
    if more < 1:
        return shown or None
    return ngettext("%(names)s and %(count)d more", "%(names)s and %(count)d more", more) % {
        "names": shown,
        "count": more,
    }


class Rows(ChangeList):
    """A changelist that reads many-to-many columns at once and takes any address."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.is_popup:
            self.title = capfirst(self.opts.verbose_name_plural)

    def apply_select_related(self, qs):
        rows = super().apply_select_related(qs)
        return rows.prefetch_related(*self.model_admin.list_prefetch_related)

    def get_results(self, request):
        try:
            super().get_results(request)
        except (DataError, OverflowError, ValueError) as error:  # the database could not read it
            raise IncorrectLookupParameters(error) from error


class ListAdmin(admin.ModelAdmin):
    """Lists whatever is asked for: nothing that stands in an address is an error of the server."""

    # Many-to-many relations that a column shows.
    list_prefetch_related: tuple[str, ...] = ()
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # each would count every row

    def get_changelist(self, request, **kwargs):
        return Rows

    def lookup_allowed(self, lookup, value, request=None):
        """Filters compare fields; other lookups, as `__regex`, could fail in the database."""
        path = lookup.removesuffix("__exact").removesuffix("__isnull")
        if "__" in path:
            try:
                get_fields_from_path(self.model, path)
            except (FieldDoesNotExist, NotRelationField):
                return False
        return super().lookup_allowed(lookup, value, request)

    def response_action(self, request, queryset):
        try:
            return super().response_action(request, queryset)
        except (DataError, OverflowError, ValueError):  # no row has such a number
            self.message_user(request, _("Nothing was done: choose rows first."), messages.WARNING)
            return None

    def get_search_results(self, request, queryset, search_term):
        """Each record once, by semi-join. Used by lists and by autocomplete."""
        term = search_term.replace("\0", "")[:LONGEST_SEARCH]
        found, may_repeat = super().get_search_results(request, queryset, term)
        if not may_repeat:
            return found, False
        matches, _repeats = super().get_search_results(request, self.model.objects.all(), term)
        return queryset.filter(pk__in=matches.order_by().values("pk")), False
