"""Organisations, places and areas that rows name: found, told once, or made as drafts."""

import pytest

from organisations.models import AreaOfWork, Organisation, Place, Source
from tests.factories import (
    make_area,
    make_event,
    make_identifier,
    make_organisation,
    make_organisation_name,
    make_participation,
    make_place,
    make_source,
)
from tests.imports.files import EVENTS, ORGANISATIONS
from timeline.models import Document, Event, Participation

pytestmark = pytest.mark.django_db

HEAD = ["id", "what", "when", "who", "ids", "where"]
WHO = '[lists.organisations]\ncolumn = "who"\nseparator = ";"\n'
WHERE = '[lists.places]\ncolumn = "where"\nseparator = ","\n'


def row(number=1, who="", ids="", where="", what="Talks"):
    return [str(number), what, "1999", who, ids, where]


def bodies(event=None):
    event = event or Event.objects.get()
    return {(part.organisation.name, part.role) for part in event.participations.all()}


def test_organisations_are_found_by_any_name_whatever_its_accents(files):
    make_organisation(name="Évian Group", acronym="EG")
    other = make_organisation(name="New Office")
    make_organisation_name(organisation=other, name="Old Office")
    files.events([HEAD, row(who="evian group; OLD office")], EVENTS + WHO + 'role = "party"\n')
    assert bodies() == {("Évian Group", "party"), ("New Office", "party")}
    files.events([HEAD, row(who="EG")], EVENTS + WHO + 'role = "party"\n')
    assert bodies() == {("Évian Group", "party")}


def test_name_of_several_is_refused_with_the_candidates(files):
    make_organisation(name="Council", slug="council")
    make_organisation(name="Council", slug="council-2")
    said = files.events([HEAD, row(who="Council")], EVENTS + WHO)
    assert said.numbers == (0, 0, 0, 1)
    assert "“Council (council)”, “Council (council-2)”" in said


def test_unknown_names_are_told_once_with_all_their_rows(files):
    rows = [HEAD, *(row(n, who="Nobody") for n in range(1, 4)), row(9, where="Nowhere")]
    said = files.events(rows, EVENTS + WHO + WHERE)
    assert said.numbers == (0, 0, 0, 4)
    assert said.words.count("“Nobody”") == 1
    assert "organisation “Nobody”: rows 2–4" in said
    assert "place “Nowhere”: row 5" in said
    assert "--create-missing" in said
    assert not Event.objects.exists()
    assert not Organisation.objects.exists()


def test_missing_organisations_and_places_are_made_as_drafts_once(files):
    rows = [HEAD, row(1, "New Body", where="New Place"), row(2, "new body; Other", "", "")]
    options = (EVENTS + WHO + WHERE, "--create-missing")
    dry = files.events(rows, *options, "--dry-run")
    assert dry.numbers == (2, 0, 0, 0)
    assert "organisation “New Body”: rows 2–3" in dry
    assert not Organisation.objects.exists()
    assert files.events(rows, *options).numbers == (2, 0, 0, 0)
    assert {(one.name, one.status) for one in Organisation.objects.all()} == {
        ("New Body", "draft"),
        ("Other", "draft"),
    }
    assert Place.objects.get().status == "draft"
    assert files.events(rows, *options).numbers == (0, 0, 2, 0)


def test_missing_areas_are_never_made(files):
    mapping = EVENTS + '[lists.areas]\ncolumn = "where"\n'
    said = files.events([HEAD, row(where="Mediation")], mapping, "--create-missing")
    assert said.numbers == (0, 0, 0, 1)
    assert "area of work “Mediation”: row 2" in said
    assert not AreaOfWork.objects.exists()


def test_refused_row_makes_nothing_even_where_others_are_saved(files):
    rows = [HEAD, ["1", "Talks", "03/04/2024", "Orphan", "", ""], row(2, "Kept")]
    said = files.events(rows, EVENTS + WHO, "--create-missing", "--skip-bad-rows")
    assert said.numbers == (1, 0, 0, 1)
    assert [body.name for body in Organisation.objects.all()] == ["Kept"]


