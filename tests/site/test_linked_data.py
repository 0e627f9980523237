"""What search engines read: honest dates, parents, successions, and no way out of the block."""

import json
import re

import pytest
from django.template.loader import render_to_string

from organisations.models import Organisation, Succession
from tests.factories import (
    make_area,
    make_event,
    make_organisation,
    make_organisation_name,
    make_participation,
    make_place,
    make_series,
    make_succession,
)
from timeline.models import Event

pytestmark = pytest.mark.django_db

SITE = "http://127.0.0.1:8000"


def things_in(html):
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, flags=re.S)
    body = json.loads(block)
    assert body["@context"] == "https://schema.org"
    return body["@graph"]


def of_event(event):
    event = Event.objects.for_detail().get(pk=event.pk)
    return render_to_string("timeline/_event_head.html", {"event": event})


def of_organisation(body):
    body = Organisation.objects.for_detail().get(pk=body.pk)
    body.public_successions = list(Succession.objects.around(body))
    above, _within = body.family(deep=True)
    context = {"organisation": body, "above": above}
    return render_to_string("organisations/_organisation_head.html", context)


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
def test_date_is_as_exact_as_it_is_known_or_left_out(happened, start, end):
    event, _trail = things_in(of_event(make_event(happened=happened)))
    assert (event.get("startDate"), event.get("endDate")) == (start, end)


def test_event_names_what_anyone_may_see_of_it():
    event = make_event(
        title="Talks",
        areas=[make_area(name="Mediation"), make_area(name="Secret", status="draft")],
        places=[make_place(name="Geneva")],
        series=make_series(name="Rounds"),
    )
    make_participation(event=event, role="convened")
    make_participation(event=event, organisation=make_organisation(name="Army"), role="party")
    html = of_event(event)
    about, trail = things_in(html)
    assert about["@id"] == f"{SITE}/id/{event.uid}/"
    assert [area["name"] for area in about["about"]] == ["Mediation"]
    assert [body["name"] for body in about["organizer"]] == ["Quaker Office"]
    assert [body["name"] for body in about["contributor"]] == ["Army"]
    assert about["superEvent"]["name"] == "Rounds"
    assert [way["name"] for way in trail["itemListElement"]] == [
        "Peace Portal",
        "Timeline",
        "Talks",
    ]
    assert "Secret" not in html
    assert '<meta property="og:title" content="Talks">' in html


def test_organisation_names_its_parent_and_successions_but_no_withheld_place():
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
    html = of_organisation(body)
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


def test_script_in_a_title_stays_in_the_block():
    title = "</script><script>alert(1)</script><!-- & ]]>"
    html = of_event(make_event(title=title, summary=title))
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
