"""Counts are kept while nothing changes, and never longer."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from peaceportal.core.facets import KEPT
from peaceportal.core.remembered import Remembered
from tests.factories import make_area, make_event
from tests.reading import options_of
from timeline.models import Event

pytestmark = pytest.mark.django_db


def count_of_kind(client, kind="meeting"):
    return options_of(client)["kind", kind][0]


def test_second_request_counts_nothing(client, django_assert_num_queries):
    make_event(areas=[make_area()])
    first = client.get("/timeline/").content
    with django_assert_num_queries(6):  # areas, and the rows of the page
        assert client.get("/timeline/").content == first


def ways_of_saving():
    def saved(event):
        event.kind = "statement"
        event.save()

    def linked(event):
        event.areas.add(make_area(name="New"))

    return {
        "save": saved,
        "update": lambda event: Event.objects.filter(pk=event.pk).update(kind="statement"),
        "bulk_update": lambda event: (
            setattr(event, "kind", "statement"),
            Event.objects.bulk_update([event], ["kind"]),
        ),
        "bulk_create": lambda event: Event.objects.bulk_create(
            [Event(title="Another", kind="statement", status="published")]
        ),
        "delete": lambda event: event.delete(),
        "remove": lambda event: Event.objects.filter(pk=event.pk).remove(),
        "link": linked,
    }


@pytest.mark.parametrize("way", ways_of_saving())
def test_counts_follow_every_way_of_saving(client, way):
    event = make_event(areas=[make_area(name="Mediation")], kind="meeting")
    make_event(kind="observance")
    before = options_of(client)
    ways_of_saving()[way](event)
    after = options_of(client)
    assert after != before
    KEPT.clear()
    assert after == options_of(client)


def test_counts_follow_fixtures(client, tmp_path):
    make_event()
    assert count_of_kind(client) == 1
    path = tmp_path / "events.json"
    call_command("dumpdata", "timeline.event", natural_primary=True, output=path, verbosity=0)
    Event.objects.all().delete()
    assert count_of_kind(client) == 0
    call_command("loaddata", path, verbosity=0)
    assert count_of_kind(client) == 1


def test_counts_follow_the_clock(client, monkeypatch):
    now = timezone.now()
    make_event(publish_at=now + timedelta(hours=1), unpublish_at=now + timedelta(hours=2))
    area = make_area(name="Later", publish_at=now + timedelta(hours=3))
    make_event(areas=[area])
    for hours, count in ((0, 1), (1, 2), (2, 1)):
        monkeypatch.setattr(timezone, "now", lambda hours=hours: now + timedelta(hours=hours))
        assert count_of_kind(client) == count
        assert ("area", "later") not in options_of(client)
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=3))
    assert options_of(client)["area", "later"][0] == 1


def test_memory_is_bounded_and_forgets_the_least_used():
    kept = Remembered(10)
    for key in "abc":
        kept.keep((1,), key, key.upper(), weight=4)
        if key == "b":
            assert kept.get((1,), "a") == "A"
    assert kept.get((1,), "a") == "A"
    with pytest.raises(KeyError):
        kept.get((1,), "b")
    with pytest.raises(KeyError):
        kept.get((2,), "a")
    kept.keep((2,), "d", None)
    assert kept.get((2,), "d") is None
    with pytest.raises(KeyError):
        kept.get((1,), "a")
