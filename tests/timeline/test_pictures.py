"""What is taken as a picture, what is kept of it, and what readers are sent."""

import logging
from datetime import datetime
from importlib import import_module
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models import QuerySet
from django.utils.html import escape
from PIL import Image, ImageCms, PngImagePlugin, TiffImagePlugin

from peaceportal.core.images import pixels
from tests.editor import address, errors, saved, send
from tests.factories import make_document, make_event, make_user
from tests.reading import file_of
from timeline.models import Document, Event

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

SECRET = b"Zanzibar"  # stands in everything that a file says besides its pixels
ADD = {"title": "Talks", "image_alt": "A hall"}
UNREADABLE = [
    "This file is damaged, or is no picture that the site can show. "
    "Save the picture as JPEG, PNG, WebP or GIF and choose that file."
]


@pytest.fixture
def editor(client):
    client.force_login(make_user())
    return client


def halves(size=(40, 20), mode="RGB"):
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    return image.convert(mode)


def written(image, kind="jpeg", **options):
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def exif(orientation=1):
    """As a telephone writes it: where, when, with what, and which way up."""
    found = Image.Exif()
    found[0x0112] = orientation
    found[0x010E] = found[0x013B] = SECRET.decode()
    found.get_ifd(0x8769)[0x9003] = "2024:05:01 10:00:00"
    position = found.get_ifd(0x8825)
    position[1], position[3] = "S", "E"
    position[2] = position[4] = (TiffImagePlugin.IFDRational(6), 9, 58.1)
    position[0x1B] = SECRET
    return found.tobytes()


def telling(kind):
    """A file of this kind with the secret in every place that Pillow can write."""
    options = {"exif": exif()}
    if kind == "png":
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_text("Comment", SECRET.decode())
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", SECRET.decode())
    elif kind == "gif":
        options = {"comment": SECRET}
    else:
        options["xmp"] = SECRET
        if kind == "jpeg":
            options["comment"] = SECRET
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return written(halves(), kind, icc_profile=profile, **options)


def everything_sent(client, event):
    sent = b""
    for copy in event.image.copies:
        response = client.get(copy.address)
        assert response.status_code == 200
        sent += file_of(response)
    return sent


def assert_bare(content):
    assert SECRET not in content
    image = Image.open(BytesIO(content))
    assert not image.getexif()
    assert not {"exif", "xmp", "comment", "icc_profile", "photoshop"} & set(image.info)


# Safety of people


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "gif"])
def test_nothing_but_pixels_is_kept_of_an_upload(editor, kind):
    content = telling(kind)
    assert SECRET in content
    upload = SimpleUploadedFile(f"photo.{kind}", content, f"image/{kind}")
    assert saved(send(editor, address(Event, "add"), image=upload, status="published", **ADD))
    event = Event.objects.get()
    with event.image.open() as file:
        assert_bare(file.read())
    assert_bare(everything_sent(editor, event))


def test_nothing_but_pixels_is_kept_of_a_file_that_code_saves():
    event = make_event(image=ContentFile(telling("jpeg"), name="photo.jpg"), image_alt="A hall")
    with event.image.open() as file:
        assert_bare(file.read())


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "gif"])
def test_readers_are_sent_no_place_of_a_file_that_was_put_into_the_folder(client, kind):
    """As a restore does it: the row is loaded, and the file lies there as it was."""
    name = default_storage.save(f"images/2001/photo.{kind}", ContentFile(telling(kind)))
    event = make_event(image=name, image_alt="A hall")
    assert (event.image_width, event.image_height) == (40, 20)
    assert client.get(f"/media/{name}").status_code == 404
    assert_bare(everything_sent(client, event))


def test_page_tells_no_name_of_a_file(client):
    event = make_event(
        image=ContentFile(written(halves()), name="zanzibar-house.jpg"), image_alt="A hall"
    )
    assert "zanzibar" not in client.get(event.get_absolute_url()).text


# What is taken


def test_picture_that_code_saves_is_looked_at_as_well():
    with pytest.raises(ValidationError, match="damaged"):
        make_event(image=ContentFile(b"nothing", name="x.png"), image_alt="A hall")


