"""The text of a document: pasted, or read from its file, and what staff are told."""

import io

import pytest
from django.contrib.messages import get_messages
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from pypdf import PdfReader, PdfWriter

from peaceportal.core import file_texts
from peaceportal.core.file_texts import read_text
from tests.editor import address, errors, saved, send
from tests.factories import make_document, make_event, make_user
from tests.paper import bomb, pdf
from timeline import reading
from timeline.models import Document, Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    client.force_login(make_user())
    return client


@pytest.fixture
def save(editor, django_capture_on_commit_callbacks):
    """Sends a form, and gives what it says afterwards."""

    def send_it(url, **values):
        with django_capture_on_commit_callbacks(execute=True):
            response = send(editor, url, **values)
        assert saved(response)
        return [str(message) for message in get_messages(response.wsgi_request)]

    return send_it


def upload(content, name="accord.pdf"):
    return SimpleUploadedFile(name, content)


def with_file(content, name="accord.pdf", **fields):
    fields = {"title": "Accord", "url": "", "file": ContentFile(content, name=name)} | fields
    return make_document(**fields)


def locked(password):
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf("An agreement"))))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="RC4-128")
    found = io.BytesIO()
    writer.write(found)
    return found.getvalue()


def change(document):
    return address(Document, "change", document.pk)


# What is read of a file


def test_text_of_a_pdf_is_read_page_by_page():
    document = with_file(pdf("Article 1 (a)", "Article 2"))
    found = read_text(document.file, "en", 60)
    assert (found.text, found.pages, found.pages_with_text) == ("Article 1 (a)\fArticle 2", 2, 2)


@pytest.mark.parametrize(
    ("content", "why", "pages"),
    [
        (pdf("", ""), "scan", 2),
        (locked("secret"), "locked", None),
        (pdf("Article 1")[:300], "broken", None),
        (b"", "broken", None),
        (b"<html>", "broken", None),
        (pdf("x").replace(b"/Kids [5 0 R]", b"/Kids [2 0 R]"), "broken", None),
        (pdf("x", count=2001), "too-long", 2001),
    ],
)
def test_pdf_that_yields_no_text_says_why(content, why, pages):
    found = read_text(with_file(content).file, "en", 60)
    assert (found.text, found.why_not, found.pages) == ("", why, pages)


def test_pdf_that_anyone_may_open_is_read():
    assert read_text(with_file(locked("")).file, "en", 60).text == "An agreement"


def test_bomb_does_no_harm():
    assert read_text(with_file(bomb(300)).file, "en", 60).text == ""


def test_pdf_that_takes_too_long_is_given_up():
    assert read_text(with_file(pdf("Article 1")).file, "en", 0).why_not == "too-slow"


def test_text_that_is_too_long_is_not_cut(monkeypatch):
    monkeypatch.setattr(file_texts, "MOST_CHARACTERS", 10)
    assert read_text(with_file(pdf("Long text")).file, "en", 60).text == "Long text"
    for content, name in ((pdf("Longer text"), "a.pdf"), (b"Longer text", "a.txt")):
        assert read_text(with_file(content, name).file, "en", 60).why_not == "too-long"


@pytest.mark.parametrize(
    ("content", "language", "text"),
    [
        ("Accord d’Évian\r\n".encode(), "fr", "Accord d’Évian"),
        ("Accord d’Évian".encode("utf-8-sig"), "fr", "Accord d’Évian"),
        ("Accord d’Évian".encode("utf-16"), "fr", "Accord d’Évian"),
        ("Accord d’Évian".encode("cp1252"), "fr-FR", "Accord d’Évian"),
        ("اتفاق السلام".encode("cp1256"), "ar", "اتفاق السلام"),
        ("和平协议".encode("gb18030"), "zh-hans", "和平协议"),
    ],
)
def test_text_file_is_read_in_any_encoding(content, language, text):
    assert read_text(with_file(content, "a.TXT").file, language, 60).text == text


@pytest.mark.parametrize("content", [bytes(range(256)), b"", b" \n "])
def test_text_file_without_text_is_broken(content):
    assert read_text(with_file(content, "a.txt").file, "en", 60).why_not == "broken"


def test_lost_file_is_lost():
    document = make_document(url="", file="documents/2001/lost.pdf")
    assert read_text(document.file, "en", 60).why_not == "lost"


# What staff are told


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (pdf("One"), "a.pdf", "The text of 1 page was read from the PDF."),
        (pdf("One", "Two"), "a.pdf", "The text of 2 pages was read from the PDF."),
        (
            pdf("One", ""),
            "a.pdf",
            "The text of 1 page was read from the PDF. 1 page has none: it may be empty, or a "
            "scan.",
        ),
        (
            pdf(""),
            "a.pdf",
            "This PDF has no text: it is a scan. Paste its text if you have it.",
        ),
        (b"One", "a.txt", "The text was read from the file."),
        (
            "d’Évian".encode("cp1252"),
            "a.txt",
            "The text was read from the file as Windows-1252, because it is not UTF-8. "
            "Please look through it.",
        ),
    ],
)
def test_staff_are_told_what_was_read(save, content, name, told):
    document = make_document(title="Accord")
    said = save(change(document), file=upload(content, name))
    assert f"“Accord”: {told}" in said


def test_document_on_the_form_of_its_event_is_read(save):
    event = make_event()
    row = {"title": "Accord", "kind": "agreement-text", "language": "en", "status": "published"}
    said = save(
        address(Event, "change", event.pk),
        rows={"documents": [row | {"file": upload(pdf("An agreement", "Its annex"))}]},
    )
    assert "“Accord”: The text of 2 pages was read from the PDF." in said
    document = Document.objects.get()
    assert (document.text, document.text_from) == ("An agreement\fIts annex", "file")
    assert document.pages == 2
    assert not any("was read" in words for words in save(address(Event, "change", event.pk)))


