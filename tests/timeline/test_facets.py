"""Each count beside an option is the total of the list at that option's address."""

import random
import re
from datetime import timedelta
from html import unescape

import pytest
from django.core.management import call_command
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from organisations import facets as organisation_facets
from organisations.finder import OrganisationFinder
from organisations.models import AreaOfWork, Organisation, Place
from peaceportal.core.facets import KEPT
from peaceportal.core.options import CHOOSE
from peaceportal.core.remembered import Remembered, content_state
from tests.factories import (
    make_activity,
    make_area,
    make_engagement,
    make_event,
    make_organisation,
    make_participation,
    make_place,
)
from tests.reading import text_of, titles_of
from timeline import facets
from timeline.finder import EventFinder
from timeline.models import Event, Participation

pytestmark = pytest.mark.django_db

HIDDEN = [
    {"status": "draft"},
    {"publish_at": timezone.now() + timedelta(days=1)},
    {"unpublish_at": timezone.now() - timedelta(days=1)},
    {"removed_at": timezone.now() - timedelta(days=1)},
]
DATES = ["", "1953-07-27", "1990", "2024-07", "199X", "2008/..", "../1960", "1945/2025", "1992~"]


def options(client, query="", path="/timeline/"):
    """What stands beside each option: its parameter and value, and the count that is heard."""
    html = client.get(f"{path}?{query}").content.decode()
    found = re.findall(
        r'<input type="checkbox" name="(\w+)" value="([^"]*)".*?'
        r'<span aria-hidden="true">(\d+)</span><span class="heard">, (.*?)</span>',
        html,
    )
    return {(name, unescape(value)): (int(count), heard) for name, value, count, heard in found}


# The property, over made records.


class Made:
    """Trees of three levels, hidden pages among them, and what links to any of them."""

    def __init__(self, seed, events):
        self.random = random.Random(seed)
        self.areas = self.tree(make_area, "Area")
        self.places = self.tree(make_place, "Place")
        self.bodies = self.tree(make_organisation, "Body")
        self.organise()
        made = [self.event(number) for number in range(events)]
        Event.objects.bulk_create(made)
        for name, pages in (("areas", self.areas), ("places", self.places)):
            field = Event._meta.get_field(name)
            here, there = field.m2m_field_name(), field.m2m_reverse_field_name()
            field.remote_field.through.objects.bulk_create(
                field.remote_field.through(**{here: event, there: page})
                for event in made
                for page in self.some(pages)
            )
        Participation.objects.bulk_create(
            Participation(event=event, organisation=body, role=role)
            for event in made
            for body in self.some(self.bodies)
            for role in self.random.sample(["took-part", "convened"], self.random.choice([1, 1, 2]))
        )

    def tree(self, make, word):
        tops = [self.page(make, f"{word} {number}", None) for number in range(3)]
        middle = [self.page(make, f"{word} {top.pk} {n}", top) for top in tops for n in range(2)]
        low = [self.page(make, f"{word} {top.pk} {n}", top) for top in middle for n in range(2)]
        return tops + middle + low

    def page(self, make, name, parent):
        return make(name=name, parent=parent, **self.visibility())

    def visibility(self):
        chance = self.random.random()
        if chance < 0.2:
            return self.random.choice(HIDDEN)
        return {"status": "archived"} if chance < 0.3 else {}

    def some(self, pages, most=3):
        return self.random.sample(pages, self.random.randint(0, min(most, len(pages))))

    def organise(self):
        for body in self.bodies:
            body.kind = self.random.choice(["ngo", "network"])
            body.withhold_places = self.random.random() < 0.2
            body.save()
            body.places.set(self.some(self.places))
            for area in self.some(self.areas):
                make_engagement(organisation=body, area=area)
        for number in range(10):
            make_activity(
                text=f"Work {number}",
                area=self.random.choice(self.areas),
                organisations=self.some(self.bodies),
                places=self.some(self.places),
                withhold_places=self.random.random() < 0.2,
                status=self.random.choice(["published", "archived", "draft"]),
            )

    def event(self, number):
        return Event(
            **{
                "title": f"{self.random.choice(['Talks', 'Walk'])} {number}",
                "kind": self.random.choice(Event.Kind.values),
                "happened": self.random.choice(DATES),
                "status": "published",
            }
            | self.visibility()
        )

    def query(self, groups):
        pairs = []
        for name, values in groups.items():
            if self.random.random() < 0.4:
                pairs += [(name, value) for value in self.some(values)]
        return "&".join(f"{name}={value}" for name, value in pairs)

    def event_query(self):
        return self.query(
            {
                "area": [area.slug for area in self.areas],
                "organisation": [body.slug for body in self.bodies],
                "bodies": ["1", "1", "1"],
                "place": [place.slug for place in self.places],
                "kind": Event.Kind.values,
                "after": ["1950", "1992", "2000-02", "2024"],
                "before": ["1960", "1992", "2024-07-15", "2030"],
                "q": ["talks", "walk", "1"],
                "order": ["oldest", "added", "newest"],
            }
        )

    def organisation_query(self):
        return self.query(
            {
                "area": [area.slug for area in self.areas],
                "place": [place.slug for place in self.places],
                "kind": Organisation.Kind.values,
                "state": Organisation.State.values,
                "q": ["body", "1", "2"],
            }
        )


