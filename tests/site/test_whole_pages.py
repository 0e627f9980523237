"""Public pages are kept whole while nothing changes; proxies and browsers may keep them, too."""

import gzip
import os
import re
from datetime import timedelta

import brotli
import pytest
from django.db import connection
from django.utils import timezone

from peaceportal import whole_pages
from peaceportal.core import answering, caching
from peaceportal.core.formats.citations import cite_record
from tests.factories import make_area, make_event
from tests.reading import content_of
from timeline.models import Event

pytestmark = pytest.mark.django_db

PAGES = ["/", "/timeline/", "/timeline/talks/", "/timeline.json", "/about/", "/sitemap.xml"]


@pytest.fixture(autouse=True)
def world(whole_pages):
    make_event(slug="talks", title="Round of talks")
    return whole_pages


@pytest.mark.parametrize("address", PAGES)
def test_second_request_asks_for_nothing_but_the_state(client, address, django_assert_num_queries):
    first = client.get(address)
    with django_assert_num_queries(0):
        again = client.get(address)
    assert again.content == first.content
    del first.headers["X-Request-ID"]  # by which the making is found in the log
    assert again.headers == first.headers
    assert "default-src 'self'" in again.headers["Content-Security-Policy"]
    assert again.headers["X-Frame-Options"] == "DENY"
    assert not again.cookies
    with django_assert_num_queries(0):
        head = client.head(address)
    assert (head.status_code, head.content) == (200, b"")
    for known in (first.headers["ETag"], "W/" + first.headers["ETag"].removeprefix("W/"), "*"):
        with django_assert_num_queries(0):
            unchanged = client.get(address, headers={"If-None-Match": known})
        assert (unchanged.status_code, unchanged.content) == (304, b"")
        for name in ("ETag", "Cache-Control", "Last-Modified"):
            assert unchanged.headers[name] == first.headers[name]


@pytest.mark.parametrize("address", ["/", "/timeline/", "/timeline/talks/", "/timeline.json"])
def test_edit_is_on_the_page_at_the_next_request(client, address):
    before = client.get(address)
    Event.objects.update(title="Armistice signed")
    known = {"If-None-Match": before.headers["ETag"]}
    after = client.get(address, headers=known)
    assert after.status_code == 200
    assert "Armistice signed" in after.text
    Event.objects.remove()
    assert "Armistice" not in client.get(address).text


def test_page_is_kept_compressed_for_each_way_to_read_it(client, world):
    text = client.get("/timeline/").text
    ways = {"gzip": gzip.decompress, "br": brotli.decompress}
    for accepted, way in {"gzip": "gzip", "gzip, br": "br", "br;q=0, gzip": "gzip"}.items():
        for _time in range(2):
            answer = client.get("/timeline/", headers={"Accept-Encoding": accepted})
            assert answer.headers["Content-Encoding"] == way
            assert answer.headers["Vary"] == "Accept-Encoding"
            assert answer.headers["Content-Length"] == str(len(answer.content))
            assert ways[way](answer.content).decode() == text


def test_encoding_is_one_that_is_accepted(client):
    for accepted in ("gzip;q=0", "x-gzip", "br; q=0.0, gzip ; q=0", "identity", "*", ""):
        for address in ("/timeline/", "/admin/login/", "/timeline.csv"):
            answer = client.get(address, headers={"Accept-Encoding": accepted})
            assert "Content-Encoding" not in answer.headers
            assert "Accept-Encoding" in answer.headers["Vary"]


def test_proxies_may_keep_a_page_until_the_clock_changes_it(client, monkeypatch, settings):
    settings.TIME_ZONE = "Europe/Zurich"
    noon = timezone.now().replace(hour=11, minute=0)
    make_event(title="Later", publish_at=noon + timedelta(seconds=100))
    for seconds, shared, is_shown in ((0, 100, False), (40, 60, False), (101, 300, True)):
        monkeypatch.setattr(timezone, "now", lambda at=noon + timedelta(seconds=seconds): at)
        for _time in range(2):
            answer = client.get("/timeline/")
            said = f"public, max-age=0, s-maxage={shared}"
            assert answer.headers["Cache-Control"] == said
            assert ("Later" in answer.text) == is_shown
    with timezone.override("Europe/Zurich"):  # the day of the office ends, what was to come is past
        night = timezone.localtime(noon).replace(hour=23, minute=59, second=30, microsecond=0)
        monkeypatch.setattr(timezone, "now", lambda: night)
        assert client.get("/").headers["Cache-Control"] == "public, max-age=0, s-maxage=30"
        cited = cite_record(Event.objects.first()).forms["txt"]
        for address in (cited, "/timeline.bib", "/timeline.csv"):
            for _time in range(2):
                assert client.get(address).headers["Cache-Control"] == "public, max-age=30"


