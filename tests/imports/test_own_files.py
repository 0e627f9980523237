"""What the site gives out, brought in again: what it hides is left as it is."""

import pytest

from organisations.models import Organisation
from tests.factories import (
    make_event,
    make_identifier,
    make_organisation,
    make_participation,
    make_place,
    make_series,
)
from timeline.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def again(files, client):
    """Brings in what the site gives out at an address."""

    def run(address, command):
        data = b"".join(client.get(address).streaming_content)
        return files.run(command, data, None)

    return run


def test_places_that_are_withheld_stay(again):
    body = make_organisation(name="Host", withhold_places=True)
    body.places.add(make_place(name="Here"))
    said = again("/organisations.csv", "import_organisations")
    assert said.numbers == (0, 0, 1, 0)
    assert [place.name for place in body.places.all()] == ["Here"]


def test_participants_and_places_that_nobody_sees_stay(again):
    event = make_event(title="Talks")
    for name, status in (("Seen", "published"), ("Draft", "draft")):
        body = make_organisation(name=name, status=status)
        make_participation(event=event, organisation=body)
        event.places.add(make_place(name=f"{name} place", status=status))
    assert again("/timeline.csv", "import_events").numbers == (0, 0, 1, 0)
    assert event.participations.count() == 2
    assert event.places.count() == 2


def test_what_everybody_sees_is_still_taken_out(files):
    event = make_event(title="Talks")
    for name, status in (("Seen", "published"), ("Draft", "draft")):
        body = make_organisation(name=name, status=status)
        make_participation(event=event, organisation=body, role="convened")
    rows = [["uid", "title", "participants"], [str(event.uid), "Talks", ""]]
    assert files.run("import_events", rows, None).numbers == (0, 1, 0, 0)
    assert [part.organisation.name for part in event.participations.all()] == ["Draft"]
    assert files.lines()[0]["after"] == "Draft (convened)"


def test_parent_that_nobody_sees_stays(again):
    parent = make_organisation(name="Above", status="draft")
    make_organisation(name="Beneath", parent=parent)
    assert again("/organisations.csv", "import_organisations").numbers == (0, 0, 1, 0)
    assert Organisation.objects.get(name="Beneath").parent == parent


def test_parent_is_who_is_at_the_address_and_not_who_is_called_so(again):
    parent = make_organisation(name="Front", slug="front")
    make_organisation(name="front", slug="another")
    make_organisation(name="Beneath", parent=parent)
    assert again("/organisations.csv", "import_organisations").numbers == (0, 0, 3, 0)


def test_identifier_with_the_sign_between_values_comes_back_as_it_was(again):
    make_identifier(page=make_event(title="Talks"), scheme="made", value="a|b")
    assert again("/timeline.csv", "import_events").numbers == (0, 0, 1, 0)
    assert Event.objects.get().identifiers.get().value == "a|b"


def test_lists_take_names_as_well_and_make_none_of_an_address(files):
    make_place(name="New York", slug="ny")
    head = ["identifiers", "title", "kind", "participants", "places"]

    def brought(who, where, *options):
        return files.events([head, ["made:1", "Talks", "meeting", who, where]], None, *options)

    assert brought("", "new york").numbers == (1, 0, 0, 0)
    assert brought("Quaker Office:convened", "ny").numbers == (0, 0, 0, 1)
    said = brought("last-years-address:convened", "ny", "--create-missing")
    assert "“last-years-address”: row 2" in said
    assert brought("Quaker Office:convened", "ny", "--create-missing").numbers == (0, 1, 0, 0)
    assert Event.objects.get().participations.get().organisation.name == "Quaker Office"
    assert Event.objects.get().places.get().name == "New York"


