"""Years at a glance: every event is drawn as its date is known, or counted in words."""

import re
from datetime import date

import pytest

from peaceportal.core.publishing import Status
from tests.factories import make_area, make_event
from tests.reading import text_of, titles_of
from timeline.models import Event
from timeline.years import MOST_MARKS, TALLEST, years_of

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 21)


def years():
    return years_of(Event.objects.published(), TODAY)


def make_events(*dates):
    Event.objects.bulk_create(
        Event(title=f"Event {number}", happened=edtf, status=Status.PUBLISHED)
        for number, edtf in enumerate(dates)
    )


def test_no_dated_event_makes_no_drawing():
    assert years() is None
    make_events("")
    assert years() is None
    make_events(*[""] * MOST_MARKS)
    assert years() is None


def test_marks_are_as_exact_as_dates():
    make_events("1953-07-27", "2024-07", "199X", "2008/..", "../1960", "2023-11-30/2023-12-01", "")
    drawn = years()
    kinds = {mark.event.happened.edtf: mark.kind for mark in drawn.marks}
    assert kinds == {
        "1953-07-27": "sure",
        "2024-07": "soft",
        "199X": "soft",
        "2008/..": "open",
        "../1960": "open",
        "2023-11-30/2023-12-01": "sure",
    }
    assert drawn.undated == 1
    spans = {mark.event.happened.edtf: (mark.x, mark.end) for mark in drawn.marks}
    assert spans["../1960"][0] == 0
    assert spans["2008/.."][1] == 100
    assert spans["199X"][1] - spans["199X"][0] == pytest.approx(1000 / 74, abs=0.1)


def test_a_doubtful_day_is_soft():
    make_events("1953-07-27?")
    assert [mark.kind for mark in years().marks] == ["soft"]


def test_marks_of_one_time_stand_above_each_other():
    make_events("1953", "1953", "1990")
    marks = years().marks
    assert len({(mark.x, mark.y) for mark in marks}) == 3
    assert len({mark.y for mark in marks}) == 2
    assert all(0 < mark.y < years().height for mark in marks)


def test_more_events_are_bars_of_years():
    make_events(*["1990-05-01"] * 40, *["1991"] * 10, "1990/1991", "2008/..", "")
    drawn = years()
    assert not drawn.marks
    assert [(bar.first, bar.last, bar.count) for bar in drawn.bars] == [
        (1990, 1990, 40),
        (1991, 1991, 10),
    ]
    assert [bar.height for bar in drawn.bars] == [TALLEST, TALLEST // 4]
    assert (drawn.longer, drawn.undated) == (2, 1)


def test_a_long_time_has_bars_of_decades():
    make_events(*["1815-06-09"] * 41, "181X", "1811/1812", "1819/1820")
    drawn = years()
    assert [(bar.first, bar.last, bar.count) for bar in drawn.bars] == [(1810, 1819, 43)]
    assert drawn.longer == 1
    assert (drawn.first, drawn.last) == (1810, 2026)


def test_edges_of_the_calendar_can_be_drawn():
    make_events(*["0001"] * 41, "9999", "9999-12-31")
    drawn = years()
    assert drawn.bars[0].first == 1
    assert drawn.bars[-1].last == 9999
    assert all(0 <= bar.x <= 100 and bar.width > 0 for bar in drawn.bars)


EARLY = ["0900-05-01", "0901", "0850/0901", "0905/..", "../0850", "090X", ""]
LATE = ["1990-05-01", "1991", "1985/1990", "2008/..", "../1986", "199X", ""]


@pytest.mark.parametrize("dates", [EARLY, LATE], ids=["early", "late"])
@pytest.mark.parametrize("number", [1, 14], ids=["marks", "bars"])
def test_counts_of_the_list_agree_with_the_finder(client, number, dates):
    make_events(*dates * number)
    html = client.get("/").text
    figure = html[html.index('<div class="years"') : html.index("</details>")]
    links = re.findall(r'<li><a href="([^"]+)">[^<]+</a>: (\d+) events?</li>', figure)
    assert links
    for address, count in links:
        found = text_of(client.get(address.replace("&amp;", "&")))
        assert re.search(rf"\b{count} events? ", found)


def test_years_of_an_area_lead_to_its_own_events(client):
    area = make_area(name="Mediation")
    for happened in ("1953-07-27", "1953", "1990"):
        make_event(happened=happened, areas=[area])
    make_event(happened="1953")
    html = client.get(area.get_absolute_url()).text
    assert '<a href="/timeline/?area=mediation&amp;after=1953&amp;before=1953">1953</a>: 2 ' in html


def test_summary_says_what_eyes_would_see():
    make_events("1945", "2023-05", "2023-06-01", "2024/..", "")
    assert years().summary == "1945 to 2024, most in 2023 (2 events)."
    make_events(*["1945"] * 2)
    assert years().summary == "1945 to 2024, most in 1945 (3 events)."
    make_events("2023")
    assert years().summary == "1945 to 2024."


def test_one_event_needs_no_drawing_on_a_page(client):
    area = make_area()
    make_event(areas=[area])
    assert '<div class="years"' not in client.get(area.get_absolute_url()).text


def test_drawing_is_for_eyes_and_the_list_for_keyboards(client):
    event = make_event(title="Armistice", happened="1953-07-27")
    make_event(title="Draft", happened="1901", status="draft")
    html = client.get("/").text
    figure = html[html.index('<div class="years"') : html.index("</details>")]
    drawing, words = figure.split("</svg>\n  <p>")
    assert f'<a href="{event.get_absolute_url()}" tabindex="-1">' in drawing
    assert 'aria-hidden="true"' in drawing
    assert "<title>Armistice, 27 July 1953</title>" in drawing
    assert "1953</a>: 1 event" in words
    assert "1901" not in figure


def test_key_shows_each_mark_beside_its_words(client):
    make_events("1953-07-27", "2024-07", "2008/..")
    key = client.get("/timeline/").text.split('<ul class="key">')[1].split("</ul>")[0]
    for kind, words in [
        ("sure", "known to the day"),
        ("soft", "a month, a year or more"),
        ("open", "open at one end"),
    ]:
        assert re.search(f'<svg aria-hidden="true"[^>]*><line class="{kind}".*?</svg>{words}', key)
    for colour in ("Dark", "Light"):  # each is the other in the dark scheme
        assert colour not in key


def test_years_take_two_queries_at_most(django_assert_num_queries):
    make_events("1953")
    with django_assert_num_queries(1):
        years()
    make_events(*["1990"] * 50)
    with django_assert_num_queries(2):
        years()


def test_titles_on_home_are_those_of_the_list(client):
    make_events("1953", "1954")
    assert titles_of(client.get("/"))[:2] == ["Event 1", "Event 0"]
