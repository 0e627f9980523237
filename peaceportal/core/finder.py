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
from peaceportal.core.held import Held
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
    # Where the list is, as `reverse` gives it, and in which other forms it is had.
    path = ""
    forms: tuple[str, ...] = ()
    # What the list is called where nothing is asked of it.
    whole: str | Promise = ""
    # Which row has which value, where this process holds it for counting.
    held: Held | None = None
    # How many rows it finds, once that is known.
    count = 0
    # What is asked as one thing, in the order of the sentence, each with its parameters.
    groups: dict[str, tuple[str, ...]] = {}

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
        in_order = self.asked.get("order") == "relevance"
        return ask(self.asked.get("q") or "", self.queryset.db, in_order=in_order)

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

    def address_without(self, *names: str) -> str:
        """The address of this query without these parameters, up to the “?” or “&” of others."""
        address = self.address([pair for pair in self.parameters if pair[0] not in names])
        return f"{address}{'&' if '?' in address else '?'}"

    def only(self, *groups: str) -> str:
        """The address of this query with these groups of parameters, and none of the others."""
        names = {name for group in groups for name in self.groups[group]} | {"order"}
        return self.address([pair for pair in self.parameters if pair[0] in names])

    def instead(self, name: str, page: Page) -> str:
        """The address of this query with one page as all that parameter `name` asks."""
        others = [pair for pair in self.parameters if pair[0] != name]
        return self.address([(name, parameter(page)), *others])

    def ordered(self, order: str) -> str:
        """The address of this query in another order."""
        pairs = [pair for pair in self.parameters if pair[0] != "order"]
        if order != self.defaults.get("order"):
            pairs.append(("order", order))
        return self.address(pairs)

    # Words

    def phrases(self) -> dict[str, str]:
        """What was asked, a phrase for each group."""
        raise NotImplementedError

    def labels(self) -> dict[str, str]:
        """What was asked, each group as it is called where it stands alone."""
        return {
            group: either(self.asked[names[0]])
            for group, names in self.groups.items()
            if group in self.asked_groups and isinstance(self.asked[names[0]], list)
        }

    def number(self, count: int) -> str:
        """“6 events”."""
        raise NotImplementedError

    def qualities(self, count: int) -> str:
        """What the sentence says after the number."""
        return ", ".join(self.phrases().values())

    def sentence(self, count: int) -> str:
        return f"{self.number(count)} {self.qualities(count)}".strip()

    @cached_property
    def asked_groups(self) -> list[str]:
        names = {name for name, _value in self.parameters}
        return [group for group in self.groups if names.intersection(self.groups[group])]

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

    # Queries beside this one

    def asking(self, *groups: str) -> QuerySet:
        """What these groups of parameters ask, without any of the others."""
        asked = {name for group in groups for name in self.groups[group]}
        return self.filter_queryset(self.queryset, without=self.filters.keys() - asked)

    def asking_instead(self, name: str, page: Page) -> QuerySet:
        """What this query asks, with one page as all that parameter `name` asks."""
        others = self.filter_queryset(self.queryset, without={name, "order"})
        return self.filters[name].filter(others, [page])

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
        self.count = count
        found = self.filter_queryset(self.queryset)
        return result_page(found, rows, self.page_number, count)

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
