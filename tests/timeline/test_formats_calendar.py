"""The calendar: iCalendar (RFC 5545) of whole days, which says what it had to leave out."""

from datetime import date, timedelta

import pytest
import vobject
from icalendar import Calendar

from tests.factories import make_area, make_event, make_place
from tests.reading import file_of
from tests.worlds import LONG, make_hard_world

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

SITE = "http://127.0.0.1:8000"


def content_of(response) -> bytes:
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return file_of(response) if response.streaming else response.content


def calendar_of(client, address="/timeline.ics"):
    """Read by two parsers, which agree on what happened when."""
    content = content_of(client.get(address))
    calendar = Calendar.from_ical(content)
    days = {str(event["UID"]): event.decoded("DTSTART") for event in calendar.walk("VEVENT")}
    other = vobject.readOne(content.decode())
    assert {e.uid.value: e.dtstart.value for e in getattr(other, "vevent_list", [])} == days
    return calendar


def titles(calendar):
    return {str(event["SUMMARY"]) for event in calendar.walk("VEVENT")}


def test_event_of_a_day_is_whole(client):
    event = make_event(
        title="Talks; with, signs\\and\nlines",
        slug="talks",
        happened="1953-07-27",
        summary="First line\r\nsecond, line",
        areas=[make_area(name="Mediation, talks")],
        places=[make_place(name="Geneva")],
    )
    event.refresh_from_db()
    for address in ("/timeline.ics", "/timeline/talks.ics"):
        calendar = calendar_of(client, address)
        assert (calendar["VERSION"], bool(calendar["PRODID"])) == ("2.0", True)
        (found,) = calendar.walk("VEVENT")
        assert str(found["UID"]) == str(event.uid)
        assert found["SEQUENCE"] == event.revision
        assert found.decoded("DTSTART") == date(1953, 7, 27)
        assert found.decoded("DTEND") == date(1953, 7, 28)
        assert found["DTSTART"].params["VALUE"] == "DATE"
        changed = event.updated_at.replace(microsecond=0)
        assert found.decoded("LAST-MODIFIED") == found.decoded("DTSTAMP") == changed
        assert str(found["URL"]) == f"{SITE}/timeline/talks/"
        assert str(found["SUMMARY"]) == "Talks; with, signs\\and lines"
        assert str(found["LOCATION"]) == "Geneva"
        assert found["CATEGORIES"].cats == ["meeting", "Mediation, talks"]
        assert str(found["DESCRIPTION"]) == (
            f"27 July 1953\n\nFirst line\nsecond, line\n\n{SITE}/id/{event.uid}/"
        )


def test_end_is_the_day_after_the_last(client):
    make_event(title="Range", happened="2023-11-30/2023-12-01")
    make_event(title="Last of all days", happened="9999-12-31")
    ends = {
        str(event["SUMMARY"]): (event.decoded("DTEND", None), event.decoded("DURATION", None))
        for event in calendar_of(client).walk("VEVENT")
    }
    assert ends["Range"] == (date(2023, 12, 2), None)
    assert ends["Last of all days"] == (None, timedelta(days=1))


LEFT_OUT = ["", "1953", "2024-07", "199X", "2008/..", "../1960-01-02", "1953-07-27~"]
LEFT_OUT += ["1953-07-27?/1953-07-28", "1953-07/1953-08-02", "2008/2010", "1953-07-27%"]


def test_only_what_is_precise_to_the_day_is_in_it_and_it_says_so(client):
    make_event(title="A day", happened="1953-07-27")
    make_event(title="Days", happened="2023-11-30/2023-12-01")
    for happened in LEFT_OUT:
        make_event(title=f"Not {happened}", happened=happened)
    calendar = calendar_of(client)
    assert titles(calendar) == {"A day", "Days"}
    said = (
        "2 of 13 events are in this calendar. 11 were left out, because a calendar holds whole "
        "days alone: 1 of unknown date, 2 without a known beginning or end, 3 whose date is about "
        "or uncertain, 5 dated by the month, the year or the decade."
    )
    assert str(calendar["DESCRIPTION"]) == said
    assert str(calendar["X-WR-CALDESC"]) == said


def test_calendar_is_named_for_the_query(client):
    make_event(areas=[make_area(name="Mediation")])
    make_event(title="Other", happened="2001-02-03")
    calendar = calendar_of(client, "/timeline.ics?area=mediation")
    assert str(calendar["NAME"]) == str(calendar["X-WR-CALNAME"]) == "Peace Portal – on Mediation"
    assert titles(calendar) == {"Round of talks"}
    assert str(calendar["DESCRIPTION"]) == "1 of 1 event is in this calendar."


def test_event_of_a_year_has_no_calendar_and_is_told_why(client):
    make_event(slug="talks", happened="1945")
    response = client.get("/timeline/talks.ics")
    assert response.status_code == 404
    assert "whole days alone, and the date of this event is: 1945." in response.text


def test_lines_are_folded_and_end_as_the_standard_says(client):
    make_hard_world()
    make_event(title=LONG, summary=LONG * 3, happened="2020-02-02", places=[make_place(name=LONG)])
    make_event(title="Bell \x07", summary="\x1b[0m\ufffe", happened="2020-02-03")
    content = content_of(client.get("/timeline.ics"))
    assert content.endswith(b"END:VCALENDAR\r\n")
    lines = content.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert not any(b"\n" in line or b"\x07" in line or b"\x1b" in line for line in lines)
    assert {" ".join(LONG.split()), "Bell"} <= titles(calendar_of(client))


@pytest.mark.parametrize(
    ("happened", "said"),
    [
        (None, "0 of 0 events are in this calendar."),
        ("1945", "0 of 1 event is in this calendar. 1 was left out, because a calendar holds whole "
        "days alone: 1 dated by the month, the year or the decade."),
    ],
)  # fmt: skip
def test_calendar_of_no_day_holds_a_note_without_a_date(client, happened, said):
    if happened:
        make_event(title="Only a year", happened=happened)
    calendar = calendar_of(client)
    assert titles(calendar) == set()
    assert vobject.readOne(client.get("/timeline.ics").getvalue().decode()).validate()
    (note,) = calendar.subcomponents  # one at least: RFC 5545, 3.6
    assert (note.name, str(note["SUMMARY"])) == ("VJOURNAL", "Peace Portal")
    assert str(note["DESCRIPTION"]) == said
    assert {"DTSTART", "DUE", "DTEND", "RDATE"}.isdisjoint(note.keys())
    assert note["UID"] == calendar_of(client).subcomponents[0]["UID"]
    make_event(title="A day", happened="1953-07-27")
    assert [one.name for one in calendar_of(client).subcomponents] == ["VEVENT"]


def test_note_is_that_of_its_query(client):
    addresses = ["/timeline.ics", "/timeline.ics?kind=agreement", "/timeline.ics?kind=meeting"]
    notes = [calendar_of(client, address).subcomponents[0] for address in addresses]
    assert len({str(note["UID"]) for note in notes}) == 3
    assert str(notes[1]["URL"]) == f"{SITE}/timeline/?kind=agreement"
