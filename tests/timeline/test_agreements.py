"""Agreements as a mediator looks for them: who made them, in which process, and what they say."""

from datetime import UTC, datetime

import pytest
from django.core.files.base import ContentFile

from tests.factories import (
    make_document,
    make_event,
    make_organisation,
    make_participation,
    make_series,
)
from tests.reading import results_of, text_of, titles_of

pytestmark = pytest.mark.django_db

SECRET = "Quiet channel"
PAST, TO_COME = datetime(2001, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)


def make_agreement(**overrides):
    return make_event(**{"title": "Accord", "kind": "agreement"} | overrides)


def make_process(**overrides):
    return make_series(**{"name": "Lake talks", "kind": "peace-process"} | overrides)


def take_part(event, role, *names, **fields):
    for name in names:
        body = make_organisation(name=name)
        make_participation(event=event, role=role, organisation=body, **fields)


def read(client, record):
    return text_of(client.get(record.get_absolute_url())).replace("\xa0", " ")


def in_order(text, *words):
    places = [text.index(word) for word in words]
    return places == sorted(places)


# Who made it


def test_parties_come_first_then_who_helped(client):
    agreement = make_agreement()
    take_part(agreement, "witnessed", "League")
    take_part(agreement, "signed", "Army")
    take_part(agreement, "convened", "Host")
    take_part(agreement, "mediated", "Envoy Office")
    take_part(agreement, "party", "South", "North", represented_by="A. Person, Minister")
    text = read(client, agreement)
    assert "Who made it Parties North, represented by A. Person, Minister South, repr" in text
    helped = ["Mediator Envoy Office", "Signatory Army", "Witness League", "Convened it Host"]
    assert in_order(text, "Parties North", *helped)


def test_item_of_an_agreement_names_parties_and_process(client):
    agreement = make_agreement(series=make_process(), ordinal=3)
    take_part(agreement, "party", "North", "South")
    take_part(agreement, "mediated", "Envoy Office")
    text = text_of(client.get("/timeline/?kind=agreement"))
    made = "Parties: North; South Mediator: Envoy Office"
    assert f"{made} Peace process: Lake talks, number 3" in text


def test_item_names_who_helped_by_role_and_only_once(client):
    agreement = make_agreement()
    take_part(agreement, "mediated", "Envoy Office", "Lake Union")
    take_part(agreement, "witnessed", "League")
    take_part(agreement, "convened", "Host")
    text = text_of(client.get("/timeline/?kind=agreement"))
    assert "Mediators: Envoy Office; Lake Union Witness: League Host" in text
    item = results_of(client.get("/timeline/?kind=agreement"))
    assert item.count(">Envoy Office<") == item.count(">League<") == 1


def test_page_of_a_body_says_what_it_was_in_each_event(client):
    office = make_organisation(name="Envoy Office")
    section = make_organisation(name="Section", parent=office)
    agreement = make_agreement()
    make_participation(event=agreement, role="mediated", organisation=office)
    make_participation(event=agreement, role="witnessed", organisation=office)
    make_event(title="Talks", organisations=[office])
    make_event(title="Meeting of the section", organisations=[section])
    text = read(client, office)
    assert "Agreement · Mediator · Witness Accord" in text
    assert "Meeting · Took part Talks" in text
    assert "Meeting Meeting of the section" in text
    assert "· Mediator" not in text_of(client.get("/timeline/"))


def test_item_of_forty_parties_stays_short(client):
    agreement = make_agreement()
    take_part(agreement, "party", *(f"Party {number:02}" for number in range(40)))
    take_part(agreement, "witnessed", *(f"Witness {number:02}" for number in range(40)))
    html = results_of(client.get("/timeline/?kind=agreement"))
    item = html[html.index('<article class="event"') : html.index("</article>")]
    assert item.count(">Party ") == 6
    assert ">34 more</a>" in item
    assert "Witness" not in item
    assert client.get(agreement.get_absolute_url()).text.count(">Party ") == 40


@pytest.mark.parametrize(("parties", "said"), [(6, 6), (7, 7), (8, 6)])
def test_item_leaves_out_no_single_party(client, parties, said):
    take_part(make_agreement(), "party", *(f"Party {number}" for number in range(parties)))
    html = results_of(client.get("/timeline/?kind=agreement"))
    assert html[html.index('<article class="event"') :].count(">Party ") == said


def test_other_events_name_no_parties_in_words(client):
    take_part(make_event(series=make_process()), "party", "North")
    html = results_of(client.get("/timeline/"))
    assert "Parties:" not in html
    assert "Peace process:" not in html
    assert "North" in html


