"""What search engines read: honest dates, parents, successions, and no way out of the block."""

import json
import re

import pytest

from tests.factories import (
    make_area,
    make_engagement,
    make_event,
    make_identifier,
    make_organisation,
    make_organisation_name,
    make_participation,
    make_place,
    make_series,
    make_succession,
)

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

SITE = "http://127.0.0.1:8000"


def page_of(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    return response.text


def things_in(html):
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, flags=re.S)
    body = json.loads(block)
    assert body["@context"] == "https://schema.org"
    return body["@graph"]


def ways(trail):
    return [step["name"] for step in trail["itemListElement"]]


@pytest.mark.parametrize(
    ("happened", "start", "end"),
    [
        ("1953-07-27", "1953-07-27", None),
        ("2024-07", "2024-07", None),
        ("1945", "1945", None),
        ("2023-11-30/2023-12-01", "2023-11-30", "2023-12-01"),
        ("1946/1949-05", "1946", "1949-05"),
        ("199X", None, None),
        ("2008/..", None, None),
        ("../1960", None, None),
        ("1953~", None, None),
        ("1953-07-27?", None, None),
        ("", None, None),
    ],
)
def test_date_is_as_exact_as_it_is_known_or_left_out(client, happened, start, end):
    make_event(slug="talks", happened=happened)
    event, _trail = things_in(page_of(client, "/timeline/talks/"))
    assert (event.get("startDate"), event.get("endDate")) == (start, end)


def test_body_of_several_roles_is_named_once_with_them(client):
    event, body = make_event(kind="agreement"), make_organisation(name="Envoy Office")
    for role in ("mediated", "witnessed"):
        make_participation(event=event, organisation=body, role=role)
    about, _trail = things_in(client.get(event.get_absolute_url()).text)
    (one,) = about["contributor"]
    assert one["roleName"] == ["Mediator", "Witness"]
    assert one["contributor"]["name"] == "Envoy Office"


def test_event_names_what_anyone_may_see_of_it(client):
    event = make_event(
        title="Talks",
        areas=[make_area(name="Mediation"), make_area(name="Secret", status="draft")],
        places=[make_place(name="Geneva")],
        series=make_series(name="Rounds"),
    )
    make_participation(event=event, role="convened")
    make_participation(event=event, organisation=make_organisation(name="Army"), role="party")
    html = page_of(client, event.get_absolute_url())
    about, trail = things_in(html)
    assert about["@id"] == f"{SITE}/id/{event.uid}/"
    assert [area["name"] for area in about["about"]] == ["Mediation"]
    (host,), (party,) = about["organizer"], about["contributor"]
    assert (host["@type"], host["organizer"]["name"]) == ("Role", "Quaker Office")
    assert (party["@type"], party["contributor"]["name"]) == ("Role", "Army")
    assert about["superEvent"]["name"] == "Rounds"
    assert ways(trail) == ["Peace Portal", "Timeline", "Talks"]
    assert "Secret" not in html


def test_organisation_names_its_parent_and_successions_but_no_withheld_place(client):
    top = make_organisation(name="Committee")
    body = make_organisation(
        name="Office",
        acronym="QO",
        parent=top,
        founded="1948",
        state="ended",
        ended="2001~",
        places=[make_place(name="Zanzibar")],
        withhold_places=True,
    )
    make_organisation_name(organisation=body, name="Old Office")
    make_succession(predecessor=make_organisation(name="First"), successor=body, kind="renamed")
    make_succession(predecessor=body, successor=make_organisation(name="Next"))
    make_succession(predecessor=body, successor=None, kind="mandate-completed")
    html = page_of(client, body.get_absolute_url())
    about, trail = things_in(html)
    assert about["@type"] == "NGO"
    assert about["parentOrganization"]["name"] == "Committee"
    assert about["alternateName"] == ["QO", "Old Office"]
    assert about["foundingDate"] == "1948"
    assert "dissolutionDate" not in about
    org = "http://www.w3.org/ns/org#"
    assert [one[f"{org}originalOrganization"]["name"] for one in about[f"{org}resultedFrom"]] == [
        "First"
    ]
    assert [one[f"{org}resultingOrganization"]["name"] for one in about[f"{org}changedBy"]] == [
        "Next"
    ]
    assert trail["itemListElement"][2]["name"] == "Committee"
    assert "Zanzibar" not in html


def test_script_in_a_title_stays_in_the_block(client):
    title = "</script><script>alert(1)</script><!-- & ]]>"
    make_event(title=title, summary=title, slug="talks")
    html = page_of(client, "/timeline/talks/")
    assert html.count("<script") == html.count("</script>") == 1
    assert things_in(html)[0]["name"] == title


def test_data_are_a_data_set(client):
    data, trail = things_in(client.get("/data/").text)
    assert data["@type"] == "Dataset"
    assert data["license"] == "https://creativecommons.org/licenses/by/4.0/"
    for form in data["distribution"]:
        response = client.get(form["contentUrl"].removeprefix(SITE))
        assert response.headers["Content-Type"].startswith(form["encodingFormat"])
    assert trail["itemListElement"][1]["item"] == f"{SITE}/data/"