def test_removed_organisation_is_neither_named_nor_made_again(files):
    make_organisation(name="Gone")
    Organisation.objects.all().remove()
    said = files.events([HEAD, row(who="Gone")], EVENTS + WHO, "--create-missing")
    assert "“Gone” was removed. Put it back first" in said
    assert Organisation.objects.count() == 1


def test_merged_organisation_stands_for_the_one_it_went_into(files):
    kept = make_organisation(name="Kept")
    gone = make_organisation(name="Gone")
    Organisation.objects.filter(pk=gone.pk).remove()
    Organisation.objects.filter(pk=gone.pk).update(merged_into=kept)
    files.events([HEAD, row(who="Gone")], EVENTS + WHO)
    assert bodies() == {("Kept", "took-part")}


def test_ids_find_organisations_whatever_they_are_called(files):
    body = make_organisation(name="Ours")
    make_identifier(page=body, scheme="gw", value="42")
    mapping = EVENTS + WHO + 'ids_column = "ids"\nids_scheme = "gw"\n'
    files.events([HEAD, row(who="Theirs", ids="42")], mapping)
    assert bodies() == {("Ours", "took-part")}


def test_missing_organisation_is_made_with_its_id(files):
    mapping = EVENTS + WHO + 'ids_column = "ids"\nids_scheme = "gw"\n'
    rows = [HEAD, row(1, "One; Two", "1; 2"), row(2, "Two again", "2")]
    assert files.events(rows, mapping, "--create-missing").numbers == (2, 0, 0, 0)
    assert Organisation.objects.count() == 2
    assert str(Organisation.objects.get(name="Two").identifiers.get()) == "gw:2"


IDS = EVENTS + WHO + 'ids_column = "ids"\nids_scheme = "gw"\n'


def test_one_name_with_two_ids_is_two_organisations(files):
    rows = [HEAD, *(row(n, "Front", str(n)) for n in (1, 2, 3))]
    assert files.events(rows, IDS, "--create-missing", "--dry-run").numbers == (3, 0, 0, 0)
    assert files.events(rows, IDS, "--create-missing").numbers == (3, 0, 0, 0)
    assert [body.name for body in Organisation.objects.all()] == ["Front"] * 3
    assert {str(body.identifiers.get()) for body in Organisation.objects.all()} == {
        *("gw:1", "gw:2", "gw:3")
    }
    assert files.events(rows, IDS).numbers == (0, 0, 3, 0)


def test_name_of_who_has_another_id_is_not_meant(files):
    make_identifier(page=make_organisation(name="Quaker Office"), scheme="gw", value="1")
    said = files.events([HEAD, row(who="Quaker Office", ids="2")], IDS)
    assert said.numbers == (0, 0, 0, 1)
    assert "and has another identifier (gw)" in files.lines()[0]["sentence"]


def test_name_of_who_has_no_id_is_meant(files):
    make_organisation(name="Quaker Office")
    assert files.events([HEAD, row(who="Quaker Office", ids="2")], IDS).numbers == (1, 0, 0, 0)
    assert bodies() == {("Quaker Office", "took-part")}


def test_one_without_an_id_is_meant_by_one_id_alone(files):
    make_organisation(name="Front")
    rows = [HEAD, *(row(n, "Front", str(n)) for n in (1, 2)), row(3, "Front", "1")]
    said = files.events(rows, IDS)
    assert said.numbers == (0, 0, 0, 1)
    assert files.events(rows, IDS, "--create-missing").numbers == (3, 0, 0, 0)
    events = Event.objects.order_by("pk")
    taking_part = [event.participations.get().organisation_id for event in events]
    assert taking_part[0] == taking_part[2] != taking_part[1]


