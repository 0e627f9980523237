import pytest

from tests.factories import (
    make_area,
    make_engagement,
    make_organisation,
    make_organisation_name,
    make_place,
)
from tests.reading import text_of, titles_of

pytestmark = pytest.mark.django_db


def titles(client, query):
    response = client.get(f"/organisations/{query}")
    assert response.status_code == 200
    return titles_of(response)


def test_list_is_by_name_whatever_the_accents(client):
    for name in ("Zebra", "Élan", "eagle", "Office"):
        make_organisation(name=name)
    assert titles(client, "") == ["eagle", "Élan", "Office", "Zebra"]


def test_words_find_names_acronyms_and_other_names(client):
    office = make_organisation(name="Quaker Office", acronym="QUNO")
    make_organisation_name(organisation=office, name="Friends at the UN")
    make_organisation(name="Another")
    for words in ("quaker", "quno", "friends+at"):
        assert titles(client, f"?q={words}") == ["Quaker Office"]


def test_kind_and_state_narrow(client):
    make_organisation(name="Fund", kind="fund")
    make_organisation(name="Old fund", kind="fund", state="ended")
    make_organisation(name="Network", kind="network")
    assert titles(client, "?kind=fund") == ["Fund", "Old fund"]
    assert titles(client, "?kind=fund&state=active") == ["Fund"]
    assert titles(client, "?kind=fund&kind=network&state=active") == ["Fund", "Network"]


def test_area_and_place_include_what_lies_within(client):
    mediation = make_area(name="Mediation")
    power = make_area(name="Power-sharing", parent=mediation)
    africa = make_place(name="Africa", kind="region")
    burundi = make_place(name="Burundi", kind="country", parent=africa)
    office = make_organisation(name="In Burundi", places=[burundi])
    make_engagement(organisation=office, area=power)
    make_organisation(name="In Africa", places=[africa])
    assert titles(client, "?area=mediation") == ["In Burundi"]
    assert titles(client, "?place=africa") == ["In Africa", "In Burundi"]
    assert titles(client, "?place=burundi&area=power-sharing") == ["In Burundi"]


def test_sentence_and_errors(client):
    make_organisation(name="Fund", kind="fund")
    response = client.get("/organisations/?kind=fund&state=asleep&place=atlantis&page=x")
    text = text_of(response)
    assert "1 organisation of the kind fund" in text
    assert "“asleep” is none of active, ended." in text
    assert "There is no place “atlantis” here." in text
    assert "“x” is not a page number." in text
    assert titles_of(response) == ["Fund"]


def test_list_says_how_a_body_stands(client):
    parent = make_organisation(name="Secretariat")
    make_organisation(
        name="Old Office", acronym="OO", parent=parent, founded="1992", ended="2014", state="ended"
    )
    text = text_of(client.get("/organisations/?q=old"))
    assert "Old Office (OO)" in text
    assert "founded 1992" in text
    assert "ended 2014" in text
    assert "part of Secretariat" in text
