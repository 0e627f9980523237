"""Ways of saving many records that must leave what saving each would."""

import pytest
from django.core import serializers

from peaceportal.core.changes import Change, together, version
from peaceportal.core.relinking import relink
from peaceportal.core.slugs import SlugMaker
from peaceportal.core.versions.capture import kept_names
from peaceportal.core.versions.serialising import links_of, serialised
from peaceportal.core.versions.snapshots import versions_of
from tests.factories import (
    make_area,
    make_event,
    make_identifier,
    make_organisation,
    make_participation,
    make_place,
    make_source,
    make_succession,
)
from timeline.models import Event

pytestmark = pytest.mark.django_db


def test_version_holds_what_djangos_serialiser_writes():
    organisation = make_organisation(
        name="L’Évian", founded="1953~", places=[make_place()], sources=[make_source()]
    )
    event = make_event(areas=[make_area(name="A"), make_area(name="B")], happened="2023-11-30/2024")
    records = [
        organisation,
        event,
        make_identifier(page=event),
        make_participation(event=event, organisation=organisation),
        make_succession(sources=[make_source(title="Another")]),
    ]
    for record in records:
        record.refresh_from_db()
        names = kept_names(type(record))
        ours = serialised(record, names, links_of(type(record), names, [record], "default"))
        assert ours == serializers.serialize("json", [record], fields=sorted(names))


def test_many_slugs_differ_from_each_other_and_from_all_that_were_public():
    make_event(title="Talks", slug="talks")
    gone = make_event(title="Talks", slug="talks-3")
    gone.slug = "elsewhere"
    gone.save()
    maker, found = SlugMaker(Event), []
    for _batch in range(3):
        titles = ["Talks", "Talks", "Talks 2", "…", "Other"]
        events = [Event(title=title) for title in titles]
        maker.give(events)
        found += [event.slug for event in events]
        Event.objects.bulk_create(events)
    assert len(set(found)) == 15
    assert not {"talks", "talks-3"} & set(found)
    assert found[:2] == ["talks-2", "talks-4"]
    assert "other" in found and "other-2" in found


def test_many_pages_with_one_title_need_few_queries(django_assert_max_num_queries):
    maker = SlugMaker(Event)
    events = [Event(title="Talks") for _ in range(200)]
    with django_assert_max_num_queries(20):
        maker.give(events)
    assert len({event.slug for event in events}) == 200


def test_relinking_leaves_the_trace_of_each_link():
    kept, lost, gained = (make_area(name=name) for name in ("Kept", "Lost", "Gained"))
    event = make_event(areas=[kept, lost])
    before = event.revision
    seq = Change.objects.count()
    relink(Event, "areas", {event.pk: ({gained.pk}, {lost.pk})})
    event.refresh_from_db()
    assert {area.name for area in event.areas.all()} == {"Kept", "Gained"}
    assert event.revision > before
    changed = {change.uid for change in Change.objects.all()[seq:]}
    assert changed == {event.uid, lost.uid, gained.uid}
    assert versions_of(event).exists()
    assert not versions_of(gained).exists()


def test_changes_made_together_are_one_of_each_record():
    event = make_event()
    before, seq = event.revision, Change.objects.count()
    with together():
        make_identifier(page=event, scheme="a")
        make_participation(event=event)
        event.title = "Changed"
        event.save()
        assert Change.objects.count() == seq
    changed = [change.uid for change in Change.objects.all()[seq:]]
    assert changed.count(event.uid) == 1
    assert len(changed) == len(set(changed)) == 4
    event.refresh_from_db()
    assert event.revision > before
    assert [change.seq for change in Change.objects.all()] == list(range(1, version() + 1))


def test_changes_made_together_and_undone_leave_no_trace():
    seq = version()
    with pytest.raises(ValueError, match="undone"), together():
        make_event()
        raise ValueError("undone")
    assert version() == seq
    make_event()
    assert version() == seq + 1


def test_relinking_nothing_leaves_none():
    event = make_event()
    seq = Change.objects.count()
    relink(Event, "areas", {event.pk: (set(), set())})
    assert Change.objects.count() == seq
