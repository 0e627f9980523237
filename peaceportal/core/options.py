"""The choices that a list offers beside it, each with the number of rows that it would find."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from operator import attrgetter
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from peaceportal.core.facets import Counted, Offered
from peaceportal.core.finder import Finder, parameter, words
from peaceportal.core.folding import fold
from peaceportal.core.query_fields import LONGEST_WORDS
from peaceportal.core.trees import branches

# On a page that offers all values of one parameter.
MOST_TO_CHOOSE = 100

# The parameters of its address: which group it offers, and what their names should hold.
CHOOSE, FIND = "choose", "find"


@dataclass(frozen=True)
class Option:
    """A value of a parameter that can be ticked. `depth` is how far it lies beneath another.

    `count` is what the query would find with it alone, and `number` the same in words; a word that
    only qualifies others has none.
    """

    name: str
    value: str
    label: str
    is_chosen: bool
    depth: int = 0
    count: int | None = None
    number: str = ""


@dataclass(frozen=True)
class Group:
    """The options of one parameter, with what could not be read of it.

    `more` is how many others there are, and `more_address` where they are offered.
    """

    name: str
    label: str
    options: list[Option]
    errors: list[str]
    more: int = 0
    more_address: str = ""


def group(finder: Finder, name: str, values: Iterable, counted: Counted, *, as_tree=False) -> Group:
    """The group of parameter `name`: all of `values`, whatever they would find."""
    offered = [(value, 0) for value in values]
    if as_tree:
        tops = branches(value for value, _depth in offered)
        offered = [pair for branch in tops for pair in branch.flat()]
    chosen = finder.asked.get(name) or []
    options = []
    for value, depth in offered:
        count, is_chosen = counted.of(value), value in chosen
        number = finder.number(count)
        option = Option(name, parameter(value), words(value), is_chosen, depth, count, number)
        options.append(option)
    return _group(finder, name, options)


def largest_group(finder: Finder, name: str, counted: Counted) -> Group:
    """The group of a parameter that asks for one of many pages: those of most rows."""
    return _by_count(finder, name, counted.largest, counted)


def _by_count(finder: Finder, name: str, pages: Iterable[Offered], counted: Counted) -> Group:
    """The options of these pages and of those that are chosen, the largest first."""
    chosen = {page.pk: Offered(*attrgetter(*Offered._fields)(page)) for page in finder.asked[name]}
    offered = chosen | {page.pk: page for page in pages}
    options = []
    for page in sorted(offered.values(), key=_order(counted)):
        count = counted.of(page)
        number = finder.number(count)
        option = Option(name, page.slug, page.name, page.pk in chosen, 0, count, number)
        options.append(option)
    more = len(counted.counts.keys() - offered.keys())
    return _group(finder, name, options, more, beside(finder, {CHOOSE: name}) if more else "")


def _order(counted: Counted) -> Callable[[Offered], tuple]:
    return lambda page: (-counted.of(page), page.sort_name, page.pk)


def _group(finder: Finder, name: str, options: list[Option], *more) -> Group:
    field = finder.form[name]
    return Group(name, str(field.label), options, list(field.errors), *more)


def beside(finder: Finder, parameters: Mapping[str, str]) -> str:
    """The address of this query with parameters that are none of its own."""
    return f"{finder.path}?{urlencode([*finder.parameters, *parameters.items()])}"


@dataclass(frozen=True)
class Choice:
    """A page that offers all the pages of one parameter, or those whose names hold some words.

    `kept` are the other parameters of the query, and `others` what they ask, in words. `total` is
    how many pages there are to choose from, of which the largest are options of `group`.
    """

    heading: str
    address: str
    finder: Finder
    group: Group
    kept: list[tuple[str, str]]
    others: str
    words: str
    total: int

    @property
    def is_cut(self) -> bool:
        return self.total > MOST_TO_CHOOSE


def to_choose(asked: Mapping[str, str], names: Iterable[str]) -> str:
    """The parameter whose pages an address wants to see offered; empty if none."""
    name = asked.get(CHOOSE, "")
    return name if name in names else ""


def choice(
    finder: Finder, name: str, asked: Mapping[str, str], pages: QuerySet, counted: Counted
) -> Choice:
    """What is chosen, and of the other `pages` that would find anything the largest. One query."""
    typed = "".join(char for char in asked.get(FIND, "") if char.isprintable())[:LONGEST_WORDS]
    folded = fold(typed)
    named = pages.called(folded) if folded else pages
    rows = named.order_by().values_list(*Offered._fields)
    matching = [Offered(*row) for row in rows if row[0] in counted.counts]
    shown = heapq.nsmallest(MOST_TO_CHOOSE, matching, key=_order(counted))
    others = [phrase for group, phrase in finder.phrases().items() if group != name]
    return Choice(
        heading=_("Choose %(pages)s") % {"pages": pages.model._meta.verbose_name_plural},
        address=beside(finder, {CHOOSE: name}),
        finder=finder,
        group=replace(_by_count(finder, name, shown, counted), more=0),
        kept=[pair for pair in finder.parameters if pair[0] != name],
        others=", ".join(others),
        words=typed,
        total=len(matching),
    )
