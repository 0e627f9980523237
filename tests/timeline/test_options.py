"""What the finder offers beside its results: options with their counts, and the years."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from organisations.models import Organisation
from tests.factories import (
    make_area,
    make_event,
    make_organisation,
    make_participation,
    make_place,
)
from tests.reading import options_of, text_of, titles_of
from timeline import facets
from timeline.models import Participation

pytestmark = pytest.mark.django_db

HIDDEN = [
    {"status": "draft"},
    {"publish_at": timezone.now() + timedelta(days=1)},
    {"unpublish_at": timezone.now() - timedelta(days=1)},
    {"removed_at": timezone.now() - timedelta(days=1)},
]


def test_option_says_what_it_alone_would_find(client):
    mediation, peacebuilding = make_area(name="Mediation"), make_area(name="Peacebuilding")
    make_area(name="Disarmament")
    make_event(areas=[mediation], happened="1992")
    make_event(areas=[mediation, peacebuilding], happened="2005")
    found = options_of(client, "area=peacebuilding&after=1990")
    assert found["area", "mediation"] == (2, "2 events")
    assert found["area", "peacebuilding"] == (1, "1 event")
    assert found["area", "disarmament"] == (0, "No events")
    assert found["kind", "meeting"] == (1, "1 event")
    assert found["kind", "agreement"] == (0, "No events")
    assert 'value="disarmament"' in client.get("/timeline/").content.decode()


def test_parent_counts_an_event_of_several_branches_once(client):
    wide = make_area(name="Wide")
    branches = [make_area(name=f"Branch {n}", parent=wide) for n in range(2)]
    leaf = make_area(name="Leaf", parent=branches[0])
    make_event(areas=[leaf, *branches])
    make_event(areas=[branches[1]])
    found = options_of(client)
    assert found["area", "wide"] == (2, "2 events")
    assert found["area", "branch-0"] == (1, "1 event")
    assert found["area", "branch-1"] == (2, "2 events")


def test_organisation_counts_its_bodies_if_they_are_included(client):
    office = make_organisation(name="Office")
    event = make_event(organisations=[make_organisation(name="Branch", parent=office), office])
    make_participation(event=event, organisation=office, role="convened")
    make_event(organisations=[Organisation.objects.get(slug="branch")])
    assert options_of(client)["organisation", "office"] == (1, "1 event")
    found = options_of(client, "organisation=branch&bodies=1")
    assert found["organisation", "office"] == (2, "2 events")
    assert found["organisation", "branch"] == (2, "2 events")


def test_organisations_say_how_many_there_are(client):
    geneva = make_place(name="Geneva")
    make_organisation(name="Shown", places=[geneva], kind="ngo")
    make_organisation(name="Withheld", places=[geneva], withhold_places=True, kind="network")
    found = options_of(client, path="/organisations/")
    assert found["place", "geneva"] == (1, "1 organisation")
    assert found["kind", "network"] == (1, "1 organisation")
    assert found["state", "ended"] == (0, "No organisations")
    assert options_of(client, "place=geneva", "/organisations/")["kind", "network"][0] == 0


@pytest.mark.parametrize("hidden", HIDDEN)
def test_hidden_records_are_not_counted_and_decide_nothing(client, hidden):
    area, place, body = make_area(name="Open"), make_place(), make_organisation()
    make_event(areas=[area], places=[place], organisations=[body])
    before = options_of(client)
    secret = {"name": "Secret", "slug": "secret", **hidden}
    links = {"areas": [area], "places": [place], "organisations": [body]}
    make_event(**links, **hidden)
    secrets = {
        "areas": [make_area(parent=area, **secret)],
        "places": [make_place(parent=place, **secret)],
        "organisations": [make_organisation(parent=body, **secret)],
    }
    make_event(kind="statement", **secrets)
    after = options_of(client)
    assert after == before | {("kind", "statement"): (1, "1 event")}
    for name in facets.LARGE:
        chosen = client.get(f"/timeline/?choose={name}&find=secret")
        assert "checkbox" not in chosen.content.decode()
        assert text_of(chosen).count("Secret") == 0


# Many organisations and places.


@pytest.fixture
def crowd():
    """Twelve organisations: the last has one event, the one before two, and so on."""
    bodies = [make_organisation(name=f"Body {number:02}") for number in range(12)]
    for number in range(12):
        make_event(title=f"Event {number}", organisations=bodies[: number + 1], kind="meeting")
    return bodies


def test_long_list_shows_the_ten_largest_the_chosen_and_the_number_of_others(client, crowd):
    make_organisation(name="Of no event")
    found = [value for name, value in options_of(client) if name == "organisation"]
    assert found == [body.slug for body in crowd[:10]]
    html = client.get("/timeline/?kind=meeting").content.decode()
    assert '<a href="/timeline/?kind=meeting&amp;choose=organisation" rel="nofollow">2 more' in html
    found = [
        value
        for name, value in options_of(client, "organisation=body-11")
        if name == "organisation"
    ]
    assert found == [body.slug for body in [*crowd[:10], crowd[11]]]
    found = options_of(client, "organisation=of-no-event")
    assert found["organisation", "of-no-event"] == (0, "No events")


def test_largest_are_those_of_the_query(client, crowd):
    make_event(title="A statement", kind="statement", organisations=[crowd[11]])
    found = options_of(client, "kind=statement")
    assert [pair for pair in found if pair[0] == "organisation"] == [("organisation", "body-11")]
    assert "more" not in text_of(client.get("/timeline/?kind=statement")).split("Show events")[0]


def test_more_offers_all_and_keeps_the_query(client, crowd):
    make_organisation(name="Of no event")
    query = "q=event&organisation=body-03&kind=meeting&order=oldest"
    response = client.get(f"/timeline/?{query}&choose=organisation")
    html = response.content.decode()
    assert len(re.findall(r'type="checkbox"', html)) == 12
    assert 'value="body-03" checked' in html
    kept = re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)">', html)
    assert kept == [("q", "event"), ("kind", "meeting"), ("order", "oldest")]
    assert '<meta name="robots" content="noindex">' in html
    back = "/timeline/?q=event&amp;organisation=body-03&amp;kind=meeting&amp;order=oldest"
    assert f'<a href="{back}">Back to the list</a>' in html


@pytest.mark.parametrize("typed", ["ECOLE", "École", "efm", "peace school"])
def test_typing_narrows_by_any_name(client, crowd, typed):
    school = make_organisation(name="L’École de la paix", acronym="EFM")
    school.names.create(name="The Peace School", kind="translation", language="en")
    make_event(organisations=[school])
    asked = {"choose": "organisation", "find": typed, "organisation": "body-00"}
    html = client.get("/timeline/", asked).content.decode()
    assert re.findall(r'checkbox" name="organisation" value="([^"]*)"', html) == [
        "body-00",
        school.slug,
    ]


def test_typing_what_nothing_is_called_says_so(client, crowd):
    text = text_of(client.get("/timeline/?choose=organisation&find=zebra"))
    assert "None of those that would find anything is called “zebra”." in text


@pytest.mark.parametrize("typed", ["%00", "%ED%A0%80", "x" * 5000, "%25", "'\"\\"])
def test_typing_anything_is_survived(client, crowd, typed):
    assert client.get(f"/timeline/?choose=organisation&find={typed}").status_code == 200
    assert client.get(f"/organisations/?choose=place&find={typed}").status_code == 200


def test_what_offers_options_is_no_part_of_the_query(client, crowd):
    html = client.get("/timeline/?find=x&choose=&kind=meeting").content.decode()
    assert '<link rel="canonical" href="http://127.0.0.1:8000/timeline/?kind=meeting">' in html
    assert len(titles_of(client.get("/timeline/?choose=area"))) == 12


def test_many_are_cut_to_the_largest(client):
    event = make_event()
    bodies = [Organisation(name=f"Body {number}", status="published") for number in range(130)]
    Organisation.objects.bulk_create(bodies)
    Participation.objects.bulk_create(
        Participation(event=event, organisation=body) for body in bodies
    )
    response = client.get("/timeline/?choose=organisation")
    assert response.content.decode().count('type="checkbox"') == 100
    assert "The largest of 130 are shown" in text_of(response)


# Years above the results.


def test_years_keep_the_other_filters_and_count_as_their_links(client):
    for year in ("1953", "1992", "1992-03", "199X"):
        make_event(title=f"In {year}", happened=year, kind="statement")
    make_event(happened="1992")
    html = client.get("/timeline/?kind=statement&after=1990&order=oldest").content.decode()
    address = "/timeline/?kind=statement&amp;order=oldest&amp;after=1992&amp;before=1992"
    assert f'<li><a href="{address}">1992</a>: 3 events</li>' in html
    assert len(titles_of(client.get(unescape(address)))) == 3
    assert ">1953</a>: 1 event</li>" in html
    assert "Drawn without From and To." in html
