"""Who may see what: data that could leak, and every public page on which it would."""

from datetime import timedelta

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from organisations.models import AreaOfWork, Organisation, Place
from tests.factories import (
    make_activity,
    make_area,
    make_document,
    make_engagement,
    make_event,
    make_identifier,
    make_organisation,
    make_organisation_name,
    make_participation,
    make_place,
    make_quotation,
    make_resource,
    make_series,
    make_source,
    make_succession,
    make_user,
)
from tests.reading import content_of, text_of
from timeline.models import Event, EventSeries

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

SECRET = "Zanzibar"  # stands in every text that nobody may see

HIDDEN = {
    "draft": {"status": "draft"},
    "in review": {"status": "in-review"},
    "scheduled": {"publish_at": timezone.now() + timedelta(days=1)},
    "taken down": {"unpublish_at": timezone.now() - timedelta(days=1)},
    "removed": {"removed_at": timezone.now() - timedelta(days=1)},
}


def public_world():
    """One public page of each kind, so that each could show what is hidden."""
    area = make_area(name="Mediation", slug="open-area")
    place = make_place(name="Geneva", slug="open-place")
    body = make_organisation(name="Quaker Office", slug="open-body", places=[place])
    series = make_series(name="Talks", slug="open-series")
    make_engagement(organisation=body, area=area)
    event = make_event(
        title="Round of talks",
        slug="open-event",
        areas=[area],
        places=[place],
        organisations=[body],
        series=series,
    )
    return area, place, body, series, event


ADDRESSES = [
    "/",
    "/timeline/",
    "/timeline/?q=zanzibar",
    "/timeline/?order=added",
    "/timeline/open-event/",
    "/series/open-series/",
    "/areas/",
    "/areas/open-area/",
    "/organisations/",
    "/organisations/?q=zanzibar",
    "/organisations/open-body/",
    "/places/",
    "/places/open-place/",
    "/search/?q=zanzibar",
    "/search/?q=zanzibra",
    "/search/?q=office",
    "/search/?q=zanz",
    "/timeline/?q=zanzibar&order=relevance",
    "/timeline/?area=open-area&place=open-place",
    "/timeline/?after=1900&before=1960&kind=meeting",
    "/timeline/?kind=agreement",
    "/timeline/?choose=organisation",
    "/timeline/?choose=organisation&find=zanz",
    "/timeline/?choose=place",
    "/timeline/?choose=area",
    "/organisations/?area=open-area",
    "/organisations/?choose=place",
    "/organisations/?choose=area",
    "/about/",
    "/data/",
    "/data/schema.json",
    "/timeline.bib",
    "/timeline.txt?q=zanzibar",
    "/timeline.csv?q=zanzibar",
    "/timeline.json?q=zanzibar",
    "/timeline.atom?q=zanzibar",
    "/timeline.ics?q=zanzibar",
    "/organisations.json?q=zanzibar",
    "/organisations.ris",
    "/timeline.atom",
    "/timeline.ics",
    "/timeline.csv",
    "/timeline.json",
    "/timeline/open-event.json",
    "/timeline/open-event.ics",
    "/organisations.csv",
    "/organisations.json",
    "/sitemap.xml",
    "/sitemap-events.xml",
    "/sitemap-series.xml",
    "/sitemap-areas.xml",
    "/sitemap-organisations.xml",
    "/sitemap-places.xml",
]


def assert_nowhere(client, *more):
    for address in [*ADDRESSES, *more]:
        response = client.get(address)
        assert response.status_code == 200, address
        # An error repeats what the visitor typed; all else of it would be a leak.
        shown = content_of(response).decode().lower()
        if "q=zanzibar" in address:
            shown = shown.replace("“zanzibar”", "").replace('value="zanzibar"', "")
            shown = shown.replace("q=zanzibar", "").replace('"q": "zanzibar"', "")
        assert SECRET.lower() not in shown, address


@pytest.mark.parametrize("how", HIDDEN)
def test_hidden_event_is_seen_by_nobody(client, how):
    area, place, body, series, event = public_world()
    hidden = make_event(
        title=f"{SECRET} talks",
        summary=SECRET,
        areas=[area],
        places=[place],
        organisations=[body],
        series=series,
        commemorates=event,
        sources=[make_source(title=SECRET)],
        **HIDDEN[how],
    )
    make_document(event=hidden, title=SECRET, text=SECRET)
    make_identifier(page=hidden, value=SECRET)
    Event.objects.filter(pk=event.pk).update(commemorates=hidden)
    assert_nowhere(client)
    assert " 1 event " in text_of(client.get("/timeline/"))
    assert "1 event, 1 organisation" in text_of(client.get("/")).replace(" ,", ",")
    assert "See this event in the timeline" in text_of(client.get("/areas/open-area/"))
    assert "left out" not in text_of(client.get("/timeline/?after=1900"))


