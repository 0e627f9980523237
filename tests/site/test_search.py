"""What is found, by whom, in which order; and that the index is right after every way of saving."""

import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.db.models import QuerySet
from django.utils import timezone

from organisations.models import AreaOfWork, Organisation, Place, Resource
from peaceportal.bodies import LONGEST
from peaceportal.core.changes import LogReader
from peaceportal.core.search import asking, following
from peaceportal.core.search.excerpts import excerpt, marked
from peaceportal.core.search.following import unread
from peaceportal.core.search.rebuilding import rebuild
from peaceportal.core.search.store import SearchEntry, SearchWord
from tests.core.test_search_analysis import HOSTILE
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
)
from tests.reading import results_of, text_of, titles_of
from timeline.models import Document, Event

pytestmark = pytest.mark.django_db


def found(words, model=Event):
    return [str(record) for record in model.objects.published().matching(words).order_by("pk")]


# What finds what


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("reconciliation", "Reconcile now"),
        ("reconciliati", "A day of reconciliation"),
        ("peacebuilding", "On peace-building"),
        ("peace-building", "On peacebuilding"),
        ("peacebuilding commission", "The Peace-building Commission meets"),
        ("“peacebuilding commission”", "The Peace-building Commission meets"),
        ("Antonio", "António speaks"),
        ("“quiet talks”", 'They call them "quiet talks"'),
        ('"quiet talks"', "They call them “quiet talks”"),
        ("medi", "Mediators meet"),
        ("和平", "和平与正义"),
        ("平", "世界和平"),
        ("السلام", "السَّلام والعدل"),
        ("un", "U.N. talks"),
        ("talks in the hall", "Hall of talks"),
    ],
)
def test_words_find_title(typed, title):
    make_event(title=title)
    make_event(title="Something else")
    assert found(typed) == [title]


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("“quiet talks”", "Talks that are quiet"),
        ("quiet talks", "Quiet words"),
        ("policy", "Police"),
        ("diation", "Mediation"),
        ("平和", "和平"),
    ],
)
def test_other_words_do_not(typed, title):
    make_event(title=title)
    assert found(typed) == []


def test_other_names_and_acronyms_find_the_body():
    body = make_organisation(name="American Friends Service Committee", acronym="AFSC")
    make_organisation_name(organisation=body, name="Quaker Emergency Unit")
    make_identifier(page=body, value="Q466604")
    make_organisation(name="Another body")
    for typed in ("AFSC", "a.f.s.c.", "quaker emergency", "Q466604", "friends service"):
        assert found(typed, Organisation) == [body.name], typed
    assert found("quaker friends", Organisation) == [body.name]
    assert found('"committee AFSC"', Organisation) == []  # names do not follow on each other


def test_parts_of_pages_find_their_page():
    area = make_area(name="Dialogue", other_names="Good offices\nShuttling")
    body = make_organisation(name="Quaker Office")
    make_engagement(organisation=body, area=area, text="Hosts rivulets.")
    make_activity(area=area, text="Trains cartographers.")
    make_quotation(areas=[area], text="Nothing but lanterns.", speaker="A gardener")
    for typed in ("good offices", "shuttling", "rivulets", "cartographer", "lantern", "gardener"):
        assert found(typed, AreaOfWork) == ["Dialogue"], typed
    assert found("rivulets", Organisation) == ["Quaker Office"]
    event = make_event(title="Agreement signed")
    make_document(event=event, title="Protocol", text="The sluices are opened.")
    assert found("sluice") == ["Agreement signed"]
    assert found("sluice", Document) == ["Protocol"]


def test_who_signed_finds_the_event_and_is_shown(client):
    event = make_event(title="Accord", summary="Signed in Algiers.")
    make_participation(event=event, role="mediated", represented_by="Ramtane Lamamra, Minister")
    text = results_of(client.get("/search/?q=lamamra"))
    assert ">Accord</a>" in text
    assert "Ramtane <mark>Lamamra</mark>, Minister" in text
    assert titles_of(client.get("/timeline/?q=Lamamra")) == ["Accord"]


