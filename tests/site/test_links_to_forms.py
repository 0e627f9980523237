"""Pages lead to their other forms, are kept by browsers, and deep lists by no search engine."""

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from organisations.finder import OrganisationFinder
from organisations.models import Organisation
from tests.factories import make_area, make_event
from timeline.finder import EventFinder
from timeline.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

SITE = "http://127.0.0.1:8000"


def links_of(rf, query):
    make_area(name="Mediation")
    finder = EventFinder(rf.get(f"/timeline/{query}").GET, Event.objects.published())
    return (
        render_to_string("_forms_of_query.html", {"finder": finder}),
        render_to_string("_forms_head.html", {"finder": finder}),
    )


def test_list_leads_to_the_same_query_in_every_form(rf):
    links, head = links_of(rf, "?area=mediation&order=oldest&page=3&x=1")
    for label, address in (
        ("Follow (feed)", f"{SITE}/timeline.atom?area=mediation"),
        ("Calendar (follow)", "webcal://127.0.0.1:8000/timeline.ics?area=mediation"),
        ("Calendar (file)", f"{SITE}/timeline.ics?area=mediation"),
        ("Spreadsheet (CSV)", f"{SITE}/timeline.csv?area=mediation&amp;order=oldest"),
        ("For programs (JSON)", f"{SITE}/timeline.json?area=mediation&amp;order=oldest"),
    ):
        assert f'href="{address}"' in links
        assert f">{label}</a>" in links
        assert ("webcal" in address) or f'href="{address}"' in head
    assert "webcal" not in head
    assert 'type="application/atom+xml"' in head


def test_organisations_have_no_calendar(rf):
    finder = OrganisationFinder(rf.get("/?kind=ngo").GET, Organisation.objects.published())
    links = render_to_string("_forms_of_query.html", {"finder": finder})
    assert f'href="{SITE}/organisations.csv?kind=ngo"' in links
    assert "webcal" not in links


@pytest.mark.parametrize(
    ("happened", "is_offered"),
    [("2999-01-01", True), ("1953-07-27", False), ("2999", False), ("2999-01-01~", False)],
)
def test_what_is_to_come_on_a_known_day_can_be_added_to_a_calendar(happened, is_offered):
    event = make_event(slug="talks", happened=happened)
    html = render_to_string("timeline/_add_to_calendar.html", {"event": event})
    assert ('href="/timeline/talks.ics"' in html) == is_offered
    event = Event.objects.for_detail().get()
    head = render_to_string("timeline/_event_head.html", {"event": event})
    assert f'href="{SITE}/timeline/talks.json"' in head


def test_event_of_today_can_be_added_still():
    event = make_event(slug="talks", happened=timezone.localdate().isoformat())
    assert "talks.ics" in render_to_string("timeline/_add_to_calendar.html", {"event": event})


@pytest.mark.parametrize("address", ["/", "/timeline/", "/timeline/talks/", "/organisations/"])
def test_browser_that_has_a_page_is_not_sent_it_again(client, address):
    event = make_event(slug="talks")
    tag = client.get(address).headers["ETag"]
    again = client.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    Event.objects.filter(pk=event.pk).update(title="Renamed")
    if address != "/organisations/":
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("", True),
        ("?area=mediation", True),
        ("?area=mediation&page=2", True),
        ("?area=mediation&kind=meeting", False),
        ("?kind=meeting&kind=agreement", False),
        ("?order=oldest", False),
        ("?q=talks", False),
        ("?after=1990", False),
    ],
)
def test_search_engines_find_shallow_lists_alone(client, query, is_found):
    area = make_area(name="Mediation")
    Event.objects.bulk_create(Event(title=f"{n}", status="published") for n in range(21))
    for event in Event.objects.all():
        event.areas.add(area)
    robots = client.get(f"/timeline/{query}").headers.get("X-Robots-Tag", "")
    assert robots == ("" if is_found else "noindex, follow")
    assert "X-Robots-Tag" not in client.get("/organisations/").headers
    deep = client.get("/organisations/?kind=ngo&state=active")
    assert deep.headers["X-Robots-Tag"] == "noindex, follow"
