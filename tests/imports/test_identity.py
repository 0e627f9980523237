"""Records are found again by what others call them: twice the same file changes nothing."""

import pytest
from reversion.models import Version

from organisations.models import Organisation
from peaceportal.core.models import Change, Identifier
from tests.factories import make_event, make_identifier, make_organisation
from tests.imports.files import DOCS, EVENTS
from timeline.models import Event

pytestmark = pytest.mark.django_db

HEAD = ["id", "what", "when"]
ROWS = [HEAD, ["1", "Talks", "1999"], ["2", "Talks", "2001-05"]]


def test_same_file_twice_changes_nothing_and_makes_no_version(files):
    assert files.events(ROWS).numbers == (2, 0, 0, 0)
    versions, changes = Version.objects.count(), Change.objects.count()
    assert versions
    assert files.events(ROWS).numbers == (0, 0, 2, 0)
    assert (Version.objects.count(), Change.objects.count()) == (versions, changes)


def test_two_records_with_one_title_stay_two(files):
    files.events(ROWS)
    files.events(ROWS)
    assert sorted(Event.objects.values_list("slug", flat=True)) == ["talks", "talks-2"]


def test_changed_file_updates_only_what_changed_and_says_what(files):
    files.events(ROWS)
    before = {event.pk: event.revision for event in Event.objects.all()}
    changed = [HEAD, ["1", "Talks", "1999"], ["2", "Talks", "2001-06"], ["3", "More", ""]]
    dry = files.events(changed, EVENTS, "--dry-run")
    assert dry.numbers == (1, 1, 1, 0)
    assert "Row 3, “Talks”, happened: from “2001-05” to “2001-06”" in dry
    assert Event.objects.count() == 2
    assert files.events(changed).numbers == (1, 1, 1, 0)
    first, second, _third = Event.objects.order_by("pk")
    assert first.revision == before[first.pk]
    assert second.happened.edtf == "2001-06"
    assert str(second.happened_latest) == "2001-06-30"
    line = files.lines()[1]
    assert (line["outcome"], line["column"]) == ("updated", "happened")
    assert (line["before"], line["after"]) == ("2001-05", "2001-06")


def test_mapped_empty_cell_empties_the_field_and_other_fields_are_left(files):
    files.events(ROWS)
    Event.objects.update(summary="By staff")
    emptied = [HEAD, ["1", "Talks", ""], ["2", "Talks", "2001-05"]]
    assert "1 field would be emptied" in files.events(emptied, EVENTS, "--dry-run")
    assert files.events(emptied).numbers[1] == 1
    event = Event.objects.order_by("pk").first()
    assert event.happened.edtf == ""
    assert event.happened_key is None
    assert event.summary == "By staff"


def test_what_staff_edited_is_told_and_kept_in_the_history(files):
    files.events(ROWS)
    event = Event.objects.first()
    event.title = "Edited"
    event.save()
    assert "title: from “Edited” to “Talks”" in files.events(ROWS, EVENTS, "--dry-run")
    files.events(ROWS)
    kept = Version.objects.get_for_object(Event.objects.get(pk=event.pk)).first()
    assert "Imported from file.csv (import " in kept.revision.comment
    assert kept.revision.detail.way == "import"


def test_repeated_identifier_is_refused_with_the_first_row(files):
    said = files.events([*ROWS, ["1", "Again", ""]])
    assert said.numbers == (0, 0, 0, 1)
    assert "Row 4, column “id”, “made:1”: Row 2 has this identifier already." in said
    assert 'duplicates = "number"' in said


def test_repeated_identifier_gets_its_occurrence_where_both_are_meant(files):
    mapping = EVENTS.replace("[import]", '[import]\nduplicates = "number"')
    rows = [HEAD, ["1", "Vote", "1946"], ["1", "Vote", "1946"], ["1", "Vote", "1946"]]
    assert files.events(rows, mapping).numbers == (3, 0, 0, 0)
    assert files.events(rows, mapping).numbers == (0, 0, 3, 0)
    values = Identifier.objects.order_by("pk").values_list("value", flat=True)
    assert list(values) == ["1", "1#2", "1#3"]


def test_row_that_is_refused_keeps_its_number(files):
    mapping = EVENTS.replace("[import]", '[import]\nduplicates = "number"')
    head = "id,what,when\n"
    files.events(head + "A,One,1991\nA,Two,1992\nA,Three,1993\n", mapping)
    broken = head + "A,One,1991\nA,Two,1992,more\nA,Three,1993\n"
    said = files.events(broken, mapping, "--skip-bad-rows")
    assert said.numbers == (0, 0, 2, 1)


def test_schemes_that_differ_in_capitals_are_told(files):
    make_identifier(page=make_organisation(), scheme="MADE", value="1")
    said = files.events(ROWS)
    assert said.numbers == (2, 0, 0, 0)
    assert said.words.count("“MADE”, “made” are different schemes") == 1


def test_identifier_of_several_columns_is_joined(files):
    mapping = EVENTS.replace('identifier = "id"', 'identifier = ["id", "when"]')
    files.events(ROWS, mapping)
    assert Identifier.objects.filter(scheme="made", value="1/1999").exists()


