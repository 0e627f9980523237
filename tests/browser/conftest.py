"""What tests in Chromium share."""

import pytest
from django.core.management import call_command


@pytest.fixture
def content():
    call_command("load_content", verbosity=0)


# A field that is typed into asks anew with each letter, and drops the question before; who leaves
# a page drops what it was still loading.
TAKEN_BACK = "net::ERR_ABORTED"


@pytest.fixture
def complaints(page):
    """What Chromium has to say against a page, as it says it."""
    said = []
    page.on("console", lambda message: said.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.on(
        "requestfailed",
        lambda request: (
            None if request.failure == TAKEN_BACK else said.append(f"failed: {request.url}")
        ),
    )
    page.on(
        "response",
        lambda response: (
            said.append(f"{response.status}: {response.url}") if response.status >= 400 else None
        ),
    )
    return said
