"""Events and series of them in the words of schema.org.

A date that ISO 8601 cannot say is left out: search engines then show the event without one.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from organisations.formats.linked_data import place_named
from peaceportal.core.formats.linked_data import identity, named, plain_ends, trail
from peaceportal.core.formats.queries import absolute
from timeline.models import Event, EventSeries, Participation
from timeline.models.event import role_of

TYPES = {Event.Kind.STATEMENT: "PublicationEvent", Event.Kind.PUBLICATION: "PublicationEvent"}
ORGANISERS = {Participation.Role.CONVENED, Participation.Role.ISSUED}


def event_in_words(event: Event) -> list[dict]:
    """The event as `for_detail` read it, and the way to it."""
    roles: dict[int, list[Participation]] = {}
    for part in event.public_participations:
        if part.role != Participation.Role.SUBJECT:
            roles.setdefault(part.organisation_id, []).append(part)
    bodies: dict[str, list] = {"organizer": [], "contributor": []}
    for parts in roles.values():
        is_organiser = any(part.role in ORGANISERS for part in parts)
        bodies["organizer" if is_organiser else "contributor"].append(parts)
    series = event.series if event.series and event.series.is_public() else None
    places = [place_named(place) for place in event.public_places]
    is_issued = event.kind in TYPES  # and then speaks of places, where it did not itself happen
    subjects = [named("DefinedTerm", area) for area in event.public_areas]
    subjects += places if is_issued else []
    if event.commemorates and event.commemorates.is_public():
        subjects.append(_event_named(event.commemorates))
    about = {
        **_event_named(event),
        **identity(event),
        "description": event.summary,
        "image": absolute(event.image.url) if event.image else "",
        "location": [] if is_issued else places,
        **{name: [_role(name, parts) for parts in found] for name, found in bodies.items()},
        "about": subjects,
        "superEvent": named("EventSeries", series) if series else None,
    }
    above = (_("Timeline"), reverse("timeline:list"))
    return [about, trail([above, (event.title, event.get_absolute_url())])]


def _role(name: str, parts: list[Participation]) -> dict:
    """A body and what it was in the event: a Role stands between, and names it once more."""
    return {
        "@type": "Role",
        "roleName": [role_of(part.role, 1) for part in parts],
        name: named("Organization", parts[0].organisation),
    }


def series_in_words(series: EventSeries, events: Iterable[Event]) -> list[dict]:
    """The series with some of its events, all public and in their order, and the way to it."""
    about = {
        "@type": "EventSeries",
        **identity(series),
        "description": series.summary,
        "subEvent": [_event_named(event) for event in events],
    }
    above = (_("Timeline"), reverse("timeline:list"))
    return [about, trail([above, (series.name, series.get_absolute_url())])]


def _event_named(event: Event) -> dict:
    start, end = plain_ends(event.happened)
    dates = {"startDate": start, "endDate": end if end != start else ""}
    return named(TYPES.get(event.kind, "Event"), event) | dates
