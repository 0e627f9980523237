"""What lies near a query that finds no event."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from organisations.alongside import (
    WhoWorks,
    number_of_activities,
    ongoing_activities,
    who_works,
)
from organisations.nearby import near
from peaceportal.core.looser import Neighbours, Ways, looser, neighbours
from peaceportal.core.search.spelling import nearest as nearest_spelling
from timeline.finder import EventFinder
from timeline.models import Event


@dataclass(frozen=True)
class Nearest:
    """The event nearest to an end of the span that was asked."""

    heading: str
    event: Event


@dataclass(frozen=True)
class Nearby:
    """Where an empty list leads on."""

    nothing: str
    spelling: str
    spelling_address: str
    looser: Ways
    neighbours: list[Neighbours]
    nearest: list[Nearest]
    who_works: WhoWorks | None


def nearby(finder: EventFinder) -> Nearby:
    """Each part takes the same queries whatever there is.

    With the rest of the page at most twelve while leaving out one filter finds something. All
    filters at once take fourteen: each that names pages reads them, and where three exclude
    each other in pairs they are counted alone as well.
    """
    areas, places = finder.asked["area"], finder.asked["place"]
    better = spelling(finder)
    return Nearby(
        nothing=nothing(finder),
        spelling=better,
        spelling_address=finder.address([("q", better)]) if better else "",
        looser=looser(finder),
        neighbours=_neighbours(finder),
        nearest=nearest(finder),
        who_works=who_works(areas, places),
    )


def nothing(finder: EventFinder) -> str:
    """“Nothing on Mediation is recorded in Burundi yet.”"""
    asked = finder.phrases()
    if asked.keys() == {"area", "place"}:
        return _("Nothing %(on_areas)s is recorded %(in_places)s yet.") % {
            "on_areas": asked["area"],
            "in_places": asked["place"],
        }
    return _("No event %(asked)s is recorded yet.") % {"asked": ", ".join(asked.values())}


def spelling(finder: EventFinder) -> str:
    """The words asked for, put right as `/search/` does. With other filters those are tried."""
    if finder.asked_groups != ["q"]:
        return ""
    return nearest_spelling(finder.words, [finder.queryset])


def _neighbours(finder: EventFinder) -> list[Neighbours]:
    if set(finder.asked_groups) <= {"area", "place"}:  # what goes on has no date and no kind
        activities = (_activities_instead(finder), number_of_activities)
        return neighbours(finder, near(finder), activities)
    return neighbours(finder, near(finder))


def _activities_instead(finder: EventFinder):
    def query(name, page) -> QuerySet:
        asked = {"area": finder.asked["area"], "place": finder.asked["place"], name: [page]}
        return ongoing_activities(asked["area"], asked["place"])

    return query


def nearest(finder: EventFinder) -> list[Nearest]:
    """What happened last before the span that was asked, and first after it. One query."""
    after, before = finder.asked["after"], finder.asked["before"]
    if not after and not before:
        return []
    others = finder.filter_queryset(finder.queryset, without={"after", "before", "order"})
    found = others.nearest_outside(after and after.earliest, before and before.latest)
    by_key = sorted(found, key=lambda event: event.happened_key)
    return [
        Nearest(_("Nearest before %(date)s:") % {"date": after}, event)
        if after and event.happened_latest and event.happened_latest < after.earliest
        else Nearest(_("Nearest after %(date)s:") % {"date": before}, event)
        for event in by_key
    ]
