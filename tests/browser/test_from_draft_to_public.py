"""The whole way of an event in Chromium: written, reviewed, scheduled, changed, removed, put back.

By an editor and a publisher, both with a second factor, and seen by a visitor at each step.
"""

from datetime import timedelta
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from peaceportal.core.roles import EDITOR, PUBLISHER
from peaceportal.core.versions.capture import one_version
from tests import factories as make
from tests.browser.conftest import listen, stay_signed_in
from tests.browser.looks import wrong
from tests.browser.test_desk import choose
from tests.editor import address
from tests.signing_in import sign_in
from timeline.models import Event

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def at_desk(live_server, browser, settings):
    """Gives each member of staff a browser of their own, and fails on whatever one complains of."""
    settings.REQUIRE_SECOND_FACTOR = True
    said, opened = [], []

    def sit_down(role):
        client = Client()
        sign_in(client, make.make_member(role))
        context = browser.new_context(base_url=live_server.url)
        opened.append(context)
        listen(context, said)
        stay_signed_in(context, live_server.url, client)
        return context.new_page()

    yield sit_down
    for context in opened:
        context.close()
    assert said == []


@pytest.fixture
def visitor(live_server):
    """What anyone gets at the address of the event: the status, and the page."""

    def look():
        try:
            with urlopen(live_server.url + Event.objects.get().get_absolute_url()) as answer:  # noqa: S310
                return answer.status, answer.read().decode()
        except HTTPError as refused:
            return refused.code, refused.read().decode()

    return look


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()
    page.locator(".messagelist").wait_for()
    assert "default-src 'self'" in page.request.get(page.url).headers["content-security-policy"]


def write(page, files):
    page.goto(address(Event, "add"))
    page.locator("#id_title").fill("Two days of quiet talks")
    page.locator("#id_happened").fill("30 November – 1 December 2023")
    page.locator("#id_summary").fill("First words.")
    page.get_by_role("textbox", name="Text", exact=True).click()
    page.keyboard.type("They ")
    page.get_by_role("button", name="bold").click()
    page.keyboard.type("met")
    bodies = [("Quaker Office", "convened it"), ("Department of Talks", "took part")]
    for number, (body, role) in enumerate(bodies):
        page.get_by_role("button", name="Add an organisation").click()
        row = f"#participations-{number}"
        choose(page, "Organisation", body, row)
        page.locator(row).get_by_label("Role").select_option(role)
    page.get_by_role("button", name="Add a document").click()
    document = page.locator("#documents-0")
    document.get_by_label("Title").fill("Record of the talks")
    document.get_by_label("Kind").select_option("record")
    document.get_by_label("File").set_input_files(files / "record.txt")
    page.locator("summary", has_text="Picture").click()
    page.locator("#id_image").set_input_files(files / "talks.png")
    page.get_by_label("Alternative text").fill("Six people at a round table")


