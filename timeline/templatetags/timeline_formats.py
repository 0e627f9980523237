"""The other forms of an event."""

from django import template
from django.urls import reverse
from django.utils import timezone

from timeline.formats.calendars import why_not
from timeline.models import Event

register = template.Library()


@register.simple_tag
def calendar_address(event: Event) -> str:
    """Where the event is had as a calendar; empty if it is over, or no calendar can hold it."""
    if why_not(event.happened) or event.happened.latest < timezone.localdate():
        return ""
    return reverse("timeline:detail-ics", kwargs={"slug": event.slug})