def test_area_stands_in_its_set_among_wider_narrower_and_related_ones(client):
    top = make_area(name="Peace work")
    area = make_area(name="Mediation", slug="mediation", parent=top, other_names="Good offices\n")
    area.related_areas.add(make_area(name="Dialogue"), make_area(name="Secret", status="draft"))
    make_area(name="Facilitation", parent=area)
    make_area(name="Secret too", parent=area, status="draft")
    html = page_of(client, "/areas/mediation/")
    about, trail = things_in(html)
    skos = "http://www.w3.org/2004/02/skos/core#"
    assert about["@type"] == ["DefinedTerm", f"{skos}Concept"]
    assert about["alternateName"] == ["Good offices"]
    assert about["inDefinedTermSet"]["@id"] == f"{SITE}/areas/"
    assert about[f"{skos}broader"]["name"] == "Peace work"
    assert [one["name"] for one in about[f"{skos}narrower"]] == ["Facilitation"]
    assert [one["name"] for one in about[f"{skos}related"]] == ["Dialogue"]
    assert ways(trail) == ["Peace Portal", "Areas of work", "Peace work", "Mediation"]
    assert "Secret" not in html
    (terms, _trail) = things_in(page_of(client, "/areas/"))
    assert (terms["@type"], terms["@id"]) == ("DefinedTermSet", f"{SITE}/areas/")


def test_hidden_area_in_between_is_no_parent(client):
    between = make_area(name="Secret", status="draft", parent=make_area(name="Peace work"))
    make_area(name="Mediation", slug="mediation", parent=between)
    about, trail = things_in(page_of(client, "/areas/mediation/"))
    assert not [name for name in about if name.endswith("broader")]
    assert ways(trail) == ["Peace Portal", "Areas of work", "Peace work", "Mediation"]


def test_place_is_of_its_kind_and_lies_in_another(client):
    region = make_place(name="Africa", slug="africa", kind="region")
    country = make_place(name="Burundi", kind="country", iso_code="BDI", parent=region)
    city = make_place(name="Bujumbura", parent=country)
    about, trail = things_in(page_of(client, country.get_absolute_url()))
    assert about["@type"] == "Country"
    assert about["identifier"] == [
        {"@type": "PropertyValue", "propertyID": "ISO 3166-1 alpha-3", "value": "BDI"}
    ]
    assert about["containedInPlace"]["@type"] == "Place"  # nobody administers Africa
    assert about["containedInPlace"]["@id"] == f"{SITE}/id/{region.uid}/"
    assert ways(trail) == ["Peace Portal", "Places", "Africa", "Burundi"]
    about, _trail = things_in(page_of(client, city.get_absolute_url()))
    assert (about["@type"], about["containedInPlace"]["@type"]) == ("City", "Country")
    assert "identifier" not in about


def test_series_names_its_first_events_with_honest_dates(client, monkeypatch):
    monkeypatch.setattr("timeline.templatetags.timeline_formats.IN_WORDS", 3)
    series = make_series(name="Forum", slug="forum", summary="Rounds.")
    for title, happened in (("Fourth", "2004"), ("Third", "2003-05"), ("Second", "2002~")):
        make_event(title=title, happened=happened, series=series)
    make_event(title="First", happened="2001-01-02/2001-01-03", series=series)
    make_event(title="Secret", happened="2000", series=series, status="draft")
    html = page_of(client, "/series/forum/")
    about, trail = things_in(html)
    assert (about["@type"], about["description"]) == ("EventSeries", "Rounds.")
    assert [
        (one["name"], one.get("startDate"), one.get("endDate")) for one in about["subEvent"]
    ] == [
        ("First", "2001-01-02", "2001-01-03"),
        ("Second", None, None),
        ("Third", "2003-05", None),
    ]
    assert ways(trail) == ["Peace Portal", "Timeline", "Forum"]


def test_home_page_says_how_it_is_searched(client):
    (site,) = things_in(page_of(client, "/"))
    assert (site["@type"], site["url"]) == ("WebSite", f"{SITE}/")
    asked = site["potentialAction"]
    assert asked["query-input"] == "required name=search_term_string"
    address = asked["target"]["urlTemplate"].replace("{search_term_string}", "talks")
    assert "0 results for “talks”" in page_of(client, address.removeprefix(SITE))


@pytest.mark.parametrize("kind", ["statement", "publication", "meeting", "agreement"])
def test_what_is_issued_speaks_of_places_and_what_is_held_is_at_them(client, kind):
    make_event(slug="talks", kind=kind, places=[make_place(name="Korean Peninsula")])
    about, _trail = things_in(page_of(client, "/timeline/talks/"))
    issued = kind in {"statement", "publication"}
    (place,) = about["about" if issued else "location"]
    assert place["name"] == "Korean Peninsula"
    assert len({"about", "location"} & about.keys()) == 1