@pytest.mark.parametrize("hidden", [{"status": "draft"}, {"publish_at": TO_COME}])
def test_nothing_hidden_is_named(client, hidden):
    agreement = make_agreement(series=make_process(name=SECRET, **hidden))
    body = make_organisation(name=SECRET, **hidden)
    make_participation(event=agreement, role="party", organisation=body)
    shown = make_process()
    other = make_agreement(title="Other accord", series=shown)
    make_agreement(title=SECRET, series=shown, happened="1953-01-01", **hidden)
    for path in (
        "/timeline/?kind=agreement",
        agreement.get_absolute_url(),
        other.get_absolute_url(),
        shown.get_absolute_url(),
    ):
        assert SECRET not in client.get(path).text
    assert "The only agreement recorded of this process." in read(client, other)


# The door to them


def test_home_leads_to_all_agreements(client):
    assert "peace agreement" not in client.get("/").text
    make_agreement(title=SECRET, status="draft")
    make_event()
    make_agreement()
    assert '<a href="/timeline/?kind=agreement">1 peace agreement</a>' in client.get("/").text
    html = client.get("/timeline/?kind=agreement").text
    assert "<h1>Agreements</h1>" in html
    assert "<title>Agreements – Peace Portal</title>" in html
    for more in ("&kind=meeting", "&q=accord"):
        assert "<h1>Timeline</h1>" in client.get(f"/timeline/?kind=agreement{more}").text


# The process


def test_agreement_says_what_came_before_and_after_it(client):
    process = make_process()
    make_agreement(title="First", happened="1994-01", series=process)
    second = make_agreement(title="Second", happened="1994-02-03", ordinal=2, series=process)
    make_agreement(title="Third", happened="1995", series=process)
    make_event(title="Meeting between", happened="1994-02-10", series=process)
    other = make_process(name="Hill talks")
    make_agreement(title="Elsewhere", happened="1994-02-04", series=other)
    text = read(client, second)
    assert "Peace process Lake talks, number 2 One of 3 agreements recorded" in text
    assert "Before it First, January 1994 After it Third, 1995" in text
    assert "Series" not in text[text.index("Facts") :]


def test_order_that_nobody_knows_is_not_told(client):
    process = make_process()
    first = make_agreement(title="First", happened="1994", series=process)
    make_agreement(title="Second", happened="1994-06", series=process)
    assert "Around the same time Second, June 1994" in read(client, first)


def test_agreements_of_one_day_follow_their_numbers(client):
    process = make_process()
    make_agreement(title="Annex B", ordinal=2, series=process)
    make_agreement(title="Annex A", ordinal=1, series=process)
    assert titles_of(client.get(process.get_absolute_url())) == ["Annex A", "Annex B"]


def test_agreement_of_unknown_date_goes_by_its_number(client):
    process = make_process()
    make_agreement(title="First", happened="1994", ordinal=1, series=process)
    undated = make_agreement(title="Second", happened="", ordinal=2, series=process)
    unknown = make_agreement(title="Unknown", happened="", series=process)
    assert "Before it, by its number First, 1994" in read(client, undated)
    text = read(client, unknown)
    assert "One of 3 agreements" in text
    assert "Before it" not in text


def test_process_shows_its_agreements_apart_in_their_order(client):
    process = make_process()
    make_agreement(title="Later", happened="2006", series=process)
    make_agreement(title="Unknown", happened="", series=process)
    first = make_agreement(title="Earlier", happened="1994", series=process, ordinal=1)
    take_part(first, "party", "North", "South")
    make_event(title="Round of talks", happened="1990", series=process)
    response = client.get(process.get_absolute_url())
    assert titles_of(response) == ["Earlier", "Later", "Unknown", "Round of talks"]
    text = text_of(response)
    assert "3 agreements are recorded here. 1 is of unknown date and comes last." in text
    assert "Its dates run from 1990 to 2006." in text
    assert "Parties: North; South" in text
    assert "Agreement · number 1" in text
    assert "Peace process:" not in text
    assert in_order(text, "Agreements", "Earlier", "Other events", "Round of talks")


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        (["2008/..", "1994"], "Its dates run from 1994 on."),
        (["1994-01", "1994"], "All its dates are in 1994."),
        (["199X", "2001"], "Its dates run from 1990 to 2001."),
        (["", ""], "2 are of unknown date and come last."),
    ],
)
def test_years_of_a_process_are_honest(client, dates, said):
    process = make_process()
    for date in dates:
        make_agreement(happened=date, series=process)
    assert said in read(client, process)


def test_series_of_meetings_is_one_list(client):
    series = make_series()
    make_event(title="Meeting", series=series)
    make_agreement(series=series)
    text = read(client, series)
    assert "Other events" not in text
    assert "agreement is recorded" not in text


# The documents


