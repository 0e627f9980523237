"""A list that an address filters: what was asked, said in words, and the addresses it leads to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

import django_filters
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from peaceportal.core.dates import EDTFDate
from peaceportal.core.paging import ResultPage, result_page
from peaceportal.core.publishing import Page
from peaceportal.core.search.asking import ask
from peaceportal.core.search.query import Query


@dataclass(frozen=True)
class Tag:
    """One thing that was asked for, and the address of the query without it."""

    label: str
    address: str


class Finder(django_filters.FilterSet):
    """A query in an address. Valid values are applied, whatever stands beside them.

    Subclasses declare the filters, and name in `phrases` what each says in the sentence.
    """

    # The values that an address need not say.
    defaults: dict[str, str] = {}
    # Where the list is, as `reverse` gives it.
    path = ""

    def __init__(self, data, queryset: QuerySet):
        super().__init__(data=data, queryset=queryset)
        self.form.is_valid()  # fills cleaned_data with all that can be read
        self.asked = {
            name: self.form.cleaned_data.get(name, getattr(field, "default", None))
            for name, field in self.form.fields.items()
        }

    def get_form_class(self):
        return self._meta.form  # its fields say more than the filters could

    def filter_queryset(self, queryset, without=()):
        """`queryset` with every valid filter but those named in `without`."""
        for name in self.filters:
            value = self.asked.get(name)
            if name not in without and value not in (None, "", []):
                queryset = self.filters[name].filter(queryset, value)
        return queryset

    @cached_property
    def words(self) -> Query:
        """The words asked for, read once however many counts ask for them."""
        return ask(self.asked.get("q") or "", self.queryset.db)

    # Addresses

    def said(self) -> Iterator[tuple[str, object, str]]:
        """Each value that was read: its parameter, the value, and how an address writes it.

        In one order, without defaults and paging.
        """
        for name in self.form.fields:
            values = self.asked[name]
            for value in values if isinstance(values, list) else [values]:
                text = parameter(value)
                if text and name != "page" and text != self.defaults.get(name):
                    yield name, value, text

    @cached_property
    def parameters(self) -> list[tuple[str, str]]:
        """The canonical parameters."""
        return [(name, text) for name, _value, text in self.said()]

    def address(self, pairs: list[tuple[str, str]] | None = None, *, page: int = 1) -> str:
        pairs = self.parameters if pairs is None else pairs
        if page > 1:
            pairs = [*pairs, ("page", str(page))]
        return f"{self.path}?{urlencode(pairs)}" if pairs else self.path

    @property
    def canonical(self) -> str:
        return self.address(page=self.page_number)

    def without(self, name: str, value: str) -> str:
        """The address of this query without one of its values."""
        return self.address([pair for pair in self.parameters if pair != (name, value)])

    def ordered(self, order: str) -> str:
        """The address of this query in another order."""
        pairs = [pair for pair in self.parameters if pair[0] != "order"]
        if order != self.defaults.get("order"):
            pairs.append(("order", order))
        return self.address(pairs)

    # Words

    def phrases(self) -> list[str]:
        """What was asked, a phrase for each filter."""
        raise NotImplementedError

    @property
    def is_filtered(self) -> bool:
        return any(name != "order" for name, _value in self.parameters)

    @cached_property
    def tags(self) -> list[Tag]:
        return [
            Tag(self.tag_label(name, value), self.without(name, text))
            for name, value, text in self.said()
            if name != "order"
        ]

    def tag_label(self, name: str, value) -> str:
        return words(value)

    # What could not be read

    @property
    def error_count(self) -> int:
        return sum(len(errors) for errors in self.form.errors.values())

    @property
    def first_error(self) -> str:
        """The id of the first field that has errors beside it."""
        return f"id_{next(iter(self.form.errors))}_error"

    # Results

    @property
    def page_number(self) -> int:
        return self.asked.get("page") or 1

    def result_page(self, rows: QuerySet, count: int) -> ResultPage:
        """The page asked for, its rows read by `rows`. Raises Http404 past the end."""
        return result_page(self.qs, rows, self.page_number, count)

    def next_address(self, page: ResultPage) -> str:
        return self.address(page=page.next) if page.next else ""

    def previous_address(self, page: ResultPage) -> str:
        return self.address(page=page.previous) if page.previous else ""


def parameter(value) -> str:
    """A value as it stands in an address; empty where there is none."""
    if isinstance(value, Page):
        return value.slug
    if isinstance(value, EDTFDate):
        return value.edtf
    if value is True:
        return "1"
    return str(getattr(value, "value", value)) if value else ""


def words(value) -> str:
    """A value as people read it."""
    if isinstance(value, Page):
        return value.title_text
    label = getattr(value, "label", value)
    return str(label) if isinstance(label, Promise) else f"{label}"


def either(values: list) -> str:
    """“Mediation or Peacebuilding”."""
    *first, last = [words(value) for value in values]
    if not first:
        return last
    return _("%(first)s or %(last)s") % {"first": ", ".join(first), "last": last}
