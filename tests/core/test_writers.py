"""Several writers at once, each in a connection of its own."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from peaceportal.core.changes import Change, version
from tests.factories import make_event
from timeline.models import Event

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor == 'sqlite'", reason="one writer at a time, in memory not even that"
    ),
]
ROUNDS = 15


def save(slug):
    Event.objects.get(slug=slug).save()


def update_or_create(slug):
    Event.objects.update_or_create(slug=slug, defaults={"summary": "Again"})


def update(slug):
    Event.objects.filter(slug=slug).update(title=slug.title())


def lock_and_save(slug):
    with transaction.atomic():
        Event.objects.select_for_update().get(slug=slug).save()


def both(write, first, second):
    with transaction.atomic():
        write(first)
        write(second)


def in_a_thread(write, first, second):
    try:
        for _ in range(ROUNDS):
            both(write, first, second)
    finally:
        connection.close()


WAYS = [save, update_or_create, update, lock_and_save]


@pytest.mark.parametrize("other", WAYS)
@pytest.mark.parametrize("one", WAYS)
def test_writers_of_the_same_rows_in_another_order_do_not_block_each_other(one, other):
    make_event(slug="a")
    make_event(slug="b")
    before = Event.objects.get(slug="a").revision
    with ThreadPoolExecutor(2) as pool:
        runs = [
            pool.submit(in_a_thread, one, "a", "b"),
            pool.submit(in_a_thread, other, "b", "a"),
        ]
        for run in runs:
            run.result()
    assert Event.objects.get(slug="a").revision == before + 2 * ROUNDS
    numbers = list(Change.objects.values_list("seq", flat=True))
    assert numbers == list(range(1, version() + 1))
