from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from peaceportal.core.models import Identifier
from tests.editor import address, errors, read_form, saved, send
from tests.factories import (
    make_area,
    make_document,
    make_event,
    make_identifier,
    make_organisation,
    make_participation,
    make_series,
    make_source,
    make_user,
)
from timeline.models import Document, Event, EventSeries

pytestmark = pytest.mark.django_db

IDENTIFIERS = "core-identifier-content_type-object_id"


@pytest.fixture
def editor(client):
    client.force_login(make_user())
    return client


def picture(name="talks.png"):
    file = BytesIO()
    Image.new("RGB", (4, 4)).save(file, "png")
    return SimpleUploadedFile(name, file.getvalue(), "image/png")


def add_event(editor, *, rows=None, **values):
    return send(editor, address(Event, "add"), rows=rows, **{"title": "Talks"} | values)


def change_event(editor, event, *, rows=None, **values):
    return send(editor, address(Event, "change", event.pk), rows=rows, **values)


def test_event_with_two_bodies_and_an_imprecise_date_is_added_at_once(editor):
    area, source = make_area(), make_source()
    host, guest = make_organisation(name="Host"), make_organisation(name="Guest")
    response = add_event(
        editor,
        title="Two days of talks",
        happened="30 Nov – 1 Dec 2023",
        areas=[area.pk],
        sources=[source.pk],
        status="published",
        rows={
            "participations": [
                {"organisation": host.pk, "role": "convened", "represented_by": "The director"},
                {"organisation": guest.pk, "role": "took-part"},
            ],
            "documents": [
                {
                    "title": "Record of the talks",
                    "kind": "record",
                    "language": "fr",
                    "url": "https://example.org/record.pdf",
                    "sources": [source.pk],
                    "status": "published",
                }
            ],
            IDENTIFIERS: [{"scheme": "un-symbol", "value": "S/2023/1"}],
        },
    )
    assert saved(response)
    event = Event.objects.get()
    assert event.happened.edtf == "2023-11-30/2023-12-01"
    assert str(event.happened_earliest) == "2023-11-30"
    assert event.slug == "two-days-of-talks"
    assert event.is_public()
    assert [*event.areas.all(), *event.sources.all()] == [area, source]
    parts = event.participations.values_list("organisation", "role", "represented_by")
    assert set(parts) == {(host.pk, "convened", "The director"), (guest.pk, "took-part", "")}
    document = event.documents.get()
    assert (document.language, document.sources.get()) == ("fr", source)
    assert str(event.identifiers.get()) == "un-symbol:S/2023/1"


def test_event_needs_only_its_title(editor):
    assert saved(add_event(editor, title="Talks"))
    assert not Event.objects.get().happened


def test_event_form_asks_for_title_date_areas_and_sources_first(editor):
    names = [*read_form(editor.get(address(Event, "add")))]
    first = [name for name in names if not name.startswith(("csrf", "q"))]
    assert first[:4] == ["title", "happened", "areas", "sources"]


def test_event_form_shows_the_date_in_words_and_what_was_understood(editor):
    event = make_event(happened="2023-11-30/2023-12-01")
    response = editor.get(address(Event, "change", event.pk))
    assert read_form(response)["happened"] == "30 November – 1 December 2023"
    assert "Understood as 30 November – 1 December 2023." in response.text


def test_event_form_sent_back_unchanged_changes_nothing(editor):
    event = make_event(happened="195X~", areas=[make_area()], sources=[make_source()])
    make_participation(event=event, organisation=make_organisation())
    make_document(event=event)
    before = Event.objects.filter(pk=event.pk).values().get()
    assert saved(change_event(editor, event))
    after = Event.objects.filter(pk=event.pk).values().get()
    assert after == before
    assert [event.areas.count(), event.sources.count(), event.participations.count()] == [1, 1, 1]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("03/04/2024", "reads two ways"),
        ("2023-02-30", "does not exist"),
        ("2023-12-01/2023-11-30", "runs backwards"),
        ("../..", "open at both ends"),
        ("0000", "Years run from 0001 to 9999"),
        ("19th century", "Centuries are too wide"),
        ("x" * 10_000, "too long for a date"),
        ("195\0", "cannot be read as a date"),
    ],
)
def test_wrong_date_gets_its_sentence_and_nothing_typed_is_lost(editor, typed, sentence):
    area, host = make_area(name="Mediation"), make_organisation(name="Host of talks")
    response = add_event(
        editor,
        title="Two days of talks",
        happened=typed,
        summary="What was said",
        areas=[area.pk],
        rows={"participations": [{"organisation": host.pk, "role": "convened"}]},
    )
    said = errors(response)
    assert [*said] == ["happened"]
    assert sentence in said["happened"][0]
    typed_again = read_form(response)
    assert typed_again["title"] == "Two days of talks"
    assert typed_again["summary"] == "What was said"
    assert typed_again["areas"] == [str(area.pk)]
    assert typed_again["participations-0-organisation"] == str(host.pk)
    assert typed_again["participations-0-role"] == "convened"
    if "\0" not in typed:
        assert typed_again["happened"] == typed
    assert "Host of talks" in response.text
    assert not Event.objects.exists()