@pytest.mark.parametrize(
    "hidden",
    [
        {"status": "draft"},
        {"publish_at": timezone.now() + timedelta(days=9)},
        {"unpublish_at": timezone.now() - timedelta(days=9)},
        {"removed_at": timezone.now() - timedelta(days=9)},
    ],
)
def test_who_signed_for_a_hidden_body_finds_nothing(client, hidden):
    event = make_event(title="Accord with Minister", summary="Signed.")
    make_participation(event=event, represented_by="A. Person, Minister")
    body = make_organisation(name="Hidden", **hidden)
    make_participation(event=event, organisation=body, represented_by="Lamamra, Minister")
    for address in ("/search/?q=Lamamra", "/search/?q=Lamamri", "/timeline/?q=Lamamra"):
        response = client.get(address)
        assert "Accord" not in results_of(response)
        assert "?q=lamamra" not in response.text
    text = client.get("/search/?q=Minister").text
    assert "Accord" in text
    assert "Lamamra" not in text
    Organisation.objects.filter(pk=body.pk).update(
        status="published", publish_at=None, unpublish_at=None, removed_at=None
    )
    assert found("Lamamra") == ["Accord with Minister"]


def test_long_documents_are_found_by_their_last_words_and_across_their_parts():
    text = "beginning " + " ".join(f"word{number}" for number in range(150_000)) + " ending"
    document = make_document(title="Long", text=text)
    assert len(text) > 1_000_000
    for typed in ("ending", "beginning ending", "word9999 word140000", '"word1979 word1980"'):
        assert found(typed, Document) == ["Long"], typed
    assert found('"beginning ending"', Document) == []
    assert SearchEntry.objects.filter(uid=document.uid).count() > 50
    document.text = "short"
    document.save()
    assert found("beginning", Document) == []
    assert SearchEntry.objects.filter(uid=document.uid).count() == 1


def test_title_comes_before_names_before_summary_before_body():
    make_event(title="Fourth", body="<p>Some <b>medi</b>ation.</p>", happened="2020")
    make_event(title="Third", summary="Mediation again", happened="2019")
    make_identifier(page=make_event(title="Second", happened="2018"), value="mediation")
    make_event(title="A first: mediation", happened="2017")
    make_event(title="Mediation", happened="1950")
    best = Event.objects.published().matching("mediation").most_relevant_first("mediation")
    titles = [event.title for event in best]
    assert titles == ["Mediation", "A first: mediation", "Second", "Third", "Fourth"]


def test_words_together_come_before_words_apart():
    make_event(title="Talks that are quiet", happened="2020")
    make_event(title="Quiet talks", happened="1950")
    best = Event.objects.matching("quiet talk").most_relevant_first("quiet talk")
    assert [event.title for event in best] == ["Quiet talks", "Talks that are quiet"]


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_input_finds_nothing_and_breaks_nothing(client, typed):
    make_event(title="Talks")
    assert found(typed) == []
    assert list(Event.objects.most_relevant_first(typed)) is not None
    for path in ("/search/", "/timeline/", "/organisations/"):
        for more in ({}, {"order": "relevance"}):
            typed_safely = typed.encode(errors="replace").decode()
            is_long = len(path) + len(urlencode({"q": typed_safely, **more})) > LONGEST
            answer = client.get(path, {"q": typed_safely, **more})
            assert answer.status_code == (414 if is_long else 200)


# Every way of saving


def both_found(before, after):
    return found(before), found(after)


def test_save_is_followed():
    event = make_event(title="Lantern")
    assert found("lantern") == ["Lantern"]
    event.title = "Anchor"
    event.save()
    assert both_found("lantern", "anchor") == ([], ["Anchor"])
    event.delete()
    assert found("anchor") == []
    assert not SearchEntry.objects.filter(uid=event.uid).exists()


def test_bulk_ways_are_followed():
    Event.objects.bulk_create(
        [Event(title=f"Lantern {number}", status="published") for number in range(3)]
    )
    assert len(found("lantern")) == 3
    Event.objects.update(title="Anchor")
    assert found("lantern") == []
    assert len(found("anchor")) == 3
    events = list(Event.objects.all())
    for event in events:
        event.title = "Harbour"
    Event.objects.bulk_update(events, ["title"])
    assert (found("anchor"), len(found("harbour"))) == ([], 3)
    Event.objects.all().delete()
    assert found("harbour") == []