def test_wrong_picture_leaves_the_one_before(editor):
    event = make_event(image=ContentFile(written(halves()), name="a.jpg"), image_alt="A hall")
    url = address(Event, "change", event.pk)
    response = send(editor, url, image=SimpleUploadedFile("b.png", b"nothing"))
    assert errors(response) == {"image": UNREADABLE}
    assert Event.objects.get().image.name == event.image.name


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        (written(halves(mode="CMYK")), ".jpg"),
        (written(halves(mode="L")), ".jpg"),
        (written(halves(mode="P"), "png", transparency=0), ".png"),
        (written(halves(mode="1"), "png"), ".png"),
        (written(Image.new("I;16", (40, 20), 60_000), "png"), ".png"),
        (written(halves(mode="LA"), "png"), ".png"),
        (written(halves(mode="RGBA"), "webp"), ".webp"),
        (
            written(halves(), "gif", save_all=True, append_images=[Image.new("RGB", (40, 20))]),
            ".png",
        ),
        (written(halves(), "mpo", save_all=True, append_images=[halves()]), ".jpg"),
    ],
)
def test_kinds_of_pictures_are_shown(client, content, suffix):
    event = make_event(image=ContentFile(content, name="wrong.svg"), image_alt="A hall")
    assert event.image.name.endswith(suffix)
    image = Image.open(BytesIO(everything_sent(client, event)))
    assert (image.format, image.size, getattr(image, "n_frames", 1)) == ("WEBP", (40, 20), 1)


def test_transparency_and_colours_stay(client):
    drawing = Image.new("RGBA", (1400, 20), (255, 0, 0, 255))
    drawing.paste((0, 0, 0, 0), (700, 0, 1400, 20))
    event = make_event(
        image=ContentFile(written(drawing, "png"), name="a.png"), image_is_decorative=True
    )
    response = client.get(event.image.url)
    image = Image.open(BytesIO(file_of(response)))
    assert image.size == (1344, 19)
    assert image.getpixel((5, 5)) == (255, 0, 0, 255)  # to the letter: drawings stay sharp
    assert image.getpixel((1300, 5))[3] == 0


@pytest.mark.parametrize("orientation", range(1, 9))
def test_picture_stands_upright(client, orientation):
    """Seen upright it is red on the left: the file has it turned, and says so."""
    turned = halves()
    for back in {6: [Image.Transpose.ROTATE_90], 8: [Image.Transpose.ROTATE_270]}.get(
        orientation, [pixels.UPRIGHT[orientation]] if orientation > 1 else []
    ):
        turned = turned.transpose(back)
    content = written(turned, exif=exif(orientation), quality=95)
    event = make_event(image=ContentFile(content, name="a.jpg"), image_alt="A hall")
    assert (event.image_width, event.image_height) == (40, 20)
    name = default_storage.save("images/2001/raw.jpg", ContentFile(content))
    loaded = make_event(image=name, image_alt="A hall", title="Loaded")
    assert (loaded.image_width, loaded.image_height) == (40, 20)
    for shown in (event, loaded):
        image = Image.open(BytesIO(everything_sent(client, shown)))
        assert image.size == (40, 20)
        assert image.getpixel((2, 10))[0] > 200
        assert image.getpixel((37, 10))[2] > 200


# What readers are sent


@pytest.mark.parametrize(
    ("size", "copies"),
    [
        ((1, 1), [(1, 1)]),
        ((600, 400), [(600, 400)]),
        ((1000, 500), [(672, 336), (1000, 500)]),
        ((2688, 1344), [(672, 336), (1344, 672)]),
        ((10, 9000), [(2, 2016), (4, 4032)]),
        ((9000, 1), [(672, 1), (1344, 1)]),
    ],
)
def test_copies_are_as_large_as_the_page_says(client, size, copies):
    event = make_event(
        image=ContentFile(written(Image.new("L", size), "png"), name="a.png"), image_alt="A hall"
    )
    assert [(copy.width, copy.height) for copy in event.image.copies] == copies
    for copy in event.image.copies:
        response = client.get(copy.address)
        image = Image.open(BytesIO(file_of(response)))
        assert image.size == (copy.width, copy.height)


def test_photograph_is_light(client):
    noise = Image.effect_noise((3000, 2000), 60).convert("RGB").resize((4000, 3000))
    content = written(noise, quality=98)
    assert len(content) > 5_000_000
    event = make_event(image=ContentFile(content, name="a.jpg"), image_alt="A hall")
    response = client.get(event.image.url)
    assert len(file_of(response)) < 700_000  # noise is the worst there is