def disagreements(finder, counted, columns, pages):
    """The addresses whose lists hold another number of rows than was counted."""
    wrong = []
    offered = [(name, word) for name, words in columns.items() for word in words]
    offered += [(name, page) for name, model in pages.items() for page in model.objects.published()]
    for name, value in offered:
        at = QueryDict(finder.instead(name, value).partition("?")[2])
        there = type(finder)(at, finder.queryset).qs.count()
        if counted[name].of(value) != there:
            wrong.append((at, counted[name].of(value), there))
    known = {
        name: set(model.objects.published().values_list("pk", flat=True))
        for name, model in pages.items()
    }
    wrong += [
        (name, counted[name].counts) for name in pages if counted[name].counts.keys() - known[name]
    ]
    return wrong


def compare_events(query):
    finder = EventFinder(QueryDict(query), Event.objects.published())
    counted = facets.counted(finder, [], content_state())
    assert counted[facets.ALL].total == finder.qs.count()
    assert counted[facets.UNDATED].total == finder.totals()[1]
    pages = {"area": AreaOfWork, "organisation": Organisation, "place": Place}
    assert disagreements(finder, counted, {"kind": Event.Kind}, pages) == [], query


def compare_organisations(query):
    finder = OrganisationFinder(QueryDict(query), Organisation.objects.published())
    counted = organisation_facets.counted(finder, content_state())
    assert counted[organisation_facets.ALL].total == finder.qs.count()
    columns = {"kind": Organisation.Kind, "state": Organisation.State}
    pages = {"area": AreaOfWork, "place": Place}
    assert disagreements(finder, counted, columns, pages) == [], query


def test_every_count_is_the_total_at_its_address():
    made = Made(seed=1, events=120)
    for number in range(8):
        compare_events(made.event_query() if number else "")


def test_every_count_of_organisations_is_the_total_at_its_address():
    made = Made(seed=2, events=0)
    for number in range(8):
        compare_organisations(made.organisation_query() if number else "")


def test_counts_end_in_a_circle_of_parents():
    first = make_area(name="First")
    second = make_area(name="Second", parent=first)
    QuerySet(AreaOfWork).filter(pk=first.pk).update(parent=second)
    make_event(areas=[first, second])
    compare_events("")


# What is shown.


def test_option_says_what_it_alone_would_find(client):
    mediation, peacebuilding = make_area(name="Mediation"), make_area(name="Peacebuilding")
    make_area(name="Disarmament")
    make_event(areas=[mediation], happened="1992")
    make_event(areas=[mediation, peacebuilding], happened="2005")
    found = options(client, "area=peacebuilding&after=1990")
    assert found["area", "mediation"] == (2, "2 events")
    assert found["area", "peacebuilding"] == (1, "1 event")
    assert found["area", "disarmament"] == (0, "No events")
    assert found["kind", "meeting"] == (1, "1 event")
    assert found["kind", "agreement"] == (0, "No events")
    assert 'value="disarmament"' in client.get("/timeline/").content.decode()