def test_loaded_data_are_followed(tmp_path):
    make_event(title="Lantern", slug="lantern")
    assert found("lantern") == ["Lantern"]
    path = tmp_path / "dump.json"
    call_command("dumpdata", "timeline.event", use_natural_primary_keys=True, output=str(path))
    rows = json.loads(path.read_text())
    rows[0]["fields"]["title"] = "Anchor"
    path.write_text(json.dumps(rows))
    call_command("loaddata", str(path), verbosity=0)
    assert both_found("lantern", "anchor") == ([], ["Anchor"])


def test_rows_of_pages_are_followed():
    body = make_organisation()
    name = make_organisation_name(organisation=body, name="Lantern House")
    assert found("lantern", Organisation) == ["Quaker Office"]
    name.delete()
    assert found("lantern", Organisation) == []
    identifier = make_identifier(page=body, value="Lantern")
    assert found("lantern", Organisation) == ["Quaker Office"]
    identifier.delete()
    assert found("lantern", Organisation) == []


def test_links_are_followed():
    quotation = make_quotation(text="Of lanterns", areas=[])
    area = make_area(name="Mediation")
    assert found("lantern", AreaOfWork) == []
    quotation.areas.add(area)
    assert found("lantern", AreaOfWork) == ["Mediation"]
    quotation.areas.clear()
    assert found("lantern", AreaOfWork) == []


def test_removal_and_putting_back_are_followed():
    make_event(title="Lantern")
    Event.objects.remove()
    assert found("lantern") == []
    Event.objects.put_back()
    assert found("lantern") == ["Lantern"]


def test_what_becomes_public_by_the_clock_is_found_with_no_edit():
    event = make_event(title="Lantern", publish_at=timezone.now() + timedelta(hours=1))
    assert found("lantern") == []
    QuerySet(Event).filter(pk=event.pk).update(publish_at=timezone.now() - timedelta(seconds=1))
    assert found("lantern") == ["Lantern"]


def test_many_changes_are_followed_to_the_last():
    for number in range(5):
        Event.objects.bulk_create(
            [Event(title=f"Lantern {number} {i}", status="published") for i in range(500)]
        )
    assert Event.objects.published().matching("lantern").count() == 2500


def test_index_of_another_analysis_or_of_a_dump_is_made_anew():
    make_event(title="Lantern")
    assert found("lantern") == ["Lantern"]
    LogReader.objects.update(name="search 0")
    SearchEntry.objects.update(digest="")
    assert found("lantern") == ["Lantern"]
    assert LogReader.objects.count() == 1
    LogReader.objects.update(seq=10_000)
    assert found("lantern") == ["Lantern"]


# What the index still lacks


def hold(monkeypatch):
    """Others hold the database, so that the index cannot follow."""

    def refuse(using):
        raise OperationalError("database is locked")

    monkeypatch.setattr(following, "_follow", refuse)


@pytest.fixture
def busy(monkeypatch):
    found("lantern")
    hold(monkeypatch)


@pytest.mark.parametrize(
    "address", ["/search/?q=lantern", "/timeline/?q=lantern", "/organisations/?q=lantern"]
)
def test_page_says_that_the_index_lacks_something(client, monkeypatch, address):
    make_event(title="Lantern")
    assert "being brought up to date" not in client.get(address).text
    make_event(title="Second lantern")
    make_organisation(name="Lantern office")
    with monkeypatch.context() as others:
        hold(others)
        text = client.get(address).text
        assert "2 records or changes are still to be read" in text
        assert "Second lantern" not in text
        assert "being brought up to date" not in client.get(address.split("?")[0]).text
    assert "being brought up to date" not in client.get(address).text


def test_counts_of_an_index_that_lacks_something_are_not_remembered(client, busy, monkeypatch):
    make_event(title="Lantern")
    assert "No events" in client.get("/timeline/?q=lantern").text
    monkeypatch.undo()
    assert "1 event" in client.get("/timeline/?q=lantern").text


