"""Calendars: iCalendar (RFC 5545, with the names and descriptions of RFC 7986).

`icalendar` is imported where it is used: it takes 130 ms, which no start should.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from peaceportal.core.formats.plain_text import one_line, plain

TYPE = "text/calendar; charset=utf-8"
PRODID = "-//Peace Portal//Peace Portal//EN"
AGAIN = timedelta(hours=12)  # how soon those who follow should look again


@dataclass
class Days:
    """Something that took whole days, from `first` to `last`, both included."""

    uid: str
    first: date
    last: date
    revision: int
    changed_at: datetime
    title: str
    address: str
    description: str
    places: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)


def calendar(
    name: str, description: str, address: str, days: Iterable[Days], changed_at: datetime
) -> Iterator[bytes]:
    """A calendar a few components at a time, so that a long one need not be held.

    `changed_at` is when anything that it could hold was last changed.
    """
    from icalendar import Calendar

    head = Calendar()
    head.add("PRODID", PRODID)
    head.add("VERSION", "2.0")
    for prefix in ("", "X-WR-"):  # the standard, and what was used before it
        head.add(f"{prefix}CALNAME" if prefix else "NAME", one_line(name))
        head.add(f"{prefix}CALDESC" if prefix else "DESCRIPTION", plain(description))
    head.add("URL", address)
    head.add("REFRESH-INTERVAL", AGAIN, parameters={"VALUE": "DURATION"})
    head.add("X-PUBLISHED-TTL", "PT12H")
    begin, end, _nothing = head.to_ical().partition(b"END:VCALENDAR")
    yield begin
    is_empty = True
    for one in days:
        is_empty = False
        yield component(one)
    if is_empty:
        yield note(name, description, address, changed_at)
    yield end + b"\r\n"


def component(days: Days) -> bytes:
    from icalendar import Event

    event = Event()
    event.add("UID", days.uid)
    event.add("SEQUENCE", days.revision)
    event.add("DTSTAMP", days.changed_at)
    event.add("LAST-MODIFIED", days.changed_at)
    event.add("DTSTART", days.first)
    if days.last < date.max:
        event.add("DTEND", days.last + timedelta(days=1))  # RFC 5545, 3.6.1: not included
    else:
        event.add("DURATION", days.last - days.first + timedelta(days=1))
    event.add("SUMMARY", one_line(days.title))
    event.add("DESCRIPTION", plain(days.description))
    event.add("URL", days.address)
    event.add("TRANSP", "TRANSPARENT")  # it takes nobody's time
    if days.places:
        event.add("LOCATION", one_line(", ".join(days.places)))
    if days.categories:
        event.add("CATEGORIES", [one_line(category) for category in days.categories])
    return event.to_ical()


def note(name: str, description: str, address: str, changed_at: datetime) -> bytes:
    """What stands in a calendar of no days: a note without a date, which says why.

    A calendar has at least one component (RFC 5545, 3.6); some programs refuse one that has none.
    A journal entry is the only kind that may be without any date and asks nothing of anybody: an
    event needs a day, a task would wait to be done, and free time or a time zone would say what
    nobody asked. Programs that keep no journal pass it by.
    """
    from icalendar import Journal

    journal = Journal()
    journal.add("UID", str(uuid5(NAMESPACE_URL, address)))
    journal.add("DTSTAMP", changed_at)
    journal.add("LAST-MODIFIED", changed_at)
    journal.add("SUMMARY", one_line(name))
    journal.add("DESCRIPTION", plain(description))
    journal.add("URL", address)
    return journal.to_ical()
