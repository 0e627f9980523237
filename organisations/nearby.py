"""Which areas of work and places lie near others."""

from __future__ import annotations

from django.db.models import Q

from organisations.models import AreaOfWork, Place
from peaceportal.core.finder import Finder

# So that what is counted does not grow with a tree.
MOST = 10


def near(finder: Finder) -> dict[str, list]:
    """By parameter, the public pages near the areas and places that a query asks. Two queries."""
    asked = finder.asked
    near: dict[str, list] = {}
    if asked.get("area"):
        near["area"] = near_areas(asked["area"], finder.form.fields["area"].public_pages)
    if asked.get("place"):
        near["place"] = near_places(asked["place"])
    return near


def near_areas(areas: list[AreaOfWork], public: list[AreaOfWork]) -> list[AreaOfWork]:
    """Related areas, then what the areas are part of and its other parts; of those `public`."""
    pks = [area.pk for area in areas]
    links = AreaOfWork.related_areas.through.objects.filter(from_areaofwork__in=pks)
    related = set(links.values_list("to_areaofwork", flat=True))
    by_pk = {area.pk: area for area in public}
    first = [area for area in public if area.pk in related]
    return _without_asked([*first, *_family(areas, by_pk)], areas)


def near_places(places: list[Place]) -> list[Place]:
    """The public places that these lie in, and what else lies there."""
    parents = [place.parent_id for place in places if place.parent_id]
    if not parents:
        return []
    around = Place.objects.published().filter(Q(pk__in=parents) | Q(parent__in=parents))
    return _without_asked(_family(places, {place.pk: place for place in around}), places)


def _family(pages: list, by_pk: dict) -> list:
    """The parents of `pages`, then their other children: those alone whose parent is public."""
    parents = dict.fromkeys(page.parent_id for page in pages if page.parent_id in by_pk)
    siblings = [page for page in by_pk.values() if page.parent_id in parents]
    return [*[by_pk[pk] for pk in parents], *siblings]


def _without_asked(pages: list, asked: list) -> list:
    """Each page once, without those that are asked or lie right beneath one that is."""
    pks = {page.pk for page in asked}
    others = [page for page in pages if page.pk not in pks and page.parent_id not in pks]
    return list(dict.fromkeys(others))[:MOST]