@pytest.mark.parametrize("form", ["json", "csv", "atom", "ics"])
def test_data_are_refused_while_the_index_lacks_something(client, busy, monkeypatch, form):
    make_event(title="Lantern", happened="2020-01-01")
    refused = client.get(f"/timeline.{form}?q=lantern")
    assert refused.status_code == 503
    assert refused["Retry-After"] == "60"
    assert "still to be read" in refused.text
    assert client.get(f"/timeline.{form}").status_code == 200
    monkeypatch.undo()
    answer = client.get(f"/timeline.{form}?q=lantern")
    assert b"Lantern" in b"".join(answer)


def test_index_that_is_being_made_anew_lacks_what_is_to_come(client):
    make_event(title="Lantern")
    make_area(name="Lanterns")
    steps = rebuild()
    next(steps)
    assert "1 record or change is still to be read" in client.get("/search/?q=lantern").text
    make_event(title="Second lantern")
    list(steps)
    assert "being brought up to date" not in client.get("/search/?q=lantern").text
    assert found("lantern") == ["Lantern", "Second lantern"]


def test_index_that_was_left_half_made_says_so_until_it_is_made(client):
    make_event(title="Lantern")
    next(rebuild())
    make_event(title="Second lantern")
    assert found("lantern") == ["Lantern", "Second lantern"]
    assert unread() == (0, 1)
    call_command("search_index", verbosity=0)
    assert unread() == (0, 0)


@pytest.mark.parametrize("many", [1, 3, 1000])
def test_order_and_rows_are_the_same_however_many_are_found(client, monkeypatch, many):
    monkeypatch.setattr(asking, "MANY", many)
    for number in range(3):
        make_event(title=f"Lantern {number}", happened=f"{2000 + number}")
    make_event(title="Lantern unseen", status="draft")
    make_event(title="Anchor")
    make_document(event=make_event(title="With a text", happened="1990"), text="On lanterns.")
    make_organisation(name="Lantern office")
    expected = ["Lantern 2", "Lantern 1", "Lantern 0", "With a text"]
    assert titles_of(client.get("/timeline/?q=lantern")) == expected
    assert titles_of(client.get("/timeline/?q=lantern&order=oldest")) == expected[::-1]
    assert titles_of(client.get("/timeline/?q=lantern&before=2001")) == expected[1:]
    assert "Lantern office" in client.get("/organisations/?q=lantern").text


# The command


def test_command_makes_the_index_anew_and_checks_it(capsys):
    make_event(title="Lantern")
    make_document(title="Text", text="Of lanterns")
    call_command("search_index", "--check")
    assert "agrees" in capsys.readouterr().out
    QuerySet(Event).update(title="Anchor")  # behind the back of the log
    with pytest.raises(CommandError, match="differ"):
        call_command("search_index", "--check", verbosity=0)
    assert found("anchor") == []
    call_command("search_index")
    assert "events: " in capsys.readouterr().out
    assert "Anchor" in found("anchor")
    call_command("search_index", "--check", verbosity=0)


def test_command_finds_entries_of_records_that_are_gone():
    event = make_event(title="Lantern")
    assert found("lantern")
    event_of_none = SearchEntry.objects.filter(uid=event.uid)
    QuerySet(Event).filter(pk=event.pk)._raw_delete("default")
    with pytest.raises(CommandError, match="1 entries differ"):
        call_command("search_index", "--check", verbosity=0)
    call_command("search_index", verbosity=0)
    assert not event_of_none.exists()


# Excerpts


def test_words_are_marked_and_all_else_is_escaped():
    html = marked('<b>Peace-building</b> & "reconciling"', "peacebuilding reconcile")
    assert html == (
        "&lt;b&gt;<mark>Peace-building</mark>&lt;/b&gt; &amp; &quot;<mark>reconciling</mark>&quot;"
    )
    assert marked("世界和平", "和平") == "世界<mark>和平</mark>"
    assert marked("<script>", "script") == "&lt;<mark>script</mark>&gt;"


