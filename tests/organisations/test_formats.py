"""Organisations as JSON and CSV."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from peaceportal.core.caching import state_now
from tests.factories import (
    make_area,
    make_engagement,
    make_identifier,
    make_organisation,
    make_organisation_name,
    make_place,
    make_source,
    make_succession,
)
from tests.reading import content_of, titles_of

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

FIELDS = [
    *("uid", "url", "title", "acronym", "kind", "state", "founded", "founded_earliest"),
    *("founded_latest", "ended", "ended_earliest", "ended_latest", "as_of", "names", "parents"),
    *("predecessors", "successors", "areas", "places", "place_codes", "website", "identifiers"),
    *("summary", "sources", "updated"),
]


def rows_of(client, query=""):
    text = content_of(client.get(f"/organisations.csv{query}")).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def records_of(client, query=""):
    return client.get(f"/organisations.json{query}").json()["results"]


@pytest.fixture
def office():
    body = make_organisation(
        name="Quaker Office",
        slug="office",
        acronym="QUNO",
        state="ended",
        founded="1948~",
        ended="2001",
        parent=make_organisation(name="Committee"),
        places=[make_place(name="Burundi", kind="country", iso_code="BDI")],
        sources=[make_source(title="Report", url="https://example.org/")],
    )
    make_organisation_name(organisation=body, name="Old Office")
    make_succession(predecessor=body, successor=make_organisation(name="New"), date="2001")
    make_succession(predecessor=make_organisation(name="First"), successor=body, kind="renamed")
    area = make_area(name="Mediation")
    make_engagement(organisation=body, area=area)
    make_engagement(organisation=body, area=area, text="Also this.")
    make_identifier(page=body, scheme="isni", value="0001")
    return body


def test_record_has_every_field(client, office):
    (record,) = records_of(client, "?area=mediation")
    assert list(record) == FIELDS
    assert record["url"] == "http://127.0.0.1:8000/organisations/office/"
    assert (record["founded"], record["founded_earliest"]) == ("1948~", "1948-01-01")
    assert record["names"] == [{"name": "Old Office", "kind": "former", "language": "en"}]
    assert [parent["slug"] for parent in record["parents"]] == ["committee"]
    (successor,) = record["successors"]
    assert (successor["slug"], successor["kind"], successor["date"]) == ("new", "absorbed", "2001")
    assert [one["slug"] for one in record["predecessors"]] == ["first"]
    assert [area["slug"] for area in record["areas"]] == ["mediation"]
    (row,) = rows_of(client, "?area=mediation")
    assert list(row) == FIELDS
    assert row["names"] == "Old Office"
    assert (row["parents"], row["successors"], row["place_codes"]) == ("committee", "new", "BDI")


def test_withheld_places_are_in_no_form(client, office):
    type(office).objects.filter(pk=office.pk).update(withhold_places=True)
    for form in ("csv", "json"):
        content = content_of(client.get(f"/organisations.{form}"))
        assert b"urundi" not in content
        assert b"BDI" not in content
    assert rows_of(client, "?place=burundi") == records_of(client, "?place=burundi") == []


def test_hidden_bodies_around_it_are_in_no_form(client, office):
    hidden = make_organisation(name="Zanzibar Army", status="draft")
    make_succession(predecessor=office, successor=hidden)
    make_succession(predecessor=hidden, successor=office)
    type(office).objects.filter(pk=office.pk).update(parent=hidden)
    for form in ("csv", "json"):
        assert b"anzibar" not in content_of(client.get(f"/organisations.{form}"))


@pytest.mark.parametrize("query", ["", "?kind=ngo", "?q=office", "?place=burundi", "?state=ended"])
def test_page_and_forms_agree(client, office, query):
    titles = titles_of(client.get(f"/organisations/{query}"))
    assert titles
    assert [record["title"] for record in records_of(client, query)] == titles
    assert [row["title"] for row in rows_of(client, query)] == titles


@pytest.mark.parametrize("form", ["json", "csv"])
def test_queries_do_not_grow_with_rows(client, office, form):
    def queries():
        state_now(timezone.now())  # the first to ask after a change reads it
        with CaptureQueriesContext(connection) as captured:
            content_of(client.get(f"/organisations.{form}"))
        return len(captured)

    queries()
    one = queries()
    for number in range(3):
        body = make_organisation(name=f"Body {number}", parent=office)
        make_organisation_name(organisation=body)
        make_succession(predecessor=body, successor=office)
        make_engagement(organisation=body, area=make_area(name=f"Area {number}"))
    # On PostgreSQL a whole result is counted behind a lock, for which it is asked twice more.
    assert queries() == one <= (18 if connection.vendor == "sqlite" else 20)