def test_one_id_with_two_names_is_one_organisation(files):
    rows = [HEAD, row(who="Front; The Front", ids="1; 1")]
    assert files.events(rows, IDS, "--create-missing").numbers == (1, 0, 0, 0)
    assert Organisation.objects.get().name == "Front"


def test_entries_that_mean_missing_are_none(files):
    mapping = IDS.replace("[import]", '[import]\nmissing = ["NA"]')
    rows = [HEAD, row(who="One; Two; NA", ids="1; NA; NA")]
    assert files.events(rows, mapping, "--create-missing").numbers == (1, 0, 0, 0)
    made = {body.name: body.identifiers.count() for body in Organisation.objects.all()}
    assert made == {"One": 1, "Two": 0}


def test_place_is_found_by_another_name(files):
    make_place(name="Myanmar", other_names="Burma")
    files.events([HEAD, row(where="burma")], EVENTS + WHERE)
    assert Event.objects.get().places.get().name == "Myanmar"


def test_ids_and_names_of_different_lengths_are_refused_with_both_lists(files):
    mapping = EVENTS + WHO.replace(";", ",") + 'ids_column = "ids"\nids_scheme = "gw"\n'
    name = "Consolidation of Democracy, Peace and Justice"
    said = files.events([HEAD, row(who=f"One, {name}", ids="1, 2")], mapping, "--create-missing")
    assert said.numbers == (0, 0, 0, 1)
    assert "3 names, but 2 identifiers" in said
    assert "“One”, “Consolidation of Democracy”, “Peace and Justice”; “1”, “2”" in said
    assert not Organisation.objects.exists()


def test_separators_within_brackets_do_not_separate(files):
    mapping = EVENTS + WHO + "brackets = true\n"
    files.events([HEAD, row(who="Front (A; B [C;D]); Other")], mapping, "--create-missing")
    assert {name for name, _role in bodies()} == {"Front (A; B [C;D])", "Other"}
    said = files.events([HEAD, row(2, who="Front (A; B")], mapping, "--create-missing")
    assert "A bracket is opened and not closed" in said


def test_separator_keeps_its_spaces(files):
    mapping = EVENTS + WHO.replace('";"', '" and "')
    files.events([HEAD, row(who="Andorra and Sandland")], mapping, "--create-missing")
    assert {name for name, _role in bodies()} == {"Andorra", "Sandland"}


def test_values_say_what_a_place_is_called_here(files):
    make_place(name="Syrian Arab Republic")
    mapping = EVENTS + WHERE + '[values.places]\nSyria = "Syrian Arab Republic"\n'
    files.events([HEAD, row(where="Syria")], mapping)
    assert Event.objects.get().places.get().name == "Syrian Arab Republic"


def test_changed_list_changes_the_rows_of_its_role_alone(files):
    mapping = EVENTS + WHO + 'role = "party"\n'
    files.events([HEAD, row(who="A; B")], mapping, "--create-missing")
    event = Event.objects.get()
    make_participation(event=event, organisation=make_organisation(name="M"), role="mediated")
    said = files.events([HEAD, row(who="B; C")], mapping, "--create-missing", "--dry-run")
    assert "participations: from “A (party) | B (party)” to “B (party) | C (party)”" in said
    assert files.events([HEAD, row(who="B; C")], mapping, "--create-missing").numbers[1] == 1
    assert bodies(event) == {("B", "party"), ("C", "party"), ("M", "mediated")}


def test_areas_of_the_mapping_are_given_to_new_records(files):
    area = make_area(name="Mediation")
    mapping = EVENTS.replace("[import]", '[import]\nareas = ["mediation"]')
    files.events([HEAD, row()], mapping)
    assert Event.objects.get().areas.get() == area
    assert files.events([HEAD, row()], mapping).numbers == (0, 0, 1, 0)
    said = files.refused(
        "import_events", [HEAD], EVENTS.replace("[import]", '[import]\nareas = ["Mediatoin"]')
    )
    assert "Did you mean “Mediation”?" in said