def test_clock_that_is_set_back_hides_again_what_is_not_public_yet(client, monkeypatch):
    now = timezone.now()
    make_event(title="Later", publish_at=now + timedelta(seconds=100))
    for seconds, is_shown in ((0, False), (101, True), (50, False), (102, True)):
        monkeypatch.setattr(timezone, "now", lambda at=now + timedelta(seconds=seconds): at)
        for _time in range(2):
            assert ("Later" in client.get("/timeline/").text) == is_shown


@pytest.mark.parametrize(
    ("address", "status", "rule"),
    [
        ("/nothing-here/", 404, "no-cache"),
        ("/timeline/nothing/", 404, "no-cache"),
        ("/timeline.json?page=x", 400, "no-cache"),
        ("/favicon.ico", 302, "no-cache"),
        ("/admin/", 302, "no-store"),
        ("/admin/login/", 200, "no-store"),
    ],
)
def test_what_is_no_public_page_is_never_kept(client, world, address, status, rule):
    for _time in range(2):
        answer = client.get(address)
        assert answer.status_code == status
        assert rule in answer.headers["Cache-Control"]
    assert not world._kept


@pytest.mark.parametrize(
    "headers",
    [
        {"Set-Cookie": "a=b"},
        {"Vary": "Cookie"},
        {"Content-Security-Policy": "script-src 'nonce-abc'"},
        {"Cache-Control": "no-store"},
        {"Cache-Control": "private"},
    ],
)
def test_answer_for_one_alone_is_never_kept(rf, world, headers):
    from django.http import HttpResponse

    from peaceportal.whole_pages import WholePages

    def view(request):
        response = HttpResponse("secret")
        for name, value in headers.items():
            if name == "Set-Cookie":
                response.set_cookie("a", "b")
            else:
                response.headers[name] = value
        return response

    answer = WholePages(view)(rf.get("/"))
    assert "public" not in answer.headers.get("Cache-Control", "")
    assert not world._kept


def test_page_that_lacks_something_for_now_is_not_kept(client, world, monkeypatch):
    from peaceportal.core.search import asking

    monkeypatch.setattr(asking, "catch_up", lambda using: 7)
    monkeypatch.setattr(asking, "lacking", lambda state, using: (7, 0))
    for _time in range(3):
        lacks = client.get("/timeline/?q=talks")
    assert "ETag" not in lacks.headers
    assert lacks.headers["Cache-Control"] == "no-cache"
    assert not world._kept


def test_fuzzer_fills_nothing(client, world):
    client.get("/about/")
    for number in range(20):
        client.get(f"/about/?x={number}")
    assert len(world._kept) == 1
    for _time in range(2):
        client.get("/about/?x=1")
    assert len(world._kept) == 2
    world.most = 2 * world._weight
    for number in range(20):
        for _time in range(2):
            client.get(f"/about/?y={number}")
    assert world._weight <= world.most


def test_long_queries_take_no_room(client, world):
    address = "/about/?x=" + "x" * 1000
    for _time in range(3):
        assert client.get(address).status_code == 200
    assert not world._kept
    for _time in range(2):
        client.get(address[:900])
    assert [len(key[3]) for key in world._kept] == [len("x=") + 890]
    assert all(isinstance(key, int) for key in whole_pages.SEEN._seen)


def test_pages_of_one_host_are_not_sent_to_another(client):
    client.get("/sitemap-events.xml", headers={"Host": "one.example"})
    other = client.get("/sitemap-events.xml", headers={"Host": "two.example"})
    assert "one.example" not in content_of(other).decode()


def test_state_is_that_of_the_request_within_it_and_of_the_moment_outside(client):
    client.get("/timeline/")
    assert answering.now().state is None
    tag = client.get("/timeline/").headers["ETag"]
    make_area(name="Something else")
    assert client.get("/timeline/").headers["ETag"] != tag
    assert re.fullmatch(r'"[0-9a-f]{32}"', tag)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite prepares by itself")
def test_state_is_known_where_a_pooler_forgets_what_was_prepared():
    other = connection.copy()
    try:
        first = caching._trace(other)
        assert caching._known.prepared == (other.connection, True)
        assert caching._trace(other) == first
        other.connection.execute("DEALLOCATE ALL")
        for _time in range(2):
            assert caching._trace(other) == first
            assert caching._known.prepared == (other.connection, False)
        caching._known.prepared = other.connection, True
        with other.connection.transaction():  # which goes on, whatever was forgotten
            assert caching._trace(other) == first
            other.connection.execute("SELECT 1")
        other.connection.execute(b"PREPARE peaceportal_state AS SELECT 1")  # by somebody else
        caching._known.prepared = None, False
        assert caching._trace(other) == first
    finally:
        other.close()


def test_release_is_known_by_what_stands_in_its_files(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    file = tmp_path / "templates" / "page.html"
    file.parent.mkdir()
    found = []
    for text, moment in (("one", 1), ("one", 2), ("two", 2)):
        file.write_text(text)
        os.utime(file, (moment, moment))
        found.append(caching.release.__wrapped__())
    assert found[0] == found[1] != found[2]
