"""An event in the words of schema.org."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from peaceportal.core.formats.linked_data import identity, named, plain_ends, trail
from timeline.models import Event, Participation

TYPES = {Event.Kind.STATEMENT: "PublicationEvent", Event.Kind.PUBLICATION: "PublicationEvent"}
ORGANISERS = {Participation.Role.CONVENED, Participation.Role.ISSUED}


def event_in_words(event: Event) -> list[dict]:
    """The event as `for_detail` read it, and the way to it."""
    start, end = plain_ends(event.happened)
    bodies = {True: [], False: []}
    for part in event.public_participations:
        if part.role != Participation.Role.SUBJECT:
            bodies[part.role in ORGANISERS].append(named("Organization", part.organisation))
    series = event.series if event.series and event.series.is_public() else None
    about = {
        "@type": TYPES.get(event.kind, "Event"),
        **identity(event),
        "description": event.summary,
        "startDate": start,
        "endDate": end if end != start else "",
        "location": [named("Place", place) for place in event.public_places],
        "organizer": bodies[True],
        "contributor": bodies[False],
        "about": [named("DefinedTerm", area) for area in event.public_areas],
        "superEvent": named("EventSeries", series) if series else None,
    }
    above = (_("Timeline"), reverse("timeline:list"))
    return [about, trail([above, (event.title, event.get_absolute_url())])]
