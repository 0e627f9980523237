"""A query that finds no event is no dead end: it says what excludes what, and what lies near."""

import re
from html import unescape

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext

from peaceportal.core.search.following import catch_up
from tests.factories import (
    make_activity,
    make_area,
    make_engagement,
    make_event,
    make_organisation,
    make_place,
)
from tests.reading import results_of, text_of, titles_of
from timeline.held import HELD
from timeline.models import Event

pytestmark = pytest.mark.django_db

WHERE_AND_WHAT = "area=mediation&place=burundi"


@pytest.fixture
def areas():
    diplomacy = make_area(name="Diplomacy")
    reconciliation = make_area(name="Reconciliation")
    mediation = make_area(name="Mediation", parent=diplomacy, related_areas=[reconciliation])
    return {
        "diplomacy": diplomacy,
        "mediation": mediation,
        "power": make_area(name="Power-sharing", parent=mediation),
        "peacemaking": make_area(name="Peacemaking", parent=diplomacy),
        "reconciliation": reconciliation,
        "disarmament": make_area(name="Disarmament"),
    }


@pytest.fixture
def places():
    africa = make_place(name="Africa", kind="region")
    return {
        "africa": africa,
        "burundi": make_place(name="Burundi", kind="country", parent=africa),
        "somalia": make_place(name="Somalia", kind="country", parent=africa),
        "geneva": make_place(name="Geneva"),
    }


def results(client, query, path="/timeline/"):
    """The words of the results alone."""
    response = client.get(f"{path}?{query}")
    assert response.status_code == 200
    assert titles_of(response) == []
    html = results_of(response)
    response.content = html[html.index(">") + 1 : html.index("</main>")].encode()
    return text_of(response)


def links(client, query, path="/timeline/"):
    """The addresses in the results by their words, with what follows each."""
    html = results_of(client.get(f"{path}?{query}"))
    found = re.findall(r'<a href="([^"]*)"[^>]*><bdi>(.*?)</bdi></a>([^<]*)', html)
    return {unescape(words): (unescape(to), " ".join(said.split())) for to, words, said in found}


def assert_counts_agree(client, query, path="/timeline/"):
    """Every link says as many events as its list says."""
    number = 0
    for words, (address, said) in links(client, query, path).items():
        if counted := re.search(r"(\d+) (event|organisation)s?\b", said):
            number += 1
            assert counted[0] in text_of(client.get(address)), words
    return number


def test_without_one_of_the_two_there_is(client, areas, places):
    make_event(areas=[areas["power"]], places=[places["geneva"]])
    make_event(areas=[areas["mediation"]])
    make_event(places=[places["burundi"]])
    text = results(client, WHERE_AND_WHAT)
    assert text.index("No events on Mediation, in Burundi") < text.index(
        "Nothing on Mediation is recorded in Burundi yet. Without one of the two there is: "
        "Burundi, any area: 1 event Mediation, any place: 2 events"
    )
    found = links(client, WHERE_AND_WHAT)
    assert found["Mediation"][0] == "/timeline/?area=mediation"
    assert found["Burundi"][0] == "/timeline/?place=burundi"
    assert assert_counts_agree(client, WHERE_AND_WHAT) == 2


def test_only_what_finds_something_is_offered(client, areas, places):
    make_event(areas=[areas["mediation"]])
    assert list(links(client, WHERE_AND_WHAT)) == ["Mediation"]


def test_neither_of_the_two_leads_to_the_whole(client, areas, places):
    make_event(areas=[areas["disarmament"]])
    text = results(client, WHERE_AND_WHAT)
    assert "Neither of the two finds anything alone. The whole timeline" in text


def test_without_one_of_three_or_more(client, areas, places):
    make_event(areas=[areas["mediation"]], places=[places["burundi"]], happened="1953")
    query = f"{WHERE_AND_WHAT}&after=1990&before=1999&order=oldest"
    text = results(client, query)
    assert "Without one of them there is: Mediation · Burundi, any date: 1 event" in text
    address, _said = links(client, query)["Mediation · Burundi"]
    assert address == f"/timeline/?{WHERE_AND_WHAT}&order=oldest"


