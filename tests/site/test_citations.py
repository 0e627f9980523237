"""Every record and every query can be cited, in words, as BibTeX and as RIS."""

import re

import pytest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format

from tests.factories import (
    make_area,
    make_document,
    make_event,
    make_organisation,
    make_place,
    make_series,
)
from timeline.finder import EventFinder
from timeline.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

SITE = "http://127.0.0.1:8000"


def fields_of_bibtex(text):
    return dict(re.findall(r"^  (\w+) = \{(.*)\},?$", text, flags=re.M))


def fields_of_ris(text):
    assert text.endswith("ER  - \r\n")
    return dict(line.split("  - ", 1) for line in text.split("\r\n")[:-1])


@pytest.mark.parametrize(
    "make", [make_event, make_organisation, make_area, make_place, make_series]
)
def test_every_page_is_cited_by_its_permanent_address(client, make):
    page = make()
    for form in ("txt", "bib", "ris"):
        response = client.get(f"/id/{page.uid}.{form}")
        assert response.status_code == 200
        assert page.title_text in response.text
        assert f"{SITE}/id/{page.uid}/" in response.text


def test_event_is_cited_with_its_date_as_it_is_known(client):
    event = make_event(title="R&D_talks: 100 % {open}", happened="1953~")
    today = timezone.localdate()
    text = client.get(f"/id/{event.uid}.txt").text
    assert text == (
        f"“R&D_talks: 100 % {{open}}” (about 1953). Peace Portal, read on "
        f"{date_format(today, 'DATE_FORMAT')}. {SITE}/id/{event.uid}/\n"
    )
    bibtex = client.get(f"/id/{event.uid}.bib").text
    assert bibtex.startswith(f"@misc{{peace-portal-{str(event.uid)[:8]},\n")
    assert fields_of_bibtex(bibtex) == {
        "author": "{Peace Portal}",
        "title": r"{R\&D\_talks: 100 \% \{open\}}",
        "year": f"{today.year}",
        "note": "about 1953",
        "url": f"{SITE}/id/{event.uid}/",
        "urldate": today.isoformat(),
    }
    ris = fields_of_ris(client.get(f"/id/{event.uid}.ris").text)
    assert ris["TI"] == "R&D_talks: 100 % {open}"
    assert (ris["TY"], ris["UR"]) == ("ELEC", f"{SITE}/id/{event.uid}/")
    assert ris["Y2"] == today.strftime("%Y/%m/%d/")


def test_line_in_a_title_makes_no_new_field(client):
    event = make_event(title="Talks\r\nER  - \r\nTY  - X")
    ris = client.get(f"/id/{event.uid}.ris").text
    assert ris.count("\r\nER  - ") == 1
    assert "TI  - Talks ER - TY - X" in ris


def test_query_is_cited_with_its_number_and_day(client):
    area = make_area(name="Mediation")
    make_event(areas=[area])
    make_event(title="Other", areas=[area])
    make_event(title="Elsewhere")
    today = date_format(timezone.localdate(), "DATE_FORMAT")
    address = f"{SITE}/timeline/?area=mediation"
    assert client.get("/timeline.txt?area=mediation&page=1&x=2").text == (
        f"“2 events on Mediation, newest first” (as of {today}). Peace Portal, read on {today}. "
        f"{address}\n"
    )
    assert fields_of_bibtex(client.get("/timeline.bib?area=mediation").text)["url"] == address
    assert fields_of_ris(client.get("/timeline.ris?area=mediation").text)["UR"] == address
    make_organisation()
    assert client.get("/organisations.txt?kind=ngo").text.startswith("“1 organisation of the kind")
    assert client.get("/timeline.bib?area=none").status_code == 400


def test_citation_of_what_is_hidden_gone_or_a_part(client):
    document = make_document(event=make_event(title="Talks"))
    assert "Talks" in client.get(f"/id/{document.uid}.txt").text
    draft = make_event(title="Secret", status="draft")
    assert client.get(f"/id/{draft.uid}.bib").status_code == 404
    removed = make_event(title="Removed")
    Event.objects.filter(pk=removed.pk).remove()
    assert client.get(f"/id/{removed.uid}.bib").status_code == 410
    assert client.get(f"/id/{removed.uid}.pdf").status_code == 404


def test_panel_leads_to_the_citations_of_a_page_and_of_a_query(client, rf):
    event = make_event()
    html = render_to_string("_cite.html", {"page": event})
    for form in ("txt", "bib", "ris"):
        assert f'href="/id/{event.uid}.{form}"' in html
    finder = EventFinder(rf.get("/?kind=meeting").GET, Event.objects.published())
    html = render_to_string("_cite.html", {"finder": finder, "count": 1})
    assert "“1 event of the kind meeting” (as of" in html
    assert f'href="{SITE}/timeline.bib?kind=meeting"' in html