def test_texts_of_an_agreement_stand_first_by_language(client):
    agreement = make_agreement(body="<p>What came of it.</p>")
    english = make_document(event=agreement, title="Accord in full")
    for code in ("fr", "so", "ar", "x-lake"):
        make_document(event=agreement, title=f"Version {code}", language=code, version_of=english)
    make_document(event=agreement, title="Field notes", kind="report")
    text = read(client, agreement)
    assert "Documents Texts of the agreement English Accord in full" in text
    assert "français (French) Version fr" in text
    assert "Soomaali (Somali) Version so" in text
    assert "x-lake Version x-lake" in text
    order = ["Accord in full", "Version ar", "Version so", "Report Field notes", "What came of it"]
    assert in_order(text, *order)
    html = client.get(agreement.get_absolute_url()).text
    assert '<span lang="ar" dir="rtl">العربيّة</span> (Arabic)' in html


def test_versions_of_a_document_that_is_hidden_stand_together(client):
    agreement = make_agreement()
    hidden = make_document(event=agreement, title=SECRET, status="draft")
    make_document(event=agreement, title="Apart")
    for code in ("fr", "es"):
        make_document(event=agreement, title=f"Version {code}", language=code, version_of=hidden)
    text = read(client, agreement)
    assert SECRET not in text
    assert in_order(text, "Apart", "Version es", "Version fr")


def test_versions_in_a_circle_are_all_shown(client):
    agreement = make_agreement()
    one = make_document(event=agreement, title="One")
    two = make_document(event=agreement, title="Two", version_of=one)
    one.version_of = two
    one.save()
    assert {"One", "Two"} <= set(read(client, agreement).split())


def test_documents_of_other_events_need_no_heading(client):
    document = make_document(title="Minutes", kind="record")
    assert "Documents Minutes (record, English)" in read(client, document.event)


# The full text


def test_full_text_has_a_page_of_its_own(client):
    agreement = make_agreement(happened="1994-02-03")
    document = make_document(
        event=agreement,
        title="Accord in full",
        text="First <b>line</b>\nsecond line\n\nAnother paragraph",
    )
    html = client.get(agreement.get_absolute_url()).text
    assert f'href="{document.text_address}"' in html
    assert "Another paragraph" not in html
    response = client.get(document.text_address)
    assert "<p>First &lt;b&gt;line&lt;/b&gt;<br>second line</p>" in response.text
    text = text_of(response).replace("\xa0", " ")
    assert "Accord in full From: Accord, 3 February 1994" in text
    assert "put in or edited by the staff of this site" in text
    assert "Page 1" not in text
    assert f'rel="canonical" href="http://127.0.0.1:8000{document.text_address}"' in response.text


def test_full_text_read_from_a_file_says_so_and_tells_its_pages(client):
    document = make_document(text="One\f\fThree", text_from="file", file="a.pdf", language="ar")
    response = client.get(document.text_address)
    text = text_of(response)
    assert "read from the PDF by a program" in text
    assert "Words that read from right to left may be out of order." in text
    assert "Page 1 One Page 2 This page has no text. Page 3 Three" in text
    assert 'id="page-3"' in response.text
    assert '<div class="text" lang="ar" dir="rtl"><p>Three</p></div>' in response.text


def test_full_text_leads_to_its_other_languages(client):
    agreement = make_agreement()
    english = make_document(event=agreement, text="Peace")
    french = make_document(event=agreement, text="Paix", language="fr", version_of=english)
    make_document(event=agreement, text="Amani", language="sw", version_of=english, status="draft")
    make_document(event=agreement, language="es", version_of=english)
    make_document(event=agreement, text="Apart", language="de")
    response = client.get(english.text_address)
    assert f'href="{french.text_address}" hreflang="fr"' in response.text
    assert "In other languages: français (French)" in text_of(response)
    for other in ("Swahili", "Spanish", "German"):
        assert other not in text_of(response)
    assert "In other languages: English" in text_of(client.get(french.text_address))


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("One\fself-rule, and\nmore", 4, "2:~:text=self%2Drule%2C%20and"),
        ("和平与正义", 0, "1:~:text=%E5%92%8C%E5%B9%B3%E4%B8%8E%E6%AD%A3%E4%B9%89"),
        ("word " * 40, 0, "1:~:text=" + "%20".join(["word"] * 19)),
        ("Peace, and peace", 11, "1"),
    ],
)
def test_place_of_a_text_has_an_address(text, place, said):
    document = make_document(text=text)
    assert document.address_of(place) == f"{document.text_address}#page-{said}"


def test_document_without_text_leads_back_to_its_event(client):
    document = make_document()
    response = client.get(f"{document.event.get_absolute_url()}documents/{document.uid}/")
    assert response.status_code == 301
    assert response.url == document.event.get_absolute_url()
    assert "Read the full text" not in read(client, document.event)


