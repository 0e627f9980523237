"""Every way of changing makes one version, and each version restores what was there."""

import json
from unittest.mock import patch

import pytest
from django.core import serializers
from django.core.exceptions import ValidationError
from django.core.management import call_command
from reversion.models import Revision, Version

from organisations.models import Organisation, Place
from peaceportal.core.models import OldSlug
from peaceportal.core.publishing import Page
from peaceportal.core.records import Record
from peaceportal.core.versions import capture, differences
from peaceportal.core.versions.capture import one_version
from peaceportal.core.versions.differences import compare, compared
from peaceportal.core.versions.restoring import restore
from peaceportal.core.versions.snapshots import snapshot, versions_of
from tests import factories as make
from tests.editor import address, read_form, saved, send
from tests.rich_records import RICH
from timeline.models import Document, Event

pytestmark = [pytest.mark.django_db, pytest.mark.versions]

KINDS = [model for model in RICH if issubclass(model, Record) and model is not OldSlug]
TEXTS = {
    model: next(n for n in ("title", "name", "text", "note") if hasattr(model, n))
    for model in KINDS
}

# What counts changes, or decides who sees a record: to restore words is not to publish them.
NO_WORDS = {
    *("revision", "updated_at", "created_at", "first_public_at", "sort_name"),
    *("status", "publish_at", "unpublish_at", "removed_at", "merged_into"),
}


@pytest.fixture
def editor(client):
    client.force_login(make.make_user())
    return client


def state(record):
    """A record, its rows and parts, and all their links, as a dump writes them."""
    record = type(record)._base_manager.get(uid=record.uid)
    related = [
        row
        for name in (*record.versioned_rows, *record.versioned_parts)
        for row in getattr(record, name).order_by("uid")
    ]
    dumped = json.loads(serializers.serialize("json", [record, *related]))
    for row in dumped:
        for name in NO_WORDS:
            row["fields"].pop(name, None)
        for name, value in row["fields"].items():
            if isinstance(value, list):
                row["fields"][name] = sorted(value)
    return dumped


def in_form(editor, record):
    url, values = address(type(record), "change", record.pk), {TEXTS[type(record)]: "Other"}
    assert saved(send(editor, url, renaming="correction", **values))


def by_action(editor, record):
    data = {"action": "remove", "_selected_action": [record.pk]}
    assert editor.post(address(type(record)), data).status_code == 302


def by_saving(editor, record):
    setattr(record, TEXTS[type(record)], "Other")
    record.save()


def by_update(editor, record):
    type(record).objects.filter(pk=record.pk).update(**{TEXTS[type(record)]: "Other"})


def by_bulk_update(editor, record):
    setattr(record, TEXTS[type(record)], "Other")
    type(record).objects.bulk_update([record], [TEXTS[type(record)]])


def by_unlinking(editor, record):
    record.sources.clear()


def by_row(editor, record):
    url = address(type(record), "change", record.pk)
    prefix = "core-identifier-content_type-object_id"
    row = {"scheme": "isni", "value": "0000 0001"}
    assert saved(send(editor, url, rows={prefix: [row]}))


def by_merging(editor, record):
    with patch.object(capture, "keeps_single_saves", False):
        other = RICH[type(record)]("Second", 2)
    url = f"{address(type(record), 'merge', other.pk)}?into={record.pk}"
    assert editor.post(url, read_form(editor.get(url))).status_code == 302


WAYS = [
    *((way, model) for way in (in_form, by_saving, by_update, by_bulk_update) for model in KINDS),
    *((way, model) for way in (by_action, by_row) for model in KINDS if issubclass(model, Page)),
    *((by_merging, model) for model in (Organisation, Place)),
    *((by_unlinking, model) for model in KINDS if hasattr(model, "sources")),
]


def made(before):
    """The revisions since there were `before` of them."""
    return list(Revision.objects.order_by("pk")[before:])


@pytest.mark.parametrize(
    ("way", "model"), WAYS, ids=[f"{way.__name__} {model.__name__}" for way, model in WAYS]
)
def test_every_way_of_changing_makes_one_version_that_restores_fully(editor, way, model):
    record = RICH[model]("First", 2)
    with one_version(note="as it was"):
        capture.changed([record], "default")
    then, before = state(record), Revision.objects.count()
    kept = versions_of(record)[0]

    way(editor, record)
    (revision,) = made(before)
    latest = versions_of(record)[0]
    assert latest.revision == revision
    if way is not by_action:
        assert state(record) != then
    assert compare(snapshot(kept), snapshot(latest))

    assert restore(snapshot(kept)) == []
    assert state(record) == then
    # Of what an action sets nothing is restored: who sees it is decided by people.
    assert len(made(before)) == (1 if way is by_action else 2)
    after = Version.objects.get_for_object(record).count()
    assert restore(snapshot(latest)) == []
    assert Version.objects.get_for_object(record).count() == after + (way is not by_action)


