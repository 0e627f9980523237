"""The finder with five filters in Chromium: for everyone, by keyboard alone, without scripts."""

import re
from itertools import pairwise

import pytest

from tests.browser.looks import BY_LOOKS, found_by_axe
from tests.factories import make_area, make_event, make_organisation, make_place

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ASKED = "?area=mediation&organisation=office&place=geneva&kind=meeting&after=1950"
SENTENCE = "24 events of the kind meeting, on Mediation, in Geneva, with Office, from 1950 on"

# What the keyboard should reach, in the order of the document; the page keeps it for `WHERE`.
REACHABLE = """() => {
    const found = document.querySelectorAll("a[href], button, input, select, textarea, summary");
    const seen = {contentVisibilityAuto: true, visibilityProperty: true};
    window.reachable = [...found].filter(
        one => one.tabIndex >= 0 && one.type !== "hidden" && one.checkVisibility(seen));
    return window.reachable.length;
}"""
# The number of what has the focus, and whether a ring around it can be seen in the window.
WHERE = """() => {
    const one = document.activeElement, box = one.getBoundingClientRect();
    const style = getComputedStyle(one);
    return {
        number: window.reachable.indexOf(one),
        what: one.outerHTML.slice(0, 120),
        ring: [style.outlineStyle, style.outlineWidth],
        seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.right > 0
            && box.top < innerHeight && box.left < innerWidth,
        top: box.top + scrollY,
    };
}"""


@pytest.fixture
def finder(live_server):
    """The address of the finder with five filters, a chart, groups with more, and two pages."""
    area, place = make_area(name="Mediation"), make_place(name="Geneva")
    office = make_organisation(name="Office")
    for number in range(24):
        others = [make_organisation(name=f"Body {number}")] if number < 12 else []
        make_event(
            title=f"Round {number}",
            happened=str(1951 + number % 5),
            areas=[area],
            places=[place],
            organisations=[office, *others],
        )
    make_event(title="Undated", happened="", areas=[area], places=[place], organisations=[office])
    make_event(title="Elsewhere", kind="statement")
    return f"{live_server.url}/timeline/{ASKED}"


def open_filters_by_keyboard(page):
    """On a narrow screen the filters are folded away; on a wide one nothing has to be opened."""
    summary = page.locator(".filters > summary")
    if summary.is_visible():
        summary.focus()
        page.keyboard.press("Enter")
        assert page.locator(".filters").evaluate("details => details.open")


@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(finder, page, width):
    page.set_viewport_size({"width": width, "height": 800})
    for scheme, rules in (("light", None), ("dark", BY_LOOKS)):
        page.emulate_media(color_scheme=scheme)
        page.goto(finder)
        for direction in ("ltr", "rtl"):
            page.evaluate("dir => { document.documentElement.dir = dir; }", direction)
            for fold in ("closed", "open"):
                page.evaluate(
                    "open => document.querySelectorAll('details').forEach(d => { d.open = open })",
                    fold == "open",
                )
                state = (width, scheme, direction, fold)
                assert found_by_axe(page, rules) == "", state
                assert page.evaluate("document.documentElement.scrollWidth") <= width, state


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("width", [390, 1280])
def test_keyboard_reaches_everything_in_its_order_and_gets_out(finder, page, width, direction):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(finder)
    page.evaluate("dir => { document.documentElement.dir = dir; }", direction)
    open_filters_by_keyboard(page)
    count = page.evaluate(REACHABLE)
    assert count > 60
    form_tops = []
    page.locator("a.skip").first.focus()
    for number in range(count):
        where = page.evaluate(WHERE)
        assert where["number"] == number, where
        assert where["ring"] == ["solid", "3px"], where
        assert where["seen"], where
        if page.evaluate("!!document.activeElement.closest('.finder form *')"):
            form_tops.append(where["top"])
        page.keyboard.press("Tab")
    assert page.evaluate(WHERE)["number"] in {-1, 0}  # out of the page, or at its beginning again
    downwards = form_tops[1:]  # the first is the way past them, which stands above all
    assert all(one <= other + 12 for one, other in pairwise(downwards))


def focus_by_tab(page, target):
    """Press Tab until `target` has the focus."""
    for _ in range(150):
        if target.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail("The keyboard never got there.")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("width", [390, 1280])
def test_query_is_asked_changed_and_told_by_keyboard_alone(finder, browser, width, scripts):
    page = browser.new_page(java_script_enabled=scripts, viewport={"width": width, "height": 800})
    start = finder.partition("?")[0]
    page.goto(start)
    summary = page.locator(".filters > summary")
    if summary.is_visible():
        summary.press("Enter")
    for name, value in (("area", "mediation"), ("kind", "meeting"), ("place", "geneva")):
        page.locator(f'input[name="{name}"][value="{value}"]').press("Space")
    page.locator('input[name="organisation"][value="office"]').press("Space")
    page.get_by_label("From").press_sequentially("1950")
    with page.expect_navigation():
        page.get_by_label("From").press("Enter")
    assert set(page.url.partition("?")[2].split("&")) >= set(ASKED[1:].split("&"))
    # The page is loaded anew, so its title is what is read out first; the status says the same.
    assert page.title().startswith(SENTENCE)
    assert " ".join(page.get_by_role("status").inner_text().split()).startswith(SENTENCE)
    assert page.get_by_role("heading", level=1).inner_text() == "Timeline"
    assert page.get_by_role("region", name=SENTENCE).count() == 1
    assert page.get_by_text("1 event of unknown date was left out.").is_visible()
    drop = page.get_by_role("link", name="Remove filter: From 1950")
    with page.expect_navigation():
        drop.press("Enter")
    assert page.title().startswith("25 events of the kind meeting")
    page.close()


def test_filters_are_skipped_and_the_results_come_next(finder, page):
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(finder)
    page.keyboard.press("Tab")
    focus_by_tab(page, page.get_by_role("link", name="Skip to the results"))
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "results"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#results') !== null")


def test_chart_is_read_as_text(finder, page):
    page.goto(finder)
    years = page.locator(".years")
    assert "1951 to 1955. 1 event of unknown date is not drawn." in years.inner_text()
    assert "img" not in years.aria_snapshot()  # the drawing itself is for eyes alone
    focus_by_tab(page, years.locator("summary"))
    page.keyboard.press("Enter")
    said = years.locator("details").aria_snapshot()
    told = dict(re.findall(r'link "(\d{4})"[^\n]*\n(?:.*\n)*?\s*- text: ": (\d+) events?"', said))
    assert told == {"1951": "5", "1952": "5", "1953": "5", "1954": "5", "1955": "4"}
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "1951"
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("after=1951&before=1951"))
    assert page.title().startswith("5 events of the kind meeting")
