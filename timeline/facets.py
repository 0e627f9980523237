"""What a query could be narrowed by: query in, options out."""

from __future__ import annotations

from django.db.models import Count
from django.utils.translation import gettext as _

from organisations.models import Organisation, Place
from peaceportal.core.options import Group, Option, group
from timeline.finder import EventFinder
from timeline.models import Event

LARGEST = 10


def groups(finder: EventFinder) -> list[Group]:
    """Areas as a tree; kinds; the organisations and places of most events. Three queries."""
    organisations = group(finder, "organisation", most_frequent(Organisation))
    bodies = Option(
        "bodies", "1", _("include the bodies within those chosen"), bool(finder.asked["bodies"])
    )
    organisations.options.append(bodies)
    return [
        group(finder, "area", finder.form.fields["area"].public_pages, as_tree=True),
        group(finder, "kind", Event.Kind),
        organisations,
        group(finder, "place", most_frequent(Place)),
    ]


def most_frequent(model) -> list:
    """The public pages of `model` that stand on most public events, by name."""
    relation = model._meta.get_field("events")
    page = relation.field.m2m_reverse_field_name()
    links = relation.through.objects.filter(
        event__in=Event.objects.published(), **{f"{page}__in": model.objects.published()}
    )
    counted = links.values(page).annotate(number=Count("pk")).order_by("-number", page)
    return list(model.objects.filter(pk__in=counted.values(page)[:LARGEST]))
