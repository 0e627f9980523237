"""Events as JSON and CSV: the same fields, the whole truth, and nothing that a spreadsheet runs."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from peaceportal.core.caching import state_now
from tests.factories import (
    make_area,
    make_document,
    make_event,
    make_identifier,
    make_organisation,
    make_participation,
    make_place,
    make_series,
    make_source,
)
from tests.reading import file_of
from timeline.models import Event

pytestmark = pytest.mark.django_db

FIELDS = [
    *("uid", "url", "title", "kind", "happened", "happened_earliest", "happened_latest"),
    *("happened_inferred", "posted", "areas", "organisations", "participants", "places"),
    *(
        "place_codes",
        "documents",
        "series",
        "ordinal",
        "identifiers",
        "summary",
        "sources",
        "updated",
    ),
]


def rows_of(client, address):
    response = client.get(address)
    assert response.status_code == 200, response.content
    return list(csv.DictReader(io.StringIO(file_of(response).decode(), newline="")))


def json_of(client, address):
    response = client.get(address)
    assert response.status_code == 200, response.content
    return json.loads(response.content)


@pytest.fixture
def full():
    geneva = make_place(name="Geneva")
    burundi = make_place(name="Burundi", kind="country", iso_code="BDI")
    event = make_event(
        title="Talks, “quoted” and\nbroken",
        slug="talks",
        kind="agreement",
        happened="2023-11-30/2023-12-01",
        posted="2023-12",
        summary='Two lines,\r\nand "quotes"; 和平',
        areas=[make_area(name="Peacebuilding"), make_area(name="Mediation")],
        places=[geneva, burundi],
        sources=[
            make_source(title="Annual report", url="https://example.org/a|b", published="2024"),
            make_source(title="A | letter", url=""),
        ],
    )
    office = make_organisation(name="Quaker Office")
    make_participation(event=event, organisation=office, role="convened")
    make_participation(
        event=event, organisation=office, role="witnessed", represented_by="Ann Lee, clerk"
    )
    make_participation(event=event, organisation=make_organisation(name="Army"), role="party")
    make_document(event=event, title="The text")
    make_identifier(page=event, scheme="un-symbol", value="S/2023/9")
    return event


def test_json_of_a_list_has_every_field(client, full):
    body = json_of(client, "/timeline.json?kind=agreement&area=mediation&area=peacebuilding&q=")
    assert list(body) == ["count", "query", "next", "previous", "results"]
    assert body["count"] == 1
    assert body["query"] == {"area": ["mediation", "peacebuilding"], "kind": ["agreement"]}
    assert body["next"] is None
    assert body["previous"] is None
    (record,) = body["results"]
    assert list(record) == FIELDS
    assert record["uid"] == str(full.uid)
    assert record["url"] == "http://127.0.0.1:8000/timeline/talks/"
    assert record["title"] == "Talks, “quoted” and\nbroken"
    assert record["happened"] == "2023-11-30/2023-12-01"
    assert (record["happened_earliest"], record["happened_latest"]) == ("2023-11-30", "2023-12-01")
    assert record["happened_inferred"] is False
    assert [area["slug"] for area in record["areas"]] == ["mediation", "peacebuilding"]
    assert set(record["areas"][0]) == {"uid", "slug", "title"}
    assert [body["title"] for body in record["organisations"]] == ["Army", "Quaker Office"]
    assert [
        (one["slug"], one["role"], one["represented_by"]) for one in record["participants"]
    ] == [
        ("army", "party", ""),
        ("quaker-office", "convened", ""),
        ("quaker-office", "witnessed", "Ann Lee, clerk"),
    ]
    assert record["place_codes"] == ["BDI"]
    assert record["documents"][0]["url"] == "https://example.org/agreement.pdf"
    assert record["identifiers"] == [{"scheme": "un-symbol", "value": "S/2023/9"}]
    assert [source["title"] for source in record["sources"]] == ["A | letter", "Annual report"]


def test_json_of_an_event_is_the_same_record(client, full):
    (listed,) = json_of(client, "/timeline.json")["results"]
    assert json_of(client, "/timeline/talks.json") == listed


def test_csv_has_the_same_fields_as_cells(client, full):
    (row,) = rows_of(client, "/timeline.csv?kind=agreement")
    assert list(row) == FIELDS
    assert row["uid"] == str(full.uid)
    assert row["title"] == "Talks, “quoted” and\nbroken"
    assert row["summary"] == 'Two lines,\r\nand "quotes"; 和平'
    assert row["happened_inferred"] == "false"
    assert row["areas"] == "mediation|peacebuilding"
    assert row["organisations"] == "army|quaker-office"
    assert row["participants"] == "army:party|quaker-office:convened|quaker-office:witnessed"
    assert row["places"] == "burundi|geneva"
    assert row["place_codes"] == "BDI"
    assert row["identifiers"] == "un-symbol:S/2023/9"
    assert row["sources"] == "A %7C letter|https://example.org/a%7Cb"


def test_series_and_number_stand_in_both(client):
    series = make_series(name="Lake talks", slug="lake-talks")
    make_event(series=series, ordinal=3)
    (record,) = json_of(client, "/timeline.json")["results"]
    named = {"uid": str(series.uid), "slug": "lake-talks", "title": "Lake talks"}
    assert (record["series"], record["ordinal"]) == (named, 3)
    (row,) = rows_of(client, "/timeline.csv")
    assert (row["series"], row["ordinal"]) == ("lake-talks", "3")


@pytest.mark.parametrize(
    "hidden", [{"status": "draft"}, {"publish_at": datetime(2999, 1, 1, tzinfo=UTC)}]
)
def test_series_that_is_hidden_is_not_named(client, hidden):
    make_event(series=make_series(name="Quiet channel", **hidden), ordinal=3)
    (record,) = json_of(client, "/timeline.json")["results"]
    assert record["series"] is record["ordinal"] is None
    (row,) = rows_of(client, "/timeline.csv")
    assert row["series"] == row["ordinal"] == ""


def test_csv_of_nothing_is_its_header(client):
    response = client.get("/timeline.csv")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert file_of(response).decode() == ",".join(FIELDS) + "\r\n"


@pytest.mark.parametrize("sign", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_formula_is_harmless_in_csv_and_untouched_in_json(client, sign):
    make_event(title=sign, slug="x", summary=sign)
    (row,) = rows_of(client, "/timeline.csv")
    assert row["title"] == f"'{sign}"
    assert row["summary"] == f"'{sign}"
    assert json_of(client, "/timeline.json")["results"][0]["title"] == sign


def test_unknown_dates_are_empty_and_not_padded(client):
    make_event(happened="", slug="unknown")
    make_event(happened="2008/..", slug="open")
    make_event(happened="1953~", slug="about")
    records = {
        one["url"].split("/")[-2]: one for one in json_of(client, "/timeline.json")["results"]
    }
    assert records["unknown"]["happened"] == ""
    assert records["unknown"]["happened_earliest"] is None
    assert records["open"]["happened_latest"] is None
    assert records["about"]["happened"] == "1953~"
    (row,) = [row for row in rows_of(client, "/timeline.csv") if row["happened"] == "2008/.."]
    assert (row["happened_earliest"], row["happened_latest"]) == ("2008-01-01", "")


def test_json_comes_a_hundred_at_a_time(client):
    Event.objects.bulk_create(
        Event(title=f"Event {number}", happened="1990", status="published") for number in range(205)
    )
    address, titles, pages = "/timeline.json?after=1990&order=oldest", [], []
    while address:
        body = json_of(client, address.removeprefix("http://127.0.0.1:8000"))
        assert body["count"] == 205
        titles += [record["title"] for record in body["results"]]
        pages.append(len(body["results"]))
        address = body["next"]
    assert pages == [100, 100, 5]
    assert titles == [f"Event {number}" for number in range(205)]
    assert body["previous"].endswith("?after=1990&order=oldest&page=2")
    assert [row["title"] for row in rows_of(client, "/timeline.csv?order=oldest&page=2")] == titles
    past = client.get("/timeline.json?page=4")
    assert (past.status_code, json.loads(past.content)["status"]) == (404, 404)


def test_form_that_cannot_answer_says_what_the_page_says(client):
    make_event()
    page = client.get("/timeline/?area=no-such&after=soon").text
    for form in ("json", "csv", "atom", "ics"):
        response = client.get(f"/timeline.{form}?area=no-such&after=soon")
        assert response.status_code == 400
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        if form == "json":
            assert response.headers["Content-Type"] == "application/problem+json"
            errors = json.loads(response.content)["errors"]
        else:
            assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
            found = [line.partition(": ") for line in response.text.splitlines()[1:]]
            errors = [{"parameter": name, "detail": detail} for name, _colon, detail in found]
        assert [error["parameter"] for error in errors] == ["area", "after"]
        for error in errors:
            assert error["detail"] in page


def test_hidden_relations_stay_hidden(client, full):
    hidden = {"status": "draft"}
    full.areas.add(make_area(name="Zanzibar work", **hidden))
    full.places.add(make_place(name="Zanzibar", iso_code="TZA", kind="country", **hidden))
    make_participation(event=full, organisation=make_organisation(name="Zanzibar Army", **hidden))
    make_document(event=full, title="Zanzibar text", **hidden)
    for form in ("json", "csv"):
        response = client.get(f"/timeline.{form}")
        text = (file_of(response) if response.streaming else response.content).decode()
        assert "anzibar" not in text
        assert "TZA" not in text


def test_address_of_a_script_is_left_out(client):
    event = make_event(sources=[make_source(title="A", url="javascript:alert(1)")], slug="x")
    make_document(event=event, title="B", url="javascript:alert(2)")
    record = json_of(client, "/timeline/x.json")
    assert (record["sources"][0]["url"], record["documents"][0]["url"]) == ("", "")


@pytest.mark.parametrize("form", ["json", "csv"])
def test_queries_do_not_grow_with_rows(client, full, form):
    def queries():
        state_now(timezone.now())  # the first to ask after a change reads it
        with CaptureQueriesContext(connection) as captured:
            response = client.get(f"/timeline.{form}")
            b"".join(response)
        return len(captured)

    queries()
    one = queries()
    for number in range(3):
        event = make_event(
            title=f"More {number}",
            areas=[make_area(name=f"Area {number}")],
            places=[make_place(name=f"Place {number}")],
            organisations=[make_organisation(name=f"Body {number}")],
            sources=[make_source(title=f"Source {number}")],
        )
        make_document(event=event)
        make_identifier(page=event, value=f"S/{number}")
    assert queries() == one
    # On PostgreSQL a whole result is counted behind a lock, for which it is asked twice more.
    assert one <= (18 if connection.vendor == "sqlite" else 20)
