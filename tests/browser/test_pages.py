"""Every kind of page in Chromium: nothing complains, nothing sticks out, axe finds nothing."""

import re

import pytest

from tests.browser.looks import large, wrong

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = [
    "/",
    "/timeline/",
    "/timeline/?area=peacebuilding&area=no-such&after=1990&before=soon&bodies=x&page=x",
    "/timeline/?q=nothing-like-it",
    "/timeline/?area=mediation&place=burundi",
    "/timeline/?area=reconciliation-dialogue&area=peacebuilding&place=africa",
    "/timeline/?area=mediation&choose=organisation&find=united",
    "/timeline/beyond-the-armistice/",
    "/series/permanent-forum-on-people-of-african-descent/",
    "/areas/",
    "/areas/reconciliation-dialogue/",
    "/organisations/",
    "/organisations/?choose=place",
    "/organisations/department-of-political-affairs/",
    "/organisations/binuca/",
    "/places/",
    "/places/africa/",
    "/search/",
    "/search/?q=peacebuilding",
    "/search/?q=recncile",
    "/about/",
    "/data/",
]
NOWHERE = "/nowhere/"


@pytest.mark.parametrize("addresses", [PAGES[:11], PAGES[11:]], ids=["first", "second"])
def test_pages_are_for_everyone(live_server, content, page, complaints, addresses):
    """They open without complaint, and look right in every way of looking at them."""
    said = []
    for address in addresses:
        answer = page.goto(f"{live_server.url}{address}")
        assert answer.status == 200, address
        assert page.locator("h1").count() == 1, address
        said += wrong(page, address, complaints) + large(page, address)
    assert not said, "\n".join(said)
    assert complaints == []


def test_page_that_is_not_there_is_for_everyone(live_server, page):
    page.goto(f"{live_server.url}{NOWHERE}")
    assert wrong(page, NOWHERE) + large(page, NOWHERE) == []


def test_keyboard_leads_through_the_page_with_focus_in_sight(live_server, content, page):
    page.goto(f"{live_server.url}/timeline/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    for _ in range(30):
        page.keyboard.press("Tab")
        style = page.evaluate(
            "(() => { const s = getComputedStyle(document.activeElement);"
            " return [s.outlineStyle, s.outlineWidth]; })()"
        )
        assert style == ["solid", "3px"]


def test_filters_can_be_skipped_by_keyboard(live_server, content, page):
    page.goto(f"{live_server.url}/timeline/")
    skip = page.get_by_role("link", name="Skip to the results")
    skip.focus()
    assert skip.bounding_box()["height"] >= 24
    assert skip.evaluate("link => getComputedStyle(link).clipPath") == "none"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "results"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#results') !== null")


def test_finder_filters_without_javascript(live_server, content, browser):
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{live_server.url}/timeline/")
    page.get_by_role("checkbox", name=re.compile("^Peacebuilding ?, [0-9]+ events$")).check()
    page.get_by_label("From").fill("2010")
    page.get_by_role("button", name="Show events").click()
    assert page.get_by_role("heading", level=2).inner_text() == (
        "2 events on Peacebuilding, from 2010 on, newest first"
    )
    page.get_by_role("link", name="Remove filter: Peacebuilding").click()
    assert "from 2010 on" in page.get_by_role("heading", level=2).inner_text()
    page.close()
