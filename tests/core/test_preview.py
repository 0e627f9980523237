"""Staff see what readers will see, before anything is saved; others by a link that expires."""

import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from PIL import Image
from reversion.models import Revision

from organisations.models import AreaOfWork, Organisation
from peaceportal.core import preview
from peaceportal.core.changes import Change
from peaceportal.core.roles import EDITOR
from tests import factories as make
from tests.editor import add_rows, address, read_form
from tests.rich_records import RICH
from timeline.models import Document, Event

pytestmark = [pytest.mark.django_db, pytest.mark.one_database, pytest.mark.versions]


@pytest.fixture
def editor(client):
    client.force_login(make.make_user())
    return client


def typed(editor, page, **values):
    return read_form(editor.get(address(type(page), "change", page.pk))) | values


def shown(editor, page, data):
    return editor.post(address(type(page), "preview", page.pk), data)


def everything():
    models = (Event, Organisation, AreaOfWork, Document, Change, Revision)
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_what_is_typed_is_seen_as_the_real_page_and_nothing_is_saved(editor):
    event = make.make_event(title="Talks", status="draft", areas=[make.make_area()])
    body = make.make_organisation(name="Quaker Office")
    data = typed(editor, event, title="Peace talks", happened="about April 1953")
    add_rows(data, "participations", {"organisation": str(body.pk), "role": "convened"})
    document = {
        "title": "Record",
        "kind": "record",
        "url": "https://example.org/",
        "language": "en",
    }
    add_rows(data, "documents", document | {"status": "published"})
    before = everything()
    response = shown(editor, event, data)
    text = response.text
    for words in ("Peace talks", "about April 1953", "Quaker Office", "Record", "Peacebuilding"):
        assert words in text
    assert "This is how readers would see what you typed. It is not saved." in text
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in response.headers["Cache-Control"]
    assert everything() == before
    assert editor.get(event.get_absolute_url()).status_code == 404


def test_new_page_is_seen_before_it_is_there(editor):
    data = read_form(editor.get(address(Event, "add"))) | {"title": "New talks"}
    before = everything()
    response = editor.post(address(Event, "preview_new"), data)
    assert "New talks</h1>" in response.text
    assert everything() == before


@pytest.mark.parametrize("model", [m for m in RICH if hasattr(m, "merged_into")])
def test_page_of_every_kind_is_previewed(editor, model):
    page = RICH[model]("First", 2)
    model.objects.filter(pk=page.pk).update(status="draft")
    before = everything()
    response = shown(editor, page, typed(editor, page))
    assert "It is not saved." in response.text
    assert "First" in response.text
    assert everything() == before


@pytest.mark.parametrize("title", ["السلام والمصالحة", "Élan à Genève", "和平"])
def test_page_with_an_address_in_any_script_is_previewed(editor, client, title):
    event = make.make_event(title=title, status="draft")
    assert f"{title}</h1>" in shown(editor, event, typed(editor, event)).text
    assert f"{title}</h1>" in client.get(link(editor, event)).text


@pytest.mark.parametrize(
    "state",
    [
        {"publish_at": "2999-01-01T00:00Z"},
        {"unpublish_at": "2001-01-01T00:00Z"},
        {"removed_at": "2001-01-01T00:00Z"},
        {"status": "in-review"},
        {"status": "archived"},
    ],
)
def test_page_in_any_state_is_previewed(editor, state):
    event = make.make_event(title="Talks")
    Event.objects.filter(pk=event.pk).update(**state)
    response = shown(editor, event, typed(editor, event))
    assert response.status_code == 200
    assert "It is not saved." in response.text


def test_what_is_wrong_is_said_in_the_form(editor):
    event = make.make_event()
    response = shown(editor, event, typed(editor, event, happened="03/04/2024"))
    assert "reads two ways" in response.text
    assert "This cannot be shown yet." in response.text
    assert 'name="_save"' not in response.text


def test_save_after_a_preview_tells_of_itself_alone(editor):
    event = make.make_event()
    data = typed(editor, event, title="Other")
    shown(editor, event, data)
    text = editor.post(address(Event, "change", event.pk), data, follow=True).text
    assert text.count("was changed successfully") == 1


