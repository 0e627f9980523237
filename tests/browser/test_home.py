import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def complaints(page):
    """What Chromium has to say against a page, as it says it."""
    said = []
    page.on("console", lambda message: said.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.on("requestfailed", lambda request: said.append(f"failed: {request.url}"))
    page.on(
        "response",
        lambda response: (
            said.append(f"{response.status}: {response.url}") if response.status >= 400 else None
        ),
    )
    return said


@pytest.mark.parametrize("width", [390, 1280])
def test_home_page_opens_without_complaint(live_server, page, complaints, width):
    page.set_viewport_size({"width": width, "height": 800})
    answer = page.goto(f"{live_server.url}/", wait_until="networkidle")
    assert answer.status == 200
    assert page.locator("h1").count() == 1
    assert complaints == []


def test_home_page_does_not_scroll_sideways_on_a_small_phone(live_server, page):
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{live_server.url}/")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 320
