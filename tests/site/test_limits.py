"""How much one address may ask for, and how long a query of a public page may take."""

import threading
from contextlib import closing

import pytest
from django.core.cache import cache, caches
from django.db import OperationalError, connection
from django.test import Client
from django.urls import path

from peaceportal import views
from peaceportal.core import limits
from peaceportal.core.models import User
from peaceportal.core.trouble import SLOW, trouble
from peaceportal.time_limits import limited
from peaceportal.urls import urlpatterns as real
from tests.factories import make_event
from tests.reading import text_of

pytestmark = pytest.mark.django_db

ENDLESS = """
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT MAX(i) FROM n
"""


def endless(request):
    with connection.cursor() as cursor:
        cursor.execute(ENDLESS)
        cursor.fetchall()


handler500 = views.server_error
urlpatterns = [path("endless.json", endless), path("endless/", endless), *real]


@pytest.fixture
def few(monkeypatch):
    limits.SHARED.clear()
    monkeypatch.setattr(limits, "MOST_SEARCHES", 4)
    monkeypatch.setattr(limits, "TOLD", 2)


def test_too_many_searches_are_refused_clearly(client, few, whole_pages):
    make_event(title="Round of talks")
    for words in ("talks", "round", "of", "peace"):
        assert client.get("/search/", {"q": words}).status_code in {200}
    limits.forget()  # another process, which the first has told
    other = [client.get("/timeline/", {"q": words}).status_code for words in ("one", "two")]
    assert other == [200, 429]
    refused = client.get("/search/?%71=more")
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= limits.WINDOW
    assert "searched too often" in text_of(refused)
    assert "Too many searches" in text_of(refused)
    assert refused.headers["Cache-Control"] == "no-store"
    told = client.get("/timeline.json?q=more")
    assert (told.status_code, "searched too often" in told.json()["title"]) == (429, True)
    for address in ("/timeline/", "/search/", "/timeline/round-of-talks/"):
        assert client.get(address).status_code == 200
    assert client.get("/search/?q=more", REMOTE_ADDR="192.0.2.7").status_code == 200


def test_limits_hold_while_others_write_and_are_told_later(client, few, monkeypatch):
    monkeypatch.setattr(limits, "MOST", 3 * limits.FEE)
    tried = []

    def held(*_anything):
        tried.append(connection.vendor != "sqlite" or busy_timeout())
        raise OperationalError("database is locked")

    before = busy_timeout()
    with monkeypatch.context() as patch:
        patch.setattr(limits.SHARED, "set", held)
        assert client.get("/timeline.csv").status_code == 200
        assert [client.get("/timeline/?q=x").status_code for _time in range(5)][-1] == 429
    assert tried in ([True], [limits.BRIEFLY]), "nobody else waits"
    assert busy_timeout() == before
    assert limits.SHARED.get(limits_key()) is None
    monkeypatch.setattr(limits, "_held_until", 0)
    assert client.get("/timeline.csv").status_code == 200
    assert limits.SHARED.get(limits_key()) == 2 * limits.FEE


ON_POSTGRESQL = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time"
)


@ON_POSTGRESQL
@pytest.mark.django_db(transaction=True)
def test_processes_that_count_at_once_lose_nothing(few, monkeypatch):
    monkeypatch.setattr(limits, "BRIEFLY", 60_000)
    read = limits.SHARED.get

    def count_three():
        with closing(connection):
            limits._add("one", 3, 60)

    other = threading.Thread(target=count_three)

    def slowly(key):
        found = read(key)
        if threading.current_thread() is not other:
            other.start()
            while other.is_alive() and not waits_for_a_lock():
                pass  # it either writes now, or waits until this one has
        return found

    monkeypatch.setattr(limits.SHARED, "get", slowly)
    limits._add("one", 4, 60)
    other.join()
    assert read("one") == 7


def waits_for_a_lock():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)"
        )
        return cursor.fetchone()[0]


@ON_POSTGRESQL
@pytest.mark.django_db(transaction=True)
def test_who_asks_does_not_wait_for_who_counts_the_same(client, few, monkeypatch):
    assert client.get("/timeline.csv").status_code == 200
    holder = connection.copy()
    with closing(holder), holder.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", [limits.COUNTING, limits_key()])
        assert client.get("/timeline.csv").status_code == 200
        assert limits.SHARED.get(limits_key()) == limits.FEE
    monkeypatch.setattr(limits, "_held_until", 0)
    assert client.get("/timeline.csv").status_code == 200
    assert limits.SHARED.get(limits_key()) == 3 * limits.FEE


def busy_timeout():
    """Milliseconds that this connection waits for who else writes; None on PostgreSQL."""
    if connection.vendor != "sqlite":
        return None
    with connection.cursor() as cursor:
        return cursor.execute("PRAGMA busy_timeout").fetchone()[0]


def limits_key():
    """Under which the results are counted that 127.0.0.1 has asked for."""
    (key,) = [key for key in limits._counts if key.startswith("limit:")]
    return key


def test_visitors_drop_nothing_that_was_counted_of_signing_in(client, few, monkeypatch):
    cache.set("attempts", [1, 2])
    monkeypatch.setattr(limits.SHARED, "_max_entries", 1)
    for number in range(5):
        client.get("/timeline.csv", REMOTE_ADDR=f"192.0.2.{number}")
    assert caches["default"].get("attempts") == [1, 2]


def test_page_that_is_kept_counts_as_no_search(client, few, whole_pages):
    for _time in range(12):
        answer = client.get("/search/?q=talks")
    assert answer.status_code == 200


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("address", ["/endless/", "/endless.json"])
def test_query_that_takes_too_long_is_ended_in_words(settings, address):
    settings.PUBLIC_QUERY_SECONDS = 0.05
    answer = Client(raise_request_exception=False).get(address)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert "takes too long" in answer.text


def test_limit_holds_for_a_public_page_and_for_nothing_after_it():
    User.objects.count()
    with limited(connection, 0):
        assert is_limited() is False
    with limited(connection, 0.01):
        assert is_limited() is True
    with limited(connection, 0):
        assert is_limited() is False


def is_limited():
    """Whether a query of more than a hundredth of a second would end."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            return cursor.fetchone() != ("0",)
    with connection.cursor() as cursor:
        try:
            cursor.execute(ENDLESS.replace("FROM n)", "FROM n WHERE i < 300000)"))
            cursor.fetchall()
        except OperationalError as error:
            assert trouble(error) is SLOW
            return True
    return False