@pytest.mark.parametrize("model", KINDS)
def test_what_is_loaded_is_one_version(model, tmp_path):
    record = RICH[model]("First", 1)
    path = tmp_path / "dump.json"
    text = serializers.serialize("json", model.objects.all()).replace("First", "Loaded")
    path.write_text(text, encoding="utf-8")
    before = Revision.objects.count()
    call_command("loaddata", str(path), verbosity=0)
    (revision,) = made(before)
    assert versions_of(record)[0].revision == revision
    assert revision.detail.way == "command"


def test_first_content_is_one_version():
    call_command("load_content", verbosity=0)
    (revision,) = Revision.objects.all()
    assert revision.comment == "The first content was loaded."
    kept = {version.object_id for version in revision.version_set.all()}
    assert {str(event.uid) for event in Event.objects.all()} <= kept


def test_new_record_of_a_form_is_one_version_by_who_made_it(editor):
    body = make.make_organisation()
    before = Revision.objects.count()
    row = {"organisation": str(body.pk), "role": "convened"}
    url = address(Event, "add")
    values = {"title": "New", "status": "published", "_note": "from the minutes"}
    assert saved(send(editor, url, rows={"participations": [row]}, **values))
    (revision,) = made(before)
    assert revision.user.username == "editor"
    assert revision.comment == "from the minutes"
    event = Event.objects.get(title="New")
    assert len(snapshot(versions_of(event)[0]).rows["participations"]) == 1


def test_form_that_is_sent_back_makes_no_version(editor):
    event = make.make_event()
    before = Revision.objects.count()
    url = address(Event, "change", event.pk)
    assert send(editor, url, happened="03/04/2024").status_code == 200
    assert saved(send(editor, url))
    assert made(before) == []


def test_work_that_fails_keeps_nothing():
    event = make.make_event()
    before = Revision.objects.count()
    with pytest.raises(ZeroDivisionError), one_version():
        event.title = "Other"
        event.save()
        raise ZeroDivisionError
    assert made(before) == []
    assert Event.objects.get(pk=event.pk).title != "Other"


def test_row_that_moves_is_a_version_of_both_its_pages():
    old, new = make.make_event(title="Old"), make.make_event(title="New")
    row = make.make_participation(event=old, organisation=make.make_organisation())
    with one_version():
        row.event = new
        row.save()
    assert snapshot(versions_of(old)[0]).rows["participations"] == {}
    assert [*snapshot(versions_of(new)[0]).rows["participations"]] == [str(row.uid)]


def test_document_is_kept_with_its_event_and_on_its_own():
    document = make.make_document(event=make.make_event())
    event = document.event
    kept = versions_of(event)[0]
    with one_version():
        document.title = "Other"
        document.save()
        later = make.make_document(event=event, title="Later")
    assert versions_of(document)[0].revision == versions_of(event)[0].revision
    said = restore(snapshot(kept))
    document.refresh_from_db()
    later.refresh_from_db()
    assert said == ["“Later” did not stand here then, and is a draft now."]
    assert document.title == "Text of the agreement"
    assert later.status == "draft"  # it was not there, and nothing is erased


def test_restored_record_keeps_who_sees_it():
    event = make.make_event(status="draft", title="Draft")
    kept = versions_of(event)[0]
    event.status, event.title = "published", "Published"
    event.save()
    restore(snapshot(kept))
    event.refresh_from_db()
    assert (event.title, event.status) == ("Draft", "published")


def test_deleted_record_is_restored_as_a_draft_at_its_own_address():
    event = make.make_event(title="Gone", areas=[make.make_area()])
    make.make_participation(event=event, organisation=make.make_organisation())
    kept, then = snapshot(versions_of(event)[0]), state(event)
    uid = event.uid
    event.participations.all().delete()
    event.delete()
    kept = snapshot(Version.objects.get(pk=kept.version.pk))
    assert restore(kept) == []
    event = Event.objects.get(uid=uid)
    assert event.status == "draft"
    assert state(event) == then


def test_what_is_no_longer_there_is_named_and_left_out():
    area = make.make_area(name="Going")
    event = make.make_event(areas=[area, make.make_area(name="Staying")])
    kept = versions_of(event)[0]
    event.areas.clear()
    area.delete()
    (sentence,) = restore(snapshot(kept))
    assert "areas of work" in sentence
    assert [area.name for area in event.areas.all()] == ["Staying"]


def test_restoring_what_another_has_taken_since_changes_nothing():
    event = make.make_event(title="First")
    make.make_identifier(page=event, scheme="un", value="1")
    kept = versions_of(event)[0]
    event.identifiers.all().delete()
    event.title = "Second"
    event.save()
    make.make_identifier(page=make.make_event(), scheme="un", value="1")
    with pytest.raises(ValidationError):
        restore(snapshot(kept))
    event.refresh_from_db()
    assert event.title == "Second"


