"""What a query could be narrowed by: query in, options out."""

from __future__ import annotations

from django.db.models import Count, Exists, OuterRef, Subquery

from organisations.models import AreaOfWork, Organisation, Place
from peaceportal.core.options import Group, group
from timeline.finder import EventFinder
from timeline.models import Event

LARGEST = 10
CANDIDATES = 50


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
    """Public pages of `model` that stand on most events, and on a public one at least.

    The links alone are counted, and only the first of them looked at more closely: over 100,000
    events that takes a tenth of the time of counting public events.
    """
    relation = model._meta.get_field("events")
    name = relation.field.name
    page = relation.field.m2m_reverse_field_name()
    links = relation.through.objects.order_by().values(page).annotate(number=Count("pk"))
    candidates = links.order_by("-number", page).values(page)[:CANDIDATES]
    public = Event.objects.published().filter(**{name: OuterRef("pk")})
    pages = model.objects.published().filter(Exists(public), pk__in=candidates)
    of_page = links.filter(**{page: OuterRef("pk")}).values("number")
    pages = pages.annotate(number_of_events=Subquery(of_page))
    return list(pages.order_by("-number_of_events", "sort_name", "pk")[:LARGEST])