@pytest.mark.parametrize("value", ["", "x" * 201])
def test_identifier_that_is_empty_or_too_long_is_refused(files, value):
    said = files.events([HEAD, [value, "Talks", ""]])
    assert said.numbers == (0, 0, 0, 1)
    assert "column “id”" in said


def test_identifier_of_a_record_of_another_kind_is_refused(files):
    make_identifier(page=make_organisation(), scheme="made", value="1")
    said = files.events(ROWS)
    assert "identifier of a record of another kind (organisation)" in said
    assert not Event.objects.exists()


def test_removed_record_stays_removed_and_is_told(files):
    files.events(ROWS)
    Event.objects.filter(slug="talks").remove()
    said = files.events([HEAD, ["1", "Changed", "1999"], ["2", "Talks", "2001-05"]])
    assert said.numbers == (0, 0, 2, 0)
    assert "Row 2: It was removed on" in said
    assert Event.objects.get(slug="talks").title == "Talks"


def test_merged_record_is_left_alone_and_told(files):
    files.events(ROWS)
    gone, kept = Event.objects.order_by("pk")
    Event.objects.filter(pk=gone.pk).remove()
    Event.objects.filter(pk=gone.pk).update(merged_into=kept)
    said = files.events([HEAD, ["1", "Changed", "1999"], ["2", "Talks", "2001-05"]])
    assert said.numbers == (0, 0, 2, 0)
    assert "Row 2: It was merged into “Talks”" in said


def test_record_that_stands_for_several_rows_is_left_alone(files):
    files.events(ROWS)
    gone, kept = Event.objects.order_by("pk")
    Identifier.objects.filter(object_id=gone.pk).delete()
    make_identifier(page=kept, scheme="made", value="1")
    said = files.events(ROWS)
    assert said.numbers == (0, 0, 2, 0)
    assert "stands for several rows" in said


def test_status_kind_and_areas_of_new_records_are_left_to_staff_afterwards(files):
    files.events(ROWS)
    Event.objects.all().update(status="published", kind="statement")
    assert files.events(ROWS).numbers == (0, 0, 2, 0)
    assert set(Event.objects.values_list("status", "kind")) == {("published", "statement")}


def test_drafts_are_made_unless_the_mapping_says_otherwise(files):
    files.events(ROWS)
    assert not Event.objects.published().exists()
    mapping = EVENTS.replace("[import]", '[import]\nstatus = "published"').replace("made", "other")
    files.events(ROWS, mapping)
    assert Event.objects.published().count() == 2
    assert all(event.first_public_at for event in Event.objects.published())


def test_slug_of_a_page_that_was_public_is_not_given_again(files):
    event = make_event(title="Talks", slug="talks")
    event.slug = "elsewhere"
    event.save()
    files.events(ROWS)
    assert not Event.objects.filter(slug="talks").exists()


# The documented examples, on made files in the layouts of others

OPERATIONS = """\
id,mission_acronym,mission_name,lead_department,mission_isactive,start_date,end_date,last_update
1,UNX,United Nations X Mission,DPO,No,1963-07-01,1964-09-01,2024-02-19
2,UNY,"United Nations Mission in Y, Z",DPO,NO,1997-12-19,1998-10-15,2024-02-19
3,UNW,United Nations Mission in W’s Land,DPO,Yes,1949-01-24,,2024-02-19
4,UNV,United Nations Office in V,DPO,No,,,2024-02-19
"""
VETOES = (
    "year,date,draft,agenda_item,member_veto1\r\n"
    "1946,2/16/1946,S/PV.1,Letter dated 4 February 1946,AAA\r\n"
    "1946,6/26/1946,S/PV.2,The question,AAA\r\n"
    "1946,6/26/1946,S/PV.2,The question,AAA\r\n"
    '1950,7/12/1950,S/3,"The question\nof Y",BBB\r\n'
)


def test_documented_mapping_of_organisations_works(files):
    mapping = DOCS / "peace-operations.toml"
    assert files.organisations(OPERATIONS, mapping).numbers == (4, 0, 0, 0)
    assert files.organisations(OPERATIONS, mapping).numbers == (0, 0, 4, 0)
    found = Organisation.objects.order_by("pk").values_list("state", "founded", "ended")
    assert [(state, *(date.edtf for date in dates)) for state, *dates in found] == [
        ("ended", "1963-07", "1964-09"),
        ("ended", "1997-12-19", "1998-10-15"),
        ("active", "1949-01-24", ""),
        ("ended", "", ""),
    ]
    assert {body.sources.get().read_on.edtf for body in Organisation.objects.all()} == {
        "2024-02-19"
    }
    assert {body.kind for body in Organisation.objects.all()} == {"peace-operation"}


def test_documented_mapping_of_events_works(files):
    mapping = DOCS / "vetoes.toml"
    assert files.events(VETOES, mapping).numbers == (4, 0, 0, 0)
    assert files.events(VETOES, mapping).numbers == (0, 0, 4, 0)
    days = [event.happened.edtf for event in Event.objects.order_by("pk")]
    assert days == ["1946-02-16", "1946-06-26", "1946-06-26", "1950-07-12"]
    assert Event.objects.order_by("pk").last().title == "The question of Y"
