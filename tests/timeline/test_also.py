"""What else lies on the areas and in the places that the finder is asked for."""

import re
from html import unescape

import pytest

from tests.factories import (
    make_activity,
    make_area,
    make_engagement,
    make_event,
    make_organisation,
    make_place,
)
from tests.reading import text_of, titles_of
from timeline.models import Event

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
    return {"africa": africa, "burundi": burundi, "geneva": make_place(name="Geneva")}


def panel(client, query):
    """The words of the panel; empty where there is none."""
    response = client.get(f"/timeline/?{query}")
    assert response.status_code == 200
    found = re.search(
        r'<section class="query-also" aria-labelledby="also">.*?</section>', html(response), re.S
    )
    response.content = (found[0] if found else "").encode()
    return text_of(response)


def html(response):
    return response.content.decode()


def body_at(name, places=(), areas=(), **fields):
    body = make_organisation(name=name, places=places, **fields)
    for area in areas:
        make_engagement(organisation=body, area=area)
    return body


def test_whole_timeline_has_no_panel(client, areas):
    make_activity(area=areas["mediation"])
    body_at("Office", areas=[areas["mediation"]])
    assert panel(client, "") == ""
    assert panel(client, "kind=meeting&after=1990") == ""


def test_areas_and_those_beneath_count_activities_and_organisations(client, areas, places):
    make_activity(area=areas["power"], text="Quiet talks.", places=[places["burundi"]])
    make_activity(area=areas["mediation"], text="Training.", places=[places["geneva"]])
    body_at("Office", areas=[areas["power"], areas["mediation"]])
    body_at("Other", areas=[areas["peacebuilding"]])
    text = panel(client, "area=mediation")
    assert text.startswith("Also on this area 2 ongoing activities in Burundi and Geneva")
    assert "Mediation: Training. Power-sharing: Quiet talks." in text
    assert text.endswith("1 organisation Show them")
    assert "Also on these areas" in panel(client, "area=mediation&area=peacebuilding")


def test_places_include_what_lies_within(client, areas, places):
    make_activity(area=areas["power"], text="Quiet talks.", places=[places["burundi"]])
    body_at("Office", places=[places["burundi"]])
    text = panel(client, "place=africa")
    assert text.startswith("Also in this place 1 ongoing activity Power-sharing: Quiet talks.")
    assert text.endswith("1 organisation Show them")
    assert panel(client, "place=geneva") == ""
    assert "Also in these places" in panel(client, "place=africa&place=geneva")


def test_area_and_place_are_and_two_of_either_are_or(client, areas, places):
    both = {"area": areas["mediation"], "places": [places["burundi"]]}
    make_activity(text="Both.", **both)
    make_activity(text="Area alone.", area=areas["mediation"])
    make_activity(text="Place alone.", area=areas["peacebuilding"], places=[places["burundi"]])
    body_at("Both", [places["burundi"]], [areas["mediation"]])
    body_at("Area alone", [], [areas["mediation"]])
    body_at("Place alone", [places["burundi"]])
    text = panel(client, "area=mediation&place=burundi")
    assert text.startswith("Also on this area in this place 1 ongoing activity Mediation: Both.")
    assert text.endswith("1 organisation Show them")
    text = panel(client, "area=mediation&area=peacebuilding&place=burundi&place=geneva")
    assert text.startswith("Also on these areas in these places 2 ongoing activities")


@pytest.mark.parametrize(
    "query",
    [
        "area=mediation",
        "place=africa",
        "area=mediation&area=peacebuilding&place=africa&place=geneva",
    ],
)
def test_number_of_organisations_is_that_of_the_list_it_leads_to(client, areas, places, query):
    body_at("One", [places["burundi"]], [areas["power"]])
    body_at("Two", [places["geneva"]], [areas["peacebuilding"], areas["mediation"]])
    body_at("Hidden", [places["burundi"]], [areas["power"]], status="draft")
    body_at("Withheld", [places["burundi"]], [areas["power"]], withhold_places=True)
    response = client.get(f"/timeline/?{query}")
    said = re.search(r"(\d+) organisations? <a href=\"(.*?)\">Show them</a>", html(response))
    listed = titles_of(client.get(unescape(said[2])))
    assert int(said[1]) == len(listed) > 0
    assert "Hidden" not in listed
    assert ("Withheld" in listed) is ("place" not in query)