def test_nobody_waits_while_a_file_is_read(save, monkeypatch):
    """Outside any transaction: on SQLite all who write would wait for it."""
    seen = []

    def look(file, language, seconds):
        seen.append((len(connection.savepoint_ids), Document.objects.exclude(file="").count()))
        return read_text(file, language, seconds)

    monkeypatch.setattr(reading, "read_text", look)
    document = make_document()
    before = len(connection.savepoint_ids)
    save(change(document), file=upload(pdf("One")))
    assert seen == [(before, 1)]


def test_scan_is_asked_only_once(save):
    document = make_document(title="Accord")
    save(change(document), file=upload(pdf("")))
    assert not any("scan" in words for words in save(change(document), title="Renamed"))
    assert Document.objects.get().unread_because == "scan"
    save(change(document), file=upload(pdf("One")))
    document = Document.objects.get()
    assert (document.text, document.unread_because) == ("One", "")


def test_pasted_text_outlives_a_new_file(save):
    document = make_document(title="Accord")
    said = save(change(document), text="Pasted\r\ntext", file=upload(pdf("One")))
    assert not any("was read" in words for words in said)
    save(change(document), file=upload(pdf("Two")))
    document = Document.objects.get()
    assert (document.text, document.text_from) == ("Pasted\ntext", "pasted")


def test_edited_text_outlives_a_new_file(save):
    document = make_document()
    save(change(document), file=upload(pdf("Onne", "")))
    save(change(document), text="One\f")
    save(change(document), file=upload(pdf("Two")))
    document = Document.objects.get()
    assert (document.text, document.text_from) == ("One\f", "pasted")


def test_text_of_a_file_goes_with_it(save):
    document = make_document()
    save(change(document), file=upload(pdf("", "One")))
    save(change(document), title="Renamed")  # nothing of its text is changed by that
    assert Document.objects.get().text_from == "file"
    save(change(document), file=upload(pdf("Two")))
    document = Document.objects.get()
    assert (document.text, document.text_from, document.pages) == ("Two", "file", 1)
    save(change(document), **{"file-clear": "on"})
    document = Document.objects.get()
    assert (document.text, document.text_from, document.pages) == ("", "", None)


def test_length_that_staff_wrote_is_kept(save):
    document = make_document(pages=12)
    save(change(document), file=upload(pdf("One")))
    assert Document.objects.get().pages == 12


def test_emptied_text_is_read_again(save):
    document = make_document()
    save(change(document), text="Pasted", file=upload(pdf("One")))
    save(change(document), text=" ")
    assert Document.objects.get().text == "One"


def test_text_that_is_too_long_gets_its_sentence(editor):
    document = make_document()
    response = send(editor, change(document), text="x" * 2_000_001)
    assert [*errors(response)] == ["text"]
    assert "at most 2000000 characters" in errors(response)["text"][0].replace(",", "")


def test_a_whole_book_can_be_saved(save):
    document = make_document(text="كتاب " * 400_000)
    save(change(document), title="Renamed")
    assert Document.objects.get().title == "Renamed"


@pytest.mark.parametrize("way", ["save", "bulk_create", "update"])
def test_where_a_text_is_from_is_right_by_every_way_of_saving(way):
    event = make_event()
    fields = {"title": "A", "kind": "record", "url": "https://example.org/", "text": "Pas\0ted"}
    if way == "bulk_create":
        Document.objects.bulk_create([Document(event=event, **fields)])
    elif way == "update":
        make_document(event=event)
        Document.objects.update(**fields | {"text": "Pasted"})
    else:
        make_document(event=event, **fields)
    document = Document.objects.get()
    assert (document.text, document.text_from) == ("Pasted", "pasted")


def test_new_file_by_update_drops_the_text_of_the_old():
    document = with_file(pdf("One"))
    call_command("read_documents", verbosity=0)
    assert Document.objects.get().text == "One"
    name = default_storage.save("documents/2001/two.pdf", ContentFile(pdf("Two")))
    Document.objects.filter(pk=document.pk).update(file=name)
    assert (Document.objects.get().text, Document.objects.get().text_from) == ("", "")


# Files that came in by other ways


def test_command_reads_what_an_import_brought(capsys):
    with_file(pdf("One"))
    with_file(pdf(""), title="Scan")
    with_file(b"x", "a.docx")
    make_document()
    call_command("read_documents")
    said = capsys.readouterr().out
    assert "“Accord”: The text of 1 page was read from the PDF." in said
    assert "“Scan”: This PDF has no text" in said
    assert "1 of 2 texts were read." in said
    call_command("read_documents")
    assert "0 of 0 texts were read." in capsys.readouterr().out
    call_command("read_documents", "--again")
    assert "0 of 1 texts were read." in capsys.readouterr().out


def test_command_reads_what_took_too_long_in_a_form():
    document = with_file(pdf("One"))
    told = reading.read(document, 0)
    assert "manage.py read_documents" in told.words
    assert Document.objects.get().unread_because == "too-slow"
    call_command("read_documents", verbosity=0)
    assert Document.objects.get().text == "One"


def test_many_files_share_one_patience():
    documents = [with_file(pdf("One")) for _ in range(2)]
    told = list(reading.read_all(documents, patience=0))
    assert [each.is_read for each in told] == [False, False]
    assert "Save once more to have it read." in told[0].words
    assert Document.objects.unread().count() == 2


def test_what_was_changed_meanwhile_is_kept(monkeypatch):
    document = with_file(pdf("One"))
    stale = Document.objects.get()
    Document.objects.filter(pk=document.pk).update(text="Pasted")
    reading.read(stale, 60)
    assert Document.objects.get().text == "Pasted"
