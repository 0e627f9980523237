"""Every list and detail page takes the same queries for one row as for three."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from peaceportal.core.caching import state_now
from peaceportal.core.models import Identifier
from peaceportal.core.search.following import catch_up
from tests.factories import (
    make_activity,
    make_area,
    make_document,
    make_engagement,
    make_event,
    make_organisation,
    make_organisation_name,
    make_place,
    make_quotation,
    make_resource,
    make_series,
    make_source,
    make_succession,
)
from timeline.held import HELD

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

ON_LISTS, ON_DETAILS = 12, 20


class World:
    """Makes rows that share nothing: each with three areas, bodies, places, sources, parents."""

    def __init__(self):
        self.number = 0

    def next(self, word):
        self.number += 1
        return f"{word} {self.number}"

    def sources(self):
        return [make_source(title=self.next("Source")) for _ in range(3)]

    def chain(self, make, word, depth):
        """The lowest of `depth` pages, each part of the one before; None for no depth."""
        parent = None
        for _ in range(depth):
            parent = make(name=self.next(word), parent=parent)
        return parent

    def area(self, depth=1, **fields):
        parent = self.chain(make_area, "Area", depth)
        return make_area(name=self.next("Area"), parent=parent, sources=self.sources(), **fields)

    def place(self, depth=1, **fields):
        parent = self.chain(make_place, "Place", depth)
        return make_place(name=self.next("Place"), parent=parent, sources=self.sources(), **fields)

    def three(self, make):
        return [make() for _ in range(3)]

    def body(self, depth=1, **fields):
        parent = self.chain(make_organisation, "Body", depth)
        body = make_organisation(
            name=self.next("Body"),
            parent=parent,
            places=self.three(self.place),
            sources=self.sources(),
            **fields,
        )
        for area in self.three(self.area):
            make_engagement(organisation=body, area=area, sources=self.sources())
        return body

    def event(self, **fields):
        return make_event(
            **{
                "title": self.next("Event"),
                "areas": self.three(self.area),
                "places": self.three(self.place),
                "organisations": self.three(self.body),
                "sources": self.sources(),
                "series": make_series(name=self.next("Series")),
                "commemorates": make_event(title=self.next("Event")),
            }
            | fields
        )

    def part(self):
        return {"sources": self.sources()}

    def enrich_event(self, event):
        make_document(event=event, title=self.next("Document"), **self.part())
        make_event(title=self.next("Event"), commemorates=event)
        self.identify(event)

    def enrich_body(self, body):
        make_organisation_name(organisation=body, name=self.next("Name"))
        make_engagement(organisation=body, area=self.area(), **self.part())
        make_succession(predecessor=body, successor=self.body(), **self.part())
        make_succession(predecessor=self.body(), successor=body, **self.part())
        self.work(area=self.area(), organisations=[body])
        make_resource(title=self.next("Resource"), organisations=[body], **self.part())
        make_organisation(name=self.next("Body"), parent=body)
        self.event(organisations=[body])
        self.identify(body)

    def enrich_area(self, area):
        make_engagement(organisation=self.body(), area=area, **self.part())
        self.work(area=area)
        make_quotation(text=self.next("Words"), areas=[area], **self.part())
        make_resource(title=self.next("Resource"), areas=[area], **self.part())
        make_area(name=self.next("Area"), parent=area)
        area.related_areas.add(self.area())
        self.event(areas=[area])
        self.identify(area)

    def enrich_place(self, place):
        make_organisation(name=self.next("Body"), places=[place])
        self.work(area=self.area(), places=[place])
        make_place(name=self.next("Place"), parent=place)
        self.event(places=[place])
        self.identify(place)

    def enrich_series(self, series):
        self.event(series=series)
        self.identify(series)

    def work(self, **fields):
        make_activity(
            **{
                "text": self.next("Work"),
                "organisations": self.three(self.body),
                "places": self.three(self.place),
                "sources": self.sources(),
            }
            | fields
        )

    def identify(self, page):
        Identifier.objects.create(page=page, scheme="test", value=self.next("Identifier"))


@pytest.fixture
def world():
    return World()


def queries(client, address):
    catch_up()  # the first to search after a change indexes it; this counts the others
    HELD.values()  # the first to count after a change reads it, and the first of all the state
    state_now(timezone.now())
    ContentType.objects.clear_cache()
    ContentType.objects.get_for_models(*{type(i.page) for i in Identifier.objects.all()})
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def grows_not(client, address, add, most):
    add()
    one = queries(client, address)
    add()
    add()
    three = queries(client, address)
    assert one == three
    assert three <= most, three
    return three


def test_timeline_queries(client, world):
    assert grows_not(client, "/timeline/", world.event, ON_LISTS) > 3


def test_timeline_queries_with_every_filter(client, world):
    area, place, body = world.area(), world.place(), world.body()

    def add():
        world.event(areas=[area, world.area()], places=[place], organisations=[body])
        world.work(area=area, places=[place])

    query = f"area={area.slug}&place={place.slug}&organisation={body.slug}&bodies=1"
    query += "&kind=meeting&after=1900&before=2030&q=event&order=oldest"
    # Two more than other lists: whether the search index and what is held have followed the latest
    # change.
    grows_not(client, f"/timeline/?{query}", add, ON_LISTS + 2)


@pytest.mark.parametrize("query", ["area=wide", "place=wide", "area=wide&place=wide"])
def test_timeline_queries_with_what_else_lies_there(client, world, query):
    area, place = world.area(slug="wide"), world.place(slug="wide")

    def add():
        world.event(areas=[area], places=[place])
        world.work(area=area, places=[place])
        make_engagement(organisation=make_organisation(places=[place]), area=area)

    grows_not(client, f"/timeline/?{query}", add, ON_LISTS)


def test_timeline_queries_do_not_grow_with_values(client, world):
    areas = [world.area() for _ in range(6)]
    world.event(areas=areas)
    asked = [f"area={area.slug}" for area in areas]
    one = queries(client, f"/timeline/?{asked[0]}")
    assert one == queries(client, f"/timeline/?{'&'.join(asked)}")


def test_organisations_queries(client, world):
    grows_not(client, "/organisations/", world.body, ON_LISTS)


def test_organisations_queries_with_every_filter(client, world):
    area, place = world.area(), world.place()

    def add():
        body = world.body(depth=0)
        body.places.add(place)
        make_engagement(organisation=body, area=area)

    query = f"area={area.slug}&place={place.slug}&kind=ngo&state=active&q=body"
    grows_not(client, f"/organisations/?{query}", add, ON_LISTS)


def test_areas_queries(client, world):
    grows_not(client, "/areas/", lambda: world.area(depth=6), ON_LISTS)


def test_places_queries(client, world):
    grows_not(client, "/places/", lambda: world.place(depth=6), ON_LISTS)


def test_search_queries(client, world):
    def add():
        area = world.area(other_names="Words of event")
        event = world.event(areas=[area])
        make_document(event=event, title="Event document", **world.part())
        make_resource(title="Event reading", areas=[area], **world.part())
        make_series(name="Event series")
        body = world.body(summary="About an event")
        make_organisation_name(organisation=body, name="Event office")
        make_place(name="Event square")

    assert grows_not(client, "/search/?q=event", add, ON_LISTS) > 8


def test_home_queries(client, world):
    world.event(happened="2999")
    grows_not(client, "/", world.event, ON_LISTS)


def test_event_queries(client, world):
    event = world.event()
    address = event.get_absolute_url()
    grows_not(client, address, lambda: world.enrich_event(event), ON_DETAILS)


def test_organisation_queries(client, world):
    body = world.body(depth=6)
    address = body.get_absolute_url()
    grows_not(client, address, lambda: world.enrich_body(body), ON_DETAILS)


def test_area_queries(client, world):
    area = world.area(depth=6)
    address = area.get_absolute_url()
    grows_not(client, address, lambda: world.enrich_area(area), ON_DETAILS)


def test_place_queries(client, world):
    place = world.place(depth=6)
    address = place.get_absolute_url()
    grows_not(client, address, lambda: world.enrich_place(place), ON_DETAILS)


def test_series_queries(client, world):
    series = make_series(sources=world.sources())
    address = series.get_absolute_url()
    grows_not(client, address, lambda: world.enrich_series(series), ON_DETAILS)


@pytest.mark.parametrize("kind", ["events", "series", "areas", "organisations", "places"])
def test_sitemap_queries(client, world, kind):
    grows_not(client, f"/sitemap-{kind}.xml", world.event, ON_LISTS)