@pytest.mark.parametrize(
    ("organisations", "participants", "after"),
    [
        ("host|guest", "host:convened|guest:party", {("Host", "convened"), ("Guest", "party")}),
        ("Host", "guest:issued", {("Host", "took-part"), ("Guest", "issued")}),
        ("guest", "", {("Guest", "took-part")}),
        ("New Body|host", "New Body:Party", {("Host", "took-part"), ("New Body", "party")}),
    ],
)
def test_organisations_that_are_no_participants_took_part(
    files, organisations, participants, after
):
    for name in ("Host", "Guest"):
        make_organisation(name=name)
    head = ["identifiers", "title", "kind", "organisations", "participants"]
    rows = [head, ["made:1", "Talks", "meeting", organisations, participants]]
    assert files.events(rows, None, "--create-missing").numbers == (1, 0, 0, 0)
    assert files.events(rows, None, "--create-missing").numbers == (0, 0, 1, 0)
    assert files.events([row[:-1] for row in rows], None).numbers == (0, 0, 1, 0)
    parts = Event.objects.get().participations.all()
    assert {(part.organisation.name, part.role) for part in parts} == after


@pytest.mark.parametrize(
    ("who", "where", "sentence"),
    [
        ("ACME:convened, Nobody:took-part", "", "Write | between them, as Name:role|Name:role"),
        ("", "Geneva, New York", "“Geneva” is a name of its own. Write | between names."),
        ("Nobody; Quaker Office:party", "", "“Quaker Office” is a name of its own."),
        ("Ministry of Peace, Norway:party", "Peak, Nowhere", ""),
    ],
)
def test_names_that_seem_to_be_several_are_refused(files, who, where, sentence):
    make_place(name="Geneva")
    head = ["identifiers", "title", "kind", "participants", "places"]
    rows = [head, ["made:1", "Talks", "meeting", who, where]]
    rows += [["made:2", "More", "meeting", "Quaker Office:convened", ""]]
    told = files.events(rows, None, "--create-missing", "--skip-bad-rows", "--dry-run")
    assert told.numbers == ((1, 0, 0, 1) if sentence else (2, 0, 0, 0))
    assert sentence in told
    said = files.events(rows, None, "--create-missing", "--skip-bad-rows")
    assert (said.numbers, sentence in said) == (told.numbers, True)


def test_one_that_is_here_by_name_is_told_and_stays_the_one_that_is_meant(files):
    there = make_organisation(name="Quaker Office", slug="quakers")
    rows = [["identifiers", "title"], ["made:1", "Quaker office"], ["made:2", "Other"]]
    said = files.organisations(rows, None)
    assert said.numbers == (2, 0, 0, 0)
    assert said.words.count("One of this name is here already (quakers).") == 1
    head = ["identifiers", "title", "kind", "participants"]
    rows = [head, ["made:3", "Talks", "meeting", "QUAKER OFFICE:convened"]]
    said = files.events(rows, None)
    assert said.numbers == (1, 0, 0, 0), said.words
    assert Event.objects.get().organisations.get() == there


def test_series_and_number_come_back_and_those_that_nobody_sees_stay(again):
    for name, status in (("Seen", "published"), ("Draft", "draft")):
        series = make_series(name=name, status=status)
        make_event(title=f"Talks of {name}", series=series, ordinal=2)
    assert again("/timeline.csv", "import_events").numbers == (0, 0, 2, 0)
    assert set(Event.objects.values_list("series__name", "ordinal")) == {("Seen", 2), ("Draft", 2)}


@pytest.mark.parametrize(
    ("series", "ordinal", "sentence"),
    [
        ("Rivers", "", ""),
        ("rivers", "3", ""),
        ("", "", ""),
        ("Wells", "1", "“Wells”: row 2"),
        ("", "2", "This is a number within a series. Name the series"),
        ("Rivers", "third", "Write a whole number in figures"),
        ("Rivers", "99999999", "“99999999”"),
    ],
)
def test_series_is_named_and_never_made(files, series, ordinal, sentence):
    make_series(name="Rivers")
    event = make_event(title="Talks", series=make_series(name="Lakes"), ordinal=1)
    rows = [["uid", "title", "series", "ordinal"], [str(event.uid), "Talks", series, ordinal]]
    said = files.events(rows, None, "--create-missing")
    assert said.numbers == ((0, 0, 0, 1) if sentence else (0, 1, 0, 0))
    assert sentence in said
    event.refresh_from_db()
    if not sentence:
        assert (str(event.series or "").lower(), str(event.ordinal or "")) == (
            series.lower(),
            ordinal,
        )
