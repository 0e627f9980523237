"""Lists of records in the admin: columns that tell, and an answer to any address."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import (
    NotRelationField,
    get_fields_from_path,
    lookup_spawns_duplicates,
)
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import FieldDoesNotExist
from django.core.paginator import InvalidPage
from django.db import DataError, models
from django.db.models.expressions import OrderBy
from django.utils.text import capfirst, smart_split, unescape_string_literal
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from peaceportal.core.long_lists import A_PAGE, LongList, rows

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
        found = super().apply_select_related(qs)
        return found.prefetch_related(*self.model_admin.list_prefetch_related)

    def get_ordering_field(self, field_name):
        """Titles in the order of the site, which is indexed and takes É for E."""
        if field_name == getattr(self.model, "title_field", None):
            return "sort_name"
        return super().get_ordering_field(field_name)

    def _get_deterministic_ordering(self, ordering):
        """Equal rows in the direction of the others, so that one index serves both ways."""
        found = super()._get_deterministic_ordering(ordering)
        if len(found) > len(ordering) and not _is_descending(found[0]):
            found[-1] = "pk"
        return found

    def get_results(self, request):
        """See `long_lists`. The attributes are those of Django's own method."""
        long = self.paginator = self.model_admin.get_paginator(
            request, self.queryset, self.list_per_page
        )
        try:
            self.result_count, self.full_result_count = long.count, None
            self.can_show_all = self.result_count <= self.list_max_show_all
            self.multi_page = self.result_count > self.list_per_page
            if self.multi_page and not (self.show_all and self.can_show_all):
                keys = long.keys(self.page_num, self.list_per_page)
            else:
                keys = long.keys(1, max(self.result_count, 1))
            self.result_list = rows(self.apply_select_related(self.root_queryset), keys)
        except (DataError, InvalidPage, OverflowError, ValueError) as error:
            raise IncorrectLookupParameters(error) from error  # the database could not read it
        self.show_full_result_count = False
        self.show_admin_actions = True


def _is_descending(part) -> bool:
    if isinstance(part, str):
        return part.startswith("-")
    return isinstance(part, OrderBy) and part.descending


class ListAdmin(admin.ModelAdmin):
    """Lists whatever is asked for: nothing that stands in an address is an error of the server."""

    # Many-to-many relations that a column shows.
    list_prefetch_related: tuple[str, ...] = ()
    list_per_page = A_PAGE
    paginator = LongList
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # each would count every row

    def get_changelist(self, request, **kwargs):
        return Rows

    def lookup_allowed(self, lookup, value, request=None):
        """Filters compare fields; other lookups, as `__regex`, could fail in the database."""
        path = lookup
        for ending in ("__exact", "__isnull", "__gte", "__lt"):  # the last two are of days
            path = path.removesuffix(ending)
        if "__" in path:
            try:
                get_fields_from_path(self.model, path)
            except (FieldDoesNotExist, NotRelationField):
                return False
        return super().lookup_allowed(lookup, value, request)

    def response_action(self, request, queryset):
        if request.POST.get("select_across", "0") not in {"", "0"}:
            shown = self.get_paginator(request, queryset, self.list_per_page)
            if shown.is_cut:  # the list offers no such thing
                refused = _(
                    "Nothing was done: this list holds more than can be shown, so all of it cannot "
                    "be chosen at once. Choose a filter or search for something rarer."
                )
                self.message_user(request, refused, messages.WARNING)
                return None
        try:
            return super().response_action(request, queryset)
        except (DataError, OverflowError, ValueError):  # no row has such a number
            self.message_user(request, _("Nothing was done: choose rows first."), messages.WARNING)
            return None

    def get_search_results(self, request, queryset, search_term):
        """Each record once: what is found in its rows, by semi-join. `search_fields` are plain
        names, any of which may hold each word. Used by lists and by autocomplete.
        """
        fields = self.get_search_fields(request)
        for word in smart_split(search_term.replace("\0", "")[:LONGEST_SEARCH]):
            if word.startswith(('"', "'")) and word[0] == word[-1]:
                word = unescape_string_literal(word)
            holds = models.Q()
            for field in fields:
                here = models.Q(**{f"{field}__icontains": word})
                if lookup_spawns_duplicates(self.opts, field):
                    here = models.Q(pk__in=self.model._base_manager.filter(here).values("pk"))
                holds |= here
            queryset = queryset.filter(holds)
        return queryset, False
