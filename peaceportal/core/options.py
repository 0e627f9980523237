"""The choices that a list offers beside it, each with the number of rows that it would find."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple
from urllib.parse import urlencode

from django.db.models import CharField, QuerySet, Value

from peaceportal.core.finder import Finder, parameter, words
from peaceportal.core.folding import fold
from peaceportal.core.query_fields import LONGEST_WORDS
from peaceportal.core.trees import branches

# Of the pages that many rows name: beside the list, and on the page that offers all of them.
LARGEST, MOST_TO_CHOOSE = 10, 100

# The parameters of that page: which group it offers, and what their names should hold.
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


def group(
    finder: Finder,
    name: str,
    values: Iterable,
    counts: Mapping,
    *,
    as_tree: bool = False,
) -> Group:
    """The group of parameter `name`: all of `values`, whatever they would find."""
    offered = [(value, 0) for value in values]
    if as_tree:
        tops = branches(value for value, _depth in offered)
        offered = [pair for branch in tops for pair in branch.flat()]
    chosen = finder.asked.get(name) or []
    options = []
    for value, depth in offered:
        count = counts.get(getattr(value, "pk", value), 0)
        label, is_chosen = words(value), value in chosen
        number = finder.number(count)
        options.append(Option(name, parameter(value), label, is_chosen, depth, count, number))
    return _group(finder, name, options)


def largest_groups(finder: Finder, groups: Mapping[str, tuple[QuerySet, Mapping]]) -> list[Group]:
    """The groups of parameters that ask for one of many pages: those of most rows, and the chosen.

    `groups` has the public pages and the counts of each. One query for all.
    """
    largest = {
        name: heapq.nsmallest(LARGEST, counts, key=lambda pk: (-counts[pk], pk))
        for name, (_pages, counts) in groups.items()
    }
    rows = [
        pages.order_by()
        .filter(pk__in=largest[name])
        .values_list(Value(name, CharField()), *Offered._fields)
        for name, (pages, _counts) in groups.items()
        if largest[name]
    ]
    found: dict[str, list[Offered]] = {name: [] for name in groups}
    for name, *page in rows[0].union(*rows[1:], all=True) if rows else ():
        found[name].append(Offered(*page))
    return [
        _by_count(finder, name, found[name], counts) for name, (_pages, counts) in groups.items()
    ]


class Offered(NamedTuple):
    """As much of a page as an option says."""

    pk: int
    slug: str
    name: str
    sort_name: str


def _by_count(finder: Finder, name: str, pages: Iterable[Offered], counts: Mapping) -> Group:
    """The options of these pages and of those that are chosen, the largest first."""
    chosen = {page.pk: Offered(*attrgetter(*Offered._fields)(page)) for page in finder.asked[name]}
    offered = chosen | {page.pk: page for page in pages}
    options = [
        Option(name, page.slug, page.name, page.pk in chosen, 0, count, finder.number(count))
        for page in sorted(offered.values(), key=_order(counts))
        for count in [counts.get(page.pk, 0)]
    ]
    more = len(counts.keys() - offered.keys())
    return _group(finder, name, options, more, beside(finder, {CHOOSE: name}) if more else "")


def _order(counts: Mapping) -> Callable[[Offered], tuple]:
    return lambda page: (-counts.get(page.pk, 0), page.sort_name, page.pk)


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
    finder: Finder, name: str, asked: Mapping[str, str], pages: QuerySet, counts: Mapping
) -> Choice:
    """What is chosen, and of the other `pages` that would find anything the largest. One query."""
    typed = "".join(char for char in asked.get(FIND, "") if char.isprintable())[:LONGEST_WORDS]
    folded = fold(typed)
    named = pages.called(folded) if folded else pages
    rows = named.order_by().values_list(*Offered._fields)
    matching = [Offered(*row) for row in rows if row[0] in counts]
    shown = heapq.nsmallest(MOST_TO_CHOOSE, matching, key=_order(counts))
    others = [phrase for group, phrase in finder.phrases().items() if group != name]
    return Choice(
        finder=finder,
        group=_by_count(finder, name, shown, counts),
        kept=[pair for pair in finder.parameters if pair[0] != name],
        others=", ".join(others),
        words=typed,
        total=len(matching),
    )