def test_what_was_withdrawn_or_hidden_since_stays_so():
    document = make.make_document(event=make.make_event())
    event = document.event
    body = make.make_organisation(places=[make.make_place(name="Hidden")])
    of_event, of_body = (snapshot(versions_of(page)[0]) for page in (event, body))
    document.status = "draft"
    document.save()
    body.withhold_places = True
    body.save()
    assert restore(of_event) == []
    assert "stay hidden" in restore(of_body)[0]
    document.refresh_from_db()
    body.refresh_from_db()
    assert (document.status, body.withhold_places) == ("draft", True)


def test_rows_that_would_be_in_each_others_way_are_restored():
    event = make.make_event()
    quno, afsc = (make.make_organisation(name=name) for name in ("QUNO", "AFSC"))
    first = make.make_participation(event=event, organisation=quno)
    second = make.make_participation(event=event, organisation=afsc)
    kept, then = snapshot(versions_of(event)[0]), state(event)
    first.delete()
    second.organisation = quno
    second.save()
    assert restore(kept) == []
    assert state(event) == then


def test_row_that_belongs_to_another_page_now_is_left_there():
    event, other = make.make_event(), make.make_event(title="Other")
    row = make.make_participation(event=event, organisation=make.make_organisation())
    kept = snapshot(versions_of(event)[0])
    row.event = other
    row.save()
    (sentence,) = restore(kept)
    assert "belongs to another page now" in sentence
    row.refresh_from_db()
    assert row.event == other


def test_address_that_another_page_has_now_is_left_to_it():
    event = make.make_event(title="Talks", status="draft", slug="talks")
    kept = snapshot(versions_of(event)[0])
    event.slug, event.title = "other", "Other"
    event.save()
    make.make_event(title="New", slug="talks")
    (sentence,) = restore(kept)
    assert "“talks” belongs to another page now" in sentence
    event.refresh_from_db()
    assert (event.slug, event.title) == ("other", "Talks")


def test_old_addresses_and_accounts_are_no_content():
    make.make_user()
    OldSlug.objects.create(model="timeline.event", slug="a", page_uid=make.make_event().uid)
    kinds = {version.content_type.model for version in Version.objects.all()}
    assert kinds == {"event"}


def test_much_is_kept_in_parts(monkeypatch):
    monkeypatch.setattr(capture, "AT_ONCE", 4)
    before = Revision.objects.count()
    with one_version(note="much"):
        Event.objects.bulk_create([Event(title=f"Event {n}") for n in range(10)])
    assert [revision.version_set.count() for revision in made(before)] == [4, 4, 2]
    assert {revision.comment for revision in made(before)} == {"much"}


def test_long_texts_are_compared_in_a_bounded_way():
    """Where the work grew with the square of the number of lines, this would take hours."""
    old = "\n\n".join(f"Paragraph {number} of the old text." for number in range(20_000))
    new = old.replace("old", "new")
    kinds = [stretch.kind for stretch in compared(old, new)]
    assert kinds == ["gone", "new"]
    changed = old.replace("Paragraph 9000 ", "Article 9000 ")
    assert [s.text for s in compared(old, changed) if s.kind != "same"] == ["Paragraph", "Article"]


def test_words_that_all_differ_are_not_matched_by_what_stands_between_them(monkeypatch):
    """Where commas and spaces are looked for, the work grows with the cube of the words."""
    monkeypatch.setattr(differences, "MOST_WORDS", 10**6)
    old = ", ".join(f"old{number}" for number in range(20_000))
    new = ", ".join(f"new{number}" for number in range(20_000))
    assert [(s.kind, s.text) for s in compared(old, new)] == [("gone", old), ("new", new)]


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        (
            "War and peace",
            "War, and peace",
            [("same", "War"), ("new", ","), ("same", " and peace")],
        ),
        ("Talks", "Talks in Oslo", [("same", "Talks"), ("new", " in Oslo")]),
        ("One  two", "One two", [("same", "One"), ("gone", "  "), ("new", " "), ("same", "two")]),
    ],
)
def test_what_stands_between_words_is_compared_as_well(old, new, shown):
    assert [(s.kind, s.text) for s in compared(old, new)] == shown


def test_document_is_restored_with_the_text_that_was_read_of_its_file():
    document = make.make_document(url="https://example.org/", file="documents/a.pdf")
    Document.objects.filter(pk=document.pk).update(text="Whole text", pages=3)
    document.refresh_from_db()
    with one_version():
        capture.changed([document], "default")
    kept = snapshot(versions_of(document)[0])
    document.file = "documents/b.pdf"
    document.text = "Another"
    document.save()
    restore(kept)
    document.refresh_from_db()
    assert (document.file.name, document.text, document.pages) == (
        "documents/a.pdf",
        "Whole text",
        3,
    )
