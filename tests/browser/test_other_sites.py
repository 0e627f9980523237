"""A page of another site, in Chromium: it may read the data, and nothing else."""

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.conf import settings

from tests.factories import make_event, make_organisation, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# The status and the beginning of what a script reads, or how it is refused.
READ = """async ([address, options]) => {
    try {
        const answer = await fetch(address, options);
        return [answer.status, (await answer.text()).slice(0, 400)];
    } catch (error) {
        return ["refused", error.name];
    }
}"""


class Blank(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Elsewhere</title>")

    def log_message(self, *args):
        """Says nothing."""


@contextmanager
def another_site():
    with ThreadingHTTPServer(("127.0.0.1", 0), Blank) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def elsewhere(live_server, page):
    make_event(title="Round of talks", slug="talks", organisations=[make_organisation()])
    with another_site() as address:
        page.goto(address)
        yield page


def test_other_sites_read_the_data(live_server, elsewhere):
    for address, begins in {
        "/timeline.json": "{",
        "/timeline.csv": "uid,",
        "/timeline.atom": "<?xml",
        "/timeline.ics": "BEGIN:VCALENDAR",
        "/timeline.bib": "@misc",
        "/timeline/talks.json": "{",
        "/timeline/talks.ics": "BEGIN:VCALENDAR",
        "/organisations.json": "{",
        "/organisations.csv": "uid,",
        "/data/schema.json": "{",
    }.items():
        status, text = elsewhere.evaluate(READ, [f"{live_server.url}{address}", {}])
        assert (status, text.lstrip("\ufeff").startswith(begins)) == (200, True), (address, text)


def test_other_sites_read_what_was_wrong_with_a_query(live_server, elsewhere):
    for form in ("json", "csv"):
        address = f"{live_server.url}/timeline.{form}?area=nowhere"
        status, text = elsewhere.evaluate(READ, [address, {}])
        assert status == 400
        assert "nowhere" in text


@pytest.mark.parametrize("how", [{}, {"credentials": "include"}], ids=["plain", "as who one is"])
def test_other_sites_read_no_page_and_nothing_of_the_desk(live_server, elsewhere, client, how):
    client.force_login(make_user())
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    elsewhere.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )
    for address in (
        "/",
        "/timeline/",
        "/timeline/talks/",
        "/search/",
        "/about/",
        "/data/",
        "/admin/",
    ):
        answer = elsewhere.evaluate(READ, [f"{live_server.url}{address}", how])
        assert answer == ["refused", "TypeError"], address


def test_other_sites_read_the_data_as_nobody(live_server, elsewhere):
    """What comes with cookies is for the site itself; any origin (“*”) allows none of that."""
    address = f"{live_server.url}/timeline.json"
    answer = elsewhere.evaluate(READ, [address, {"credentials": "include"}])
    assert answer == ["refused", "TypeError"]
    status, text = elsewhere.evaluate(READ, [address, {"method": "POST", "body": "x"}])
    assert status == 405
    assert "Round of talks" not in text