def test_source_is_made_once_and_put_on_every_record(files):
    mapping = EVENTS + '[import.source]\ntitle = "A list"\nread_on = "May 2024"\n'
    files.events([HEAD, row(1), row(2)], mapping)
    source = Source.objects.get()
    assert source.read_on.edtf == "2024-05"
    assert {event.sources.get() for event in Event.objects.all()} == {source}
    files.events([HEAD, row(1), row(2), row(3)], mapping)
    assert Source.objects.get() == source


def test_source_that_is_wrong_is_refused(files):
    mapping = EVENTS + '[import.source]\ntitle = "A"\nread_on = "03/04/2024"\n'
    assert "[import.source] read_on: “03/04/2024” reads two ways" in files.refused(
        "import_events", [HEAD], mapping
    )


def test_addresses_of_rows_make_sources_and_documents_of_their_own(files):
    make_source(title="Known", url="https://a.example/1")
    mapping = EVENTS.replace(
        "[columns]", '[columns]\nsource_url = "who"\ndocument_url = "where"'
    ).replace("meeting", "agreement")
    rows = [HEAD, row(1, "https://a.example/1", "", "https://b.example/text.pdf")]
    rows += [row(2, "https://www.c.example/2"), row(3, "https://www.c.example/2")]
    assert files.events(rows, mapping).numbers == (3, 0, 0, 0)
    assert files.events(rows, mapping).numbers == (0, 0, 3, 0)
    assert {source.title for source in Source.objects.all()} == {"Known", "c.example"}
    document = Document.objects.get()
    assert (document.kind, document.status) == ("agreement-text", "draft")
    said = files.events([HEAD, row(4, "ftp://a.example")], mapping)
    assert "column “who”, “ftp://a.example”: Write a full web address" in said


def test_what_would_break_a_rule_is_refused_beside_its_column(files):
    mapping = ORGANISATIONS.replace("[columns]", '[columns]\nstate = "state"')
    mapping += '[dates.founded]\ncolumn = "from"\n[dates.ended]\ncolumn = "to"\n'
    head = ["id", "name", "state", "from", "to"]
    said = files.organisations([head, ["1", "A", "ended", "1999", "1990"]], mapping)
    assert "column “to”, “1990”: It would have ended before it was founded." in said
    said = files.organisations([head, ["1", "A", "active", "1990", "1999"]], mapping)
    assert "column “state”, “active”: An organisation with an end date has ended" in said
    said = files.organisations([head, ["1", "A", "closed", "", ""]], mapping)
    assert "column “state”, “closed”" in said and "“active”, “ended”" in said
    said = files.organisations([head, ["1", "", "ended", "", ""]], mapping)
    assert "column “name”: This field cannot be blank." in said


def test_filled_end_means_ended_where_no_column_says_the_state(files):
    mapping = ORGANISATIONS + '[dates.ended]\ncolumn = "to"\n'
    files.organisations([["id", "name", "to"], ["1", "A", "1999"], ["2", "B", ""]], mapping)
    assert list(Organisation.objects.order_by("pk").values_list("state", flat=True)) == [
        "ended",
        "active",
    ]


# Parents

TREE = ORGANISATIONS.replace("[columns]", '[columns]\nparent = "of"')
TREE_HEAD = ["id", "name", "of"]


def parents():
    return dict(Organisation.objects.values_list("name", "parent__name"))


def test_parents_are_found_on_the_site_and_in_the_file_in_any_order(files):
    make_organisation(name="Secretariat", slug="secretariat")
    rows = [
        TREE_HEAD,
        ["1", "Unit", "2"],
        ["2", "Office", "made:3"],
        ["3", "Department", "secretariat"],
    ]
    rows += [["4", "Desk", "unit"], ["5", "Alone", ""]]
    assert files.organisations(rows, TREE).numbers == (5, 0, 0, 0)
    assert files.organisations(rows, TREE).numbers == (0, 0, 5, 0)
    assert parents() == {
        "Secretariat": None,
        "Unit": "Office",
        "Office": "Department",
        "Department": "Secretariat",
        "Desk": "Unit",
        "Alone": None,
    }
    rows[1][2] = "3"
    assert files.organisations(rows, TREE).numbers == (0, 1, 4, 0)
    assert parents()["Unit"] == "Department"


