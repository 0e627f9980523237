"""The other forms of an event."""

from django import template
from django.urls import reverse
from django.utils import timezone

from peaceportal.core.formats.linked_data import block
from timeline.formats.calendars import why_not
from timeline.formats.linked_data import event_in_words
from timeline.models import Event

register = template.Library()


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