def test_event_goes_from_draft_to_public_and_back(at_desk, visitor, tmp_path, monkeypatch):
    make.make_organisation(name="Quaker Office")
    make.make_organisation(name="Department of Talks")
    Image.new("RGB", (40, 30), "olive").save(tmp_path / "talks.png")
    (tmp_path / "record.txt").write_text("What was said.")

    editor = at_desk(EDITOR)
    publisher = at_desk(PUBLISHER)
    write(editor, tmp_path)
    with editor.expect_popup() as opened:
        editor.get_by_role("button", name="Preview").click()
    preview = opened.value
    preview.get_by_role("heading", level=1, name="Two days of quiet talks").wait_for()
    seen = preview.locator("main").inner_text()
    for words in ("They met", "Quaker Office", "Department of Talks", "Record of the talks"):
        assert words in seen
    assert preview.locator(".preview").is_visible()
    preview.close()
    assert not Event.objects.exists()

    assert editor.get_by_role("button", name="Publish now").count() == 0
    press(editor, "Send for review")
    status, page = visitor()
    assert status == 404
    assert "quiet talks" not in page

    publisher.goto(address(Event))
    assert publisher.get_by_role("cell", name="in review", exact=True).is_visible()
    publisher.get_by_role("link", name="Two days of quiet talks").click()
    at = (timezone.now() + timedelta(hours=1)).replace(second=0, microsecond=0)
    publisher.locator("#id_publish_at").fill(f"{at:%Y-%m-%dT%H:%M}")
    publisher.locator(".step-publish-at").click()
    publisher.locator(".messagelist").get_by_text("Scheduled.").wait_for()
    assert publisher.get_by_role("cell", name=f"{at:%H:%M} UTC").is_visible()
    status, page = visitor()
    assert status == 404
    assert "quiet talks" not in page

    now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() + timedelta(minutes=61))
    status, page = visitor()
    assert status == 200
    for words in ("They <strong>met</strong>", "Quaker Office", "Department of Talks"):
        assert words in page
    for words in ("Record of the talks", 'alt="Six people at a round table"', "First words."):
        assert words in page

    change = address(Event, "change", Event.objects.get().pk)
    publisher.goto(change)
    publisher.locator("#id_summary").fill("Second words.")
    press(publisher, "Save")
    publisher.goto(change)
    publisher.locator("#id_summary").fill("Third words.")
    publisher.locator("#participations-1").get_by_label("Delete").check()
    press(publisher, "Save")
    status, page = visitor()
    assert (status, "Third words." in page, "Department of Talks" in page) == (200, True, False)

    publisher.goto(address(Event, "history", Event.objects.get().pk))
    publisher.locator('input[name="from"]').nth(2).check()
    publisher.get_by_role("button", name="Compare").click()
    publisher.get_by_role("button", name="Restore the version of").wait_for()  # it ends the page
    struck = " ".join(publisher.locator(".differences del").all_inner_texts())
    came = " ".join(publisher.locator(".differences ins").all_inner_texts())
    assert "First" in struck
    assert "Third" in came
    assert "Department of Talks" in struck
    publisher.get_by_role("button", name="Restore the version of").click()
    publisher.get_by_text("Who sees it has not changed.").wait_for()
    status, page = visitor()
    assert (status, "First words." in page, "Department of Talks" in page) == (200, True, True)

    publisher.locator("summary", has_text="Remove from the site…").click()
    press(publisher, "Remove this page")
    status, page = visitor()
    assert status == 410
    assert "quiet talks" not in page
    publisher.get_by_role("link", name="Open it to put it back").click()
    press(publisher, "Put it back")
    assert visitor()[0] == 200
    publisher.goto(change)
    publisher.locator("summary", has_text="Take off the site…").click()
    press(publisher, "Back to draft")
    assert visitor()[0] == 404


def test_pages_about_versions_and_states_are_for_everyone(desk, page, context, complaints):
    """History, comparison, preview, conflict, what was removed: seen once, in every way."""
    event = make.make_event(title="Talks", status="draft", organisations=[make.make_organisation()])
    path = address(Event, "change", event.pk)
    said = []
    for words in ("First words.", "Other words."):
        desk(path)
        page.locator("#id_summary").fill(words)
        press(page, "Save")
    desk(path)
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Preview").click()
    opened.value.locator(".preview").wait_for()
    said += wrong(opened.value, "preview", complaints)
    opened.value.close()

    page.locator("#id_summary").fill("What was typed here.")
    Event.objects.get().save()
    with one_version():
        changed = Event.objects.get()
        changed.title = "Peace talks"
        changed.save()
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".conflict").wait_for()
    said += wrong(page, "conflict", complaints, form=True)
    desk(address(Event, "history", event.pk))
    said += wrong(page, "history", complaints)
    page.get_by_role("button", name="Compare").click()
    page.locator(".compare").wait_for()
    said += wrong(page, "comparison", complaints)
    Event.objects.publish()
    desk(path)
    page.locator("summary", has_text="Remove from the site…").click()
    said += wrong(page, "to be removed", complaints)
    press(page, "Remove this page")
    said += wrong(page, "list with what was removed", complaints)
    desk(path)
    said += wrong(page, "removed", complaints)
    desk("/admin/")
    said += wrong(page, "first page", complaints)
    assert not said, "\n".join(said)
    assert complaints == []