def test_excerpt_shows_where_the_words_stand():
    event = make_event(
        summary="Nothing of note.", body=f"<p>{'so on ' * 200}</p><p>Then lanterns &lt;lit&gt;.</p>"
    )
    html = excerpt(event, "lantern")
    assert "<mark>lanterns</mark> &lt;lit&gt;" in html
    assert html.startswith("… ")
    assert len(html) < 330
    assert excerpt(event, "nowhere") == "Nothing of note."
    assert excerpt(make_place(), "geneva") == ""


# The lists


def test_timeline_is_searched_with_other_filters_and_by_relevance(client):
    make_event(title="Later", summary="On lanterns", happened="2020")
    make_event(title="Lantern day", happened="1950")
    make_event(title="Lantern statement", kind="statement", happened="1960")
    assert titles_of(client.get("/timeline/?q=lanterns")) == [
        "Later",
        "Lantern statement",
        "Lantern day",
    ]
    assert titles_of(client.get("/timeline/?q=lanterns&order=relevance")) == [
        "Lantern statement",
        "Lantern day",
        "Later",
    ]
    assert titles_of(client.get("/timeline/?q=lanterns&kind=statement")) == ["Lantern statement"]
    response = client.get("/timeline/?q=lanterns&after=1955&order=relevance")
    assert "2 events from 1955 on, with “lanterns”, most relevant first" in text_of(response)
    html = client.get("/timeline/?q=lanterns&order=relevance").text
    assert 'href="/timeline/" aria-label="Remove filter: “lanterns”"' in html


def test_order_by_relevance_needs_words(client):
    make_event(title="Lantern")
    response = client.get("/timeline/?order=relevance")
    assert "Only words that are searched for have an order by relevance." in text_of(response)
    assert "order=relevance" not in client.get("/timeline/").text
    assert titles_of(response) == ["Lantern"]


def test_organisations_are_searched(client):
    body = make_organisation(name="Quaker Office")
    make_organisation_name(organisation=body, name="House of lanterns")
    assert titles_of(client.get("/organisations/?q=lantern")) == ["Quaker Office"]


# The page of everything


def test_search_page_groups_by_kind_and_leads_on(client):
    for number in range(7):
        make_event(title=f"Lantern {number}", happened=f"19{number}1")
    event = make_event(title="Other event")
    make_document(event=event, title="Lantern text")
    make_organisation(name="Lantern Office", acronym="LO", summary="Lights lanterns.")
    make_area(name="Lanterns")
    make_place(name="Lantern Bay")
    make_resource(title="Reading of lanterns")
    make_series(name="Lantern talks")
    response = client.get("/search/?q=lantern")
    text = text_of(response)
    assert "14 results for “lantern”" in text
    for heading in ("Events 8", "Organisations 1", "Areas of work 1", "Places 1", "Documents 1"):
        assert heading in text, heading
    assert "Further reading 1" in text
    assert "Series of events 1" in text
    assert "Events: all 8" in text
    assert 'href="/timeline/?q=lantern"' in response.text
    assert "Lights <mark>lanterns</mark>." in response.text
    assert 'href="/timeline/other-event/"' in response.text


def test_search_page_without_words_explains(client):
    text = text_of(client.get("/search/?q=%20"))
    assert "All words must be there" in text
    assert "result" not in text


def test_search_page_says_what_cannot_be_read(client):
    assert "longer than 200 characters" in text_of(client.get("/search/?q=" + "x" * 5000))
    assert "cannot be read" in text_of(client.get("/search/?q=a%00b"))


@pytest.mark.parametrize(
    ("typed", "better"),
    [
        ("mediaton", "mediation"),
        ("Meditaion burundi", "mediation burundi"),
        ("burumdi", "burundi"),
        ("afsv", "afsc"),
    ],
)
def test_nearest_spelling_is_offered(client, typed, better):
    make_event(title="Mediation in Burundi")
    make_organisation(acronym="AFSC")
    response = client.get("/search/", {"q": typed})
    assert "Nothing here has all of these words." in text_of(response)
    assert f"Did you mean {better}?" in text_of(response)
    assert text_of(response).count("Timeline") >= 2