def test_ended_work_is_not_ongoing(client, areas):
    make_activity(area=areas["mediation"], text="Over.", state="ended")
    assert panel(client, "area=mediation") == ""


def test_archived_work_still_goes_on(client, areas):
    make_activity(area=areas["mediation"], text="Kept.", status="archived")
    assert "1 ongoing activity" in panel(client, "area=mediation")


@pytest.mark.parametrize("status", ["draft", "in-review"])
def test_what_is_not_public_is_not_counted(client, areas, places, status):
    hidden = make_area(name="Secret plan", parent=areas["mediation"], status=status)
    make_activity(area=areas["mediation"], text="Draft.", status=status)
    make_activity(area=hidden, text="On a hidden page.")
    body_at("Hidden office", [places["burundi"]], [areas["mediation"]], status=status)
    body_at("On hidden work", [], [hidden])
    assert panel(client, "area=mediation") == ""
    assert panel(client, "place=burundi") == ""


def test_removed_organisation_is_not_counted(client, areas):
    body = body_at("Gone", areas=[areas["mediation"]])
    type(body).objects.filter(pk=body.pk).remove()
    assert panel(client, "area=mediation") == ""


def test_withheld_places_are_neither_asked_nor_said(client, areas, places):
    shy = make_organisation(name="Shy office", withhold_places=True)
    work = {"area": areas["mediation"], "places": [places["burundi"]]}
    make_activity(text="Withheld.", withhold_places=True, **work)
    make_activity(text="With the shy office.", organisations=[shy], **work)
    assert panel(client, "area=mediation").startswith("Also on this area 2 ongoing activities Med")
    assert "Burundi" not in panel(client, "area=mediation")
    assert panel(client, "place=burundi") == ""
    assert panel(client, "area=mediation&place=burundi") == ""


def test_places_are_said_only_where_they_are_all_told(client, areas, places):
    make_activity(area=areas["mediation"], places=[places["burundi"]])
    make_activity(area=areas["mediation"])
    assert "2 ongoing activities Mediation" in panel(client, "area=mediation")
    draft = make_place(name="Secret valley", status="draft")
    make_activity(area=areas["peacebuilding"], places=[draft])
    assert "Secret" not in panel(client, "area=peacebuilding")


def test_five_activities_are_shown_and_the_others_counted(client, areas):
    for number in range(5):
        make_activity(area=areas["mediation"], text=f"Work {number}.", order=number)
    assert "stand on" not in panel(client, "area=mediation")
    make_activity(area=areas["mediation"], text="Work 5.", order=5)
    text = panel(client, "area=mediation")
    assert "6 ongoing activities" in text
    assert "Work 4." in text
    assert "Work 5." not in text
    assert "1 other stands on the page of its area." in text
    assert 'href="/areas/mediation/#activities"' in html(client.get("/timeline/?area=mediation"))


def test_events_are_counted_apart(client, areas):
    make_event(areas=[areas["mediation"]])
    make_activity(area=areas["mediation"])
    text = text_of(client.get("/timeline/?area=mediation"))
    assert "1 event on Mediation" in text
    assert "1 ongoing activity" in text
    assert Event.objects.count() == 1


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "الوساطة", "Long " * 60])
def test_panel_survives_any_name(client, name):
    area = make_area(name=name, slug="x")
    place = make_place(name=name, slug="y")
    make_activity(area=area, text=name, places=[place], language="ar")
    body_at(name, [place], [area])
    for query in ("area=x", "place=y", "area=x&place=y", "area=x&q=none"):
        response = client.get(f"/timeline/?{query}")
        assert "1 ongoing activity" in text_of(response)
        assert "<script" not in html(response)
