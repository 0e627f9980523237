"""What a process holds of events counts them as SQL does, after every way of saving."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from organisations.models import AreaOfWork
from peaceportal.core import facets as counting
from peaceportal.core import held
from peaceportal.core.changes import Change
from peaceportal.core.facets import HeldFacet, Total
from tests.factories import make_area, make_event, make_organisation, make_participation, make_place
from timeline import facets
from timeline.finder import EventFinder
from timeline.held import HELD, SPANS
from timeline.models import Event, Participation
from timeline.years import _spans

pytestmark = pytest.mark.django_db

QUERIES = [
    "",
    "area=low",
    "organisation=low&bodies=1",
    "place=low&after=1990",
    "kind=meeting&q=talks",
]


@pytest.fixture
def events():
    """Twelve events at three pages of each kind, of which one lies beneath another."""
    chance = random.Random(7)
    pages = []
    for make in (make_area, make_place, make_organisation):
        top = make(name="Top", slug="top")
        pages.append([top, make(name="Low", slug="low", parent=top), make(name="Apart")])
    dates = ["", "1953", "1990-05-01", "199X", "2008/..", "../1960"]
    return [
        make_event(
            title=f"Talks {number}",
            happened=dates[number % len(dates)],
            kind=chance.choice(["meeting", "statement"]),
            areas=chance.sample(pages[0], 2),
            places=chance.sample(pages[1], 1),
            organisations=chance.sample(pages[2], 2),
        )
        for number in range(12)
    ]


def plain(counted):
    """Without the order of the largest, which is theirs who print them."""
    return [(one.counts, sorted(one.largest), one.total) for one in counted]


def agree():
    for query in QUERIES:
        finder = EventFinder(QueryDict(query), Event.objects.published())
        asked = [*facets.facets(finder), Total("all")]
        held, by_sql = (count(finder, asked) for count in (counting._tallied, counting._counted))
        assert plain(held) == plain(by_sql), query
        (spans,) = counting._tallied(finder, [HeldFacet(SPANS)])
        assert Counter(spans.counts) == _spans(finder.qs)


def save(events):
    events[0].kind, events[0].happened = "agreement", "2020"
    events[0].save()


def update(events):
    Event.objects.filter(pk__in=[event.pk for event in events[:3]]).update(kind="observance")


def link(events):
    events[1].areas.add(make_area(name="New", parent=AreaOfWork.objects.get(slug="low")))
    events[2].places.clear()


def link_from_the_other_side(events):
    AreaOfWork.objects.get(slug="top").events.set(events[4:6])


def move_participation(events):
    part = events[3].participations.first()
    part.event = events[4]
    part.organisation = make_organisation(name="Another")
    part.save()
    Participation.objects.filter(event=events[5]).update(event=make_event())


def delete(events):
    events[7].delete()
    Participation.objects.filter(event=events[8]).delete()
    AreaOfWork.objects.get(slug="apart").delete()


def make(events):
    make_participation(event=make_event(areas=list(events[0].areas.all())))


def hide_event(events):
    Event.objects.filter(pk=events[9].pk).remove()


def hide_page(events):
    AreaOfWork.objects.filter(slug="low").update(status="draft")


def move_page(events):
    AreaOfWork.objects.filter(slug="apart").update(parent=AreaOfWork.objects.get(slug="low"))


def make_a_circle(events):
    low = AreaOfWork.objects.get(slug="low")
    QuerySet(AreaOfWork).filter(slug="top").update(parent=low)


WAYS = [
    save,
    update,
    link,
    link_from_the_other_side,
    move_participation,
    delete,
    make,
    hide_event,
    hide_page,
    move_page,
    make_a_circle,
]


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_saving_is_followed(events, way):
    agree()
    way(events)
    agree()


def test_all_ways_one_after_the_other(events):
    agree()
    for way in WAYS:
        way(events)
    agree()


def test_pages_that_appear_by_the_clock_are_followed(events, monkeypatch):
    later = timezone.now() + timedelta(hours=1)
    AreaOfWork.objects.filter(slug="low").update(publish_at=later)
    make_event(areas=list(AreaOfWork.objects.all()), unpublish_at=later)
    agree()
    monkeypatch.setattr(timezone, "now", lambda: later + timedelta(seconds=1))
    agree()


@pytest.mark.parametrize("most", [0, 3])
def test_of_many_changes_everything_is_read_anew(events, monkeypatch, most):
    agree()
    monkeypatch.setattr(held, "MOST_CHANGES", most)
    update(events)
    agree()


def test_another_log_is_noticed(events):
    agree()
    update(events)
    Change.objects.all().delete()
    QuerySet(Event).update(kind="milestone")
    agree()
    make_event()
    agree()


def test_one_edit_reads_no_more_than_it_touched(events, django_assert_num_queries):
    HELD.values()
    with django_assert_num_queries(1):  # the log and the trees
        HELD.values()
    save(events)
    with django_assert_num_queries(3):  # and the events that changed, with their relations
        HELD.values()


def test_beyond_the_largest_key_the_database_counts(events, monkeypatch, client):
    HELD.values()
    before = client.get("/timeline/").content
    monkeypatch.setattr(held, "LARGEST_PK", 1)
    counting.KEPT.clear()
    assert client.get("/timeline/").content == before


def test_other_change_of_the_same_number_is_told_from_the_one_that_was_read(events):
    """As after a backup was put back, and the same record was then changed in another way."""
    agree()
    event = events[0]
    QuerySet(Event).filter(pk=event.pk).update(kind="agreement")
    last = Change.objects.order_by("-seq").first()
    Change.objects.filter(pk=last.pk).update(token=last.token + 1)
    agree()


def test_reading_that_broke_off_is_begun_anew(events, monkeypatch):
    HELD.clear()
    gathered = HELD._gathered

    def breaks(*args):
        raise ZeroDivisionError

    monkeypatch.setattr(HELD, "_gathered", breaks)
    with pytest.raises(ZeroDivisionError):
        HELD.values()
    monkeypatch.setattr(HELD, "_gathered", gathered)
    agree()