def test_each_alone_where_three_exclude_each_other(client, areas, places):
    make_event(areas=[areas["mediation"]], happened="1953", kind="statement")
    make_event(places=[places["burundi"]], happened="1953", kind="statement")
    make_event(happened="1992", kind="statement")
    query = f"{WHERE_AND_WHAT}&after=1990&before=1999&kind=meeting&q=talks"
    text = results(client, query)
    assert "Without one of them there is nothing either. Each alone gives:" in text
    assert "Mediation: 1 event Burundi: 1 event 1990 to 1999: 1 event “talks”: 3 events" in text
    assert "Meeting:" not in text
    assert assert_counts_agree(client, query) == 4


def test_no_filter_finds_anything_alone(client, areas, places):
    make_event(title="Other")
    text = results(client, f"{WHERE_AND_WHAT}&kind=statement")
    assert "None of them finds anything alone. The whole timeline" in text


def test_one_filter_leads_to_the_whole_with_its_number(client, areas):
    make_event()
    text = results(client, "area=mediation")
    assert "No event on Mediation is recorded yet. The whole timeline: 1 event" in text
    assert assert_counts_agree(client, "area=mediation") == 1


def test_bodies_are_left_out_with_their_organisation(client, areas):
    make_organisation(name="Office")
    make_event(areas=[areas["mediation"]])
    found = links(client, "area=mediation&organisation=office&bodies=1")
    assert found["Mediation"] == ("/timeline/?area=mediation", ", any organisation: 1 event")


@pytest.mark.parametrize("hidden", ["draft", "in-review"])
def test_hidden_events_and_pages_are_offered_nowhere(client, areas, places, hidden):
    make_event(areas=[areas["mediation"]], status=hidden)
    make_event(areas=[areas["peacemaking"]], places=[places["burundi"]], status=hidden)
    make_event(title="Hidden", happened="1953", status=hidden)
    secret = make_area(name="Secret plan", parent=areas["diplomacy"], status=hidden)
    valley = make_place(name="Secret valley", parent=places["africa"], status=hidden)
    areas["mediation"].related_areas.add(secret)
    make_event(areas=[secret], places=[places["burundi"]], kind="observance")
    make_event(areas=[areas["mediation"]], places=[valley], kind="observance")
    make_organisation(name="Secret office", places=[places["burundi"]], status=hidden)
    text = results(client, f"{WHERE_AND_WHAT}&kind=meeting&after=1990")
    assert "Each alone gives: Mediation: 1 event Burundi: 1 event" in text  # on hidden pages too
    assert "Near" not in text
    assert "Who works" not in text
    assert "Secret" not in results(client, WHERE_AND_WHAT)


def test_children_of_a_hidden_parent_are_not_called_near(client):
    hidden = make_area(name="Secret plan", status="draft")
    make_area(name="Mediation", parent=hidden)
    make_event(areas=[make_area(name="Peacemaking", parent=hidden)])
    assert "Near" not in results(client, "area=mediation")


def test_near_areas_are_related_around_and_beside(client, areas, places):
    for name in ("reconciliation", "peacemaking", "disarmament"):
        make_event(areas=[areas[name]], places=[places["burundi"]])
    text = results(client, WHERE_AND_WHAT)
    assert (
        "Near Mediation, in Burundi: Reconciliation (1 event), Diplomacy (1 event), "
        "Peacemaking (1 event)" in text
    )
    assert "Disarmament" not in text
    address, _said = links(client, WHERE_AND_WHAT)["Peacemaking"]
    assert address == "/timeline/?area=peacemaking&place=burundi"
    assert assert_counts_agree(client, WHERE_AND_WHAT) == 4


def test_near_places_are_around_and_beside(client, areas, places):
    make_event(areas=[areas["mediation"]], places=[places["somalia"]])
    make_event(areas=[areas["mediation"]], places=[places["geneva"]])
    text = results(client, WHERE_AND_WHAT)
    assert "Near Burundi, on Mediation: Africa (1 event), Somalia (1 event)" in text
    assert "Geneva" not in text


