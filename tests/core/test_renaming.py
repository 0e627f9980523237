"""A page that readers know gets another name: a correction, or a name that it took?"""

import pytest

from organisations.models import AreaOfWork, Organisation, Place
from peaceportal.core.versions.snapshots import versions_of
from tests import factories as make
from tests.editor import address, errors, read_form, saved, send

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

ASKS = "Readers know this as “Peace Office”. Say why the name is another now, and save."


@pytest.fixture
def editor(client):
    client.force_login(make.make_user())
    return client


@pytest.fixture
def office():
    return make.make_organisation(name="Peace Office", summary="It mediates.")


def rename(editor, page, name, **values):
    return send(editor, address(type(page), "change", page.pk), name=name, **values)


def again(editor, page, answer, **values):
    """Save the form that was sent back, with everything that stands in it."""
    data = read_form(answer) | {key.replace("__", "-"): value for key, value in values.items()}
    return editor.post(address(type(page), "change", page.pk), data)


def names(page):
    return list(page.names.values_list("name", "kind", "to_date"))


def test_form_asks_before_it_saves_and_keeps_what_was_typed(editor, office):
    answer = rename(editor, office, "Dialogue Office", summary="It talks.")
    assert errors(answer) == {"renaming": [ASKS]}
    for said in (
        "It corrects a mistake: “Peace Office” is dropped.",
        "It changed its name: “Peace Office” is kept, and a search for it still finds.",
        "Its address, /organisations/peace-office/, stays the same.",
        *('value="Dialogue Office"', "It talks.</textarea>", "Called so from"),
    ):
        assert said in answer.text, said
    assert 'name="renaming" value="correction" checked' not in answer.text
    office.refresh_from_db()
    assert (office.name, office.summary) == ("Peace Office", "It mediates.")


def test_name_that_it_took_makes_the_old_one_a_former_name(client, editor, office):
    answer = rename(editor, office, "Dialogue Office")
    assert saved(again(editor, office, answer, renaming="renamed", renamed_on="May 2014"))
    office.refresh_from_db()
    assert (office.name, office.slug) == ("Dialogue Office", "peace-office")
    (name, kind, until), *others = names(office)
    assert (name, kind, str(until), others) == ("Peace Office", "former", "May 2014", [])
    assert "Peace Office" in client.get("/organisations/peace-office/").text


def test_date_may_be_unknown_and_answer_may_come_at_once(editor, office):
    assert saved(rename(editor, office, "Dialogue Office", renaming="renamed"))
    (name, kind, until), *_others = names(office)
    assert (name, kind, bool(until)) == ("Peace Office", "former", False)


def test_correction_drops_the_old_spelling(editor, office):
    answer = rename(editor, office, "Peace Offices")
    assert saved(again(editor, office, answer, renaming="correction"))
    office.refresh_from_db()
    assert office.name == "Peace Offices"
    assert names(office) == []


def test_change_of_signs_alone_suggests_a_correction_and_still_asks(editor, office):
    answer = rename(editor, office, "PEACE-OFFICE")
    assert errors(answer) == {"renaming": [ASKS]}
    assert read_form(answer)["renaming"] == "correction"
    assert saved(again(editor, office, answer))
    office.refresh_from_db()
    assert office.name == "PEACE-OFFICE"


def test_wrong_answers_are_said(editor, office):
    answer = rename(editor, office, "Other", renaming="correction", renamed_on="2014")
    said = "A correction has no date. Empty this, or say that it changed its name."
    assert errors(answer) == {"renamed_on": [said]}
    assert "renamed_on" in errors(
        rename(editor, office, "Other", renaming="renamed", renamed_on="03/04/2024")
    )
    assert "renaming" in errors(rename(editor, office, "Other", renaming="x"))
    assert names(office) == []


@pytest.mark.parametrize(
    ("typed", "until"), [("since 2019", "2019"), ("2019/..", "2019"), ("about 2019", "about 2019")]
)
def test_since_a_date_is_that_date(client, editor, office, typed, until):
    assert saved(rename(editor, office, "Dialogue", renaming="renamed", renamed_on=typed))
    ((_name, _kind, to_date),) = names(office)
    assert str(to_date) == until
    assert "since" not in client.get("/organisations/peace-office/").text.partition("names")[2]


