"""What the page of an event says."""

import pytest

from tests.factories import (
    make_area,
    make_document,
    make_event,
    make_organisation,
    make_participation,
)
from tests.reading import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


def test_dates_keep_their_own_direction(client):
    event = make_event(happened="2015-05-15/2015-06-20")
    date = (
        '<bdi><time datetime="2015-05-15">15 May</time>'
        ' – <time datetime="2015-06-20">20 June 2015</time></bdi>'
    )
    for address in (event.get_absolute_url(), "/timeline/", "/"):
        assert date in client.get(address).text


def read(client, page):
    return text_of(client.get(page.get_absolute_url()))


def test_three_dates_are_three_facts(client):
    past = make_event(title="Armistice", happened="1953-07-27")
    event = make_event(
        title="A look back",
        kind="statement",
        happened="2024-07",
        posted="2024-07",
        happened_inferred=True,
        commemorates=past,
    )
    text = read(client, event)
    assert "Happened July 2024 (from its posting)" in text
    assert "Posted July 2024" in text
    assert "Commemorates Armistice, 27 July 1953" in text
    assert "Commemorated by A look back, July 2024" in read(client, past)


def test_unknown_date_is_said(client):
    assert "Happened date unknown" in read(client, make_event(happened=""))


def test_roles_and_who_spoke_are_said(client):
    event, body = make_event(), make_organisation(name="Office", acronym="OF")
    make_participation(
        event=event, organisation=body, role="mediated", represented_by="A. Person, Envoy"
    )
    assert "Mediator Office (OF), represented by A. Person, Envoy" in read(client, event)


def test_trail_leads_back_through_the_year(client):
    event = make_event(happened="1953-07-27/1954")
    html = client.get(event.get_absolute_url()).content.decode()
    assert '<a href="/timeline/?after=1953&amp;before=1953">1953</a>' in html
    assert event.title in text_of(client.get("/timeline/?after=1953&before=1953"))
    assert "?after=" not in client.get(make_event(happened="").get_absolute_url()).text
    assert "?after=" not in client.get(make_event(happened="../1960").get_absolute_url()).text


def test_every_area_of_an_event_is_named_with_it(client):
    areas = [make_area(name="Mediation"), make_area(name="Draft", status="draft")]
    text = read(client, make_event(areas=areas))
    assert "Related areas of work Mediation" in text
    assert "Draft" not in text


def test_body_is_named_in_full_at_its_first_use_and_shorter_after(client):
    body = make_organisation(name="Department of Political Affairs", acronym="DPA")
    other = make_organisation(name="Unit of the same letters", acronym="DPA")
    events = [make_event(title=f"Talks {n}", organisations=[body]) for n in (1, 2)]
    make_event(title="Talks 3", organisations=[other], happened="1945")
    html = client.get("/timeline/").content.decode()
    results = html[html.index('id="results"') :]
    assert results.count("Department of Political Affairs <span") == 1
    assert results.count('<abbr title="Department of Political Affairs">DPA</abbr>') == 1
    assert "Unit of the same letters <span" in results
    assert "Department of Political Affairs (DPA)" in read(client, events[0])


def test_body_with_two_roles_stands_once_in_a_list(client):
    event, body = make_event(), make_organisation(name="Office")
    for role in ("convened", "mediated"):
        make_participation(event=event, organisation=body, role=role)
    html = client.get("/timeline/").content.decode()
    assert html.count(f'href="{body.get_absolute_url()}"') == 1


def test_document_is_described(client):
    event = make_event()
    make_document(event=event, title="Accord", kind="record", language="fr", pages=12)
    assert "Accord (record, French, 12 pages)" in read(client, event)


def test_earlier_and_later_lead_through_time(client):
    first = make_event(title="First", happened="1953-07-27")
    wide = make_event(title="All the year", happened="1953")
    last = make_event(title="Last", happened="1954")
    make_event(title="Draft between", happened="1953-08", status="draft")
    undated = make_event(title="Undated", happened="")
    assert "Around the same time First 27 July 1953" in read(client, wide)
    text = read(client, first)
    assert "Around the same time All the year 1953 Later Last 1954" in text
    assert "Earlier First 27 July 1953" in read(client, last)
    assert "Later" not in read(client, last)
    assert "Earlier" not in read(client, undated)


def test_events_of_one_date_are_each_reached_once(client):
    events = [make_event(title=f"Of a day {n}", happened="1953-07-27") for n in range(3)]
    assert (
        "Around the same time Of a day 0 27 July 1953 Around the same time Of a day 2 27 July 1953"
        in read(client, events[1])
    )
