"""What a query of organisations could be narrowed by: query in, options and their counts out."""

from __future__ import annotations

from collections.abc import Mapping

from organisations.finder import OrganisationFinder
from organisations.models import Activity, AreaOfWork, Engagement, Organisation, Place
from peaceportal.core.facets import Counted, Facet, PageFacet, Total, WordFacet, counts
from peaceportal.core.options import Choice, Group, choice, group, largest_group
from peaceportal.core.remembered import State

# The parameters that ask for one of many pages.
LARGE = {"place": Place}

# The total of a query, besides those of its options.
ALL = "all"


def counted(finder: OrganisationFinder, state: State) -> Mapping[str, Counted]:
    """All that the page of a query counts. At most one query."""
    return counts(finder, [*facets(), Total(ALL)], state)


def groups(finder: OrganisationFinder, counted: Mapping[str, Counted]) -> list[Group]:
    """Areas as a tree; kinds; the places of most organisations; states."""
    areas = finder.form.fields["area"].public_pages
    return [
        group(finder, "area", areas, counted["area"], as_tree=True),
        group(finder, "kind", Organisation.Kind, counted["kind"]),
        largest_group(finder, "place", counted["place"]),
        group(finder, "state", Organisation.State, counted["state"]),
    ]


def offered(
    finder: OrganisationFinder, name: str, asked: Mapping[str, str], state: State
) -> Choice:
    """All the places that would find anything. At most two queries."""
    facet = next(facet for facet in facets() if facet.name == name)
    pages = LARGE[name].objects.published()
    return choice(finder, name, asked, pages, counts(finder, [facet], state)[name])


def facets() -> list[Facet]:
    areas, places = AreaOfWork.objects.published(), Place.objects.published()
    engaged = Engagement.objects.order_by().filter(area__in=areas)
    at_home = Organisation.places.through.objects.order_by().filter(
        place__in=places, organisation__withhold_places=False
    )
    at_work = Activity.places.through.objects.order_by().filter(
        place__in=places,
        activity__in=Activity.objects.order_by().telling_places().values("pk"),
        activity__organisations__isnull=False,
    )
    here = at_home.values_list("place", "organisation").union(
        at_work.values_list("place", "activity__organisations"), all=True
    )
    return [
        PageFacet("area", engaged.values_list("area", "organisation"), areas, with_beneath=True),
        WordFacet("kind"),
        PageFacet("place", here, places, with_beneath=True),
        WordFacet("state"),
    ]
