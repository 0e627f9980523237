"""The page around the results: the way past the filters, the sentence, the other orders."""

import re

import pytest

from tests.factories import make_area, make_event
from tests.reading import results_of, text_of

pytestmark = pytest.mark.django_db


def html_of(client, query=""):
    return client.get(f"/timeline/?{query}").content.decode()


@pytest.mark.parametrize("path", ["/timeline/", "/organisations/"])
def test_filters_begin_with_a_way_to_the_results(client, path):
    html = client.get(path).content.decode()
    form = html[html.index("<form") :]
    first = re.search(r"<(?:a|input|button)\b.*?>.*", form)[0]
    assert first == '<a class="skip" href="#results">Skip to the results</a>'
    assert '<section id="results" tabindex="-1"' in html


def test_summary_says_how_many_filters_are_in_use(client):
    make_area(name="Mediation")
    assert "<summary>Filter</summary>" in html_of(client)
    assert "<summary>Filter</summary>" in html_of(client, "order=oldest&page=1&area=no-such")
    assert "<summary>Filter (3)</summary>" in html_of(client, "area=mediation&after=1990&q=talks")


def test_sentence_is_one_in_heading_status_and_title(client):
    area = make_area(name="Mediation & <talks>")
    for year in ("1992", "1993"):
        make_event(areas=[area], happened=year)
    html = html_of(client, f"area={area.slug}")
    sentence = "2 events on Mediation &amp; &lt;talks&gt;, newest first"
    assert f"<title>{sentence} – " in html
    heading = re.search(r'<div role="status">\s*<h2 id="sentence">(.*?)</h2>', html)[1]
    assert re.sub(r"</?bdi[^>]*>", "", heading) == sentence


def test_other_orders_follow_the_sentence_where_there_is_something_to_order(client):
    make_event()
    assert "Other orders" not in html_of(client)
    make_event(title="Other")
    results = results_of(client.get("/timeline/?order=oldest&kind=meeting"))
    orders = re.findall(r'<li><a href="([^"]*)">([^<]*)</a></li>', results.split("</ul>")[0])
    assert orders == [
        ("/timeline/?kind=meeting", "newest first"),
        ("/timeline/?kind=meeting&amp;order=added", "most recently added first"),
    ]


def test_dates_stand_after_the_areas_with_an_example_that_is_also_said(client):
    make_area(name="Mediation")
    text = text_of(client.get("/timeline/"))
    groups = ["Words", "Area of work", "Between", "From", "To", "Kind", "Organisation"]
    places = [text.index(f" {group} ", text.index(" Words ")) for group in groups]
    assert places == sorted(places)
    assert "A year, a month or a day: 1990, 2024-07, 27 July 1953." in text
    assert 'placeholder="2024-07"' in html_of(client)