def test_near_areas_name_what_goes_on_where_nothing_happened(client, areas, places):
    work = {"area": areas["reconciliation"], "places": [places["burundi"]]}
    make_activity(**work)
    make_activity(**work, state="ended")
    make_activity(**work, withhold_places=True)
    assert "Reconciliation (1 ongoing activity)" in results(client, WHERE_AND_WHAT)
    address, _said = links(client, WHERE_AND_WHAT)["Reconciliation"]
    assert "1 ongoing activity" in text_of(client.get(address))
    # What goes on has no date and no kind.
    assert "ongoing" not in results(client, f"{WHERE_AND_WHAT}&after=1990")


def test_no_more_than_five_are_near(client, areas):
    for number in range(7):
        make_event(areas=[make_area(name=f"Area {number}", parent=areas["diplomacy"])])
    near = [words for words in links(client, "area=mediation") if words.startswith("Area")]
    assert near == ["Area 0", "Area 1", "Area 2", "Area 3"]  # and what they are part of


def test_who_works_there_the_ended_last_with_their_end(client, areas, places):
    at = {"places": [places["burundi"]]}
    make_organisation(name="Old mission", state="ended", ended="2014", **at)
    make_organisation(name="Older mission", state="ended", **at)
    make_organisation(name="Quaker Office", **at)
    make_organisation(name="Shy office", withhold_places=True, **at)
    text = results(client, WHERE_AND_WHAT)
    assert text.endswith(
        "Who works in Burundi Quaker Office Old mission (until 2014) Older mission (has ended)"
    )


def test_who_works_on_the_area_where_nobody_is_at_the_place(client, areas, places):
    make_engagement(area=areas["power"], organisation=make_organisation(name="Quaker Office"))
    assert results(client, WHERE_AND_WHAT).endswith("Who works on Mediation Quaker Office")
    assert "Who works" not in results(client, "place=burundi")


def test_more_than_five_who_work_there_are_a_list(client, places):
    for number in range(6):
        make_organisation(name=f"Office {number}", places=[places["burundi"]])
    text = results(client, "place=burundi")
    assert text.endswith("Office 4 All 6")
    found = re.search(r'href="([^"]*)">All 6<', results_of(client.get("/timeline/?place=burundi")))
    assert len(titles_of(client.get(unescape(found[1])))) == 6


def test_nearest_earlier_and_later_under_the_other_filters(client, areas):
    for happened in ("1953", "1989-12-31", "2000-01-01", "2010", ""):
        make_event(title=f"In {happened}", happened=happened, areas=[areas["mediation"]])
    make_event(title="Other", happened="1989-12-31")
    text = results(client, "area=mediation&after=1990&before=1999")
    assert "Nearest before 1990: In 1989-12-31, 31 December 1989" in text
    assert "Nearest after 1999: In 2000-01-01, 1 January 2000" in text
    assert "1 event of unknown date was left out." in text
    assert "Other" not in text


def test_nearest_is_asked_for_the_open_side_alone(client):
    make_event(title="Talks", happened="1953")
    assert "Nearest before 1990: Talks, 1953" in results(client, "after=1990")
    assert "Nearest after 1900: Talks, 1953" in results(client, "before=1900")
    assert "Nearest" not in results(client, "q=nothing+like+it")


def test_empty_site_leads_on_with_and_without_filters(client):
    assert "No events are recorded yet." in results(client, "")
    assert 'href="/organisations/"' in results_of(client.get("/timeline/"))
    text = results(client, "kind=meeting&after=1990&q=talks")
    assert "None of them finds anything alone. The whole timeline" in text
    assert "The whole timeline" in results(client, "kind=meeting")


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "الوساطة", "Long " * 60])
def test_empty_list_survives_any_name(client, name):
    parent, region = make_area(name=name), make_place(name=name)
    make_area(name=name, slug="x", parent=parent)
    burundi = make_place(name=name, slug="y", parent=region)
    make_organisation(name=name, places=[burundi], language="ar")
    make_event(title=name, areas=[parent], places=[burundi], language="ar", happened="1953")
    for query in ("area=x&place=y", "area=x&place=y&after=1990", "area=x", "after=1990&q=" + name):
        response = client.get("/timeline/", dict(part.split("=", 1) for part in query.split("&")))
        assert response.status_code == 200
        assert "<script" not in response.content.decode()
        assert "No events" in text_of(response)


