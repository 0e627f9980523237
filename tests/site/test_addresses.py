"""An address once public answers for ever."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image

from organisations.models import AreaOfWork, Organisation, Place
from tests.factories import (
    make_activity,
    make_area,
    make_document,
    make_event,
    make_organisation,
    make_place,
    make_quotation,
    make_series,
)
from tests.reading import file_of, text_of
from timeline.models import Event, EventSeries

pytestmark = pytest.mark.django_db

KINDS = [
    (Event, make_event, "/timeline/"),
    (EventSeries, make_series, "/series/"),
    (Organisation, make_organisation, "/organisations/"),
    (AreaOfWork, make_area, "/areas/"),
    (Place, make_place, "/places/"),
]
each_kind = pytest.mark.parametrize(("model", "make", "prefix"), KINDS)


@each_kind
def test_old_slug_redirects_for_ever(client, model, make, prefix):
    page = make(slug="first")
    for slug in ("second", "third"):
        page.slug = slug
        page.save()
    for old in ("first", "second"):
        response = client.get(f"{prefix}{old}/")
        assert response.status_code == 301
        assert response.url == f"{prefix}third/"
        assert response.headers["Cache-Control"] == "no-cache"
    assert client.get(f"{prefix}third/").status_code == 200


@each_kind
def test_removed_page_is_gone_with_a_sentence(client, model, make, prefix):
    page = make(slug="page", **{model.title_field: "Confidential"})
    model.objects.filter(pk=page.pk).remove()
    response = client.get(f"{prefix}page/")
    assert response.status_code == 410
    assert response.headers["Cache-Control"] == "no-cache"
    assert "This page has been removed" in text_of(response)
    assert "Confidential" not in text_of(response)
    model.objects.filter(pk=page.pk).put_back()
    assert client.get(f"{prefix}page/").status_code == 200


@each_kind
def test_deleted_page_is_gone_as_well(client, model, make, prefix):
    make(slug="page").delete()
    assert client.get(f"{prefix}page/").status_code == 410


@each_kind
def test_removed_page_that_was_never_public_is_not_found(client, model, make, prefix):
    page = make(slug="page", status="draft")
    model.objects.filter(pk=page.pk).remove()
    assert client.get(f"{prefix}page/").status_code == 404


@each_kind
def test_merged_page_redirects_to_where_it_went(client, model, make, prefix):
    kept = make(slug="kept")
    between = make(slug="between", removed_at=None)
    merged = make(slug="merged")
    for page, into in ((merged, between), (between, kept)):
        page.removed_at, page.merged_into = timezone.now(), into
        page.save()
    for slug in ("merged", "between"):
        response = client.get(f"{prefix}{slug}/")
        assert response.status_code == 301
        assert response.url == f"{prefix}kept/"
    model.objects.filter(pk=kept.pk).remove()
    assert client.get(f"{prefix}merged/").status_code == 410


@each_kind
def test_archived_page_stays_readable_and_says_so(client, model, make, prefix):
    make(slug="page", status="archived")
    response = client.get(f"{prefix}page/")
    assert response.status_code == 200
    assert "kept, but no longer maintained" in text_of(response)


@each_kind
def test_permanent_address_leads_to_where_the_page_lives_now(client, model, make, prefix):
    page = make(slug="first")
    permanent = f"/id/{page.uid}/"
    page.slug = "second"
    page.save()
    response = client.get(permanent)
    assert (response.status_code, response.url) == (301, f"{prefix}second/")
    assert response.headers["Cache-Control"] == "no-cache"
    model.objects.filter(pk=page.pk).remove()
    assert client.get(permanent).status_code == 410
    page.refresh_from_db()
    page.delete()
    assert client.get(permanent).status_code == 410


@each_kind
def test_permanent_address_of_a_merged_page_leads_to_the_other(client, model, make, prefix):
    kept, merged = make(slug="kept"), make(slug="merged")
    merged.removed_at, merged.merged_into = timezone.now(), kept
    merged.save()
    assert client.get(f"/id/{merged.uid}/").url == f"{prefix}kept/"


@each_kind
def test_permanent_address_of_a_draft_is_not_found(client, model, make, prefix):
    assert client.get(f"/id/{make(status='draft').uid}/").status_code == 404


def test_permanent_address_of_a_part_leads_to_its_page(client):
    area = make_area(slug="mediation")
    draft = make_area(name="Draft", slug="draft", status="draft")
    document = make_document(event=make_event(slug="talks"))
    quotation = make_quotation(areas=[draft, area])
    assert client.get(f"/id/{document.uid}/").url == "/timeline/talks/"
    assert client.get(f"/id/{quotation.uid}/").url == "/areas/mediation/"
    for hidden in (make_activity(area=draft), make_activity(area=area, status="draft")):
        assert client.get(f"/id/{hidden.uid}/").status_code == 404


def test_permanent_address_of_nothing_is_not_found(client):
    assert client.get("/id/00000000-0000-4000-8000-000000000000/").status_code == 404
    assert client.get("/id/nonsense/").status_code == 404


def test_old_slug_of_a_draft_is_not_found(client):
    event = make_event(slug="first")
    event.slug, event.status = "second", "draft"
    event.save()
    assert client.get("/timeline/first/").status_code == 404


def test_slug_in_another_script_and_form_is_found(client):
    event = make_event(title="Café à Genève")
    assert event.slug == "café-à-genève"
    assert client.get("/timeline/cafe\u0301-a\u0300-gene\u0300ve/").status_code == 200
    arabic = make_event(title="السلام")
    assert client.get(arabic.get_absolute_url()).status_code == 200


def test_path_without_its_last_slash_redirects(client):
    response = client.get("/timeline")
    assert response.status_code == 301
    assert response.url == "/timeline/"


def test_error_pages_lead_on(client):
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert "There is no page here" in text_of(response)
    assert 'href="/timeline/"' in response.content.decode()


def test_error_of_ours_has_a_page(client, monkeypatch):
    def fail(request):
        raise RuntimeError

    monkeypatch.setattr("peaceportal.views.render", _failing_once(fail))
    client.raise_request_exception = False
    response = client.get("/about/")
    assert response.status_code == 500
    assert "Something went wrong" in text_of(response)


def _failing_once(fail):
    from django.shortcuts import render

    def failing(request, template, *args, **kwargs):
        return (
            fail(request)
            if template == "about.html"
            else render(request, template, *args, **kwargs)
        )

    return failing


def test_public_addresses_take_no_other_method(client):
    for address in ("/", "/timeline/", "/organisations/", "/healthz", "/about/"):
        assert client.post(address).status_code in {403, 405}, address
        assert client.head(address).status_code == 200


def test_healthz_answers_ok(client):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")


def test_robots_names_the_sitemap_and_keeps_out_of_the_admin(client):
    text = client.get("/robots.txt").content.decode()
    assert "Disallow: /admin/" in text
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in text


def test_sitemap_lists_every_public_page(client):
    event = make_event()
    assert "/sitemap-events.xml" in client.get("/sitemap.xml").content.decode()
    pages = client.get("/sitemap-events.xml").content.decode()
    assert f"http://127.0.0.1:8000{event.get_absolute_url()}" in pages
    assert "http://127.0.0.1:8000/timeline/" in client.get("/sitemap-lists.xml").content.decode()


def test_sitemap_does_not_believe_the_host_that_was_asked(client):
    for address in ("/sitemap.xml", "/sitemap-lists.xml"):
        assert "evil" not in client.get(address, headers={"host": "evil.example"}).text


def test_sitemap_of_an_empty_site_answers(client):
    assert client.get("/sitemap.xml").status_code == 200
    assert client.get("/sitemap-events.xml").status_code == 200


# Files


def picture_of(size):
    file = BytesIO()
    Image.new("RGB", size, "teal").save(file, "png")
    return file.getvalue()


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8ffff3f0005fe02fea735819d0000000049454e44ae426082"
)


def test_document_of_a_public_event_is_saved_not_opened(client):
    document = make_document(url="", file=ContentFile(b"%PDF-1.4", name="text.pdf"))
    response = client.get(document.file.url)
    assert response.status_code == 200
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert file_of(response) == b"%PDF-1.4"


def test_picture_of_a_public_event_is_shown(client):
    event = make_event(image=ContentFile(PIXEL, name="x.png"), image_alt="A hall")
    html = client.get(event.get_absolute_url()).content.decode()
    assert f'<img src="{event.image.url}" width="1" height="1" alt="A hall"' in html
    response = client.get(event.image.url)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "image/webp"
    file_of(response)


def test_stored_picture_has_no_address(client):
    event = make_event(image=ContentFile(PIXEL, name="x.png"), image_alt="A hall")
    event.image.make_copies()
    copy = event.image.copy_name("page")
    assert event.image.storage.exists(copy)
    for name in (event.image.name, copy):
        assert client.get(f"/media/{name}").status_code == 404


@pytest.mark.parametrize("size", ["full", "original", "PAGE", "page.webp", "page/../half"])
def test_picture_comes_in_no_other_size(client, size):
    event = make_event(image=ContentFile(PIXEL, name="x.png"), image_alt="A hall")
    assert client.get(f"/media/pictures/{event.uid}/{size}.webp").status_code == 404


def files_of(event, document):
    return [event.image.url, event.image.address("half"), document.file.url]


def test_browser_that_has_a_file_asks_whether_it_may_still_be_shown(client):
    event = make_event(image=ContentFile(PIXEL, name="x.png"), image_alt="A hall")
    document = make_document(event=event, url="", file=ContentFile(b"x", name="text.pdf"))
    for address in files_of(event, document):
        first = client.get(address)
        assert first.headers["Cache-Control"] == "no-cache"
        file_of(first)
        for known in (
            {"If-None-Match": first.headers["ETag"]},
            {"If-Modified-Since": first.headers["Last-Modified"]},
        ):
            again = client.get(address, headers=known)
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["ETag"] == first.headers["ETag"]
            assert again.headers["Cache-Control"] == "no-cache"
    Event.objects.filter(pk=event.pk).remove()
    for address in files_of(event, document):
        assert client.get(address, headers={"If-None-Match": "*"}).status_code == 404


def test_replaced_picture_is_sent_at_the_same_address(client):
    event = make_event(image=ContentFile(PIXEL, name="x.png"), image_alt="A hall")
    first = client.get(event.image.url)
    before, kept = file_of(first), event.image.name
    event.image = ContentFile(picture_of((9, 5)), name="x.png")
    event.save()
    again = client.get(event.image.url, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert file_of(again) != before
    assert event.image.name != kept
    assert event.image.storage.exists(kept)


def test_head_of_a_file_says_its_size(client):
    event = make_event(image=ContentFile(PIXEL, name="x.png"), image_alt="A hall")
    document = make_document(event=event, url="", file=ContentFile(b"1234", name="text.pdf"))
    for address in files_of(event, document):
        response = client.head(address)
        assert response.status_code == 200
        assert int(response.headers["Content-Length"]) > 0
        assert file_of(response) == b""
    assert client.post(document.file.url).status_code in {403, 405}


def test_files_are_not_compressed_again(client):
    document = make_document(url="", file=ContentFile(b"x" * 5000, name="text.pdf"))
    response = client.get(document.file.url, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in response.headers
    assert response.headers["Content-Length"] == "5000"
    file_of(response)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.pdf", "application/pdf"),
        ("a.txt", "text/plain"),
        ("a.epub", "application/epub+zip"),
        ("A.ODT", "application/vnd.oasis.opendocument.text"),
        ("a.html", "application/octet-stream"),
    ],
)
def test_document_is_sent_as_what_it_is(client, name, kind):
    document = make_document(url="", file=ContentFile(b"x", name=name))
    response = client.get(document.file.url)
    assert response.headers["Content-Type"] == kind
    file_of(response)


@pytest.mark.parametrize(
    "path",
    [
        "../secret_key",
        "..%2fsecret_key",
        "%2e%2e/secret_key",
        "documents/../../secret_key",
        "/etc/passwd",
        "documents/",
        "a%00.pdf",
        "pictures/../secret_key",
        "pictures/00000000-0000-0000-0000-000000000000/page.webp",
        "pictures/1/page.webp",
        "x" * 5000,
    ],
)
def test_path_leads_out_of_the_files_nowhere(client, path):
    assert client.get(f"/media/{path}").status_code == 404


@pytest.mark.parametrize("name", ["../secret_key", "/etc/passwd", "documents", "a\0.pdf"])
def test_name_in_a_row_leads_out_of_the_files_nowhere(client, name):
    """As a fixture could have it: rows are loaded past the form."""
    if "\0" not in name:
        document = make_document(url="", file=name)
        assert document.file_size is None or name == "documents"
    event = make_event(image=name.replace("\0", ""), image_alt="A hall")
    assert event.image.copies == []
    assert client.get(event.get_absolute_url()).status_code == 200
    for address in (event.image.url, f"/media/{name}"):
        assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    "hidden",
    [
        {"status": "draft"},
        {"removed_at": timezone.now()},
        {"publish_at": timezone.now() + timedelta(days=1)},
        {"unpublish_at": timezone.now() - timedelta(days=1)},
        {"status": "in-review"},
    ],
)
def test_files_of_hidden_records_are_not_found(client, hidden):
    event = make_event(image=ContentFile(PIXEL, name="x.png"), image_alt="A hall", **hidden)
    document = make_document(event=event, url="", file=ContentFile(b"x", name="text.pdf"))
    event.image.make_copies()
    for address in files_of(event, document):
        assert client.get(address).status_code == 404


def test_file_of_a_draft_document_and_of_nobody_is_not_found(client):
    document = make_document(url="", file=ContentFile(b"x", name="text.pdf"), status="draft")
    assert client.get(document.file.url).status_code == 404
    assert client.get("/media/documents/other.pdf").status_code == 404
    assert client.get("/media/../manage.py").status_code == 404


def test_lost_file_is_not_found(client):
    document = make_document(url="", file=ContentFile(b"x", name="text.pdf"))
    document.file.storage.delete(document.file.name)
    assert client.get(document.file.url).status_code == 404
