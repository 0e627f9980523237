"""`/id/`: every record that anyone may see leads to the page on which it is read."""

import re
from uuid import uuid4

import pytest
from django.utils import timezone

from peaceportal.core.models import OldSlug
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
)

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


def led_to(client, record):
    """The address that the record's own leads to, or the status if it leads nowhere."""
    response = client.get(f"/id/{record.uid}/")
    if response.status_code != 301:
        return response.status_code
    assert response.headers["Cache-Control"] == "no-cache"
    path, _, fragment = response.url.partition("#")
    page = client.get(path)
    assert page.status_code == 200
    if fragment:
        assert len(re.findall(rf'id="{fragment}"', page.text)) == 1
    return response.url


def remove(page):
    type(page).objects.filter(pk=page.pk).remove()


def body(name, **fields):
    return make_organisation(name=name, slug=name.lower(), **fields)


def row_of_each_kind(first, other):
    """Rows that are a piece of what `first` makes and name what `other` makes, if they name two."""
    return {
        "name": make_organisation_name(organisation=first),
        "identifier": make_identifier(page=first),
        "succession": make_succession(predecessor=first, successor=other),
        "engagement": make_engagement(organisation=first, area=make_area(slug="mediation")),
        "document": make_document(event=make_event(slug="talks", organisations=[first])),
    }


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("name", "/organisations/office/#names"),
        ("identifier", "/organisations/office/#facts"),
        ("succession", "/organisations/office/#successions"),
        ("engagement", "/organisations/office/#work"),
        ("document", "/timeline/talks/"),
    ],
)
def test_row_leads_to_where_it_stands(client, kind, address):
    rows = row_of_each_kind(body("Office"), body("Later"))
    assert led_to(client, rows[kind]).removesuffix("#documents") == address


@pytest.mark.parametrize("make", [make_event, make_area, make_place, make_series])
def test_identifier_of_every_kind_of_page_leads_to_its_facts(client, make):
    page = make(slug="page")
    assert led_to(client, make_identifier(page=page)) == f"{page.get_absolute_url()}#facts"


def test_parts_lead_to_their_section(client):
    draft, area = make_area(name="A", status="draft"), make_area(name="B", slug="b")
    assert led_to(client, make_activity(area=area)) == "/areas/b/#activities"
    assert led_to(client, make_resource(areas=[draft, area])) == "/areas/b/#reading"
    office = body("Office")
    assert led_to(client, make_resource(organisations=[office])) == "/organisations/office/#reading"
    assert led_to(client, make_quotation(areas=[draft, area])) == "/areas/b/"


def test_participation_leads_to_its_event(client):
    row = make_participation(event=make_event(slug="talks"))
    assert led_to(client, row) == "/timeline/talks/#organisations"


def test_row_that_names_a_hidden_page_is_on_no_page(client):
    hidden = make_organisation(name="Secret", status="draft")
    for row in (
        make_participation(organisation=hidden),
        make_succession(predecessor=body("Office"), successor=hidden),
        make_succession(predecessor=hidden),
        make_engagement(organisation=hidden),
        make_engagement(area=make_area(name="Secret", status="draft")),
        make_organisation_name(organisation=hidden),
        make_identifier(page=hidden),
    ):
        assert led_to(client, row) == 404


def test_row_answers_as_the_page_that_it_is_a_piece_of(client):
    office, kept = body("Office"), body("Kept")
    rows = [make_organisation_name(organisation=office), make_resource(organisations=[office])]
    rows += [make_identifier(page=office), make_succession(predecessor=office, successor=kept)]
    remove(office)
    assert [led_to(client, row) for row in rows] == [410] * 4
    office.refresh_from_db()
    office.merged_into = kept
    office.save()
    assert [led_to(client, row) for row in rows] == ["/organisations/kept/"] * 4


def test_row_that_names_a_removed_page_is_gone_with_it(client):
    office, area = body("Office"), make_area()
    row = make_engagement(organisation=office, area=area)
    remove(area)
    assert led_to(client, row) == 410
    area.refresh_from_db()
    area.merged_into = make_area(name="Other")
    area.save()
    assert led_to(client, row) == 404  # the other area's page does not show it


