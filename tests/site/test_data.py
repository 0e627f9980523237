"""The page that explains the data: what it shows works, and the schema holds for every answer."""

import re
from html import unescape

import jsonschema
import pytest
from django.core.cache import cache
from django.core.management import call_command

from organisations.formats import records as organisation_records
from tests.factories import (
    make_document,
    make_event,
    make_identifier,
    make_organisation,
    make_participation,
    make_place,
    make_source,
    make_succession,
)
from tests.reading import content_of, text_of
from tests.worlds import make_hard_world
from timeline.formats import records as event_records

pytestmark = pytest.mark.django_db


@pytest.fixture
def content():
    cache.clear()
    call_command("load_content", verbosity=0)


def addresses_on(response) -> list[str]:
    main = response.text.split("<main")[1].split("</main>")[0]
    return [unescape(address) for address in re.findall(r'href="(/[^"]*)"', main)]


def test_every_example_works(client, content):
    addresses = addresses_on(client.get("/data/"))
    assert len(addresses) > 15
    for address in addresses:
        response = client.get(address)
        if address.startswith("/id/") and address.endswith("/"):
            assert response.status_code == 301
        else:
            assert response.status_code == 200, address
            assert "could not be read" not in content_of(response).decode(), address


def test_every_field_and_parameter_is_explained(client, content):
    response = client.get("/data/")
    text = text_of(response)
    for module in (event_records, organisation_records):
        for name, means in module.FIELDS.items():
            assert f"<code>{name}</code>" in response.text
            assert str(means) in text
    for name in ("q", "area", "bodies", "after", "order", "page", "state"):
        assert f"<code>{name}</code>" in response.text


def test_page_of_an_empty_site_explains_as_well(client):
    text = text_of(client.get("/data/"))
    assert "Fields of an event" in text
    assert "None" not in text


def test_footer_leads_to_the_data(client):
    assert '<a href="/data/">Data</a>' in client.get("/about/").text


def test_page_takes_few_queries(client, content, django_assert_max_num_queries):
    client.get("/data/")
    with django_assert_max_num_queries(20):
        client.get("/data/")


# The schema


@pytest.fixture
def validator(client):
    schema = client.get("/data/schema.json").json()
    kind = jsonschema.Draft202012Validator
    kind.check_schema(schema)
    return kind(schema, format_checker=kind.FORMAT_CHECKER)


def test_schema_holds_for_the_first_content(client, content, validator):
    addresses = ["/timeline.json", "/organisations.json", "/timeline/beyond-the-armistice.json"]
    for address in addresses:
        validator.validate(client.get(address).json())


def test_schema_holds_for_hard_records(client, validator):
    make_hard_world()
    event = make_event(
        title="Full",
        slug="full",
        happened="2008/..",
        posted="199X~",
        sources=[make_source(url="javascript:alert(1)", published="../2018")],
        places=[make_place(name="Burundi", iso_code="BDI", kind="country")],
    )
    make_document(event=event, url="https://example.org/|")
    make_identifier(page=event)
    make_participation(event=event, represented_by="Ann Lee")
    for kind in ("renamed", "merged"):
        make_succession(kind=kind, date="1953?")
    make_organisation(name="About", founded="1953%", state="ended", ended="../1960")
    for address in (
        "/timeline.json?after=1&after=1900&kind=meeting&kind=statement&q=",
        "/timeline.json",
        "/timeline/full.json",
        "/organisations.json",
    ):
        validator.validate(client.get(address).json())


@pytest.mark.parametrize(
    "change", [{"happened": "soon"}, {"kind": "party"}, {"more": 1}, {"uid": None}, {"url": "x"}]
)
def test_schema_refuses_what_is_none(client, validator, change):
    make_event(slug="talks")
    record = client.get("/timeline/talks.json").json()
    validator.validate(record)
    with pytest.raises(jsonschema.ValidationError):
        validator.validate(record | change)