@pytest.mark.parametrize(
    ("of_document", "of_event"),
    [
        ({"status": "draft"}, {}),
        ({}, {"status": "draft"}),
        ({}, {"publish_at": TO_COME}),
        ({}, {"unpublish_at": PAST}),
    ],
)
def test_text_is_seen_only_where_its_event_is(client, of_document, of_event):
    agreement = make_agreement(slug="accord", **of_event)
    document = make_document(event=agreement, text=SECRET, **of_document)
    response = client.get(document.text_address)
    assert response.status_code == 404
    assert SECRET not in response.text


def test_text_of_what_was_removed_is_gone(client):
    document = make_document(event=make_agreement(), text=SECRET)
    type(document.event).objects.remove()
    response = client.get(document.text_address)
    assert response.status_code == 410
    assert SECRET not in response.text


def test_address_of_a_text_lasts(client):
    agreement = make_agreement(slug="accord")
    document = make_document(event=agreement, text="Text")
    before = document.text_address
    agreement.slug = "lake-accord"
    agreement.save()
    response = client.get(before)
    assert response.status_code == 301
    assert response.url == f"/timeline/lake-accord/documents/{document.uid}/"
    document.event = make_agreement(slug="other")
    document.save()
    assert client.get(response.url).url == f"/timeline/other/documents/{document.uid}/"
    assert client.get(f"/timeline/nothing/documents/{document.uid}/").status_code == 404
    assert client.get("/timeline/other/documents/1/").status_code == 404


# Found by its words


def test_words_deep_in_a_long_text_are_found_and_shown(client):
    words = "The parties agree to the cessation of hostilities. " * 100
    pages = [words] * 120
    pages[99] += "They exchange the lanterns of António Vale at the ford."
    document = make_document(event=make_agreement(), title="In full", text="\f".join(pages))
    for query in ('"lanterns of antonio"', "lantern ford"):
        response = client.get("/search/", {"q": query})
        assert f'href="{document.text_address}#page-100' in response.text
        assert "<mark>lanterns</mark>" in response.text
        assert "Full text, page 100 · In Accord" in text_of(response)
    assert (
        "#page-100:~:text=lanterns%20of%20Ant%C3%B3nio%20Vale%20at%20the%20ford." in response.text
    )
    assert titles_of(client.get("/timeline/?q=lanterns")) == ["Accord"]


def test_document_found_by_its_title_leads_to_its_event(client):
    document = make_document(title="Lantern", text="Nothing of it", event=make_agreement())
    response = client.get("/search/?q=lantern")
    assert f'<a href="{document.event.get_absolute_url()}"' in response.text
    assert "Full text" not in text_of(response)


def test_page_of_an_event_reads_no_full_text(client, django_assert_max_num_queries):
    document = make_document(event=make_agreement(), text="x" * 100)
    with django_assert_max_num_queries(20) as captured:
        client.get(document.event.get_absolute_url())
    assert not any('"timeline_document"."text",' in query["sql"] for query in captured)


# In data


def test_documents_in_json_say_what_there_is(client):
    agreement = make_agreement(slug="accord")
    english = make_document(event=agreement, title="A", text="Text", pages=3)
    hidden = make_document(event=agreement, title=SECRET, status="draft")
    french = make_document(
        event=agreement,
        title="B",
        language="fr",
        url="",
        file=ContentFile(b"12345", name="b.txt"),
        version_of=english,
    )
    make_document(event=agreement, title="C", version_of=hidden)
    response = client.get("/timeline/accord.json")
    assert SECRET not in response.text
    assert str(hidden.uid) not in response.text
    first, second, third = response.json()["documents"]
    site = "http://127.0.0.1:8000"
    assert first == {
        "uid": str(english.uid),
        "title": "A",
        "kind": "agreement-text",
        "language": "en",
        "version_of": None,
        "url": "https://example.org/agreement.pdf",
        "size": None,
        "pages": 3,
        "text_url": f"{site}/timeline/accord/documents/{english.uid}/",
    }
    assert second["version_of"] == str(english.uid)
    assert second["url"] == f"{site}{french.file.url}"
    assert (second["size"], second["pages"], second["text_url"]) == (5, None, "")
    assert third["version_of"] is None


# How much is asked of the database


def test_agreements_take_as_few_queries_for_many(client, django_assert_max_num_queries):
    process = make_process()
    for number in range(12):
        agreement = make_agreement(title=f"Accord {number}", series=process, ordinal=number)
        take_part(agreement, "party", f"North {number}", f"South {number}")
        make_document(event=agreement, text="Text")
    other = make_agreement(series=make_process(name="Hill talks"))
    take_part(other, "party", "East")
    with django_assert_max_num_queries(12):
        client.get("/timeline/?kind=agreement")
    for record in (agreement, process):
        with django_assert_max_num_queries(20):
            client.get(record.get_absolute_url())
    with django_assert_max_num_queries(6):
        client.get(agreement.documents.get().text_address)
