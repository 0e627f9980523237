"""The other forms of events and series of them."""

from django import template
from django.urls import reverse
from django.utils import timezone

from peaceportal.core.formats.linked_data import block
from timeline.formats.calendars import why_not
from timeline.formats.linked_data import event_in_words, series_in_words
from timeline.models import Event, EventSeries

register = template.Library()

IN_WORDS = 50  # events of a series that search engines are told of


@register.simple_tag
def calendar_address(event: Event) -> str:
    """Where the event is had as a calendar; empty if it is over, or no calendar can hold it."""
    if why_not(event.happened) or event.happened.latest < timezone.localdate():
        return ""
    return reverse("timeline:detail-ics", kwargs={"slug": event.slug})


@register.simple_tag
def event_linked_data(event: Event) -> str:
    """What search engines read of an event that `for_detail` read."""
    return block(*event_in_words(event))


@register.simple_tag
def series_linked_data(series: EventSeries) -> str:
    """What search engines read of a series, with the first of its events. One query."""
    events = Event.objects.published().in_series(series).oldest_first().defer("body")
    return block(*series_in_words(series, events[:IN_WORDS]))
