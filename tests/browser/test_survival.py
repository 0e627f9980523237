"""The hardest content in Chromium: nothing sticks out, and axe finds nothing."""

import pytest

from tests.browser.looks import found_by_axe
from tests.worlds import LISTS, make_hard_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# The elements that make a page wider than its window.
STICKING_OUT = """width => {
    if (document.documentElement.scrollWidth <= width) return [];
    const outside = [...document.querySelectorAll("main *")].filter(element => {
        const box = element.getBoundingClientRect();
        return box.right > width + 0.5 || box.left < -0.5;
    });
    return outside.map(element => element.outerHTML.slice(0, 80));
}"""


@pytest.fixture
def addresses(live_server):
    world = make_hard_world()
    pages = {page.get_absolute_url() for page in world.pages}
    return [f"{live_server.url}{address}" for address in [*LISTS, *sorted(pages)]]


@pytest.mark.parametrize(("width", "text"), [(320, "100%"), (1280, "200%")], ids=str)
def test_hard_world_does_not_scroll_sideways(addresses, page, width, text):
    page.set_viewport_size({"width": width, "height": 640})
    for address in addresses:
        page.goto(address)
        for direction in ("ltr", "rtl"):
            page.evaluate(
                "([text, dir]) => { const root = document.documentElement;"
                " root.style.fontSize = text; root.dir = dir; }",
                [text, direction],
            )
            assert page.evaluate(STICKING_OUT, width) == [], (address, direction)


def test_axe_finds_nothing_in_the_hard_world(addresses, page):
    page.set_viewport_size({"width": 390, "height": 800})
    for address in addresses:
        page.goto(address)
        assert found_by_axe(page) == "", address