def test_until_a_date_does_not_say_when_it_changed(editor, office):
    answer = rename(editor, office, "Dialogue", renaming="renamed", renamed_on="until 2019")
    said = "Write when it changed its name, for example 2019 or 3 May 2019."
    assert errors(answer) == {"renamed_on": [said]}
    assert names(office) == []
    fields = answer.context["adminform"].form.fields
    assert "since" not in str(fields["renamed_on"].help_text)
    assert "since 2008" in str(fields["founded"].help_text)


def test_name_that_it_has_again_is_no_former_name_to_readers(client, editor, office):
    rename(editor, office, "Dialogue Office", renaming="renamed", renamed_on="2014")
    rename(editor, office, "Peace Office", renaming="renamed", renamed_on="2019")
    assert {name for name, *_ in names(office)} == {"Peace Office", "Dialogue Office"}
    page = client.get("/organisations/peace-office/").text
    assert page.count("Former name:") == 1
    assert '"alternateName": ["Dialogue Office"]' in page
    (told,) = client.get("/organisations.json").json()["results"]
    assert [row["name"] for row in told["names"]] == ["Dialogue Office"]


def test_old_name_that_was_added_by_hand_is_not_doubled(editor, office):
    row = {"name": "Peace Office", "kind": "former", "language": "en"}
    answer = rename(editor, office, "New", rows={"names": [row]}, renaming="renamed")
    assert saved(answer)
    assert len(names(office)) == 1


def test_old_name_that_began_later_stands_beside_the_one_that_ended(editor, office):
    make.make_organisation_name(
        organisation=office, name="Peace Office", kind="former", from_date="2010"
    )
    answer = rename(editor, office, "New", renaming="renamed", renamed_on="2005")
    assert saved(answer)
    told = office.names.order_by("pk").values_list("name", "from_date", "to_date")
    assert [tuple(map(str, row)) for row in told] == [
        ("Peace Office", "2010", "date unknown"),
        ("Peace Office", "date unknown", "2005"),
    ]


def test_name_that_is_put_back_is_not_asked_about(editor, office):
    answer = rename(editor, office, "Dialogue Office")
    assert saved(again(editor, office, answer, name="Peace Office", summary="It talks."))
    office.refresh_from_db()
    assert (office.name, office.summary) == ("Peace Office", "It talks.")


@pytest.mark.parametrize("status", ["draft", "in-review"])
def test_what_nobody_has_read_is_renamed_without_a_question(editor, status):
    office = make.make_organisation(name="Peace Office", status=status)
    assert saved(rename(editor, office, "Dialogue Office"))
    assert names(office) == []


@pytest.mark.parametrize(
    ("model", "make_one"), [(AreaOfWork, make.make_area), (Place, make.make_place)]
)
def test_areas_and_places_keep_the_old_name_among_their_others(client, editor, model, make_one):
    page = make_one(name="Peace Office", other_names="PO")
    answer = rename(editor, page, "Dialogue")
    assert errors(answer) == {"renaming": [ASKS]}
    assert "Called so from" not in answer.text
    assert saved(again(editor, page, answer, renaming="renamed"))
    page.refresh_from_db()
    assert (page.name, page.other_names) == ("Dialogue", "PO\nPeace Office")
    assert "Also called: PO, Peace Office" in client.get(page.get_absolute_url()).text


def test_preview_does_not_ask(editor, office):
    data = read_form(editor.get(address(Organisation, "change", office.pk)))
    shown = editor.post(address(Organisation, "preview", office.pk), data | {"name": "Dialogue"})
    assert "<h1" in shown.text
    assert "Dialogue" in shown.text
    assert "Say why the name is another now" not in shown.text


@pytest.mark.versions
def test_renaming_is_one_version(editor, office):
    before = versions_of(office).count()
    assert saved(rename(editor, office, "Dialogue Office", renaming="renamed"))
    assert versions_of(office).count() == before + 1
