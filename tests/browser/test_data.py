"""The page of the data in Chromium, with the block that search engines read."""

import pytest
from django.core.management import call_command

from tests.browser.looks import found_by_axe

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_strict_policy_has_nothing_against_linked_data(live_server, page):
    call_command("load_content", verbosity=0)
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    answer = page.goto(f"{live_server.url}/data/", wait_until="networkidle")
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    block = page.locator('script[type="application/ld+json"]')
    assert '"Dataset"' in block.text_content()
    assert said == []


@pytest.mark.parametrize("width", [320, 1280])
def test_data_can_be_read_by_everyone(live_server, page, width):
    call_command("load_content", verbosity=0)
    page.set_viewport_size({"width": width, "height": 640})
    page.goto(f"{live_server.url}/data/")
    assert found_by_axe(page) == ""
    assert page.evaluate("document.documentElement.scrollWidth") <= width
