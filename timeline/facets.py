"""What a query of events could be narrowed by: query in, options and their counts out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import partial

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from organisations.models import AreaOfWork, Organisation, Place
from peaceportal.core.facets import (
    KEPT,
    Beside,
    Counted,
    Facet,
    HeldFacet,
    PageFacet,
    Total,
    WordFacet,
    counts,
    others_asked,
    others_found,
)
from peaceportal.core.options import Choice, Group, Option, choice, group, largest_group
from peaceportal.core.remembered import State
from timeline.finder import EventFinder
from timeline.held import BODIES, SPANS
from timeline.models import Event
from timeline.years import MOST_BARS, Years, years_of

# The parameters that ask for one of many pages.
LARGE = {"organisation": Organisation, "place": Place}

# The totals of a query, besides those of its options.
ALL, UNDATED, OF_ANY_DATE = "all", "undated", "of any date"
KIND = WordFacet("kind", held="kind")


def counted(finder: EventFinder, beside: list[QuerySet], state: State) -> Mapping[str, Counted]:
    """All that the page of a query counts, and the rows of the queries `beside` by their number.

    At most one query.
    """
    undated = finder.queryset.none()
    if "dates" in finder.asked_groups:
        undated = others_found(finder, "dates").undated()
    totals = [*_totals(finder, beside), Beside(UNDATED, undated)]
    return counts(finder, [*facets(finder), *totals], state)


def at_a_glance(finder: EventFinder, beside: list[QuerySet], state: State) -> Mapping[str, Counted]:
    """The same without options but kinds: what a page needs that offers no filters."""
    return counts(finder, [KIND, *_totals(finder, beside)], state)


def _totals(finder: EventFinder, beside: list[QuerySet]) -> list[Facet]:
    others = [Beside(str(number), rows) for number, rows in enumerate(beside)]
    spans = [HeldFacet(SPANS, ("dates",))] if finder.held else []
    return [Total(ALL), Total(OF_ANY_DATE, ("dates",)), *spans, *others]


def groups(finder: EventFinder, counted: Mapping[str, Counted]) -> list[Group]:
    """Areas as a tree; kinds; the organisations and places of most events."""
    organisations = largest_group(finder, "organisation", counted["organisation"])
    bodies = Option(
        "bodies", "1", _("also count the bodies within those chosen"), bool(finder.asked["bodies"])
    )
    organisations.options.append(bodies)
    areas = finder.form.fields["area"].public_pages
    return [
        group(finder, "area", areas, counted["area"], as_tree=True),
        group(finder, "kind", Event.Kind, counted["kind"]),
        organisations,
        largest_group(finder, "place", counted["place"]),
    ]


def offered(finder: EventFinder, name: str, asked: Mapping[str, str], state: State) -> Choice:
    """All the organisations or places that would find anything. At most two queries."""
    facet = next(facet for facet in facets(finder) if facet.name == name)
    pages = LARGE[name].objects.published()
    return choice(finder, name, asked, pages, counts(finder, [facet], state)[name])


def years(finder: EventFinder, counted: Mapping[str, Counted], state: State) -> Years | None:
    """The years of the query, whatever dates it asks. At most one query."""
    today = timezone.localdate()
    key = ("years", today, others_asked(finder, "dates"))
    events, count = others_found(finder, "dates"), counted[OF_ANY_DATE].total
    spans = Counter(counted[SPANS].counts) if SPANS in counted else None
    make = partial(years_of, events, today, count=count, spans=spans)
    return KEPT.get_or(state, key, make, MOST_BARS)


def facets(finder: EventFinder) -> list[Facet]:
    return [
        _of_pages("area", "areas", AreaOfWork, with_beneath=True),
        KIND,
        _of_pages(
            "organisation",
            "organisations",
            Organisation,
            with_beneath=bool(finder.asked["bodies"]),
        ),
        _of_pages("place", "places", Place, with_beneath=True),
    ]


def _of_pages(name: str, relation: str, model, *, with_beneath: bool) -> PageFacet:
    field = Event._meta.get_field(relation)
    page, pages = field.m2m_reverse_field_name(), model.objects.published()
    links = field.remote_field.through.objects.order_by().filter(**{f"{page}__in": pages})
    pairs = links.values_list(page, field.m2m_field_name())
    held = BODIES if with_beneath and name == "organisation" else name
    return PageFacet(name, pairs, pages, with_beneath=with_beneath, held=held)