@pytest.mark.parametrize("how", HIDDEN)
def test_hidden_undated_event_is_not_counted(client, how):
    public_world()
    make_event(title=SECRET, happened="", **HIDDEN[how])
    assert "left out" not in text_of(client.get("/timeline/?after=1900"))


@pytest.mark.parametrize("how", HIDDEN)
def test_hidden_organisation_is_seen_by_nobody(client, how):
    area, place, body, _series, event = public_world()
    hidden = make_organisation(
        name=f"{SECRET} Office", acronym="ZZZ", places=[place], **HIDDEN[how]
    )
    make_organisation_name(organisation=hidden, name=f"Old {SECRET}")
    make_engagement(organisation=hidden, area=area, text=SECRET)
    make_participation(event=event, organisation=hidden, represented_by=SECRET)
    make_activity(area=area, text="Open work.", organisations=[hidden], places=[place])
    make_succession(predecessor=hidden, successor=body, note=SECRET)
    make_succession(predecessor=body, successor=hidden, kind="absorbed", note=SECRET)
    Organisation.objects.filter(pk=body.pk).update(parent=hidden)
    make_organisation(name="Below", slug="below", parent=hidden)
    child = make_organisation(name=f"{SECRET} child", parent=body, **HIDDEN[how])
    assert child.parent == body
    assert_nowhere(client, "/organisations/below/")


@pytest.mark.parametrize("how", HIDDEN)
def test_hidden_area_is_seen_by_nobody(client, how):
    area, _place, body, _series, event = public_world()
    hidden = make_area(name=f"{SECRET} work", other_names=SECRET, **HIDDEN[how])
    event.areas.add(hidden)
    area.related_areas.add(hidden)
    make_engagement(organisation=body, area=hidden, text=SECRET)
    make_activity(area=hidden, text=SECRET, organisations=[body])
    make_quotation(areas=[hidden], text=SECRET)
    make_resource(areas=[hidden], title=SECRET)
    AreaOfWork.objects.filter(pk=area.pk).update(parent=hidden)
    make_area(name=f"{SECRET} below", parent=area, **HIDDEN[how])
    assert_nowhere(client)


@pytest.mark.parametrize("how", HIDDEN)
def test_hidden_place_is_seen_by_nobody(client, how):
    area, place, body, _series, event = public_world()
    hidden = make_place(name=SECRET, **HIDDEN[how])
    event.places.add(hidden)
    body.places.add(hidden)
    make_activity(area=area, text="Open work.", places=[hidden])
    Place.objects.filter(pk=place.pk).update(parent=hidden)
    assert_nowhere(client)


@pytest.mark.parametrize("how", HIDDEN)
def test_hidden_series_is_seen_by_nobody(client, how):
    *_rest, event = public_world()
    event.series = make_series(name=SECRET, **HIDDEN[how])
    event.save()
    assert_nowhere(client)


@pytest.mark.parametrize("status", ["draft", "in-review"])
def test_hidden_parts_of_public_pages_are_seen_by_nobody(client, status):
    area, place, body, _series, event = public_world()
    hidden = {"status": status}
    make_activity(area=area, text=SECRET, organisations=[body], places=[place], **hidden)
    make_quotation(areas=[area], text=SECRET, **hidden)
    make_resource(areas=[area], organisations=[body], title=SECRET, **hidden)
    make_document(event=event, title=SECRET, text=SECRET, **hidden)
    assert_nowhere(client)


def test_withheld_places_are_seen_by_nobody(client):
    area, place, body, _series, _event = public_world()
    hiding = make_place(name=f"{SECRET} valley", slug="valley")
    Organisation.objects.filter(pk=body.pk).update(withhold_places=True)
    body.places.set([hiding])
    make_activity(
        area=area,
        text="Open work.",
        organisations=[body],
        places=[hiding],
        withhold_places=True,
    )
    # The place itself is public; that this body or this work is there is not.
    addresses = ["/organisations/", "/organisations/open-body/", "/areas/open-area/"]
    for address in [*addresses, "/organisations.csv", "/organisations.json"]:
        assert SECRET.encode() not in content_of(client.get(address)), address
    shown = text_of(client.get("/places/valley/"))
    assert "Quaker Office" not in shown
    assert "Open work." not in shown
    assert client.get("/organisations.json?place=valley").json()["count"] == 0
    assert "No organisations in" in text_of(client.get("/organisations/?place=valley"))
    assert place.name == "Geneva"


def test_work_of_a_body_that_withholds_its_places_shows_none(client):
    area, _place, body, _series, _event = public_world()
    hiding = make_place(name=f"{SECRET} valley", slug="valley")
    Organisation.objects.filter(pk=body.pk).update(withhold_places=True)
    make_activity(area=area, text="Open work.", organisations=[body], places=[hiding])
    for how in HIDDEN.values():  # taken off the site, a body still withholds them
        gone = make_organisation(name="Gone", withhold_places=True, **how)
        make_activity(area=area, text="Other work.", organisations=[gone], places=[hiding])
    for address in ("/organisations/open-body/", "/areas/open-area/"):
        assert SECRET not in client.get(address).content.decode(), address
    assert "Open work." not in text_of(client.get("/places/valley/"))


