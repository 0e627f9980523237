"""What a query of events could be narrowed by: query in, options and their counts out."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import gettext as _

from organisations.models import AreaOfWork, Organisation, Place
from peaceportal.core.facets import (
    KEPT,
    Facet,
    PageFacet,
    WordFacet,
    counts,
    others_asked,
    others_found,
)
from peaceportal.core.options import Choice, Group, Option, choice, group, largest_groups
from peaceportal.core.remembered import State
from timeline.finder import EventFinder
from timeline.models import Event
from timeline.years import MOST_BARS, Years, years_of

# The parameters that ask for one of many pages.
LARGE = {"organisation": Organisation, "place": Place}


def groups(finder: EventFinder, state: State) -> list[Group]:
    """Areas as a tree; kinds; the organisations and places of most events. Two queries."""
    found = counts(finder, facets(finder), state)
    large = {name: (model.objects.published(), found[name]) for name, model in LARGE.items()}
    organisations, places = largest_groups(finder, large)
    bodies = Option(
        "bodies", "1", _("include the bodies within those chosen"), bool(finder.asked["bodies"])
    )
    organisations.options.append(bodies)
    areas = finder.form.fields["area"].public_pages
    return [
        group(finder, "area", areas, found["area"], as_tree=True),
        group(finder, "kind", Event.Kind, found["kind"]),
        organisations,
        places,
    ]


def offered(
    finder: EventFinder, name: str, asked: Mapping[str, str], state: State
) -> Choice:
    """All the organisations or places that would find anything. Two queries."""
    facet = next(facet for facet in facets(finder) if facet.name == name)
    pages = LARGE[name].objects.published()
    return choice(finder, name, asked, pages, counts(finder, [facet], state)[name])


def totals(finder: EventFinder, beside: list, state: State) -> list[int]:
    """As the finder counts them. At most one query."""
    key = ("totals", others_asked(finder))
    return KEPT.get_or(state, key, lambda: finder.totals(*beside), 1 + len(beside))


def years(finder: EventFinder, state: State) -> Years | None:
    """The years of the query, whatever dates it asks. At most two queries."""
    today = timezone.localdate()
    key = ("years", today, others_asked(finder, "dates"))
    events = others_found(finder, "dates")
    return KEPT.get_or(state, key, lambda: years_of(events, today), MOST_BARS)


def facets(finder: EventFinder) -> list[Facet]:
    return [
        _of_pages("area", "areas", AreaOfWork, with_beneath=True),
        WordFacet("kind"),
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
    return PageFacet(
        name, links.values_list(page, field.m2m_field_name()), pages, with_beneath=with_beneath
    )