def test_chosen_file_is_not_kept(editor, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    event = make.make_event()
    data = typed(editor, event)
    row = {"title": "Record", "kind": "record", "language": "en", "status": "published"}
    row["file"] = SimpleUploadedFile("record.pdf", b"%PDF-1.4\n%%EOF")
    add_rows(data, "documents", row)
    response = shown(editor, event, data)
    assert "Record" in response.text
    assert "Files that you chose and did not save" in response.text
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_file_is_not_asked_for_again_in_the_window_that_never_had_it(editor):
    event = make.make_event()
    data = typed(editor, event, title="")
    row = {"title": "Record", "kind": "record", "language": "en", "status": "published"}
    row["file"] = SimpleUploadedFile("record.pdf", b"%PDF-1.4\n%%EOF")
    add_rows(data, "documents", row)
    text = shown(editor, event, data).text
    assert "This cannot be shown yet." in text
    assert "files are not kept" not in text
    assert 'class="closelink"' not in text
    row["file"].seek(0)
    saved = editor.post(address(Event, "change", event.pk), data)
    assert "Choose record.pdf again: files are not kept after an error." in saved.text


def test_stored_file_stays(editor, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    file = SimpleUploadedFile("record.pdf", b"%PDF-1.4\n%%EOF")
    document = make.make_document(url="", file=file)
    shown(editor, document.event, typed(editor, document.event))
    assert document.file.storage.exists(document.file.name)


def with_picture(**fields):
    drawn = BytesIO()
    Image.new("RGB", (40, 30), "olive").save(drawn, "PNG")
    file = SimpleUploadedFile("talks.png", drawn.getvalue(), "image/png")
    return {"image": file, "image_alt": "Six people at a round table"} | fields


def test_picture_of_a_draft_is_seen_by_staff_alone(editor, client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    event = make.make_event(**with_picture(status="draft"))
    previewed = shown(editor, event, typed(editor, event)).text
    (source,) = re.findall(r'<img src="([^"]+)"[^>]*alt="Six people', previewed)
    assert editor.get(source).headers["Content-Type"] == "image/webp"
    path = link(editor, event)
    client.logout()
    assert client.get(source).status_code == 302
    shared = client.get(path).text
    assert "<figure" in shared
    assert "The picture will stand here. It shows: Six people at a round table" in shared
    assert "/file/image/" not in shared
    assert 'src="/media/' not in shared


def test_picture_that_is_not_saved_leaves_no_broken_one(editor, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    event = make.make_event(**with_picture(status="draft"))
    data = typed(editor, event) | with_picture(image_alt="Another table")
    previewed = shown(editor, event, data).text
    assert "The picture will stand here. It shows: Another table" in previewed
    assert "/file/image/" not in previewed
    assert 'src="/media/' not in previewed


def test_preview_is_for_those_who_may_change_the_page(client):
    event = make.make_event()
    url = address(Event, "preview", event.pk)
    assert client.post(url, {}).status_code == 302
    client.force_login(make.make_member(EDITOR))
    assert client.post(url, {"title": "x"}).status_code == 403
    assert client.get(url).status_code == 405


# By a link


def link(editor, page):
    text = editor.get(address(type(page), "change", page.pk)).text
    (found,) = set(re.findall(r'href="http://[^/]+(/admin/preview/[^"]+)"', text))
    return found


def test_somebody_without_an_account_sees_what_is_saved(editor, client):
    event = make.make_event(title="Talks", status="draft")
    path = link(editor, event)
    client.logout()
    before = everything()
    response = client.get(path)
    assert "Talks</h1>" in response.text
    assert "This page is not public yet." in response.text
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in response.headers["Cache-Control"]
    assert not response.cookies
    assert everything() == before


def test_link_expires_with_a_sentence(editor, client, monkeypatch):
    path = link(editor, make.make_event(status="draft"))
    client.logout()
    monkeypatch.setattr(preview, "SHARED_FOR", preview.SHARED_FOR * 0)
    response = client.get(path)
    assert response.status_code == 410
    assert "Ask whoever sent it to you for a new one." in response.text


def test_link_to_what_is_public_leads_there_and_to_what_is_removed_nowhere(editor, client):
    event = make.make_event(status="draft")
    path = link(editor, event)
    Event.objects.filter(pk=event.pk).update(status="published")
    assert client.get(path).headers["Location"] == event.get_absolute_url()
    Event.objects.filter(pk=event.pk).remove()
    assert client.get(path).status_code == 410


def test_public_page_offers_no_link(editor):
    assert "/admin/preview/" not in editor.get(address(Event, "change", make.make_event().pk)).text


@pytest.mark.parametrize("token", ["x", "a:b:c", "%00", "x" * 3000, "é"])
def test_made_up_link_is_not_found(client, token):
    assert client.get(f"/admin/preview/{token}/").status_code == 404


def test_link_changed_by_hand_is_not_found(editor, client):
    path = link(editor, make.make_event(status="draft"))
    assert client.get(path[:-3] + "xx/").status_code == 404


def test_first_content_is_previewed_as_it_is_seen(editor, client):
    call_command("load_content", verbosity=0)
    event = Event.objects.published().first()
    public = client.get(event.get_absolute_url()).text
    previewed = shown(editor, event, typed(editor, event)).text
    previewed = re.sub(r'\s*<aside class="preview".*?</aside>', "", previewed, flags=re.S)
    assert previewed.split() == public.split()