def test_nearest_spelling_is_offered_for_words_alone(client, areas):
    make_event(title="Mediation in the north")
    assert links(client, "q=mediaton")["mediation"][0] == "/timeline/?q=mediation"
    assert "Did you mean mediation?" in results(client, "q=mediaton")
    assert "Did you mean" not in results(client, "q=mediaton&area=disarmament")
    assert "Did you mean" not in results(client, "q=zzzzzz")


def test_spelling_of_a_hidden_event_is_not_offered(client):
    make_event(title="Mediation in the north", status="draft")
    assert "Did you mean" not in results(client, "q=mediaton")


# A page that finds nothing takes the same queries whatever there is.


def count_queries(client, query):
    catch_up()  # the first to search after a change indexes it; this counts the others
    HELD.values()  # and the first to count after a change reads it
    ContentType.objects.clear_cache()
    with CaptureQueriesContext(connection) as captured:
        assert "No events" in text_of(client.get(f"/timeline/?{query}"))
    return len(captured)


def add_all(number, areas, places):
    """Something for each part of the page."""
    diplomacy, africa = areas["diplomacy"], places["africa"]
    beside = make_area(name=f"Beside {number}", parent=diplomacy)
    areas["mediation"].related_areas.add(beside)
    around = make_place(name=f"Around {number}", parent=africa)
    make_event(areas=[beside], places=[places["burundi"]], happened="1953")
    make_event(areas=[areas["mediation"]], places=[around], happened="2020", kind="statement")
    make_activity(area=areas["mediation"], places=[places["burundi"], around])
    body = make_organisation(name=f"Body {number}", places=[places["burundi"]])
    make_engagement(organisation=body, area=areas["mediation"])


@pytest.mark.parametrize(
    ("query", "most"),
    [
        ("area=mediation&kind=observance", 12),
        ("place=burundi&kind=observance", 12),
        (WHERE_AND_WHAT, 12),
        ("q=evennt", 12),
        (f"{WHERE_AND_WHAT}&after=1990&before=1999", 12),
        # Each filter that names pages reads them; where three exclude each other, each is counted.
        (f"{WHERE_AND_WHAT}&after=1990&before=1999&kind=observance&q=x&organisation=office", 16),
    ],
)
def test_empty_list_takes_the_same_queries_for_more(client, areas, places, query, most):
    make_organisation(name="Office")
    make_event(areas=[areas["mediation"]], places=[places["burundi"]], happened="2020")
    make_event(areas=[areas["mediation"]], places=[places["burundi"]], status="draft")
    if "after" not in query:
        Event.objects.all().update(status="draft")
    add_all(0, areas, places)
    one = count_queries(client, query)
    add_all(1, areas, places)
    add_all(2, areas, places)
    three = count_queries(client, query)
    assert one == three <= most, (one, three)


# The list of organisations leads on in the same way.


def test_organisations_without_one_of_the_two_and_near(client, areas, places):
    path = "/organisations/"
    body = make_organisation(name="One", places=[places["somalia"]])
    make_engagement(organisation=body, area=areas["mediation"])
    make_organisation(name="Two", places=[places["burundi"]])
    make_organisation(name="Shy", places=[places["burundi"]], withhold_places=True)
    make_organisation(name="Hidden", places=[places["burundi"]], status="draft")
    text = results(client, WHERE_AND_WHAT, path)
    assert "No organisation working on Mediation, in Burundi is recorded yet." in text
    assert "Burundi, any area: 1 organisation Mediation, any place: 1 organisation" in text
    assert "Near Burundi, working on Mediation: Africa (1 organisation)" in text
    assert assert_counts_agree(client, WHERE_AND_WHAT, path) == 4
    text = results(client, "state=ended", path)
    assert "All organisations: 3 organisations" in text


def test_organisations_take_the_same_queries_for_more(client, areas, places):
    def queries():
        catch_up()
        with CaptureQueriesContext(connection) as captured:
            text = text_of(
                client.get(f"/organisations/?{WHERE_AND_WHAT}&kind=fund&q=x&state=ended")
            )
        assert "No organisations" in text
        return len(captured)

    add_all(0, areas, places)
    one = queries()
    add_all(1, areas, places)
    add_all(2, areas, places)
    assert one == queries() <= 12