def test_organisation_twice_in_one_role_is_refused_beside_its_row(editor):
    row = {"organisation": make_organisation().pk, "role": "party"}
    response = add_event(editor, rows={"participations": [row, row]})
    assert errors(response)["participations"] == [
        "This organisation already has this role in the event."
    ]
    assert "participations-1-__all__" in errors(response)


def test_organisation_with_the_same_role_as_a_stored_row_is_refused(editor):
    part = make_participation(role="party")
    row = {"organisation": part.organisation_id, "role": "party"}
    response = change_event(editor, part.event, rows={"participations": [row]})
    assert "This organisation already has this role in the event." in response.text
    row["role"] = "mediated"
    assert saved(change_event(editor, part.event, rows={"participations": [row]}))


def test_participation_can_be_deleted_and_a_document_cannot(editor):
    part = make_participation()
    make_document(event=part.event)
    response = change_event(
        editor, part.event, participations__0__DELETE="on", documents__0__DELETE="on"
    )
    assert saved(response)
    assert not part.event.participations.exists()
    assert part.event.documents.exists()


def test_inferred_date_must_be_the_posting_date(editor):
    response = add_event(editor, happened="July 2024", happened_inferred="on", posted="May 2024")
    assert errors(response) == {
        "happened_inferred": [
            "A date taken from the posting is the posting date itself: "
            "write the same in “happened” and “posted”."
        ]
    }
    assert saved(add_event(editor, happened="July 2024", happened_inferred="on", posted="2024-07"))
    assert "July 2024 (from its posting)" in editor.get(address(Event)).text


def test_picture_needs_words_or_the_tick(editor):
    response = add_event(editor, image=picture())
    assert errors(response) == {
        "image": ["Choose talks.png again: files are not kept after an error."],
        "image_alt": ["Describe the picture in the alternative text, or tick “decorative”."],
    }
    assert saved(add_event(editor, image=picture(), image_alt="Two people at a table"))
    assert saved(add_event(editor, image=picture(), image_is_decorative="on"))


def test_files_are_asked_for_again_after_an_error(editor):
    row = {"title": "Text", "kind": "record", "language": "en", "status": "draft"}
    row["file"] = SimpleUploadedFile("text.pdf", b"%PDF-1.4")
    image = {"image": picture("photo.png"), "image_alt": "Two people at a table"}
    response = add_event(editor, happened="03/04/2024", rows={"documents": [row]}, **image)
    said = errors(response)
    again = "Choose {} again: files are not kept after an error."
    assert said.pop("happened")
    assert said == {
        "image": [again.format("photo.png")],
        "documents-0-file": [again.format("text.pdf")],
    }
    assert '<a href="#id_image">Picture</a>: Choose photo.png' in response.text
    assert '<a href="#id_documents-0-file">Document 1: File</a>: Choose text.pdf' in response.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("image_alt", "Two people at a table"),
        ("image_is_decorative", "on"),
        ("image_caption", "At Geneva"),
        ("image_credit", "A photographer"),
        ("image_licence", "CC BY 4.0"),
    ],
)
def test_words_about_a_picture_need_the_picture(editor, field, value):
    sentence = ["There is no picture. Choose it, or take this out."]
    assert errors(add_event(editor, **{field: value})) == {field: sentence}
    event = make_event(**{field: value if value != "on" else True})
    assert saved(change_event(editor, event))  # stored already, so left alone


def test_picture_is_taken_out_with_its_words(editor):
    fields = {"image": picture(), "image_alt": "Two people at a table"}
    assert saved(add_event(editor, **fields))
    event = Event.objects.get()
    assert saved(change_event(editor, event, image_caption="At Geneva"))
    response = change_event(editor, event, **{"image-clear": "on"})
    assert [*errors(response)] == ["image_alt", "image_caption"]
    gone = {"image-clear": "on", "image_alt": "", "image_caption": ""}
    assert saved(change_event(editor, event, **gone))


def test_event_cannot_commemorate_itself(editor):
    event = make_event()
    response = change_event(editor, event, commemorates=event.pk)
    assert errors(response) == {"commemorates": ["An event cannot commemorate itself."]}


def test_page_is_not_taken_down_before_it_is_published(editor):
    response = add_event(
        editor,
        publish_at="2024-02-01T09:00",
        unpublish_at="2024-01-01T09:00",
    )
    assert errors(response) == {
        "unpublish_at": [
            "It would be taken down before it is published. Correct one of the two moments."
        ]
    }