def test_parent_counts_an_event_of_several_branches_once(client):
    wide = make_area(name="Wide")
    branches = [make_area(name=f"Branch {n}", parent=wide) for n in range(2)]
    leaf = make_area(name="Leaf", parent=branches[0])
    make_event(areas=[leaf, *branches])
    make_event(areas=[branches[1]])
    found = options(client)
    assert found["area", "wide"] == (2, "2 events")
    assert found["area", "branch-0"] == (1, "1 event")
    assert found["area", "branch-1"] == (2, "2 events")


def test_organisation_counts_its_bodies_if_they_are_included(client):
    office = make_organisation(name="Office")
    event = make_event(organisations=[make_organisation(name="Branch", parent=office), office])
    make_participation(event=event, organisation=office, role="convened")
    make_event(organisations=[Organisation.objects.get(slug="branch")])
    assert options(client)["organisation", "office"] == (1, "1 event")
    found = options(client, "organisation=branch&bodies=1")
    assert found["organisation", "office"] == (2, "2 events")
    assert found["organisation", "branch"] == (2, "2 events")


def test_organisations_say_how_many_there_are(client):
    geneva = make_place(name="Geneva")
    make_organisation(name="Shown", places=[geneva], kind="ngo")
    make_organisation(name="Withheld", places=[geneva], withhold_places=True, kind="network")
    found = options(client, path="/organisations/")
    assert found["place", "geneva"] == (1, "1 organisation")
    assert found["kind", "network"] == (1, "1 organisation")
    assert found["state", "ended"] == (0, "No organisations")
    assert options(client, "place=geneva", "/organisations/")["kind", "network"][0] == 0


@pytest.mark.parametrize("hidden", HIDDEN)
def test_hidden_records_are_not_counted_and_decide_nothing(client, hidden):
    area, place, body = make_area(name="Open"), make_place(), make_organisation()
    make_event(areas=[area], places=[place], organisations=[body])
    before = options(client)
    secret = {"name": "Secret", "slug": "secret", **hidden}
    links = {"areas": [area], "places": [place], "organisations": [body]}
    make_event(**links, **hidden)
    secrets = {
        "areas": [make_area(parent=area, **secret)],
        "places": [make_place(parent=place, **secret)],
        "organisations": [make_organisation(parent=body, **secret)],
    }
    make_event(kind="statement", **secrets)
    after = options(client)
    assert after == before | {("kind", "statement"): (1, "1 event")}
    for name in facets.LARGE:
        chosen = client.get(f"/timeline/?choose={name}&find=secret")
        assert "checkbox" not in chosen.content.decode()
        assert text_of(chosen).count("Secret") == 0


# Many organisations and places.


@pytest.fixture
def crowd():
    """Twelve organisations: the last has one event, the one before two, and so on."""
    bodies = [make_organisation(name=f"Body {number:02}") for number in range(12)]
    for number in range(12):
        make_event(title=f"Event {number}", organisations=bodies[: number + 1], kind="meeting")
    return bodies


def test_long_list_shows_the_ten_largest_the_chosen_and_the_number_of_others(client, crowd):
    make_organisation(name="Of no event")
    found = [value for name, value in options(client) if name == "organisation"]
    assert found == [body.slug for body in crowd[:10]]
    html = client.get("/timeline/?kind=meeting").content.decode()
    assert '<a href="/timeline/?kind=meeting&amp;choose=organisation" rel="nofollow">2 more' in html
    found = [
        value for name, value in options(client, "organisation=body-11") if name == "organisation"
    ]
    assert found == [body.slug for body in [*crowd[:10], crowd[11]]]
    found = options(client, "organisation=of-no-event")
    assert found["organisation", "of-no-event"] == (0, "No events")


def test_largest_are_those_of_the_query(client, crowd):
    make_event(title="A statement", kind="statement", organisations=[crowd[11]])
    found = options(client, "kind=statement")
    assert [pair for pair in found if pair[0] == "organisation"] == [("organisation", "body-11")]
    assert "more" not in text_of(client.get("/timeline/?kind=statement")).split("Show events")[0]


