"""Events on the pages of other records: the app that owns the data draws the panel."""

from urllib.parse import urlencode

from django import template
from django.db.models import Count, Window, prefetch_related_objects
from django.urls import reverse
from django.utils import timezone

from organisations.models import AreaOfWork, Organisation, Place
from timeline.models import Event
from timeline.processes import course
from timeline.querysets import list_relations
from timeline.years import MOST_MARKS, years_of

register = template.Library()

ON_A_PANEL = 10
PANEL = "timeline/_panel.html"


def panel(events, of: Organisation | None = None, **parameters) -> dict:
    """The newest of `events` and their years, how many there are, and where the finder has all.

    Beside each event stands what the body `of` was in it.
    """
    address = f"{reverse('timeline:list')}?{urlencode(parameters)}"
    counted = events.annotate(in_all=Window(Count("pk")))  # the number comes with the rows
    newest = list(counted.newest_first().defer("body")[: MOST_MARKS + 1])
    shown = newest[:ON_A_PANEL]
    prefetch_related_objects(shown, "series", *list_relations())
    count = newest[0].in_all if newest else 0
    return {
        "events": [(event, event.roles_of(of) if of else []) for event in shown],
        "count": count,
        "years": years_of(events, timezone.localdate(), newest) if count > 1 else None,
        "address": address,
    }


@register.inclusion_tag(PANEL)
def events_in_area(area: AreaOfWork):
    areas = AreaOfWork.objects.published().beneath([area])
    return panel(Event.objects.published().in_areas(areas), area=area.slug)


@register.inclusion_tag(PANEL)
def events_of_organisation(organisation: Organisation):
    bodies = Organisation.objects.published().beneath([organisation])
    events = Event.objects.published().with_organisations(bodies)
    return panel(events, organisation, organisation=organisation.slug, bodies=1)


@register.inclusion_tag(PANEL)
def events_at_place(place: Place):
    places = Place.objects.published().beneath([place])
    return panel(Event.objects.published().at_places(places), place=place.slug)


@register.inclusion_tag("timeline/_series.html")
def events_of_series(series):
    return {"course": course(series)}