def test_parent_that_nothing_is_or_several_are_is_refused(files):
    rows = [TREE_HEAD, ["1", "A", "None"], ["2", "B", ""], ["3", "B", ""], ["4", "C", "b"]]
    said = files.organisations(rows, TREE)
    assert said.numbers == (0, 0, 0, 2)
    assert "Row 2, column “of”, “None”: Nothing in the file or on the site" in said
    assert "Row 5, column “of”, “b”: Several records are called so: “row 3”, “row 4”" in said


@pytest.mark.parametrize("ring", [["1"], ["2", "1"], ["2", "3", "1"]])
def test_ring_of_parents_is_refused(files, ring):
    rows = [[str(n), f"Body {n}", of] for n, of in enumerate(ring, start=1)]
    said = files.organisations([TREE_HEAD, *rows], TREE)
    assert said.numbers == (0, 0, 0, len(ring))
    assert "It would be part of itself" in said


def test_ring_through_what_is_there_is_refused(files):
    files.organisations([TREE_HEAD, ["1", "A", ""], ["2", "B", "1"]], TREE)
    said = files.organisations([TREE_HEAD, ["1", "A", "2"]], TREE)
    assert said.numbers == (0, 0, 0, 1)
    assert parents() == {"A": None, "B": "A"}


def test_child_of_a_refused_row_is_refused_with_it(files):
    rows = [TREE_HEAD, ["1", "", ""], ["2", "B", "1"], ["3", "C", "2"], ["4", "D", ""]]
    said = files.organisations(rows, TREE, "--skip-bad-rows")
    assert said.numbers == (1, 0, 0, 3)
    assert "row 2 would make, and that row is refused" in said
    assert parents() == {"D": None}


def test_events_with_roles_of_two_columns(files):
    mapping = EVENTS + WHO.replace("[lists.organisations]", "[[lists.organisations]]")
    mapping += 'role = "party"\n[[lists.organisations]]\ncolumn = "where"\nrole = "mediated"\n'
    files.events([HEAD, row(who="A; B", where="M")], mapping, "--create-missing")
    assert bodies() == {("A", "party"), ("B", "party"), ("M", "mediated")}
    assert Participation.objects.count() == 3


def test_each_of_several_lists_has_its_own_ids(files):
    body = make_organisation(name="Ours")
    make_identifier(page=body, scheme="gw", value="42")
    mapping = EVENTS + '[[lists.organisations]]\ncolumn = "where"\nrole = "mediated"\n'
    mapping += '[[lists.organisations]]\nids_column = "ids"\nids_scheme = "gw"\nrole = "party"\n'
    files.events([HEAD, row(ids="42", where="M")], mapping, "--create-missing")
    assert bodies() == {("Ours", "party"), ("M", "mediated")}


def test_withheld_or_draft_bodies_may_be_named_and_stay_unseen(files):
    make_organisation(name="Hidden", status="draft")
    files.events([HEAD, row(who="Hidden")], EVENTS + WHO)
    assert Organisation.objects.get().status == "draft"


def test_existing_event_keeps_what_the_mapping_does_not_name(files):
    event = make_event(title="Talks", happened="1999", places=[make_place()])
    make_identifier(page=event, scheme="made", value="1")
    assert files.events([HEAD, row()]).numbers == (0, 0, 1, 0)
    assert event.places.count() == 1


def test_what_is_made_is_told_with_a_few_of_its_rows(files):
    rows = [row(n, who="New") if n % 2 else row(n) for n in range(40)]
    said = files.events([HEAD, *rows], EVENTS + WHO, "--create-missing", "--dry-run")
    assert "organisation “New”: rows 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, …" in said
