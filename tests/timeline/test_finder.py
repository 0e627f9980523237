"""The finder: what an address asks for is what stands on the page."""

import pytest

from tests.factories import make_area, make_event, make_organisation, make_place
from tests.reading import text_of, titles_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def areas():
    mediation = make_area(name="Mediation")
    return {
        "mediation": mediation,
        "power": make_area(name="Power-sharing", parent=mediation),
        "peacebuilding": make_area(name="Peacebuilding"),
    }


@pytest.fixture
def places():
    africa = make_place(name="Africa", kind="region")
    burundi = make_place(name="Burundi", kind="country", parent=africa)
    return {
        "africa": africa,
        "burundi": burundi,
        "bujumbura": make_place(name="Bujumbura", kind="city", parent=burundi),
        "geneva": make_place(name="Geneva"),
    }


def titles(client, query=""):
    response = client.get(f"/timeline/{query}")
    assert response.status_code == 200
    return set(titles_of(response))


def test_area_shows_its_events_alone(client, areas):
    make_event(title="On peacebuilding", areas=[areas["peacebuilding"]])
    make_event(title="On mediation", areas=[areas["mediation"]])
    make_event(title="On nothing named")
    assert titles(client, "?area=peacebuilding") == {"On peacebuilding"}


def test_parent_area_includes_its_children(client, areas):
    make_event(title="Wide", areas=[areas["mediation"]])
    make_event(title="Narrow", areas=[areas["power"]])
    assert titles(client, "?area=mediation") == {"Wide", "Narrow"}
    assert titles(client, "?area=power-sharing") == {"Narrow"}


def test_two_areas_are_or(client, areas):
    make_event(title="One", areas=[areas["peacebuilding"]])
    make_event(title="Other", areas=[areas["power"]])
    make_event(title="Both", areas=[areas["peacebuilding"], areas["power"]])
    make_event(title="Neither")
    found = titles_of(client.get("/timeline/?area=peacebuilding&area=power-sharing"))
    assert sorted(found) == ["Both", "One", "Other"]


def test_area_and_place_are_and(client, areas, places):
    make_event(title="Both", areas=[areas["mediation"]], places=[places["geneva"]])
    make_event(title="Area alone", areas=[areas["mediation"]])
    make_event(title="Place alone", places=[places["geneva"]])
    assert titles(client, "?area=mediation&place=geneva") == {"Both"}


def test_place_includes_what_lies_within(client, places):
    make_event(title="In the city", places=[places["bujumbura"]])
    make_event(title="In the country", places=[places["burundi"]])
    make_event(title="Elsewhere", places=[places["geneva"]])
    assert titles(client, "?place=africa") == {"In the city", "In the country"}
    assert titles(client, "?place=bujumbura") == {"In the city"}


def test_bodies_make_an_organisation_include_its_bodies(client):
    office = make_organisation(name="Quaker Office")
    new_york = make_organisation(name="Quaker Office, New York", parent=office)
    make_event(title="Of the office", organisations=[office])
    make_event(title="Of New York", organisations=[new_york])
    assert titles(client, "?organisation=quaker-office") == {"Of the office"}
    assert titles(client, "?organisation=quaker-office&bodies=1") == {
        "Of the office",
        "Of New York",
    }


def test_from_and_to_include_both_ends(client):
    for year in ("1953", "1990", "1992", "1999", "2005"):
        make_event(title=f"In {year}", happened=year)
    assert titles(client, "?after=1990&before=1999") == {"In 1990", "In 1992", "In 1999"}
    assert titles(client, "?before=1992") == {"In 1953", "In 1990", "In 1992"}
    assert titles(client, "?after=1999") == {"In 1999", "In 2005"}


def test_from_and_to_take_overlap(client):
    make_event(title="Range", happened="2023-11-30/2023-12-01")
    make_event(title="Since", happened="2008/..")
    make_event(title="Until", happened="../1960")
    make_event(title="Decade", happened="199X")
    assert titles(client, "?after=2023-12") == {"Range", "Since"}
    assert titles(client, "?before=2023-11-29") == {"Since", "Until", "Decade"}
    assert titles(client, "?after=1999&before=1999") == {"Decade"}


