"""What a query could be narrowed by: query in, options out."""

from __future__ import annotations

from django.db.models import Count

from organisations.models import AreaOfWork, Organisation, Place
from peaceportal.core.options import Group, group
from timeline.finder import EventFinder
from timeline.models import Event

LARGEST = 10


def groups(finder: EventFinder) -> list[Group]:
    """Areas as a tree; the places and organisations of most events; kinds. Three queries."""
    areas = AreaOfWork.objects.published().with_tree_fields()
    return [
        group(finder, "area", areas),
        group(finder, "organisation", most_frequent(Organisation)),
        group(finder, "place", most_frequent(Place)),
        group(finder, "kind", Event.Kind),
    ]


def most_frequent(model) -> list:
    """The public pages of `model` that have most public events, the largest number first."""
    pages = model.objects.published().filter(events__in=Event.objects.published())
    counted = pages.annotate(number_of_events=Count("events", distinct=True))
    return list(counted.order_by("-number_of_events", "sort_name", "pk")[:LARGEST])
