from datetime import date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from hypothesis import given, settings
from hypothesis import strategies as st

from organisations.models import Quotation
from peaceportal.core.dates import UNKNOWN, EDTFDate, overlapping, parse
from tests.core.date_strategies import dates, days
from tests.factories import make_event, make_organisation, make_quotation
from timeline.models import Event

pytestmark = pytest.mark.django_db

steady = settings(deadline=None, max_examples=25, derandomize=True)

# In no order: unknown, open, qualified, and dates whose spans are equal, among others.
MIXED = [
    *("1953", "", "2008/..", "1953-07-27", "../1960", "199X", "1953~", "2023-11-30/2023-12-01"),
    *("1953-01-01", "1953?", "", "1953/..", "2023", "2023-12", "0001", "9999-12-31", "../9999"),
    *("1953-01/1953-12", "1953-07-27%", "2008/..", "1990", "1990/2005", "2008~/..", "199X/.."),
]


def oldest_first(events):
    """The rule of the design, in Python: unknown last, of equal dates the lower id first."""
    return sorted(events, key=lambda event: (event.happened.key is None, _key(event), event.id))


def newest_first(events):
    return sorted(events, key=lambda event: (event.happened.key is None, -_key(event), -event.id))


def _key(event):
    value = event.happened
    if not value:
        return 0
    first = value.earliest.toordinal() if value.earliest else 0
    last = value.latest or date(9999, 12, 31)
    return first * 4_000_000 + (4_000_000 - last.toordinal())


def store(values):
    """Events that happened then, stored together; the title tells which is which."""
    return Event.objects.bulk_create(
        [Event(title=f"Event {n}", happened=value) for n, value in enumerate(values)]
    )


def test_oldest_first_is_the_rule_with_unknown_last():
    events = store(MIXED)
    assert list(Event.objects.oldest_first()) == oldest_first(events)
    assert [e.happened.edtf for e in Event.objects.oldest_first()][:3] == [
        "../9999",
        "../1960",
        "0001",
    ]
    assert [e.happened for e in Event.objects.oldest_first()][-2:] == [UNKNOWN, UNKNOWN]


def test_newest_first_is_the_rule_with_unknown_last():
    events = store(MIXED)
    assert list(Event.objects.newest_first()) == newest_first(events)
    assert list(Event.objects.all()) == newest_first(events)
    assert [e.happened for e in Event.objects.newest_first()][-2:] == [UNKNOWN, UNKNOWN]


def test_year_heads_its_events_in_the_one_order_and_ends_them_in_the_other():
    store(["2023-11-30", "2023", "2023-01-01", "2022", "2024"])
    oldest = [e.happened.edtf for e in Event.objects.oldest_first()]
    newest = [e.happened.edtf for e in Event.objects.newest_first()]
    assert oldest == ["2022", "2023", "2023-01-01", "2023-11-30", "2024"]
    assert newest == oldest[::-1]


def test_equal_dates_stand_by_id_in_both_directions():
    first, second, third = store(["1953", "1953~", "1953-01/1953-12"])
    assert list(Event.objects.oldest_first()) == [first, second, third]
    assert list(Event.objects.newest_first()) == [third, second, first]


@steady
@given(st.lists(dates(), max_size=12))
def test_order_of_any_dates_is_the_rule(values):
    with transaction.atomic():
        events = store(values)
        assert list(Event.objects.oldest_first()) == oldest_first(events)
        assert list(Event.objects.newest_first()) == newest_first(events)
        transaction.set_rollback(True)


@steady
@given(st.lists(dates(), max_size=12))
def test_any_date_comes_back_as_it_was_stored(values):
    with transaction.atomic():
        pks = [event.pk for event in store(values)]
        stored = Event.objects.in_bulk(pks)
        for pk, value in zip(pks, values, strict=True):
            event = stored[pk]
            assert event.happened == value
            assert (event.happened_earliest, event.happened_latest) == (
                value.earliest,
                value.latest,
            )
            assert event.happened_key == value.key
        transaction.set_rollback(True)


YEARS = st.integers(1985, 1995)
BOUND = st.none() | days(date(1979, 12, 25), date(2000, 1, 7))


@steady
@given(st.lists(dates(years=YEARS), max_size=12), BOUND, BOUND)
def test_overlap_in_the_database_agrees_with_overlap_in_memory(values, after, before):
    if after is None and before is None:
        after = date(1990, 1, 1)
    with transaction.atomic():
        events = store(values)
        found = set(Event.objects.filter(overlapping("happened", after, before)))
        assert found == {event for event in events if event.happened.overlaps(after, before)}
        assert found == set(Event.objects.happened_within(after, before))
        transaction.set_rollback(True)


def test_overlap_includes_both_bounds_and_no_unknown_date():
    store(["1992", "2008/..", "../1960", "", "1953-07-27", "199X~"])
    within = Event.objects.happened_within(date(1990, 1, 1), date(1999, 12, 31))
    assert {e.happened.edtf for e in within} == {"1992", "199X~"}
    up_to = Event.objects.happened_within(None, date(1992, 1, 1))
    assert {e.happened.edtf for e in up_to} == {"1992", "../1960", "1953-07-27", "199X~"}
    from_then = Event.objects.happened_within(date(1992, 12, 31), None)
    assert {e.happened.edtf for e in from_then} == {"1992", "2008/..", "199X~"}


def test_without_a_bound_every_date_passes():
    events = store(["1992", ""])
    assert set(Event.objects.filter(overlapping("happened"))) == set(events)


@pytest.mark.parametrize(
    ("given_value", "edtf"),
    [
        ("1953-07", "1953-07"),
        (EDTFDate.single(1953, 7), "1953-07"),
        (date(1953, 7, 27), "1953-07-27"),
        (datetime(1953, 7, 27, 10), "1953-07-27"),
        (953, "0953"),
        ("", ""),
        (None, ""),
    ],
)
def test_field_takes_what_python_has(given_value, edtf):
    event = make_event(happened=given_value)
    assert event.happened == parse(edtf)
    assert Event.objects.get(pk=event.pk).happened == parse(edtf)


@pytest.mark.parametrize("wrong", ["July 1953", "1953-02-30", "../..", "1955/1953", 0, -5, 10000])
def test_field_refuses_what_is_no_date(wrong):
    with pytest.raises(ValidationError):
        make_event(happened=wrong)


def test_unknown_date_is_stored_as_empty_text():
    event = make_event(happened="")
    row = QuerySet(Event).filter(pk=event.pk).values("happened_earliest", "happened_key")
    assert row.get() == {"happened_earliest": None, "happened_key": None}
    assert Event.objects.filter(happened="").get() == event
    assert Event.objects.exclude(happened=UNKNOWN).count() == 0


def test_date_is_looked_up_by_its_value():
    event = make_event(happened="1953-07-27")
    assert Event.objects.filter(happened=EDTFDate.single(1953, 7, 27)).get() == event
    assert Event.objects.filter(happened__in=[date(1953, 7, 27)]).get() == event


def test_full_clean_looks_at_the_dates_as_they_are_now():
    body = make_organisation(founded="1990", ended="1995", state="ended")
    body.founded, body.ended = "2000", ""
    body.full_clean()
    body.ended = "1999"
    with pytest.raises(ValidationError) as refusal:
        body.full_clean()
    assert list(refusal.value.message_dict) == ["ended"]


def test_unknown_dates_come_last_on_every_database():
    for text, on in (("Undated.", ""), ("Later.", "1990"), ("Earlier.", "1953")):
        make_quotation(text=text, date=on)
    assert [one.text for one in Quotation.objects.all()] == ["Earlier.", "Later.", "Undated."]
