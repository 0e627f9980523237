"""What was typed outlives a sign-in that ran out; what two type at once outlives both."""

import time

import pytest

from peaceportal.core.publishing import Status
from tests import factories as make
from tests.editor import address
from timeline.models import Event

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.versions]


def sign_in(page):
    page.get_by_label("Username or e-mail").fill("editor")
    page.get_by_label("Password").fill("only-for-tests")
    page.get_by_role("button", name="Sign in").click()


def test_text_typed_before_the_sign_in_ran_out_is_offered_again(desk, page, complaints):
    event = make.make_event(title="Talks")
    body = make.make_organisation(name="Quaker Office")
    desk(address(Event, "change", event.pk))
    page.locator("#id_summary").fill("A summary that took an hour.")
    page.get_by_role("textbox", name="Text", exact=True).click()
    page.keyboard.type("A text that took two.")
    page.get_by_role("button", name="Add an organisation").click()
    page.locator("#participations-0").get_by_label("Represented by").fill("Ana Ruiz")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Save", exact=True).click()

    sign_in(page)
    page.get_by_text("This browser kept what was typed here").wait_for()
    assert page.locator("#id_summary").input_value() == ""
    page.get_by_role("button", name="Show it in the form").click()
    page.get_by_text("It is not saved yet").first.wait_for()
    assert page.locator("#id_summary").input_value() == "A summary that took an hour."
    assert (
        page.get_by_role("textbox", name="Text", exact=True).inner_text() == "A text that took two."
    )
    row = page.locator("#participations-0")
    assert row.get_by_label("Represented by").input_value() == "Ana Ruiz"
    assert Event.objects.get().summary == ""

    row.locator(".select2-selection").click()
    page.locator(".select2-results__option", has_text=body.name).click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".messagelist .success").first.wait_for()
    event.refresh_from_db()
    assert event.summary == "A summary that took an hour."
    assert "A text that took two." in event.body
    desk(address(Event, "change", event.pk))
    assert page.get_by_text("This browser kept what was typed here").is_hidden()
    assert [line for line in complaints if "403" not in line] == []


def answer_slowly(route):
    time.sleep(0.6)  # longer than typing is waited for before it is kept
    route.continue_()


def test_text_is_forgotten_with_signing_out(desk, page):
    event = make.make_event()
    desk(address(Event, "change", event.pk))
    page.locator("#id_summary").fill("On a computer that others use.")
    for _ in range(100):
        if "On a computer" in page.evaluate("JSON.stringify(localStorage)"):
            break
        page.wait_for_timeout(50)
    else:
        pytest.fail("what was typed is not kept")
    page.locator("#id_summary").press_sequentially(" And typed on.")
    page.route("**/logout/", answer_slowly)
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in").wait_for()
    assert "On a computer" not in page.evaluate("JSON.stringify(localStorage)")


def test_two_browsers_edit_one_event_and_nothing_typed_is_lost(desk, page, browser, live_server):
    event = make.make_event(title="Talks", status=Status.DRAFT)
    path = address(Event, "change", event.pk)
    desk(path)
    page.locator("#id_summary").fill("What the first one typed.")

    make.make_user(username="ana", password="only-for-tests")
    other = browser.new_context().new_page()
    other.goto(f"{live_server.url}{path}")
    other.get_by_label("Username or e-mail").fill("ana")
    other.get_by_label("Password").fill("only-for-tests")
    other.get_by_role("button", name="Sign in").click()
    other.locator("#id_title").fill("Peace talks")
    other.get_by_role("button", name="Save", exact=True).click()
    other.locator(".messagelist .success").first.wait_for()
    other.context.close()

    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("while you were writing").first.wait_for()
    assert "ana saved this" in page.locator(".errorlist").first.inner_text()
    assert page.locator(".conflict del").inner_text() == "Talks"
    assert page.locator(".conflict ins").inner_text() == "Peace talks"
    assert page.locator("#id_summary").input_value() == "What the first one typed."
    page.locator("#id_title").fill("Peace talks")
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".messagelist .success").first.wait_for()
    event.refresh_from_db()
    assert (event.title, event.summary) == ("Peace talks", "What the first one typed.")
