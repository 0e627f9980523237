"""What tests in Chromium share."""

import pytest
from django.core.management import call_command
from django.test import Client

from tests.factories import make_user


@pytest.fixture
def content():
    call_command("load_content", verbosity=0)


# A field that is typed into asks anew with each letter, and drops the question before; who leaves
# a page drops what it was still loading.
TAKEN_BACK = "net::ERR_ABORTED"


def listen(context, said):
    """Write into `said` what Chromium has to say against any page or window, as it says it."""
    context.on("console", lambda message: said.append(f"console: {message.text}"))
    context.on("weberror", lambda error: said.append(f"error: {error.error}"))
    context.on(
        "requestfailed",
        lambda request: (
            None if request.failure == TAKEN_BACK else said.append(f"failed: {request.url}")
        ),
    )
    context.on(
        "response",
        lambda response: (
            said.append(f"{response.status}: {response.url}") if response.status >= 400 else None
        ),
    )


@pytest.fixture
def complaints(context):
    said = []
    listen(context, said)
    return said


def stay_signed_in(context, url, client):
    """Give a browser the session that `client` has: signing in by hand is tested on its own."""
    session = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": f"{url}/admin/"}])


@pytest.fixture
def desk(live_server, page):
    """Signs in and gives a function that opens an address of the admin."""
    client = Client()
    client.force_login(make_user(username="editor"))
    stay_signed_in(page.context, live_server.url, client)

    def open_page(path):
        answer = page.goto(f"{live_server.url}{path}")
        assert answer.status == 200, path
        return page

    return open_page
