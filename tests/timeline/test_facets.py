"""Each count is the total of the list at that option's address, whatever is recorded."""

import random
from datetime import timedelta

import pytest
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from organisations import facets as organisation_facets
from organisations.finder import OrganisationFinder
from organisations.models import AreaOfWork, Organisation, Place
from peaceportal.core.remembered import content_state
from tests.factories import (
    make_activity,
    make_area,
    make_engagement,
    make_event,
    make_organisation,
    make_place,
)
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