def test_identifier_of_another_page_is_refused(editor):
    make_identifier(scheme="ucdp", value="42")
    row = {"scheme": "ucdp", "value": "42"}
    response = add_event(editor, rows={IDENTIFIERS: [row]})
    assert "Another page already has this identifier." in response.text
    assert errors(response)
    row["value"] = "43"
    response = add_event(editor, rows={IDENTIFIERS: [row, row]})
    assert errors(response)[IDENTIFIERS] == ["Another page already has this identifier."]
    assert Identifier.objects.count() == 1


def test_document_needs_a_file_or_an_address(editor):
    row = {"title": "Text", "kind": "record", "language": "en", "status": "draft"}
    response = add_event(editor, rows={"documents": [row]})
    assert errors(response) == {
        "documents-0-file": ["Add a file, or the web address of the document."]
    }
    row["url"] = "javascript:alert(1)"
    response = add_event(editor, rows={"documents": [row]})
    assert errors(response)["documents-0-url"] == [
        "Write a full web address that begins with https:// or http://."
    ]


def test_document_cannot_be_a_version_of_itself_nor_a_program(editor):
    document = make_document()
    url = address(Document, "change", document.pk)
    assert errors(send(editor, url, version_of=document.pk)) == {
        "version_of": ["A document cannot be a version of itself."]
    }
    response = send(editor, url, file=SimpleUploadedFile("page.html", b"<script>"))
    assert [*errors(response)] == ["file"]


@pytest.mark.parametrize("name", ["text.pdf", "نص الاتفاق " * 8 + ".pdf", "../../x.pdf"])
def test_document_may_have_a_name_in_any_script(editor, name):
    url = address(Document, "change", make_document().pk)
    assert saved(send(editor, url, file=SimpleUploadedFile(name, b"%PDF-1.4")))
    assert Document.objects.get().file.read() == b"%PDF-1.4"


def test_name_too_long_for_the_file_system_gets_a_sentence(editor):
    row = {"title": "Text", "kind": "record", "language": "ar", "status": "draft"}
    row["file"] = SimpleUploadedFile("ن" * 150 + ".pdf", b"%PDF-1.4")
    response = add_event(editor, rows={"documents": [row]}, image=picture("ن" * 150 + ".png"))
    sentence = ["The name of this file is too long. Rename it and add it again."]
    assert errors(response)["documents-0-file"] == sentence
    assert errors(response)["image"] == sentence


def test_dates_in_lists_are_as_exact_as_their_source(editor):
    make_event(title="Exact", happened="1953-07-27")
    make_event(title="Vague", happened="2008/..")
    make_event(title="Nobody knows", happened="")
    text = editor.get(address(Event)).text
    for words in ("27 July 1953", "since 2008", "date unknown"):
        assert words in text


@pytest.mark.parametrize("order", ["3", "-3"])
def test_unknown_dates_stay_last_in_both_orders(editor, order):
    make_event(title="Unknown", happened="")
    make_event(title="Early", happened="1945")
    make_event(title="Late", happened="2023")
    rows = editor.get(address(Event), {"o": order}).context["cl"].result_list
    known = ["Early", "Late"] if order == "3" else ["Late", "Early"]
    assert [event.title for event in rows] == [*known, "Unknown"]


def test_area_filter_includes_areas_within(editor):
    wide = make_area(name="Peace")
    narrow = make_area(name="Mediation", parent=wide)
    make_event(title="Wide", areas=[wide, narrow])
    make_event(title="Narrow", areas=[narrow])
    make_event(title="Elsewhere", areas=[make_area(name="Other")])
    found = editor.get(address(Event), {"area": wide.pk}).context["cl"].result_list
    assert sorted(event.title for event in found) == ["Narrow", "Wide"]
    junk = editor.get(address(Event), {"area": "\0junk"})
    assert junk.status_code in {200, 302}


def test_events_of_a_series_are_listed_and_not_edited_there(editor):
    series = make_series()
    event = make_event(series=series, title="First round", happened="1953/..")
    url = address(EventSeries, "change", series.pk)
    response = editor.get(url)
    assert "First round" in response.text
    assert "since 1953" in response.text
    assert address(Event, "change", event.pk) in response.text
    assert saved(send(editor, url, name="Renamed talks"))
    assert EventSeries.objects.get().name == "Renamed talks"
    assert Event.objects.get().series == series


def test_document_is_found_by_the_title_of_its_event(editor):
    make_document(title="Text", event=make_event(title="Armistice"))
    make_document(title="Other", event=make_event(title="Talks"))
    found = editor.get(address(Document), {"q": "armistice"}).context["cl"].result_list
    assert [document.title for document in found] == ["Text"]


def test_event_with_forty_organisations_is_saved(editor):
    rows = [
        {"organisation": make_organisation(name=f"Body {n}").pk, "role": "signed"}
        for n in range(40)
    ]
    assert saved(add_event(editor, rows={"participations": rows}))
    event = Event.objects.get()
    assert saved(change_event(editor, event, title="Signed by many"))
    assert event.participations.count() == 40
