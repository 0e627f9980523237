"""What appears and disappears at a moment set beforehand does so everywhere, with no edit."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from peaceportal.core.changes import version
from tests.factories import (
    make_area,
    make_document,
    make_engagement,
    make_event,
    make_organisation,
    make_place,
)
from tests.reading import content_of, options_of, text_of

pytestmark = pytest.mark.django_db

# Words that stand in the titles of what appears, and of what ends, and nowhere else.
APPEARING, ENDING = "Zinnia", "Begonia"
SHOWN = [{ENDING}, {APPEARING, ENDING}, {APPEARING}]  # now, then, and later still
EVENTS = [
    *("/", "/timeline/", "/timeline/?order=added", "/timeline/?area=mediation&place=geneva"),
    *("/timeline/?q=talks", "/timeline/?q=talks&order=relevance", "/search/?q=talks"),
    *("/areas/mediation/", "/places/geneva/", "/organisations/office/", "/sitemap-events.xml"),
    *("/timeline.atom", "/timeline.ics", "/timeline.csv", "/timeline.json"),
]
BODIES = [
    *("/organisations/", "/organisations/?area=mediation", "/search/?q=association"),
    *("/organisations/?q=association", "/areas/mediation/", "/timeline/?choose=organisation"),
    *("/organisations.csv", "/organisations.json", "/sitemap-organisations.xml"),
]


@pytest.fixture
def moments(monkeypatch):
    """Three moments, at each of which the clock stands while it is the current one."""
    start = timezone.now()
    area = make_area(name="Mediation")
    place = make_place(name="Geneva")
    office = make_organisation(name="Office")
    then, still_later = start + timedelta(seconds=100), start + timedelta(seconds=200)
    for word, state in ((APPEARING, {"publish_at": then}), (ENDING, {"unpublish_at": still_later})):
        body = make_organisation(name=f"{word} Association", **state)
        make_engagement(organisation=body, area=area)
        event = make_event(
            title=f"{word} talks",
            slug=word.lower(),
            areas=[area],
            places=[place],
            organisations=[office, body],
            **state,
        )
        make_document(event=event, title=f"{word} paper")
    edits = version()

    def pass_by():
        for moment in (start, then, still_later):
            monkeypatch.setattr(timezone, "now", lambda moment=moment: moment)
            cache.clear()
            yield moment
        assert version() == edits

    return pass_by()


@pytest.mark.parametrize("address", [*EVENTS, *dict.fromkeys(BODIES)])
def test_clock_decides_in_every_form(client, moments, address):
    tags = []
    for shown, _moment in zip(SHOWN, moments, strict=True):
        known = {"If-None-Match": tags[-1]} if tags else {}
        answer = client.get(address, headers=known)
        assert answer.status_code == 200
        tags.append(answer.headers.get("ETag", '"none"'))
        said = content_of(answer).decode().lower()
        assert {word for word in (APPEARING, ENDING) if word.lower() in said} == shown
    if address.partition("?")[0].endswith((".atom", ".ics", ".csv", ".json")):
        assert len(set(tags)) == 3


def test_clock_decides_what_is_counted(client, moments):
    for number, _moment in zip((1, 2, 1), moments, strict=True):
        events = f"{number} event{'s' if number > 1 else ''}"
        assert events in text_of(client.get("/"))
        assert events in text_of(client.get("/timeline/"))
        counted = options_of(client)
        assert counted["area", "mediation"][0] == counted["place", "geneva"][0] == number
        assert options_of(client, path="/organisations/")["area", "mediation"][0] == number
        assert f"1953</a>: {events}" in client.get("/timeline/").text
        assert client.get("/timeline.json").json()["count"] == number
        assert f"“{events}" in client.get("/timeline.txt").text


def test_clock_decides_whether_there_is_a_page(client, moments):
    words = (APPEARING, ENDING)
    for shown, _moment in zip(SHOWN, moments, strict=True):
        for word in words:
            status = 200 if word in shown else 404
            for form in ("/", ".json", ".ics"):
                assert client.get(f"/timeline/{word.lower()}{form}").status_code == status
            found = client.get(f"/organisations/{word.lower()}-association/").status_code
            assert found == status
            asked = client.get(f"/timeline.json?organisation={word.lower()}-association")
            assert asked.status_code == (200 if word in shown else 400)


def test_sitemap_says_when_the_clock_made_a_page_public(client, moments):
    _start, then, _still_later = moments  # and there it stands
    pages = client.get("/sitemap-events.xml").text
    assert f"/{APPEARING.lower()}/</loc><lastmod>{timezone.localdate(then)}" in pages
    assert timezone.localtime(then).strftime("%Y-%m-%dT%H:%M") in client.get("/sitemap.xml").text


def test_clock_decides_what_is_suggested_for_a_misspelt_word(client, moments):
    for shown, _moment in zip(SHOWN, moments, strict=True):
        for word in (APPEARING, ENDING):
            misspelt = word.lower().replace("ni", "nni" if word == ENDING else "ini")
            said = text_of(client.get(f"/search/?q={misspelt}")).lower()
            assert (word.lower() in said) == (word in shown), misspelt
