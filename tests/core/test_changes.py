"""Every way of saving leaves the record right and a trace in the log, in one transaction."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from django import forms
from django.apps import apps
from django.core import serializers
from django.core.management import call_command
from django.db import IntegrityError, NotSupportedError, models, transaction
from django.db.models import QuerySet
from django.db.models.signals import post_delete, post_save, pre_save

from organisations.models import Engagement, Organisation
from peaceportal.core.changes import Change, version
from peaceportal.core.dates import EDTFDate, parse
from peaceportal.core.models import OldSlug
from peaceportal.core.records import Record
from tests.factories import (
    make_activity,
    make_area,
    make_document,
    make_engagement,
    make_event,
    make_identifier,
    make_organisation,
    make_participation,
    make_place,
    make_series,
    make_source,
    make_succession,
)
from timeline.models import Document, Event, EventSeries, Participation

pytestmark = pytest.mark.django_db

LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)

# What is saved, and what has to be in the row afterwards.
TITLE = "L’Évian Talks"
BODY = '<p onclick="steal()">Held <strong>twice</strong>.</p><script>alert(1)</script>'
HAPPENED = "1953-07"
FIELDS = {"title": TITLE, "body": BODY, "happened": HAPPENED}


def assert_right(event):
    """The stored row has every derived value right; `event` is as it lies in the database."""
    assert event.title == TITLE
    assert event.happened == parse(HAPPENED)
    assert (event.happened_earliest, event.happened_latest) == (date(1953, 7, 1), date(1953, 7, 31))
    assert event.happened_key == parse(HAPPENED).key
    assert event.sort_name == "l evian talks"
    assert event.body == "<p>Held <strong>twice</strong>.</p>"
    assert event.updated_at > LONG_AGO


def changes_since(seq):
    """(model, uid) of each change after `seq`, whose numbers grow without a gap."""
    changes = list(Change.objects.filter(seq__gt=seq).order_by("seq"))
    assert [change.seq for change in changes] == list(range(seq + 1, version() + 1))
    return [(change.model, change.uid) for change in changes]


def named(*records):
    return {(record._meta.label_lower, record.uid) for record in records}


def serialised(record, **fields):
    """The record as a fixture or a kept version has it, with `fields` in place of its own."""
    row = json.loads(serializers.serialize("json", [record]))[0]
    row["fields"] |= fields
    return row


class EventForm(forms.ModelForm):
    class Meta:
        model = Event
        fields = ["title", "body", "happened", "kind", "status", "language"]


EventFormSet = forms.inlineformset_factory(EventSeries, Event, form=EventForm, extra=1)
CHOICES = {"kind": "meeting", "status": "published", "language": "en"}


def save_inline(series, formset_class, row, initial=0):
    prefix = formset_class.get_default_prefix()
    data = {f"{prefix}-TOTAL_FORMS": "1", f"{prefix}-INITIAL_FORMS": str(initial)}
    data |= {f"{prefix}-0-{name}": value for name, value in row.items()}
    formset = formset_class(data, instance=series)
    assert formset.is_valid(), formset.errors
    formset.save()


# Ways of making an event


def make_by_create(tmp_path):
    Event.objects.create(**FIELDS)


def make_by_save(tmp_path):
    Event(**FIELDS).save()


def make_by_form(tmp_path):
    form = EventForm(FIELDS | CHOICES)
    assert form.is_valid(), form.errors
    form.save()


def make_by_inline(tmp_path):
    save_inline(make_series(), EventFormSet, FIELDS | CHOICES)


def make_by_related_manager(tmp_path):
    make_series().events.create(**FIELDS)


def make_by_get_or_create(tmp_path):
    Event.objects.get_or_create(title=TITLE, defaults=FIELDS)


def make_by_update_or_create(tmp_path):
    Event.objects.update_or_create(title=TITLE, defaults=FIELDS)


def make_by_bulk_create(tmp_path):
    Event.objects.bulk_create([Event(**FIELDS)])


def make_by_bulk_create_in_batches(tmp_path):
    Event.objects.bulk_create(
        (Event(**FIELDS | {"title": title}) for title in (TITLE, "Another")), batch_size=1
    )


def make_by_loaddata(tmp_path):
    fixture = tmp_path / "events.json"
    fixture.write_text(json.dumps([{"model": "timeline.event", "fields": FIELDS}]))
    call_command("loaddata", fixture, verbosity=0)


def make_by_raw_save(tmp_path):
    Event(**FIELDS).save_base(raw=True)


MAKING = {
    name.removeprefix("make_by_"): function
    for name, function in list(globals().items())
    if name.startswith("make_by_")
}


# Ways of changing an event


def change_by_save(event, tmp_path):
    for name, value in FIELDS.items():
        setattr(event, name, value)
    event.save()


def change_by_save_of_some_fields(event, tmp_path):
    for name, value in FIELDS.items():
        setattr(event, name, value)
    event.save(update_fields=list(FIELDS))


def change_by_save_of_a_deferred_instance(event, tmp_path):
    partly = Event.objects.only("title", "body", "happened").get(pk=event.pk)
    change_by_save(partly, tmp_path)


def change_by_form(event, tmp_path):
    form = EventForm(FIELDS | CHOICES, instance=event)
    assert form.is_valid(), form.errors
    form.save()


def change_by_inline(event, tmp_path):
    row = FIELDS | CHOICES | {"id": str(event.pk)}
    save_inline(event.series, EventFormSet, row, initial=1)


def change_by_update(event, tmp_path):
    assert Event.objects.filter(pk=event.pk).update(**FIELDS) == 1


def change_by_update_of_a_relation(event, tmp_path):
    assert event.series.events.update(**FIELDS) == 1


def change_by_bulk_update(event, tmp_path):
    for name, value in FIELDS.items():
        setattr(event, name, value)
    assert Event.objects.bulk_update([event], list(FIELDS)) == 1


def change_by_update_or_create(event, tmp_path):
    Event.objects.update_or_create(pk=event.pk, defaults=FIELDS)


def change_by_loaddata(event, tmp_path):
    fixture = tmp_path / "events.json"
    fixture.write_text(json.dumps([serialised(event, **FIELDS)]))
    call_command("loaddata", fixture, verbosity=0)


def change_by_loaddata_of_a_natural_key(event, tmp_path):
    row = serialised(event, **FIELDS)
    del row["pk"]
    fixture = tmp_path / "events.json"
    fixture.write_text(json.dumps([row]))
    call_command("loaddata", fixture, verbosity=0)


def change_by_restore(event, tmp_path):
    """What a restore of a kept version does: save the row raw, as it was, revision and all."""
    row = serialised(event, **FIELDS, revision=1, updated_at="1999-01-01T00:00:00Z")
    [kept] = serializers.deserialize("json", json.dumps([row]))
    kept.save()


def change_by_raw_save(event, tmp_path):
    for name, value in FIELDS.items():
        setattr(event, name, value)
    event.revision = 0
    event.save_base(raw=True)


CHANGING = {
    name.removeprefix("change_by_"): function
    for name, function in list(globals().items())
    if name.startswith("change_by_")
}


@pytest.fixture
def event():
    """An event of another title and date, at revision 7, last changed long ago."""
    made = make_event(title="Old title", happened="1945", series=make_series())
    QuerySet(Event).filter(pk=made.pk).update(revision=7, updated_at=LONG_AGO)
    made.refresh_from_db()
    return made


@pytest.fixture
def make_way(request, tmp_path):
    return lambda: MAKING[request.param](tmp_path)


@pytest.fixture
def change_way(request, event, tmp_path):
    return lambda: CHANGING[request.param](event, tmp_path)


each_making = pytest.mark.parametrize("make_way", MAKING, indirect=True)
each_changing = pytest.mark.parametrize("change_way", CHANGING, indirect=True)


@each_making
def test_making_leaves_derived_values_right(make_way):
    make_way()
    event = Event.objects.get(title=TITLE)
    assert_right(event)
    assert event.slug == "lévian-talks"
    assert event.revision == 1


@each_making
def test_making_is_logged(make_way):
    before = version()
    make_way()
    assert named(Event.objects.get(title=TITLE)) <= set(changes_since(before))


@each_making
def test_making_that_is_rolled_back_leaves_no_trace(make_way):
    before = version()
    with transaction.atomic():
        make_way()
        transaction.set_rollback(True)
    assert not Event.objects.exists()
    assert version() == before
    assert changes_since(before) == []


@each_changing
def test_changing_leaves_derived_values_right(change_way, event):
    change_way()
    assert_right(Event.objects.get(pk=event.pk))


@each_changing
def test_changing_keeps_identity_and_address(change_way, event):
    change_way()
    stored = Event.objects.get(pk=event.pk)
    assert (stored.uid, stored.slug) == (event.uid, "old-title")
    assert Event.objects.count() == 1


@each_changing
def test_changing_lets_the_revision_grow(change_way, event):
    change_way()
    assert Event.objects.get(pk=event.pk).revision == 8


@each_changing
def test_changing_is_logged(change_way, event):
    before = version()
    change_way()
    assert named(event) <= set(changes_since(before))


@each_changing
def test_changing_that_is_rolled_back_leaves_no_trace(change_way, event):
    before = version()
    with transaction.atomic():
        change_way()
        transaction.set_rollback(True)
    stored = Event.objects.get(pk=event.pk)
    assert (stored.title, stored.revision) == ("Old title", 7)
    assert changes_since(before) == []


@pytest.mark.parametrize("way", ["create", "bulk_create", "update", "save"])
def test_change_that_the_database_refuses_is_not_logged(way, event):
    before = version()
    with pytest.raises(IntegrityError), transaction.atomic():
        if way == "create":
            Event.objects.create(title="x", kind="nonsense")
        elif way == "bulk_create":
            Event.objects.bulk_create([Event(title="x"), Event(title="y", kind="nonsense")])
        elif way == "update":
            Event.objects.update(kind="nonsense")
        else:
            event.kind = "nonsense"
            event.save()
    assert changes_since(before) == []


# The revision only grows


def test_restore_that_carries_a_higher_revision_goes_on_from_it(event):
    row = serialised(event, revision=20)
    [kept] = serializers.deserialize("json", json.dumps([row]))
    kept.save()
    assert Event.objects.get(pk=event.pk).revision == 21


def test_update_of_the_revision_itself_cannot_shrink_it(event):
    Event.objects.filter(pk=event.pk).update(revision=2)
    assert Event.objects.get(pk=event.pk).revision == 8


def test_stale_copy_does_not_shrink_the_revision(event):
    stale = Event.objects.get(pk=event.pk)
    event.save()
    event.save()
    stale.summary = "Written on an old copy."
    stale.save()
    assert Event.objects.get(pk=event.pk).revision == 10


def test_restore_keeps_the_moment_at_which_it_was_first_public(event):
    first = event.first_public_at
    row = serialised(event, first_public_at=None, status="draft")
    [kept] = serializers.deserialize("json", json.dumps([row]))
    kept.save()
    assert Event.objects.get(pk=event.pk).first_public_at == first


def test_restore_of_an_older_address_keeps_the_newer_one(event):
    event.slug = "newer"
    event.save()
    row = serialised(event, slug="old-title")
    [kept] = serializers.deserialize("json", json.dumps([row]))
    kept.save()
    assert Event.objects.get(pk=event.pk).slug == "old-title"
    assert OldSlug.objects.filter(slug="newer", page_uid=event.uid).exists()


# Saving many at once


def test_update_puts_every_row_right_and_logs_each():
    events = [make_event(title=f"Event {n}", happened="1945") for n in range(3)]
    before = version()
    assert Event.objects.filter(title__startswith="Event").update(happened=HAPPENED) == 3
    keys = set(Event.objects.values_list("happened_key", flat=True))
    assert keys == {parse(HAPPENED).key}
    assert set(changes_since(before)) == named(*events)


def test_update_of_rows_that_no_longer_match_afterwards_puts_them_right():
    make_event(happened="1945")
    Event.objects.filter(happened="1945").update(happened="1946")
    assert Event.objects.get().happened_earliest == date(1946, 1, 1)


def test_update_by_an_expression_is_put_right():
    make_event(happened="1945", posted="1950-05")
    Event.objects.update(happened=models.F("posted"))
    assert Event.objects.get().happened_earliest == date(1950, 5, 1)


def test_update_of_nothing_logs_nothing():
    before = version()
    assert Event.objects.none().update(title="x") == 0
    assert Event.objects.bulk_update([], ["title"]) == 0
    assert Event.objects.bulk_create([]) == []
    assert version() == before


def test_saving_no_fields_changes_nothing(event):
    before = version()
    event.save(update_fields=[])
    assert version() == before


def test_bulk_create_logs_each_record_with_a_number_of_its_own():
    before = version()
    events = Event.objects.bulk_create([Event(title=f"Event {n}") for n in range(5)])
    assert set(changes_since(before)) == named(*events)
    assert version() == before + 5


def test_more_parts_than_one_question_takes_are_made_at_once():
    events = Event.objects.bulk_create([Event(title=f"Event {n}") for n in range(1_200)])
    before = version()
    documents = Document.objects.bulk_create(
        Document(event_id=event.pk, title="Record", kind="record", url="https://example.org")
        for event in events
    )
    assert set(changes_since(before)) >= named(*documents)


def test_overwriting_rows_unread_is_refused():
    with pytest.raises(Exception, match="not overwritten unread"):
        Event.objects.bulk_create(
            [Event(title="x", slug="x")],
            update_conflicts=True,
            unique_fields=["slug"],
            update_fields=["title"],
        )


# Rows that stand on pages


@dataclass
class Row:
    """A row, and the pages on which it stands."""

    record: Record
    pages: tuple


def row_of(kind):
    if kind == "engagement":
        row = make_engagement()
        return Row(row, (row.organisation, row.area))
    if kind == "participation":
        row = make_participation()
        return Row(row, (row.event, row.organisation))
    if kind == "succession":
        row = make_succession()
        return Row(row, (row.predecessor, row.successor))
    if kind == "completed mandate":
        row = make_succession(kind="mandate-completed")
        return Row(row, (row.predecessor,))
    if kind == "document":
        row = make_document()
        return Row(row, (row.event,))
    if kind == "activity":
        row = make_activity()
        return Row(row, (row.area,))
    row = make_identifier()
    return Row(row, (row.page,))


ROWS = [
    *("engagement", "participation", "succession", "completed mandate"),
    *("document", "activity", "identifier"),
]


@pytest.mark.parametrize("kind", ROWS)
def test_making_a_row_logs_the_pages_on_which_it_stands(kind):
    before = version()
    row = row_of(kind)
    assert named(row.record, *row.pages) <= set(changes_since(before))


@pytest.mark.parametrize("kind", ROWS)
@pytest.mark.parametrize("way", ["save", "update", "bulk_update", "delete", "queryset delete"])
def test_changing_a_row_logs_the_pages_on_which_it_stands(kind, way):
    row = row_of(kind)
    model = type(row.record)
    same = {"language": "en"} if hasattr(row.record, "language") else {"uid": row.record.uid}
    wanted = named(row.record, *row.pages)
    before = version()
    if way == "save":
        row.record.save()
    elif way == "update":
        model.objects.filter(pk=row.record.pk).update(**same)
    elif way == "bulk_update":
        model.objects.bulk_update([row.record], list(same))
    elif way == "delete":
        row.record.delete()
    else:
        model.objects.filter(pk=row.record.pk).delete()
    assert set(changes_since(before)) == wanted


@pytest.mark.parametrize("way", ["save", "update", "bulk_update", "restore"])
def test_row_that_moves_logs_the_page_it_leaves_and_the_page_it_comes_to(way):
    row = make_engagement()
    here, there = row.organisation, make_organisation(name="There")
    before = version()
    if way == "update":
        Engagement.objects.filter(pk=row.pk).update(organisation=there)
    elif way == "restore":
        [kept] = serializers.deserialize(
            "json", json.dumps([serialised(row, organisation=there.pk)])
        )
        kept.save()
    else:
        row.organisation = there
        row.save() if way == "save" else Engagement.objects.bulk_update([row], ["organisation"])
    assert named(row, here, there, row.area) == set(changes_since(before))


def test_inline_rows_are_right_and_logged():
    formset_class = forms.inlineformset_factory(
        Organisation, Engagement, fields=["area", "text", "since", "until"], extra=1
    )
    body, area = make_organisation(), make_area()
    before = version()
    save_inline(body, formset_class, {"area": area.pk, "text": "Talks", "since": "since 2008"})
    row = Engagement.objects.get()
    assert (row.since_earliest, row.since_latest) == (date(2008, 1, 1), None)
    assert set(changes_since(before)) == named(row, body, area)


# Links


LINKS = {
    "areas of an event": (make_event, "areas", make_area),
    "events of an area": (make_area, "events", make_event),
    "places of an event": (make_event, "places", make_place),
    "events of a place": (make_place, "events", make_event),
    "sources of an event": (make_event, "sources", make_source),
    "events of a source": (make_source, "timeline_event_set", make_event),
    "organisations of an event": (make_event, "organisations", make_organisation),
    "events of an organisation": (make_organisation, "events", make_event),
    "related areas": (make_area, "related_areas", make_area),
}
each_link = pytest.mark.parametrize(("make_one", "name", "make_other"), LINKS.values(), ids=LINKS)


@each_link
@pytest.mark.parametrize("way", ["add", "set"])
def test_linking_logs_both_ends(make_one, name, make_other, way):
    one, others = make_one(), [make_other(), make_other()]
    manager = getattr(one, name)
    before = version()
    manager.add(*others) if way == "add" else manager.set(others)
    assert named(one, *others) <= set(changes_since(before))


@each_link
@pytest.mark.parametrize("way", ["remove", "clear", "set"])
def test_unlinking_logs_both_ends(make_one, name, make_other, way):
    one, others = make_one(), [make_other(), make_other()]
    manager = getattr(one, name)
    manager.set(others)
    before = version()
    if way == "remove":
        manager.remove(*others)
    elif way == "clear":
        manager.clear()
    else:
        manager.set([])
    assert not manager.exists()
    assert named(one, *others) <= set(changes_since(before))


@each_link
def test_link_that_is_rolled_back_leaves_no_trace(make_one, name, make_other):
    one, other = make_one(), make_other()
    before = version()
    with transaction.atomic():
        getattr(one, name).add(other)
        transaction.set_rollback(True)
    assert changes_since(before) == []


def test_setting_links_logs_only_what_has_changed():
    kept, gone, new = (make_area(name=name) for name in ("Kept", "Gone", "New"))
    event = make_event(areas=[kept, gone])
    before = version()
    event.areas.set([kept, new])
    assert set(changes_since(before)) == named(event, gone, new)


def test_adding_a_link_that_exists_logs_nothing():
    area = make_area()
    event = make_event(areas=[area])
    before = version()
    event.areas.add(area)
    assert version() == before


def test_participations_that_a_link_makes_are_rows_of_their_own():
    event, body = make_event(), make_organisation()
    before = version()
    event.organisations.add(body, through_defaults={"role": "mediated"})
    assert set(changes_since(before)) == named(event, body, Participation.objects.get())


# Deletion


@pytest.mark.parametrize("way", ["delete", "queryset delete"])
def test_deletion_is_logged(way, event):
    before = version()
    uid = event.uid
    event.delete() if way == "delete" else Event.objects.filter(pk=event.pk).delete()
    assert ("timeline.event", uid) in changes_since(before)


def test_deletion_logs_the_rows_and_pages_that_go_or_stay_with_it():
    row = make_participation()
    identifier = make_identifier(page=row.event)
    wanted = named(row, row.event, row.organisation, identifier)
    before = version()
    row.event.delete()
    assert wanted <= set(changes_since(before))


def test_deletion_that_is_rolled_back_leaves_no_trace(event):
    before = version()
    with transaction.atomic():
        event.delete()
        transaction.set_rollback(True)
    assert Event.objects.filter(uid=event.uid).exists()
    assert changes_since(before) == []


def test_deletion_of_what_is_linked_logs_the_pages_that_showed_it():
    area = make_area()
    event = make_event(areas=[area])
    before = version()
    area.delete()
    assert named(event) <= set(changes_since(before))


# Every record


RECORD_MODELS = [model for model in apps.get_models() if issubclass(model, Record)]


@pytest.mark.parametrize("model", RECORD_MODELS, ids=lambda model: model.__name__)
def test_every_record_is_listened_to(model):
    for signal in (pre_save, post_save, post_delete):
        assert signal.has_listeners(model)


@pytest.mark.parametrize("model", RECORD_MODELS, ids=lambda model: model.__name__)
def test_managers_of_every_record_leave_a_trace(model):
    for manager in (model._default_manager, model._meta.default_manager):
        assert hasattr(manager.all(), "_put_right")


def test_attribute_holds_a_date_after_saving():
    event = Event(title="Talks", happened="1953-07")
    event.save()
    assert event.happened == EDTFDate.single(1953, 7)


# What a page is made of beside its own row: links and rows of its own change it too.


def grown(page):
    """How far the revision has grown beyond that of the copy in memory."""
    return type(page).objects.get(pk=page.pk).revision - page.revision


@pytest.mark.parametrize("way", ["add", "set", "remove", "clear", "from the other side"])
def test_link_changes_the_page_whose_field_it_is(way):
    area = make_area()
    event = make_event(areas=[area] if way in {"remove", "clear"} else [])
    event.refresh_from_db()
    QuerySet(Event).filter(pk=event.pk).update(updated_at=LONG_AGO)
    {
        "add": lambda: event.areas.add(area),
        "set": lambda: event.areas.set([area]),
        "remove": lambda: event.areas.remove(area),
        "clear": lambda: event.areas.clear(),
        "from the other side": lambda: area.events.add(event),
    }[way]()
    assert grown(event) == 1
    assert Event.objects.get(pk=event.pk).updated_at > LONG_AGO
    assert grown(area) == 0


def test_link_of_equals_changes_both():
    area, other = make_area(), make_area(name="Mediation")
    area.related_areas.add(other)
    assert (grown(area), grown(other)) == (1, 1)


def test_row_changes_the_page_that_it_is_a_piece_of_and_no_other():
    event, office = make_event(), make_organisation()
    participation = make_participation(event=event, organisation=office)
    assert (grown(event), grown(office)) == (1, 0)
    participation.delete()
    assert (grown(event), grown(office)) == (2, 0)


def test_deletion_of_what_is_linked_changes_the_pages_that_showed_it():
    area = make_area()
    event = make_event(areas=[area])
    event.refresh_from_db()
    area.delete()
    assert grown(event) == 1


def test_deletion_keeps_the_address_of_what_was_public():
    event, draft = make_event(slug="talks"), make_event(slug="plans", status="draft")
    event.delete()
    draft.delete()
    assert [old.slug for old in OldSlug.objects.all()] == ["talks"]
    assert make_event(title="Talks").slug == "talks-2"
    assert make_event(title="Plans").slug == "plans"


# Reverse relations save in bulk, through the base manager.


def add_event_to_series(event):
    make_series().events.add(event)


def set_events_of_series(event):
    make_series().events.set([event])


def add_document_of_another(event):
    event.documents.add(make_document(event=make_event()))


def add_identifier_of_another(event):
    event.identifiers.add(make_identifier(page=make_event(), value="S/2"))


@pytest.mark.parametrize(
    "way",
    [
        add_event_to_series,
        set_events_of_series,
        add_document_of_another,
        add_identifier_of_another,
    ],
)
def test_adding_through_a_reverse_relation_leaves_a_trace(way, event):
    before = version()
    way(event)
    assert ("timeline.event", event.uid) in changes_since(before)
    assert grown(event) >= 1


def test_stale_copy_does_not_turn_an_address_back():
    make_event(slug="first")
    stale = Event.objects.get()
    Event.objects.update(slug="second")
    stale.title = "Another"
    stale.save(update_fields=["title"])
    assert Event.objects.get().slug == "second"


def test_conflicts_are_not_passed_over_unread():
    with pytest.raises(NotSupportedError):
        Event.objects.bulk_create([Event(title="a")], ignore_conflicts=True)


def test_update_of_many_rows_that_derives_nothing_is_few_queries(django_assert_max_num_queries):
    Event.objects.bulk_create([Event(title="Talks") for _ in range(50)])
    before = version()
    with django_assert_max_num_queries(12):
        Event.objects.update(summary="Same")
    assert len(changes_since(before)) == 50
    assert set(Event.objects.values_list("revision", flat=True)) == {2}


def test_hundredth_page_of_a_title_is_few_queries(django_assert_max_num_queries):
    Event.objects.bulk_create([Event(title="Talks") for _ in range(99)])
    with django_assert_max_num_queries(12):
        assert make_event(title="Talks").slug == "talks-100"
