"""Files that the site does not take: each gets its sentence, and nothing of it is kept."""

from functools import cache
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from peaceportal.core.images import pixels
from tests.editor import address, errors, read_form, saved, send
from tests.factories import make_event, make_user
from timeline.models import Document, Event

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

HTML = b"<!doctype html><title>Talks</title><script>alert(1)</script>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"
UNREADABLE = (
    "This file is damaged, or is no picture that the site can show. "
    "Save the picture as JPEG, PNG, WebP or GIF and choose that file."
)
TOO_LARGE = (
    "This picture has more than 50 million pixels. Save a smaller copy of it and choose that."
)
EMPTY = "The submitted file is empty."
DOCUMENT = {"title": "Text", "kind": "record", "language": "en", "status": "draft"}


@pytest.fixture
def editor(client):
    client.force_login(make_user())
    return client


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def written(kind, image=None, **options):
    file = BytesIO()
    (image or Image.new("RGB", (40, 20), "olive")).save(file, kind, **options)
    return file.getvalue()


@cache
def photograph():
    """Of 60 million pixels, as the larger cameras take them."""
    return written("jpeg", Image.new("L", (10_000, 6_000)))


@cache
def bomb():
    """Of 196 million pixels in less than 100 kB: Pillow itself would not open it."""
    content = written("png", Image.new("1", (14_000, 14_000)))
    assert len(content) < 100_000
    return content


def cut(kind):
    return written(kind, Image.radial_gradient("L"))[:-400]


def moving():
    return written("gif", save_all=True, append_images=[Image.new("RGB", (40, 20), "teal")])


PICTURES = {
    "an SVG drawing": ("drawing.svg", lambda: SVG, UNREADABLE),
    "an SVG drawing named PNG": ("drawing.png", lambda: SVG, UNREADABLE),
    "a web page named PNG": ("photo.png", lambda: HTML, UNREADABLE),
    "a web page that begins as a GIF": ("photo.gif", lambda: b"GIF89a" + HTML, UNREADABLE),
    "words": ("notes.png", lambda: b"Dear editor", UNREADABLE),
    "a JPEG that was cut off": ("photo.jpg", lambda: cut("jpeg"), UNREADABLE),
    "a PNG that was cut off": ("photo.png", lambda: cut("png"), UNREADABLE),
    "a TIFF scan": ("scan.tiff", lambda: written("tiff"), UNREADABLE),
    "a PDF": ("page.pdf", lambda: written("pdf"), UNREADABLE),
    "a BMP": ("icon.bmp", lambda: written("bmp"), UNREADABLE),
    "an empty file": ("photo.png", lambda: b"", EMPTY),
    "a bomb": ("bomb.png", bomb, TOO_LARGE),
    "a photograph of 60 megapixels": ("photo.jpg", photograph, TOO_LARGE),
}


def stored(folder):
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


@pytest.mark.parametrize(
    ("name", "content", "sentence"), PICTURES.values(), ids=[*map(str, PICTURES)]
)
def test_picture_that_is_not_taken_gets_its_sentence(editor, media, name, content, sentence):
    upload = SimpleUploadedFile(name, content(), "image/png")
    response = send(editor, address(Event, "add"), title="Talks", image=upload, image_alt="A hall")
    assert errors(response) == {"image": [sentence]}
    assert sentence in response.text
    assert read_form(response)["title"] == "Talks"
    assert not Event.objects.exists()
    assert stored(media) == []


@pytest.mark.parametrize("content", [bomb, photograph])
def test_picture_that_is_too_large_is_never_unpacked(editor, monkeypatch, content):
    monkeypatch.setattr(pixels, "pixels_of", None)
    upload = SimpleUploadedFile("photo.png", content(), "image/png")
    response = send(editor, address(Event, "add"), title="Talks", image=upload)
    assert errors(response)["image"] == [TOO_LARGE]


def test_picture_that_weighs_too_much_gets_its_sentence(editor, monkeypatch):
    monkeypatch.setattr(pixels, "MOST_MEGABYTES", 0)
    upload = SimpleUploadedFile("photo.jpg", written("jpeg"), "image/jpeg")
    response = send(editor, address(Event, "add"), title="Talks", image=upload, image_alt="A hall")
    assert errors(response) == {
        "image": ["This picture is larger than 0 MB. Save a smaller copy of it and choose that."]
    }


def test_moving_picture_is_taken_and_stands_still(editor):
    upload = SimpleUploadedFile("moving.gif", moving(), "image/gif")
    fields = {"title": "Talks", "image": upload, "image_alt": "A hall"}
    assert saved(send(editor, address(Event, "add"), **fields))
    picture = Image.open(Event.objects.get().image)
    assert (picture.format, getattr(picture, "n_frames", 1)) == ("PNG", 1)


TRICKS = ["../../talks", "..\\..\\talks", "/etc/cron.d/talks", "C:\\talks", "%2e%2e%2ftalks", ".."]


@pytest.mark.parametrize("name", TRICKS)
def test_name_of_a_file_leads_out_of_no_folder(editor, media, name):
    upload = SimpleUploadedFile("x.png", written("png"), "image/png")
    upload._name = f"{name}.png"  # what a browser would have made harmless
    document = SimpleUploadedFile("x.pdf", b"%PDF-1.4")
    document._name = f"{name}.pdf"
    fields = {"title": "Talks", "image": upload, "image_alt": "A hall"}
    rows = {"documents": [DOCUMENT | {"file": document}]}
    assert saved(send(editor, address(Event, "add"), rows=rows, **fields))
    assert Event.objects.get().image.name.startswith("images/")
    assert Document.objects.get().file.name.startswith("documents/")
    for path in stored(media.parent):
        assert path.startswith(("media/images/", "media/documents/", "media/__processed__/")), path
        assert ".." not in path.split("/")


DOCUMENTS = {
    "a web page": ("page.html", HTML),
    "a web page named twice": ("text.pdf.html", HTML),
    "an SVG drawing": ("drawing.svg", SVG),
    "a program": ("setup.exe", b"MZ"),
    "a file without a suffix": ("text", b"%PDF-1.4"),
    "an empty file": ("text.pdf", b""),
}


@pytest.mark.parametrize(("name", "content"), DOCUMENTS.values(), ids=[*DOCUMENTS])
def test_document_that_is_not_taken_gets_its_sentence(editor, media, name, content):
    event = make_event()
    rows = {"documents": [DOCUMENT | {"file": SimpleUploadedFile(name, content)}]}
    response = send(editor, address(Event, "change", event.pk), rows=rows)
    (said,) = errors(response)["documents-0-file"]
    allowed = "Allowed extensions are: pdf, txt, docx, odt, rtf, epub."
    assert said.endswith(allowed if content else EMPTY)
    assert not Document.objects.exists()
    assert stored(media) == []


def test_form_that_another_site_forged_is_refused_with_a_sentence():
    event = make_event(title="Talks")
    forged = Client(enforce_csrf_checks=True)
    forged.force_login(make_user())
    response = forged.post(address(Event, "change", event.pk), {"title": "Changed"})
    assert response.status_code == 403
    assert "This form was not taken" in response.text
    assert "Go back, load the page anew and send it again." in response.text
    event.refresh_from_db()
    assert event.title == "Talks"