def test_more_offers_all_and_keeps_the_query(client, crowd):
    make_organisation(name="Of no event")
    query = "q=event&organisation=body-03&kind=meeting&order=oldest"
    response = client.get(f"/timeline/?{query}&choose=organisation")
    html = response.content.decode()
    assert len(re.findall(r'type="checkbox"', html)) == 12
    assert 'value="body-03" checked' in html
    kept = re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)">', html)
    assert kept == [("q", "event"), ("kind", "meeting"), ("order", "oldest")]
    assert '<meta name="robots" content="noindex">' in html
    back = "/timeline/?q=event&amp;organisation=body-03&amp;kind=meeting&amp;order=oldest"
    assert f'<a href="{back}">Back to the list</a>' in html


@pytest.mark.parametrize("typed", ["ECOLE", "École", "efm", "peace school"])
def test_typing_narrows_by_any_name(client, crowd, typed):
    school = make_organisation(name="L’École de la paix", acronym="EFM")
    school.names.create(name="The Peace School", kind="translation", language="en")
    make_event(organisations=[school])
    asked = {"choose": "organisation", "find": typed, "organisation": "body-00"}
    html = client.get("/timeline/", asked).content.decode()
    assert re.findall(r'checkbox" name="organisation" value="([^"]*)"', html) == [
        "body-00",
        school.slug,
    ]


def test_typing_what_nothing_is_called_says_so(client, crowd):
    text = text_of(client.get("/timeline/?choose=organisation&find=zebra"))
    assert "None of those that would find anything is called “zebra”." in text


@pytest.mark.parametrize("typed", ["%00", "%ED%A0%80", "x" * 5000, "%25", "'\"\\"])
def test_typing_anything_is_survived(client, crowd, typed):
    assert client.get(f"/timeline/?choose=organisation&find={typed}").status_code == 200
    assert client.get(f"/organisations/?choose=place&find={typed}").status_code == 200


def test_what_offers_options_is_no_part_of_the_query(client, crowd):
    html = client.get("/timeline/?find=x&choose=&kind=meeting").content.decode()
    assert '<link rel="canonical" href="http://127.0.0.1:8000/timeline/?kind=meeting">' in html
    assert len(titles_of(client.get("/timeline/?choose=area"))) == 12


def test_many_are_cut_to_the_largest(client):
    event = make_event()
    bodies = [Organisation(name=f"Body {number}", status="published") for number in range(130)]
    Organisation.objects.bulk_create(bodies)
    Participation.objects.bulk_create(
        Participation(event=event, organisation=body) for body in bodies
    )
    response = client.get("/timeline/?choose=organisation")
    assert response.content.decode().count('type="checkbox"') == 100
    assert "The largest of 130 are shown" in text_of(response)


# What is remembered.


def count_of_kind(client, kind="meeting"):
    return options(client)["kind", kind][0]


def test_second_request_counts_nothing(client, django_assert_num_queries):
    make_event(areas=[make_area()])
    first = client.get("/timeline/").content
    with django_assert_num_queries(7):  # areas, state, and the rows of the page
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
    before = options(client)
    ways_of_saving()[way](event)
    after = options(client)
    assert after != before
    KEPT.clear()
    assert after == options(client)


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
        assert ("area", "later") not in options(client)
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=3))
    assert options(client)["area", "later"][0] == 1


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


# Years above the results.


def test_years_keep_the_other_filters_and_count_as_their_links(client):
    for year in ("1953", "1992", "1992-03", "199X"):
        make_event(title=f"In {year}", happened=year, kind="statement")
    make_event(happened="1992")
    html = client.get("/timeline/?kind=statement&after=1990&order=oldest").content.decode()
    address = "/timeline/?kind=statement&amp;order=oldest&amp;after=1992&amp;before=1992"
    assert f'<li><a href="{address}">1992</a>: 3 events</li>' in html
    assert len(titles_of(client.get(unescape(address)))) == 3
    assert ">1953</a>: 1 event</li>" in html
    assert "Drawn without From and To." in html


def test_choosing_leaves_the_filters_alone():
    assert CHOOSE not in EventFinder(QueryDict(), Event.objects.all()).form.fields
