"""The feed: Atom (RFC 4287) in pages (RFC 5005), in which what is newly added comes first."""

from datetime import timedelta
from xml.etree import ElementTree as Xml

import feedparser
import pytest
from django.db.models import QuerySet
from django.utils import timezone

from tests.factories import make_area, make_event
from tests.worlds import LONG, make_hard_world
from timeline.models import Event

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
SITE = "http://127.0.0.1:8000"


def read(content):
    return Xml.fromstring(content)  # noqa: S314 - our own


def feed_of(client, address="/timeline.atom"):
    response = client.get(address)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    parsed = feedparser.parse(response.content)
    assert not parsed.bozo, parsed.bozo_exception
    return parsed


def test_feed_has_what_the_standard_requires(client):
    make_event(areas=[make_area(name="Mediation")])
    root = read(client.get("/timeline.atom").content)
    for name in ("id", "title", "updated", "author"):
        assert len(root.findall(f"{ATOM}{name}")) == 1
    assert root.find(f"{ATOM}author/{ATOM}name").text == "Peace Portal"
    (entry,) = root.findall(f"{ATOM}entry")
    for name in ("id", "title", "updated", "published", "summary"):
        assert len(entry.findall(f"{ATOM}{name}")) == 1
    assert [link.get("rel") for link in entry.findall(f"{ATOM}link")] == ["alternate"]


def test_feed_says_the_query_and_where_its_page_is(client):
    area = make_area(name="Mediation")
    event = make_event(title="Talks", areas=[area], happened="1953~", summary="At length.")
    make_event(title="Other")
    feed = feed_of(client, "/timeline.atom?area=mediation&order=oldest&page=1")
    assert feed.feed.title == "1 event on Mediation"
    links = {link.rel: link.href for link in feed.feed.links}
    assert links["self"] == f"{SITE}/timeline.atom?area=mediation"
    assert links["alternate"] == f"{SITE}/timeline/?area=mediation"
    (entry,) = feed.entries
    assert entry.id == f"urn:uuid:{event.uid}"
    assert entry.link == f"{SITE}{event.get_absolute_url()}"
    assert entry.summary == "about 1953\n\nAt length."
    assert {(tag.term, tag.label) for tag in entry.tags} == {
        ("meeting", "meeting"),
        ("mediation", "Mediation"),
    }


def test_event_of_1953_that_was_added_last_comes_first(client):
    make_event(title="Of 2024", happened="2024")
    make_event(title="Of 1953", happened="1953")
    assert [entry.title for entry in feed_of(client).entries] == ["Of 1953", "Of 2024"]


def test_scheduled_event_counts_as_changed_when_it_became_public(client):
    moment = timezone.now() - timedelta(hours=1)
    event = make_event()
    changed = {"publish_at": moment, "first_public_at": moment}
    changed["updated_at"] = moment - timedelta(days=9)
    QuerySet(Event).filter(pk=event.pk).update(**changed)
    (entry,) = feed_of(client).entries
    assert entry.updated == entry.published == moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_feed_comes_fifty_at_a_time_with_the_total(client):
    Event.objects.bulk_create(
        Event(title=f"Event {number}", status="published") for number in range(120)
    )
    address, ids = "/timeline.atom", []
    while address:
        feed = feed_of(client, address.removeprefix(SITE))
        assert feed.feed.os_totalresults == "120"
        ids += [entry.id for entry in feed.entries]
        links = {link.rel: link.href for link in feed.feed.links}
        assert links["first"] == f"{SITE}/timeline.atom"
        assert links["last"] == f"{SITE}/timeline.atom?page=3"
        address = links.get("next")
    assert links["previous"] == f"{SITE}/timeline.atom?page=2"
    assert len(ids) == len(set(ids)) == 120
    assert client.get("/timeline.atom?page=4").status_code == 404


def test_feed_of_nothing_is_a_feed(client):
    assert feed_of(client).entries == []


def test_feed_survives_hard_words(client):
    make_hard_world()
    make_event(title="Bell \x07 and \x1b escape", summary="\x00\ufffe]]>&<b>".replace("\x00", ""))
    titles = [entry.title for entry in feed_of(client).entries]
    assert "Bell and escape" in titles
    root = read(client.get("/timeline.atom").content)
    long = " ".join(LONG.split())
    found = [one for one in root.iter(f"{ATOM}entry") if one.find(f"{ATOM}title").text == long]
    assert {entry.get("{http://www.w3.org/XML/1998/namespace}lang") for entry in found} == {"ar"}