def test_part_of_removed_pages_is_gone_and_a_hidden_part_was_never_there(client):
    area, draft = make_area(), make_area(name="Draft", status="draft")
    part = make_quotation(areas=[draft, area])
    hidden = make_quotation(areas=[area], status="draft")
    remove(area)
    assert (led_to(client, part), led_to(client, hidden)) == (410, 404)


def test_identifier_whose_page_was_deleted_is_not_found(client):
    event = make_event()
    row = make_identifier(page=event)
    type(event).objects.filter(pk=event.pk).delete()
    assert led_to(client, row) == 404


def test_former_slug_leads_to_its_page(client):
    event = make_event(slug="first")
    event.slug = "second"
    event.save()
    old = OldSlug.objects.get()
    assert led_to(client, old) == "/timeline/second/"
    remove(event)
    assert led_to(client, old) == 410
    event.refresh_from_db()
    event.delete()
    assert led_to(client, old) == 410


# Sources


def test_source_leads_to_the_page_that_names_it(client):
    source = make_source()
    make_event(slug="talks", sources=[source])
    assert led_to(client, source) == f"/timeline/talks/#source-{source.uid}"


def test_source_leads_to_pages_before_parts_and_rows_and_to_the_oldest(client):
    source = make_source()
    area, office = make_area(slug="mediation"), body("Office")
    steps = [
        (make_succession(predecessor=body("Earlier"), sources=[source]), "/organisations/earlier/"),
        (make_activity(area=area, sources=[source]), "/areas/mediation/"),
        (make_resource(organisations=[office], sources=[source]), "/organisations/office/"),
        (make_event(slug="second", happened="1940", sources=[source]), "/timeline/second/"),
    ]
    for record, address in reversed(steps):
        assert led_to(client, source) == f"{address}#source-{source.uid}"
        record.sources.clear()
    assert led_to(client, source) == 404
    pages = [make_series(), make_place(), make_area(), body("Named"), make_event(slug="talks")]
    for page in pages:
        page.sources.add(source)
        assert led_to(client, source) == f"{page.get_absolute_url()}#source-{source.uid}"
    source = make_source(title="Another")
    older = make_event(slug="older")
    make_event(slug="newer", happened="1940", sources=[source])
    older.sources.add(source)
    assert led_to(client, source) == f"/timeline/older/#source-{source.uid}"


def test_source_of_what_nobody_may_see_is_not_found(client):
    source = make_source(title="Secret report")
    hidden = make_organisation(name="Secret", status="draft", sources=[source])
    removed = make_event(sources=[source])
    remove(removed)
    make_event(title="Merged", removed_at=timezone.now(), sources=[source])
    make_engagement(organisation=hidden, sources=[source])
    make_succession(predecessor=body("Office"), successor=hidden, sources=[source])
    make_activity(area=make_area(status="draft"), sources=[source])
    make_quotation(status="in-review", sources=[source])
    assert led_to(client, source) == 404
    assert led_to(client, make_source(title="Nobody's")) == 404
    ending = make_succession(
        predecessor=body("Mission"), kind="mandate-completed", sources=[source]
    )
    assert ending.successor is None
    assert led_to(client, source) == f"/organisations/mission/#source-{source.uid}"


def test_permanent_address_takes_few_queries(client, django_assert_max_num_queries):
    source = make_source()
    row = make_engagement(sources=[source])
    document = make_document()
    records = [source, row, document, document.event, make_identifier()]
    for record in records:
        with django_assert_max_num_queries(7):
            assert client.get(f"/id/{record.uid}/").status_code == 301
    with django_assert_max_num_queries(4):  # the last whether a merge dropped it, and staff led it
        assert client.get(f"/id/{uuid4()}/").status_code == 404


def test_record_is_cited_with_the_page_on_which_it_is_read(client):
    event = make_event(title="Round of talks")
    source = make_source()
    event.sources.add(source)
    for record in (source, make_document(event=event), make_identifier(page=event)):
        assert f"/id/{event.uid}/" in client.get(f"/id/{record.uid}.txt").text
