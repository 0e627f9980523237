"""Where a query that finds nothing leads on: to the same with less asked of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from peaceportal.core.counting import count_all
from peaceportal.core.finder import Finder, either
from peaceportal.core.publishing import Page

# Of neighbours.
SHOWN = 5

# A query for a parameter and a page, and what is said of the number of its rows.
Measure = tuple[Callable[[str, Page], QuerySet], Callable[[int], str]]

# What is said of a group that is left out.
ANY = {
    "area": gettext_lazy("any area"),
    "place": gettext_lazy("any place"),
    "organisation": gettext_lazy("any organisation"),
    "kind": gettext_lazy("any kind"),
    "state": gettext_lazy("any state"),
    "dates": gettext_lazy("any date"),
    "q": gettext_lazy("any words"),
}


@dataclass(frozen=True)
class Way:
    """Another query that finds something: what it still asks, and what it leaves out."""

    asked: str
    left_out: str
    address: str
    number: str


@dataclass(frozen=True)
class Ways:
    """A sentence, and the queries that it leads to."""

    sentence: str
    ways: list[Way]


def looser(finder: Finder) -> Ways:
    """The query without one of its groups; where that finds nothing, each group alone.

    One query, or two where three groups or more exclude each other in pairs.
    """
    asked = finder.asked_groups
    ways = _ways(finder, [[other for other in asked if other != group] for group in asked])
    if len(asked) == 1:
        return Ways("", ways)
    if len(asked) == 2:
        said = _("Without one of the two there is:"), _("Neither of the two finds anything alone.")
        return Ways(said[0] if ways else said[1], ways)
    if ways:
        return Ways(_("Without one of them there is:"), ways)
    if ways := _ways(finder, [[group] for group in asked]):
        return Ways(_("Without one of them there is nothing either. Each alone gives:"), ways)
    return Ways(_("None of them finds anything alone."), [])


def _ways(finder: Finder, choices: list[list[str]]) -> list[Way]:
    """The queries that ask some of the groups, or none, if they find anything."""
    labels = finder.labels()
    counts = count_all(*[finder.asking(*groups) for groups in choices])
    return [
        Way(
            asked=" · ".join(labels[group] for group in groups) or str(finder.whole),
            left_out=_left_out(finder, groups),
            address=finder.only(*groups),
            number=finder.number(count),
        )
        for groups, count in zip(choices, counts, strict=True)
        if count
    ]


def _left_out(finder: Finder, groups: list[str]) -> str:
    """“any place”; empty where more than one thing is left out, or everything is."""
    others = [group for group in finder.asked_groups if group not in groups]
    return str(ANY[others[0]]) if groups and len(others) == 1 else ""


@dataclass(frozen=True)
class Neighbour:
    """A page near one that was asked, and how much the same query finds with it instead."""

    page: Page
    address: str
    number: str


@dataclass(frozen=True)
class Neighbours:
    """“Near Mediation, in Burundi”, and what lies there."""

    heading: str
    pages: list[Neighbour]


def neighbours(finder: Finder, near: dict[str, list[Page]], *more: Measure) -> list[Neighbours]:
    """For each parameter, the first of the pages near it with which the query finds something.

    Where it finds nothing with a page, `more` is measured in its order. One query for all.
    """
    measures: list[Measure] = [(finder.asking_instead, finder.number), *more]
    asked = [(name, page) for name, pages in near.items() for page in pages]
    counts = iter(count_all(*[query(*pair) for pair in asked for query, _words in measures]))
    found: dict[str, list[Neighbour]] = {name: [] for name in near}
    for name, page in asked:
        numbers = [words(count) for _query, words in measures if (count := next(counts))]
        if numbers and len(found[name]) < SHOWN:
            found[name].append(Neighbour(page, finder.instead(name, page), numbers[0]))
    return [Neighbours(near_what(finder, name), pages) for name, pages in found.items() if pages]


def near_what(finder: Finder, name: str) -> str:
    """“Near Mediation, in Burundi”."""
    others = [phrase for group, phrase in finder.phrases().items() if group != name]
    return ", ".join([_("Near %(pages)s") % {"pages": either(finder.asked[name])}, *others])
