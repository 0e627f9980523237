"""What a page says of a document before anybody fetches it."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from peaceportal.core.files import LargestFile
from peaceportal.core.weblinks import host_of
from tests.editor import address, errors, saved, send
from tests.factories import make_document, make_event, make_user
from tests.reading import file_of, text_of
from timeline.models import Document
from timeline.models.document import FILE_TYPES

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    client.force_login(make_user())
    return client


def stored(size=1_200_000, name="text.pdf"):
    return ContentFile(b"x" * size, name=name)


def read(client, document):
    return text_of(client.get(document.event.get_absolute_url())).replace("\xa0", " ")


def test_document_says_what_to_expect(client):
    document = make_document(title="Accord", url="", file=stored(), pages=12, kind="record")
    assert "Accord (record, PDF, 1.1 MB, English, 12 pages)" in read(client, document)


def test_document_of_unknown_length_says_the_rest(client):
    document = make_document(
        title="Accord", url="", file=stored(0, "a.ODT"), kind="record", language="fr"
    )
    assert "Accord (record, ODT, 0 bytes, French)" in read(client, document)
    html = client.get(document.event.get_absolute_url()).text
    assert 'hreflang="fr" lang="fr" dir="ltr">Accord</a>' in html


def test_document_elsewhere_names_the_site(client):
    document = make_document(
        title="Accord", kind="record", url="https://www.peacemaker.un.org/accord?x=1"
    )
    assert "Accord (record, English) at peacemaker.un.org, another site" in read(client, document)


def test_document_in_both_places_says_so(client):
    document = make_document(
        title="Accord", kind="record", file=stored(10, "a.pdf"), url="https://example.org/a.pdf"
    )
    text = read(client, document)
    assert "Accord (record, PDF, 10 bytes, English) Also on another site: example.org" in text


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://example.org:8000/a", "example.org"),
        ("HTTP://WWW.EXAMPLE.ORG", "example.org"),
        ("https://user:word@example.org/", "example.org"),
        ("https://[", ""),
        ("javascript:alert(1)//https://example.org", ""),
        ("", ""),
    ],
)
def test_host_of_an_address(url, host):
    assert host_of(url) == host


def test_page_looks_at_no_file(client, monkeypatch):
    document = make_document(url="", file=stored())

    def fail(*args):
        raise AssertionError("a file was looked at")

    for name in ("size", "exists", "open", "get_modified_time"):
        monkeypatch.setattr(default_storage, name, fail)
    assert "1.1 MB" in read(client, document)


# The size is right by every way of saving


@pytest.mark.parametrize("way", ["save", "bulk_create", "update", "raw", "loaddata"])
def test_size_is_kept_by_every_way_of_saving(tmp_path, way):
    name = default_storage.save("documents/2001/kept.pdf", stored(77))
    event = make_event()
    fields = {"title": "Accord", "kind": "record", "file": name}
    if way == "bulk_create":
        Document.objects.bulk_create([Document(event=event, **fields)])
    elif way == "loaddata":
        lines = [f"    {key}: {value}" for key, value in fields.items()]
        lines += [f"    event: {event.pk}"]
        fixture = tmp_path / "documents.yaml"
        fixture.write_text("\n".join(["- model: timeline.document", "  fields:", *lines]))
        call_command("loaddata", fixture, verbosity=0)
    else:
        document = make_document(event=event)
        assert document.file_size is None
        if way == "update":
            Document.objects.filter(pk=document.pk).update(**fields)
        else:
            document.file = name
            document.save_base(raw=True) if way == "raw" else document.save(update_fields=["file"])
    assert Document.objects.get().file_size == 77


def test_size_goes_with_its_file(client):
    document = make_document(file=stored(5))
    assert document.file_size == 5
    document.file = stored(6)
    document.save()
    assert Document.objects.get().file_size == 6
    document.file = ""
    document.save()
    assert Document.objects.get().file_size is None


@pytest.mark.parametrize("name", ["documents/2001/lost.pdf", "../secret_key.pdf"])
def test_lost_document_hinders_nothing(client, editor, name):
    document = make_document(title="Accord", kind="record", url="", file=name)
    assert document.file_size is None
    assert "Accord (record, PDF, English)" in read(client, document)
    url = address(Document, "change", document.pk)
    assert saved(send(editor, url, title="Renamed"))
    assert editor.get(f"{url.removesuffix('change/')}file/file/").status_code == 404


def test_size_stands_in_no_fixture(tmp_path):
    make_document(file=stored(5))
    dump = tmp_path / "dump.json"
    call_command("dumpdata", "timeline", output=str(dump))
    assert "file_size" not in dump.read_text()
    assert "image_width" not in dump.read_text()


# In the admin


def test_file_that_is_too_large_gets_its_sentence(editor, monkeypatch):
    [limit] = [v for v in Document._meta.get_field("file").validators if type(v) is LargestFile]
    assert limit.megabytes == 50
    monkeypatch.setattr(limit, "megabytes", 0.001)
    document = make_document(file=stored(10_000))  # what is stored already is not looked at
    url = address(Document, "change", document.pk)
    assert saved(send(editor, url, title="Renamed"))
    response = send(editor, url, file=SimpleUploadedFile("a.pdf", b"x" * 1001))
    assert [*errors(response)] == ["file"]
    assert "Add a smaller one, or its web address." in errors(response)["file"][0]
    assert saved(send(editor, url, file=SimpleUploadedFile("a.pdf", b"x" * 1000)))


@pytest.mark.parametrize("suffix", FILE_TYPES)
def test_every_kind_that_is_taken_is_sent_as_what_it_is(client, suffix):
    document = make_document(url="", file=stored(5, f"a.{suffix}"))
    response = client.get(document.file.url)
    assert response.headers["Content-Type"] != "application/octet-stream"
    file_of(response)


def test_staff_fetch_the_document_of_a_draft(editor, client):
    document = make_document(url="", file=stored(5), event=make_event(status="draft"))
    for page in (
        address(Document, "change", document.pk),
        address(type(document.event), "change", document.event.pk),
    ):
        link = f"/admin/timeline/document/{document.pk}/file/file/"
        assert f'<a href="{link}">{document.file.name}</a>' in editor.get(page).text
    response = editor.get(link)
    assert file_of(response) == b"xxxxx"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert editor.post(link).status_code == 405
    assert client.get(document.file.url).status_code == 404
