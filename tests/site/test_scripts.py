"""Script in any text or address of a record is harmless on every page that shows it."""

import re

import pytest

from peaceportal.core.models import Identifier
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

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'onmouseover=alert(1) x='"
# What search engines read, which no browser runs: nothing in it can end it or begin another.
DATA_BLOCK = re.compile(r'<script type="application/ld\+json">[^<>]*</script>')
ADDRESS = "javascript:alert(1)//http://example.org"


@pytest.fixture
def hostile_world():
    source = make_source(title=SCRIPT, publisher=SCRIPT, url=ADDRESS, note=SCRIPT)
    common = {"sources": [source]}
    place = make_place(name=SCRIPT, slug="x", **common)
    area = make_area(
        name=SCRIPT, slug="x", other_names=SCRIPT, summary=SCRIPT, body=SCRIPT, **common
    )
    body = make_organisation(
        name=SCRIPT,
        slug="x",
        acronym="<b>x</b>",
        summary=SCRIPT,
        body=f'<p><a href="{ADDRESS}">y</a></p>{SCRIPT}',
        website=ADDRESS,
        press_contact=SCRIPT,
        places=[place],
        **common,
    )
    make_organisation_name(organisation=body, name=SCRIPT)
    make_organisation(name=SCRIPT, parent=body)
    make_engagement(organisation=body, area=area, text=SCRIPT, **common)
    make_activity(area=area, text=SCRIPT, organisations=[body], places=[place], **common)
    make_quotation(
        areas=[area], text=SCRIPT, speaker=SCRIPT, office_held=SCRIPT, occasion=SCRIPT, **common
    )
    make_resource(areas=[area], title=SCRIPT, summary=SCRIPT, url=ADDRESS, **common)
    make_succession(predecessor=body, note=SCRIPT, **common)
    series = make_series(name=SCRIPT, slug="x", summary=SCRIPT, **common)
    event = make_event(
        title=SCRIPT,
        slug="x",
        summary=SCRIPT,
        body=f'<p onclick="alert(1)"><a href="{ADDRESS}">y</a></p><style>a{{}}</style>{SCRIPT}',
        areas=[area],
        places=[place],
        organisations=[body],
        series=series,
        image="images/x.png",
        image_alt=SCRIPT,
        image_caption=SCRIPT,
        image_credit=SCRIPT,
        image_licence=SCRIPT,
        **common,
    )
    make_document(event=event, title=SCRIPT, url=ADDRESS, text=SCRIPT, **common)
    for page in (event, body, area, place, series):
        Identifier.objects.create(
            page=page, scheme=SCRIPT[:60], value=f"{page.pk}{type(page)}"[:90]
        )


PAGES = [
    "/",
    "/timeline/",
    "/timeline/?area=x&organisation=x&place=x",
    "/timeline/x/",
    "/series/x/",
    "/areas/",
    "/areas/x/",
    "/organisations/",
    "/organisations/?area=x&place=x",
    "/organisations/x/",
    "/places/",
    "/places/x/",
]


@pytest.mark.parametrize("address", PAGES)
def test_script_is_harmless(client, hostile_world, address):
    response = client.get(address)
    assert response.status_code == 200
    html = DATA_BLOCK.sub("", response.content.decode().lower())
    assert "<script" not in html
    assert "<img src=x" not in html
    assert "<style" not in html
    assert "<b>x</b>" not in html
    assert 'href="javascript' not in html
    assert "href='javascript" not in html
    assert " onmouseover=alert" not in html.replace("&#x27;onmouseover", "").replace(
        "&quot;&#x27;", ""
    )
    assert "onclick" not in html


def test_script_in_an_address_is_harmless(client):
    html = client.get("/timeline/?q=<script>alert(1)</script>&area=<script>x").content.decode()
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_every_answer_carries_the_strict_policy(client, hostile_world):
    for address in [*PAGES, "/about/", "/nowhere/", "/healthz", "/robots.txt", "/admin/login/"]:
        policy = client.get(address).headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "nonce" not in policy or address.startswith("/admin/")
    headers = client.get("/").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]
