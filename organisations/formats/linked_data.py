"""Organisations, areas of work and places in the words of schema.org.

Where it has none, successions are said in those of W3C's ontology for organisations, and what is
wider, narrower or related in those of SKOS.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from organisations.models import AreaOfWork, Organisation, Place
from peaceportal.core.formats.linked_data import identity, named, plain_moment, trail
from peaceportal.core.formats.queries import absolute
from peaceportal.core.formats.records import address
from peaceportal.core.trees import TreePage

TYPES = {
    Organisation.Kind.NGO: "NGO",
    Organisation.Kind.GOVERNMENT: "GovernmentOrganization",
}
# A region may be Africa or the Korean Peninsula, which nobody administers.
PLACE_TYPES = {Place.Kind.COUNTRY: "Country", Place.Kind.CITY: "City"}
ORG = "http://www.w3.org/ns/org#"
SKOS = "http://www.w3.org/2004/02/skos/core#"


def organisation_in_words(body: Organisation, above: Iterable[Organisation]) -> list[dict]:
    """The organisation as `for_detail` read it, what it is part of, and the way to it."""
    above = list(above)
    parent = _parent(body, above)
    areas = {engagement.area_id: engagement.area for engagement in body.public_engagements}
    before, after = [], []
    for one in body.public_successions:
        if one.successor_id == body.pk:
            before.append(
                {"@type": f"{ORG}ChangeEvent"}
                | {f"{ORG}originalOrganization": named("Organization", one.predecessor)}
            )
        elif one.successor:
            after.append(
                {"@type": f"{ORG}ChangeEvent"}
                | {f"{ORG}resultingOrganization": named("Organization", one.successor)}
            )
    about = {
        "@type": TYPES.get(body.kind, "Organization"),
        **identity(body),
        "alternateName": [*filter(None, [body.acronym]), *(one.name for one in body.shown_names)],
        "description": body.summary,
        "foundingDate": plain_moment(body.founded),
        "dissolutionDate": plain_moment(body.ended),
        "sameAs": address(body.website),
        "location": [place_named(place) for place in body.shown_places],
        "knowsAbout": [named("DefinedTerm", area) for area in areas.values()],
        "parentOrganization": named("Organization", parent) if parent else None,
        f"{ORG}resultedFrom": before,
        f"{ORG}changedBy": after,
    }
    return [about, _trail(_("Organisations"), "organisations:list", [*above, body])]


def area_in_words(area: AreaOfWork, above: list[AreaOfWork], within: list[AreaOfWork]):
    """The area as `for_detail` read it, among the others, and the way to it."""
    parent = _parent(area, above)
    terms = reverse("areas:list")
    about = {
        "@type": ["DefinedTerm", f"{SKOS}Concept"],
        **identity(area),
        "alternateName": area.other_names_list,
        "description": area.summary,
        "inDefinedTermSet": {
            "@type": "DefinedTermSet",
            "@id": absolute(terms),
            "url": absolute(terms),
            "name": _("Areas of work"),
        },
        f"{SKOS}broader": named("DefinedTerm", parent) if parent else None,
        f"{SKOS}narrower": [named("DefinedTerm", page) for page in within],
        f"{SKOS}related": [named("DefinedTerm", page) for page in area.public_related_areas],
    }
    return [about, _trail(_("Areas of work"), "areas:list", [*above, area])]


def place_in_words(place: Place, above: list[Place]) -> list[dict]:
    """The place as `for_detail` read it, what it lies in, and the way to it."""
    parent = _parent(place, above)
    about = {
        "@type": _place_type(place),
        **identity(place),
        "alternateName": place.other_names_list,
        "containedInPlace": place_named(parent) if parent else None,
    }
    if place.iso_code:
        code = {"propertyID": "ISO 3166-1 alpha-3", "value": place.iso_code}
        about["identifier"] = [{"@type": "PropertyValue", **code}, *about["identifier"]]
    return [about, _trail(_("Places"), "places:list", [*above, place])]


def place_named(place: Place) -> dict:
    return named(_place_type(place), place)


def _place_type(place: Place) -> str:
    return PLACE_TYPES.get(place.kind, "Place")


def _parent(page: TreePage, above: list[TreePage]) -> TreePage | None:
    """What it is part of itself, if anyone may see that: the last above may be higher up."""
    return above[-1] if above and above[-1].pk == page.parent_id else None


def _trail(name: str, view: str, pages: list[TreePage]) -> dict:
    return trail([(name, reverse(view)), *((one.name, one.get_absolute_url()) for one in pages)])