def test_page_says_size_and_choice_of_pictures(client):
    content = written(halves((2000, 1000)))
    event = make_event(image=ContentFile(content, name="a.jpg"), image_alt="“A” <hall>")
    html = client.get(event.get_absolute_url()).text
    at = f"/media/pictures/{event.uid}"
    assert f'srcset="{at}/half.webp 672w, {at}/page.webp 1344w"' in html
    assert 'width="1344" height="672" alt="“A” &lt;hall&gt;" decoding="async"' in html


def test_decorative_picture_has_empty_words(client):
    event = make_event(
        image=ContentFile(written(halves()), name="a.jpg"),
        image_alt="Not to be read",
        image_is_decorative=True,
    )
    assert ' alt="" ' in client.get(event.get_absolute_url()).text


@pytest.mark.parametrize(
    ("licence", "deed"),
    [
        ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),
        ("cc-by-nc-nd-3.0-igo", "https://creativecommons.org/licenses/by-nc-nd/3.0/igo/"),
        ("CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        ("CC BY 4.0, cropped", None),
        ("<b>all rights", None),
    ],
)
def test_caption_credit_and_licence_stand_beneath(client, licence, deed):
    event = make_event(
        image=ContentFile(written(halves()), name="a.jpg"),
        image_alt="Une salle",
        image_caption="La salle",
        image_credit="A. Person",
        image_licence=licence,
        language="fr",
    )
    html = client.get(event.get_absolute_url()).text
    assert '<p lang="fr" dir="ltr">La salle</p>' in html
    assert "Picture: A. Person" in html
    if deed:
        assert f'Licence: <a href="{deed}" rel="license external">{licence}</a>' in html
    else:
        assert f"Licence: {escape(licence)}" in html


# When files come and go