def test_unknown_dates_match_no_date_filter_and_are_counted(client):
    make_event(title="Dated", happened="1992")
    make_event(title="Undated", happened="")
    make_event(title="Undated too", happened="")
    response = client.get("/timeline/?after=1900")
    assert titles_of(response) == ["Dated"]
    assert "2 events of unknown date were left out." in text_of(response)
    assert "left out" not in text_of(client.get("/timeline/"))


def test_undated_are_counted_under_the_other_filters(client, areas):
    make_event(title="Dated", happened="1992", areas=[areas["mediation"]])
    make_event(title="Undated", happened="", areas=[areas["mediation"]])
    make_event(title="Of another area", happened="")
    response = client.get("/timeline/?before=2000&area=mediation")
    assert "1 event of unknown date was left out." in text_of(response)


def test_kind_and_words_narrow(client):
    make_event(title="Talks begin", kind="meeting")
    make_event(title="Talks end", kind="agreement")
    make_event(title="A statement", kind="statement", summary="On talks.")
    assert titles(client, "?kind=meeting&kind=agreement") == {"Talks begin", "Talks end"}
    assert titles(client, "?q=TALKS&kind=statement") == {"A statement"}


def test_order_is_newest_oldest_or_added(client):
    make_event(title="Old, added last", happened="1953-07-27")
    make_event(title="Unknown", happened="")
    make_event(title="New", happened="2024")
    newest = ["New", "Old, added last", "Unknown"]
    assert titles_of(client.get("/timeline/")) == newest
    assert titles_of(client.get("/timeline/?order=newest")) == newest
    assert titles_of(client.get("/timeline/?order=oldest")) == [
        "Old, added last",
        "New",
        "Unknown",
    ]
    assert titles_of(client.get("/timeline/?order=added")) == [
        "New",
        "Unknown",
        "Old, added last",
    ]


def test_year_heads_its_events_and_a_range_stands_once(client):
    make_event(title="Range", happened="2022-12-30/2023-01-02")
    make_event(title="Before all", happened="../1960")
    make_event(title="Unknown", happened="")
    html = client.get("/timeline/").content.decode()
    assert html.count("<h3>2022</h3>") == 1
    assert "<h3>2023</h3>" not in html
    assert "<h3>Beginning unknown</h3>" in html
    assert "<h3>Date unknown</h3>" in html


def test_sentence_says_the_query(client, areas, places):
    make_event(
        title="Talks", areas=[areas["mediation"]], places=[places["geneva"]], happened="1992"
    )
    make_event(areas=[areas["peacebuilding"]], places=[places["geneva"]], happened="1993")
    response = client.get(
        "/timeline/?area=mediation&area=peacebuilding&place=geneva&after=1990&order=oldest"
    )
    sentence = "2 events on Mediation or Peacebuilding, in Geneva, from 1990 on, oldest first"
    assert sentence in text_of(response)
    assert f"<title>{sentence} – Peace Portal</title>" in response.content.decode()


def test_tags_remove_one_value_each(client, areas):
    html = client.get("/timeline/?area=mediation&area=peacebuilding&after=1990").content.decode()
    assert 'aria-label="Remove filter: Mediation"' in html
    assert 'href="/timeline/?area=peacebuilding&amp;after=1990"' in html
    assert 'aria-label="Remove filter: From 1990"' in html
    assert 'href="/timeline/?area=mediation&amp;area=peacebuilding"' in html


def test_canonical_drops_empty_unknown_and_repeated(client, areas):
    query = "?area=&x=1&q=&area=mediation&area=mediation&order=newest&after=July+2024&after=1990"
    html = client.get(f"/timeline/{query}").content.decode()
    canonical = "http://127.0.0.1:8000/timeline/?area=mediation&amp;after=1990"
    assert f'<link rel="canonical" href="{canonical}">' in html


