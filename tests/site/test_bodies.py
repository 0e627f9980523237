"""What one request may bring."""

import pytest

from peaceportal import bodies
from tests.reading import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


def test_too_much_at_once_is_refused_in_words_before_it_is_read(admin_client, client, whole_pages):
    class Unread:
        def read(self, *_size):
            raise AssertionError("the body was read")

        readline = read

    def sent(client, address, megabytes, method="POST"):
        length = str(megabytes * 1_000_000 + 1)
        unread = {"wsgi.input": Unread(), "CONTENT_LENGTH": length}
        return client.generic(method, address, content_type="text/plain", **unread)

    add = "/admin/timeline/event/add/"
    refused = sent(admin_client, add, bodies.MEGABYTES)
    assert refused.status_code == 413
    assert f"may have {bodies.MEGABYTES} MB" in text_of(refused)
    client.cookies["sessionid"] = "made-up"
    for address in (add, "/admin/login/"):
        refused = sent(client, address, bodies.OF_ANYONE)
        assert (refused.status_code, "Sign in in another" in text_of(refused)) == (413, True)
    for method in ("POST", "PUT", "DELETE", "ODD"):
        refused = sent(client, "/timeline/", 0, method)
        assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD")
        assert "Nothing can be sent here" in text_of(refused)
    assert "can only be read" in sent(client, "/timeline.json", 0).json()["title"]
    assert admin_client.post(add, {"title": "x" * 2_000_000}).status_code == 200


def test_address_that_is_too_long_is_refused_in_words(client, whole_pages):
    for address in ("/timeline/", "/admin/login/"):
        refused = client.get(address, {"x": "x" * 8000})
        assert (refused.status_code, "too long" in text_of(refused)) == (414, True)
    assert "8000 characters" in client.get("/timeline.csv", {"x": "x" * 8000}).text
    assert client.get("/about/", {"x": "x" * 7000}).status_code == 200
