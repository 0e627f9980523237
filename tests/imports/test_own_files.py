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
    assert "“last-years-address”: rows 2" in said
    assert brought("Quaker Office:convened", "ny", "--create-missing").numbers == (0, 1, 0, 0)
    assert Event.objects.get().participations.get().organisation.name == "Quaker Office"
    assert Event.objects.get().places.get().name == "New York"


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
        ("Wells", "1", "“Wells”: rows 2"),
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