def test_nothing_near_is_no_offer(client):
    make_event(title="Mediation")
    assert "Did you mean" not in text_of(client.get("/search/?q=xylophone"))


# Nobody finds what nobody may see

HIDDEN = {
    "draft": {"status": "draft"},
    "in review": {"status": "in-review"},
    "scheduled": {"publish_at": timezone.now() + timedelta(days=1)},
    "taken down": {"unpublish_at": timezone.now() - timedelta(days=1)},
    "removed": {"removed_at": timezone.now() - timedelta(days=1)},
}
SURFACES = ["/search/", "/timeline/", "/organisations/"]


@pytest.mark.parametrize("how", HIDDEN)
def test_hidden_records_are_not_found_counted_or_suggested(client, how):
    hidden, secret = HIDDEN[how], "Zanzibar"
    area, body = make_area(name="Open area"), make_organisation(name="Open body")
    hidden_event = make_event(title=secret, body=f"<p>{secret}</p>", **hidden)
    make_document(event=hidden_event, title=secret, text=secret)
    hidden_area = make_area(name=secret, other_names=secret, **hidden)
    hidden_body = make_organisation(name=secret, acronym=secret, **hidden)
    make_organisation_name(organisation=hidden_body, name=secret)
    make_engagement(organisation=hidden_body, area=area, text=secret)
    make_engagement(organisation=body, area=hidden_area, text=secret)
    make_activity(area=hidden_area, text=secret, organisations=[body])
    make_quotation(areas=[hidden_area], text=secret)
    make_resource(areas=[hidden_area], organisations=[], title=secret)
    make_place(name=secret, **hidden)
    make_series(name=secret, **hidden)
    for words in (secret, "zanzibra", "zanz", "zanzybar open"):
        for path in SURFACES:
            shown = results_of(client.get(path, {"q": words})).lower()
            for typed in (words.lower(), words.lower().replace(" ", "+")):
                shown = shown.replace(typed, "")
            assert "zanzibar" not in shown, (path, words)
            assert "did you mean" not in shown, (path, words)
    assert "0 results" in text_of(client.get("/search/?q=zanzibar"))
    assert SearchWord.objects.filter(word="zanzibar").exists()  # it could have leaked


@pytest.mark.parametrize("status", ["draft", "in-review"])
def test_hidden_parts_do_not_find_their_public_page(client, status):
    area, body, event = make_area(), make_organisation(), make_event()
    make_activity(area=area, text="Zanzibar", status=status)
    make_quotation(areas=[area], text="Zanzibar", status=status)
    make_resource(areas=[area], title="Zanzibar", organisations=[body], status=status)
    make_document(event=event, title="Zanzibar", text="Zanzibar", status=status)
    for model in (Event, Organisation, AreaOfWork, Resource, Document):
        assert found("zanzibar", model) == []
    assert "0 results" in text_of(client.get("/search/?q=zanzibar"))
    assert "Did you mean" not in text_of(client.get("/search/?q=zanzibra"))


def test_withheld_places_are_not_found_at_the_body():
    place = make_place(name="Zanzibar")
    body = make_organisation(places=[place], withhold_places=True)
    make_activity(
        area=make_area(), organisations=[body], places=[place], text="Open.", withhold_places=True
    )
    assert found("zanzibar", Organisation) == []
    assert found("zanzibar", AreaOfWork) == []
    assert found("zanzibar", Place) == ["Zanzibar"]


def test_words_that_nothing_has_together_are_tried_alone(client):
    make_event(title="Mediation in Geneva")
    make_place(name="Burundi")
    make_event(title="Burundi talks", status="draft")
    response = client.get("/search/", {"q": "mediation burundi zzz"})
    text = text_of(response)
    assert "Each word alone finds: mediation: 1 result burundi: 1 result Try fewer" in text
    assert '<a href="/search/?q=burundi">burundi</a>' in response.text
    assert "1 result" in text_of(client.get("/search/?q=burundi"))
    assert "Each word alone" not in text_of(client.get("/search/?q=zzz"))