def test_copies_are_made_once_the_event_is_saved(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        event = make_event(image=ContentFile(written(halves()), name="a.jpg"), image_alt="A hall")
    with django_capture_on_commit_callbacks() as callbacks:
        event.save()
    assert callbacks == []
    folder = default_storage.path("__processed__")
    assert list(default_storage.listdir(folder))


def test_copy_that_cannot_be_made_hinders_nothing(
    client, monkeypatch, caplog, django_capture_on_commit_callbacks
):
    def fail(*args, **kwargs):
        raise OSError("no space left")

    monkeypatch.setattr("imagefield.fields.ImageFieldFile._process", fail)
    caplog.set_level(logging.CRITICAL)
    with django_capture_on_commit_callbacks(execute=True):
        event = make_event(image=ContentFile(written(halves()), name="a.jpg"), image_alt="A hall")
    assert client.get(event.get_absolute_url()).status_code == 200
    assert client.get(event.image.url).status_code == 404
    monkeypatch.undo()
    assert client.get(event.image.url).status_code == 200


@pytest.mark.parametrize("way", ["create", "bulk_create", "loaddata", "update"])
def test_lost_picture_is_not_shown_and_hinders_nothing(client, tmp_path, way):
    name = "images/2001/lost.jpg"
    fields = {"title": "Talks", "status": "published", "image": name, "image_alt": "A hall"}
    if way == "bulk_create":
        Event.objects.bulk_create([Event(**fields)])
    elif way == "loaddata":
        fixture = tmp_path / "events.yaml"
        lines = [f"    {name}: {value}" for name, value in fields.items()]
        fixture.write_text("\n".join(["- model: timeline.event", "  fields:", *lines]))
        call_command("loaddata", fixture, verbosity=0)
    elif way == "update":
        make_event(title="Talks")
        Event.objects.update(**fields)
    else:
        make_event(**fields)
    event = Event.objects.get()
    assert (event.image.name, event.image_width) == (name, None)
    assert "<figure" not in client.get(event.get_absolute_url()).text
    assert client.get(event.image.url).status_code == 404


@pytest.mark.parametrize("way", ["bulk_create", "update", "raw"])
def test_picture_is_measured_by_every_way_of_saving(client, way):
    name = default_storage.save("images/2001/kept.jpg", ContentFile(written(halves())))
    fields = {"image": name, "image_alt": "A hall"}
    if way == "bulk_create":
        Event.objects.bulk_create([Event(title="Talks", status="published", **fields)])
    else:
        event = make_event(happened="1953")
        if way == "update":
            Event.objects.filter(pk=event.pk).update(**fields)
        else:
            event.image, event.image_alt = name, "A hall"
            event.save_base(raw=True)
    event = Event.objects.get()
    assert (event.image_width, event.image_height) == (40, 20)
    assert everything_sent(client, event)
    revision = event.revision
    event.save(update_fields=["image"])
    assert Event.objects.get().revision == revision + 1


def test_files_stored_before_are_measured_by_the_migration():
    """One that is lost does not stop it."""
    lying = telling("jpeg")
    name = default_storage.save("images/2001/before.jpg", ContentFile(lying))
    event = make_event(image=name, image_alt="A hall")
    lost = make_event(title="Lost", image="images/2001/lost.jpg", image_alt="A hall")
    document = make_document(event=event, file=name)
    QuerySet(Event).update(image_width=None, image_height=None)
    QuerySet(Document).update(file_size=None)
    migration = import_module("timeline.migrations.0003_measure_files")
    state = MigrationLoader(connection).project_state(("timeline", "0002_pictures_and_file_sizes"))
    migration.measure(state.apps, SimpleNamespace(connection=connection))
    for record in (event, lost, document):
        record.refresh_from_db()
    assert (event.image_width, event.image_height) == (40, 20)
    assert (lost.image_width, lost.image_height) == (None, None)
    assert document.file_size == len(lying)


def test_picture_that_goes_takes_its_size_along(editor):
    event = make_event(image=ContentFile(written(halves()), name="a.jpg"), image_alt="A hall")
    kept = event.image.name
    url = address(Event, "change", event.pk)
    assert saved(send(editor, url, **{"image-clear": "on", "image_alt": ""}))
    event = Event.objects.get()
    assert (event.image.name, event.image_width, event.image.copies) == ("", None, [])
    assert default_storage.exists(kept)


# In the admin


def test_staff_see_the_picture_of_a_draft_and_readers_do_not(editor, client):
    event = make_event(
        image=ContentFile(written(halves((600, 300))), name="a.jpg"),
        image_alt="A hall",
        status="draft",
    )
    html = editor.get(address(Event, "change", event.pk)).text
    preview = f"/admin/timeline/event/{event.pk}/file/image/half.webp"
    assert f'<img src="{preview}" width="240" height="120"' in html
    assert 'accept="image/jpeg,image/png,image/webp,image/gif"' in html
    shown, stored = editor.get(preview), editor.get(f"{preview.rpartition('/')[0]}/")
    assert shown.headers["Content-Type"] == "image/webp"
    assert stored.headers["Content-Disposition"].startswith("attachment")
    file_of(shown), file_of(stored)
    assert editor.get(preview.replace("half", "other")).status_code == 404
    assert editor.get(preview.replace("image", "title")).status_code == 404
    editor.logout()
    assert client.get(preview).status_code == 302
    client.force_login(make_user(username="guest", is_superuser=False))
    assert client.get(preview).status_code == 403
    assert client.get(event.image.url).status_code == 404


def test_form_of_an_event_whose_picture_is_lost_still_opens(editor):
    event = make_event(image="images/2001/lost.jpg", image_alt="A hall")
    html = editor.get(address(Event, "change", event.pk)).text
    assert "images/2001/lost.jpg" in html
    assert "/file/image/half.webp" not in html
    assert saved(send(editor, address(Event, "change", event.pk), title="Renamed"))


@pytest.mark.parametrize("name", ["صورة من القاعة " * 6 + ".jpg", "../../x.jpg", ".jpg", "a.b.c"])
def test_picture_may_have_a_name_in_any_script(editor, client, name):
    upload = SimpleUploadedFile(name, written(halves()), "image/jpeg")
    assert saved(send(editor, address(Event, "add"), image=upload, status="published", **ADD))
    event = Event.objects.get()
    assert event.image.name.startswith(f"images/{datetime.now():%Y}/")
    assert event.image.name.endswith(".jpg")
    assert everything_sent(client, event)


def test_scan_of_sixteen_bits_keeps_its_greys():
    scan = Image.new("I;16", (256, 1))
    for grey in range(256):
        scan.putpixel((grey, 0), grey * 256)
    file = BytesIO()
    scan.save(file, "PNG")
    event = make_event(image=ContentFile(file.getvalue(), name="a.png"), image_alt="A scan")
    with event.image.storage.open(event.image.name) as stored:
        greys = [*Image.open(stored).convert("L").get_flattened_data()]
    assert greys[0] < 3 < 125 < greys[128] < 131 < 250 < greys[255]
