"""What the pages of organisations, areas and places say."""

import re

import pytest
from django.test import override_settings

from tests.factories import (
    make_activity,
    make_area,
    make_engagement,
    make_event,
    make_organisation,
    make_organisation_name,
    make_place,
    make_quotation,
    make_resource,
    make_source,
    make_succession,
)
from tests.reading import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


def read(client, page):
    return text_of(client.get(page.get_absolute_url()))


SENTENCES = [
    ("renamed", "Renamed to Later Office (2014).", "Formerly Quaker Office (renamed: 2014)."),
    ("merged", "Merged into Later Office (2014).", "Made by merging, among others, Quaker Office"),
    ("absorbed", "Absorbed into Later Office (2014).", "Absorbed Quaker Office (2014)."),
    (
        "functions-transferred",
        "Functions transferred to Later Office (2014).",
        "Took over functions of Quaker Office (2014).",
    ),
    ("split", "Split, among others into Later Office (2014).", "Split from Quaker Office (2014)."),
]


@pytest.mark.parametrize(("kind", "before", "after"), SENTENCES)
def test_succession_is_a_sentence_on_both_pages(client, kind, before, after):
    old, new = make_organisation(), make_organisation(name="Later Office")
    make_succession(predecessor=old, successor=new, kind=kind, date="2014")
    assert before in read(client, old)
    assert after in read(client, new)


def test_completed_mandate_has_a_sentence_of_its_own(client):
    body = make_organisation()
    make_succession(predecessor=body, kind="mandate-completed", date="2014")
    assert "Mandate completed (2014)." in read(client, body)


def test_organisation_says_how_it_stands(client):
    parent = make_organisation(name="Secretariat")
    body = make_organisation(
        name="Office",
        acronym="OF",
        parent=parent,
        founded="1992",
        ended="2014",
        state="ended",
        as_of="../2018",
    )
    make_organisation(name="Unit", parent=body, founded="2006")
    make_organisation_name(organisation=body, name="Bureau", kind="former", to_date="2001")
    text = read(client, body)
    assert "Office (OF)" in text
    assert "This body has ended (2014)." in text
    assert "As of 2018 or earlier" in text
    assert "Ended, as of 2018 or earlier" in text
    assert "Founded 1992" in text
    assert "Secretariat" in text
    assert "Unit, founded 2006" in text
    assert "Former name: Bureau, to 2001" in text


def test_body_that_ended_at_no_known_date_says_so(client):
    assert "This body has ended; the date is not known." in read(
        client, make_organisation(state="ended")
    )


def test_page_names_the_sources_of_all_it_shows_once(client):
    shared = make_source(title="Shared report", note="Its year was inferred.")
    body = make_organisation(sources=[shared])
    area = make_area()
    make_engagement(
        organisation=body,
        area=area,
        sources=[shared, make_source(title="Of the work", published="../2018")],
    )
    make_resource(
        title="Reader",
        areas=[],
        organisations=[body],
        sources=[make_source(title="Of the reader", note="The address was lost.")],
    )
    response = client.get(body.get_absolute_url())
    sources = text_of(response).rpartition("Sources")[2]
    for title in ("Shared report", "Of the work", "Of the reader"):
        assert sources.count(title) == 1
    assert "Its year was inferred." in sources
    assert "The address was lost." in sources
    assert "Of the work (2018 or earlier)" in text_of(response)


def test_bodies_are_a_tree_in_words_and_drawn_beside_them(client):
    top = make_organisation(name="Department", acronym="DEP", founded="1992")
    unit = make_organisation(name="Unit", parent=top, founded="2006")
    make_organisation(name="Team", parent=unit, founded="2008", ended="2014", state="ended")
    make_organisation(name="Of no date", parent=top, state="ended")
    make_organisation(name="Hidden", parent=top, status="draft")
    response = client.get(top.get_absolute_url())
    text = text_of(response)
    words = text[text.index("Its bodies in time") :]
    for said in (
        "DEP, founded 1992",
        "Unit, founded 2006",
        "Team, founded 2008, ended 2014",
        "Of no date, has ended",
    ):
        assert said in words
    assert "Hidden" not in text
    html = response.text
    assert html.count('<svg class="lifespan" aria-hidden="true"') == 3
    assert html.index("Unit</a>") < html.index("Team</a>") < html.index("</ul>", html.index("Team"))


def test_body_beneath_a_hidden_one_hangs_from_the_page(client):
    top = make_organisation(name="Department")
    between = make_organisation(name="Hidden", parent=top, status="draft")
    make_organisation(name="Team", parent=between)
    assert "Bodies Department Team" in read(client, top)