def test_event_looks_back_to_another_if_that_is_public(client):
    past = make_event(title="Armistice", happened="1953-07-27")
    make_event(title="Beyond it", slug="beyond", kind="observance", commemorates=past)
    about, _trail = things_in(page_of(client, "/timeline/beyond/"))
    assert [(one["@type"], one["startDate"]) for one in about["about"]] == [("Event", "1953-07-27")]
    past.status = "draft"
    past.save()
    assert "Armistice" not in page_of(client, "/timeline/beyond/")


@pytest.mark.parametrize("founded", ["1946/1949", "1948~", "1948/..", "194X"])
def test_founding_that_no_single_date_can_say_has_none(client, founded):
    make_organisation(slug="office", founded=founded)
    about, _trail = things_in(page_of(client, "/organisations/office/"))
    assert "foundingDate" not in about


# The structure of it, on every kind of page


DATES = {"startDate", "endDate", "foundingDate", "dissolutionDate"}
PLAIN_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
NO_RECORD = ["/", "/timeline/", "/areas/", "/organisations/", "/places/", "/about/", "/data/"]


def within(thing):
    """A thing and all things in it."""
    if isinstance(thing, list):
        for one in thing:
            yield from within(one)
    elif isinstance(thing, dict):
        yield thing
        for one in thing.values():
            yield from within(one)


def make_related_world():
    """Records that name each other in every way that their blocks do."""
    area = make_area(name="Mediation", parent=make_area(name="Peace work"))
    area.related_areas.add(make_area(name="Dialogue"))
    region = make_place(name="Africa", kind="region")
    place = make_place(name="Burundi", kind="country", iso_code="BDI", parent=region)
    body = make_organisation(
        parent=make_organisation(name="Committee"),
        places=[place],
        founded="1948",
        website="https://example.org/",
    )
    make_engagement(organisation=body, area=area)
    make_succession(predecessor=body)
    make_succession(successor=body, kind="renamed")
    series = make_series()
    event = make_event(
        areas=[area],
        places=[place],
        series=series,
        organisations=[body],
        commemorates=make_event(title="Earlier talks", happened="1950/1951"),
    )
    make_participation(event=event, organisation=body, role="convened")
    for number, page in enumerate((event, body, area, place, series)):
        make_identifier(page=page, value=str(number))
    return [page.get_absolute_url() for page in (event, body, area, place, series)]


def test_blocks_are_whole_and_lead_to_pages(client):
    for address in [*make_related_world(), *NO_RECORD]:
        html = page_of(client, address)
        graph = things_in(html)
        things = list(within(graph))
        for thing in things:
            assert thing.get("@type"), (address, thing)
            assert not {"", None} & {one for one in thing.values() if isinstance(one, str | None)}
            assert [] not in thing.values()
            for name in DATES & thing.keys():
                assert PLAIN_DATE.fullmatch(thing[name]), (address, thing)
            for name in {"@id", "url", "item", "image"} & thing.keys():
                path = thing[name].removeprefix(SITE)
                assert path.startswith("/"), thing
                assert client.get(path, follow=True).status_code == 200, (address, thing)
        canonical = re.search(r'<link rel="canonical" href="([^"]*)">', html)[1]
        trails = [thing for thing in graph if thing["@type"] == "BreadcrumbList"]
        assert len(trails) == (address != "/")
        for trail in trails:
            steps = trail["itemListElement"]
            assert [step["position"] for step in steps] == list(range(1, len(steps) + 1))
            assert (steps[0]["item"], steps[-1]["item"]) == (f"{SITE}/", canonical)


# Where an address is shared


def shared(html):
    found = re.findall(
        r'<meta (?:name="description" )?property="og:(\S+)" content="([^"]*)">', html
    )
    assert len(found) == len(dict(found))
    return dict(found)


def test_pages_say_how_they_look_where_they_are_shared(client):
    for address in [*make_related_world(), *NO_RECORD, "/search/", "/search/?q=talks"]:
        html = page_of(client, address)
        seen = shared(html)
        assert seen["site_name"] == "Peace Portal"
        assert seen["type"] in {"article", "website"}
        assert len(seen["title"]) > 3
        assert len(seen["description"]) > 40 or address.startswith(("/series/", "/timeline/"))
        assert f'<link rel="canonical" href="{seen["url"]}">' in html


def test_filtered_list_is_shared_as_what_was_asked(client):
    make_event(areas=[make_area(name="Mediation")])
    seen = shared(page_of(client, "/timeline/?area=mediation&x=1"))
    assert seen["title"].startswith("1 event on Mediation")
    assert seen["url"] == f"{SITE}/timeline/?area=mediation"
    assert "ld+json" not in page_of(client, "/timeline/?area=mediation")


def test_record_is_shared_with_its_title_and_summary(client):
    make_event(title="Talks & more", slug="talks", summary='Quiet "talks".')
    seen = shared(page_of(client, "/timeline/talks/"))
    assert (seen["title"], seen["type"]) == ("Talks &amp; more", "article")
    assert seen["description"] == "Quiet &quot;talks&quot;."
    assert "image" not in seen
