"""Events as a calendar: of days alone, because a calendar knows no month and no doubt."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from peaceportal.core.dates import EDTFDate
from peaceportal.core.formats.calendars import Days, calendar
from peaceportal.core.formats.queries import AT_ONCE, absolute
from timeline.finder import EventFinder
from timeline.formats.feed import when
from timeline.models import Event


def why_not(happened: EDTFDate) -> str:
    """Why a calendar cannot hold this date; empty if it can."""
    if not happened:
        return "unknown"
    if not happened.start or not happened.end:
        return "open"
    if not happened.is_plain:
        return "doubtful"
    return "" if happened.is_by_day else "coarse"


def calendar_of_query(finder: EventFinder, changed_at: datetime) -> Iterator[bytes]:
    pks, reasons = array("q"), Counter()
    found = finder.qs.values_list("pk", "happened")
    for pk, happened in found.iterator(chunk_size=10_000):
        reason = why_not(happened)
        reasons[reason] += 1
        if not reason:
            pks.append(pk)
    name = " – ".join(filter(None, [_("Peace Portal"), ", ".join(finder.phrases().values())]))
    address = absolute(finder.address())
    return calendar(name, description(reasons), address, _all_days(pks), changed_at)


def calendar_of_event(event: Event) -> Iterator[bytes]:
    """Of one that `why_not` has nothing against."""
    said, address = description(Counter([""])), absolute(event.get_absolute_url())
    return calendar(event.title, said, address, [days(event)], event.updated_at)


def description(reasons: Counter) -> str:
    """How many events are in a calendar, how many are not, and why."""
    shown, count = reasons[""], reasons.total()
    said = ngettext(
        "%(shown)d of %(count)d event is in this calendar.",
        "%(shown)d of %(count)d events are in this calendar.",
        count,
    ) % {"shown": shown, "count": count}
    if shown == count:
        return said
    why = {
        "unknown": _("%(number)d of unknown date"),
        "open": _("%(number)d without a known beginning or end"),
        "doubtful": _("%(number)d whose date is about or uncertain"),
        "coarse": _("%(number)d dated by the month, the year or the decade"),
    }
    parts = [text % {"number": reasons[key]} for key, text in why.items() if reasons[key]]
    left_out = ngettext(
        "%(number)d was left out, because a calendar holds whole days alone: %(why)s.",
        "%(number)d were left out, because a calendar holds whole days alone: %(why)s.",
        count - shown,
    ) % {"number": count - shown, "why": ", ".join(parts)}
    return f"{said} {left_out}"


def _all_days(pks: array) -> Iterator[Days]:
    for start in range(0, len(pks), AT_ONCE):
        piece = pks[start : start + AT_ONCE].tolist()
        rows = Event.objects.published().for_list().defer("body").filter(pk__in=piece).order_by()
        events = {event.pk: event for event in rows}
        for pk in piece:
            if pk in events and not why_not(events[pk].happened):
                yield days(events[pk])


def days(event: Event) -> Days:
    """An event that `why_not` has nothing against, as `for_list` read it."""
    permanent = absolute(reverse("permanent", args=[event.uid]))
    return Days(
        uid=str(event.uid),
        first=event.happened.earliest,
        last=event.happened.latest,
        revision=event.revision,
        changed_at=event.updated_at,
        title=event.title,
        address=absolute(event.get_absolute_url()),
        description="\n\n".join(filter(None, [when(event), event.summary, permanent])),
        places=[place.name for place in event.public_places],
        categories=[str(event.get_kind_display()), *(area.name for area in event.public_areas)],
    )