def test_many_bodies_are_counted_where_they_are_not_drawn(client):
    top = make_organisation(name="Department")
    for number in range(65):
        make_organisation(name=f"Unit {number:02d}", parent=top, founded="2006")
    text = read(client, top)
    assert "Unit 58, founded 2006" in text
    assert "Unit 59" not in text
    assert "6 more bodies are part of these." in text


def test_organisation_without_bodies_has_no_tree(client):
    assert "bodies" not in read(client, make_organisation(founded="1992")).lower()


def test_positions_of_a_drawing_have_points_in_every_language(client):
    top = make_organisation(founded="1992")
    make_organisation(name="Unit", parent=top, founded="2006")
    with override_settings(LANGUAGE_CODE="de", LANGUAGES=[("de", "German")]):
        html = client.get(top.get_absolute_url()).text
    assert re.search(r'x="\d+\.\d+%"', html)
    assert not re.search(r'x="\d+,\d+%"', html)


def test_area_shows_what_belongs_to_it(client):
    area = make_area(other_names="Peace-building\nBuilding peace", as_of="2024-07")
    within = make_area(name="Restorative", parent=area)
    make_quotation(areas=[area], text="Peace is made.", speaker="Somebody", date="1945")
    make_resource(title="", summary="On why wars start.", areas=[area])
    make_activity(area=area, text="Work on the ground.", as_of="2024-07")
    make_event(title="Talks on it", areas=[within])
    text = read(client, area)
    for words in (
        "Also called: Peace-building, Building peace",
        "As of July 2024",
        "Peace is made.",
        "Somebody",
        "(title lost; web page, 2012)",
        "Its address is not known.",
        "On why wars start.",
        "Work on the ground.",
        "Talks on it",
        "Organisations in this area and the areas within it",
    ):
        assert words in text


def test_place_shows_what_goes_on_within_it(client):
    africa = make_place(name="Africa", kind="region")
    burundi = make_place(name="Burundi", kind="country", parent=africa, iso_code="BDI")
    make_organisation(name="Office in Burundi", places=[burundi])
    make_activity(text="Work in Burundi.", places=[burundi])
    make_event(title="Talks in Burundi", places=[burundi])
    text = read(client, africa)
    for words in ("Burundi", "Office in Burundi", "Work in Burundi.", "Talks in Burundi"):
        assert words in text
    assert "BDI" in read(client, burundi)


def test_those_at_work_in_a_place_work_there(client):
    burundi = make_place(name="Burundi", kind="country")
    office, friends = make_organisation(name="Office"), make_organisation(name="Friends")
    make_activity(text="Dialogue.", organisations=[office, friends], places=[burundi])
    secret = make_organisation(name="Secret", withhold_places=True, places=[burundi])
    withheld = make_organisation(name="Withheld")
    make_activity(text="A.", organisations=[withheld], places=[burundi], withhold_places=True)
    make_activity(text="B.", organisations=[secret, withheld], places=[burundi])
    make_activity(text="C.", organisations=[withheld], places=[burundi], status="draft")
    hidden = make_area(name="Hidden", status="draft")
    make_activity(text="D.", area=hidden, organisations=[withheld], places=[burundi])
    retired = make_organisation(name="Retired")
    make_activity(text="E.", organisations=[retired], places=[burundi], state="ended")
    assert "Retired" not in text_of(client.get("/organisations/?place=burundi"))
    for text in (read(client, burundi), text_of(client.get("/organisations/?place=burundi"))):
        assert "Office" in text
        assert "Friends" in text
        assert "Withheld" not in text
        assert "Secret" not in text


def test_cycle_of_parents_still_has_its_pages(client):
    one = make_area(name="One")
    two = make_area(name="Two", parent=one)
    type(one).objects.filter(pk=one.pk).update(parent=two)
    for area in (one, two):
        assert client.get(area.get_absolute_url()).status_code == 200
    assert client.get("/timeline/?area=one").status_code == 200


def test_page_in_another_language_marks_its_own_words_alone(client):
    event = make_event(title="السلام", language="ar", summary="ملخص")
    html = client.get(event.get_absolute_url()).content.decode()
    assert '<h1 lang="ar" dir="rtl">السلام</h1>' in html
    assert '<p class="kind">Meeting</p>' in html
    assert html.count('lang="ar"') == 2


def test_quotation_loses_marks_around_it_and_keeps_those_inside():
    for typed, kept in [
        ("“Peace is a road.”", "Peace is a road."),
        ('"Peace"', "Peace"),
        ("She said: “peace is here”", "She said: “peace is here”"),
        ("“Peace”, she said, “is here”", "“Peace”, she said, “is here”"),
    ]:
        quotation = make_quotation(text=typed)
        quotation.clean()
        assert quotation.text == kept