def test_paging_keeps_the_filters(client, areas):
    for number in range(45):
        make_event(title=f"Event {number:02}", areas=[areas["mediation"]], happened="1992")
    make_event(title="Another")
    first = client.get("/timeline/?area=mediation&before=2000&order=oldest")
    assert len(titles_of(first)) == 20
    assert (
        'rel="next" href="/timeline/?area=mediation&amp;before=2000&amp;order=oldest&amp;page=2"'
        in (first.content.decode())
    )
    last = client.get("/timeline/?area=mediation&before=2000&order=oldest&page=3")
    assert titles_of(last) == [f"Event {number:02}" for number in range(40, 45)]
    assert "Page 3 of 3" in text_of(last)
    assert client.get("/timeline/?area=mediation&page=4").status_code == 404
    assert client.get("/timeline/?page=99999999999999999").status_code == 404


def test_no_match_says_so_and_leads_on(client):
    make_event(title="Talks")
    text = text_of(client.get("/timeline/?q=nothing+like+it"))
    assert "No events with “nothing like it”" in text
    assert "No event with “nothing like it” is recorded yet." in text
    assert "The whole timeline" in text


def test_empty_site_says_so(client):
    assert "No events are recorded yet." in text_of(client.get("/timeline/"))


# What cannot be read is named beside its field, and the rest still counts.

UNREAD = [
    ("area=no-such", "area", "There is no area of work “no-such” here."),
    ("place=no-such", "place", "There is no place “no-such” here."),
    ("organisation=no-such", "organisation", "There is no organisation “no-such” here."),
    ("kind=party", "kind", "“party” is none of meeting, statement"),
    ("after=soon", "after", "“soon” cannot be read as one year, month or day."),
    ("before=03/04/2024", "before", "“03/04/2024” cannot be read as one year, month or day."),
    ("after=199X", "after", "cannot be read as one year, month or day"),
    ("before=1990/1999", "before", "cannot be read as one year, month or day"),
    ("after=1953~", "after", "cannot be read as one year, month or day"),
    ("after=2020&before=1990", "after", "is later than"),
    ("order=best", "order", "“best” is none of newest, oldest, added, relevance."),
    ("bodies=maybe", "organisation", "“maybe” is none of 1."),
    ("page=two", "page", "“two” is not a page number."),
    ("page=0", "page", "“0” is not a page number."),
    ("q=%00", "q", "characters that cannot be read"),
    ("q=" + "x" * 5000, "q", "longer than 200 characters"),
]


@pytest.mark.parametrize(("query", "field", "sentence"), UNREAD)
def test_unreadable_value_is_named_beside_its_field_and_the_rest_filters(
    client, areas, query, field, sentence
):
    make_event(title="Wanted", areas=[areas["mediation"]], kind="agreement", happened="1992")
    make_event(title="Not wanted", areas=[areas["peacebuilding"]], kind="agreement")
    make_event(title="Nor this", areas=[areas["mediation"]], kind="observance")
    response = client.get(f"/timeline/?area=mediation&kind=agreement&{query}")
    assert response.status_code == 200
    assert titles_of(response) == ["Wanted"]
    errors = response.content.decode().split(f'id="id_{field}_error"')
    assert len(errors) == 2
    assert sentence in errors[1].split("</ul>")[0]


def test_draft_slug_does_not_exist(client):
    make_area(name="Secret plan", status="draft")
    text = text_of(client.get("/timeline/?area=secret-plan"))
    assert "There is no area of work “secret-plan” here." in text
    assert "Secret plan" not in text


def test_old_slug_still_filters_and_is_renewed(client, areas):
    make_event(title="Wanted", areas=[areas["mediation"]])
    make_event(title="Other")
    areas["mediation"].slug = "mediation-and-talks"
    areas["mediation"].save()
    response = client.get("/timeline/?area=mediation")
    assert titles_of(response) == ["Wanted"]
    assert "/timeline/?area=mediation-and-talks" in response.content.decode()