@pytest.mark.parametrize("how", HIDDEN)
def test_nothing_of_a_hidden_page_has_a_permanent_address(client, how):
    source = make_source(title=SECRET)
    fields = {"sources": [source], **HIDDEN[how]}
    event = make_event(title=SECRET, **fields)
    body = make_organisation(name=SECRET, **fields)
    area, place = make_area(name=SECRET, **fields), make_place(name=SECRET, **fields)
    records = [source, event, body, area, place, make_series(name=SECRET, **fields)]
    records += [
        make_document(event=event, title=SECRET, sources=[source]),
        make_activity(area=area, text=SECRET, sources=[source]),
        make_quotation(areas=[area], text=SECRET, sources=[source]),
        make_resource(areas=[area], organisations=[body], title=SECRET, sources=[source]),
        make_engagement(organisation=body, area=area, sources=[source]),
        make_organisation_name(organisation=body, name=SECRET),
        make_succession(predecessor=body, sources=[source]),
        make_participation(event=event, organisation=body),
        *(make_identifier(page=page, value=f"{SECRET} {page.uid}") for page in (body, area)),
    ]
    for record in records:
        for address in (f"/id/{record.uid}/", f"/id/{record.uid}.txt", f"/id/{record.uid}.bib"):
            response = client.get(address)
            assert response.status_code == 404, (record, address)
            assert SECRET not in response.text


def test_withheld_place_counts_nobody(client):
    _area, _place, body, _series, _event = public_world()
    hiding = make_place(name="Valley", slug="valley")
    Organisation.objects.filter(pk=body.pk).update(withhold_places=True)
    body.places.set([hiding])
    make_activity(text="Open work.", organisations=[body], places=[hiding])
    for address in ("/organisations/", "/organisations/?choose=place"):
        assert 'value="valley"' not in client.get(address).text
    for address in (
        "/timeline/?place=valley",
        "/timeline/?place=valley&q=talks",
        "/search/?q=valley",
        "/places/valley/",
        "/organisations/?q=valley",
    ):
        shown = text_of(client.get(address))
        assert "Quaker Office" not in shown, address
        assert "Open work." not in shown, address
    html = client.get("/organisations/open-body/").text
    assert "Valley" not in html
    assert '"location"' not in html


def test_hidden_events_do_not_decide_what_a_filter_offers(client):
    _area, _place, body, _series, _event = public_world()
    for number in range(12):
        other = make_organisation(name=f"Crowd {number}")
        for _ in range(2):
            make_event(organisations=[other], status="draft")
    html = client.get("/timeline/").content.decode()
    assert f'name="organisation" value="{body.slug}"' in html
    assert 'value="crowd-' not in html


@pytest.mark.parametrize("how", HIDDEN)
@pytest.mark.parametrize(
    ("model", "make", "prefix"),
    [
        (Event, make_event, "/timeline/"),
        (EventSeries, make_series, "/series/"),
        (Organisation, make_organisation, "/organisations/"),
        (AreaOfWork, make_area, "/areas/"),
        (Place, make_place, "/places/"),
    ],
)
def test_hidden_page_is_not_found_even_by_staff(client, how, model, make, prefix):
    make(slug="hidden-page", **{model.title_field: SECRET}, **HIDDEN[how])
    for reader in ("visitor", "staff"):
        if reader == "staff":
            client.force_login(make_user())
        response = client.get(f"{prefix}hidden-page/")
        assert response.status_code == 404
        assert SECRET not in response.content.decode()


def test_staff_see_no_more_at_public_addresses_than_anyone(client, admin_client):
    area, place, body, series, _event = public_world()
    make_event(
        title=SECRET,
        areas=[area],
        places=[place],
        organisations=[body],
        series=series,
        status="draft",
    )
    for address in ADDRESSES:
        shown, to_staff = client.get(address), admin_client.get(address)
        assert content_of(to_staff) == content_of(shown), address


def test_public_pages_touch_no_session_and_set_no_cookie(client):
    public_world()
    client.force_login(make_user())
    for address in ADDRESSES:
        response = client.get(address)
        assert not response.cookies, address
        assert "Cookie" not in response.get("Vary", ""), address
        assert b"csrfmiddlewaretoken" not in content_of(response), address


def test_scheduled_event_appears_when_the_clock_passes(client):
    event = make_event(title="Later", publish_at=timezone.now() + timedelta(hours=1))
    assert client.get(event.get_absolute_url()).status_code == 404
    # As if the clock had passed: the moment moves, and nothing else is saved.
    QuerySet(Event).filter(pk=event.pk).update(publish_at=timezone.now() - timedelta(seconds=1))
    assert client.get(event.get_absolute_url()).status_code == 200
    assert "Later" in text_of(client.get("/timeline/"))
