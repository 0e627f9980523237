"""Every page takes a correction."""

import re
from html import unescape
from urllib.parse import unquote

import pytest

from peaceportal import environment
from tests.factories import make_area, make_event, make_organisation, make_place, make_series

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


@pytest.mark.parametrize(
    ("make", "title"),
    [
        (make_area, "name"),
        (make_event, "title"),
        (make_organisation, "name"),
        (make_place, "name"),
        (make_series, "name"),
    ],
)
def test_correction_carries_the_permanent_address(client, settings, make, title):
    settings.CORRECTIONS_EMAIL = "office+web@peace.example.org"
    settings.SITE_URL = "https://peace.example.org"
    page = make(**{title: "Peace & “quiet”?\r\nBcc: all@example.org" + " and more" * 50})
    html = client.get(page.get_absolute_url()).text
    (address,) = re.findall(r'href="(mailto:[^"]*)"', html)
    to, _, query = unescape(address).removeprefix("mailto:").partition("?")
    fields = dict(pair.split("=") for pair in query.split("&"))
    assert unquote(to) == "office+web@peace.example.org"
    assert fields.keys() == {"subject", "body"}
    assert f"https://peace.example.org/id/{page.uid}/" in unquote(fields["body"])
    assert client.get(f"/id/{page.uid}/").url == page.get_absolute_url()
    assert f"Permanent address of this page: https://peace.example.org/id/{page.uid}/" in html
    assert "Peace & “quiet”?" in unquote(fields["subject"])
    assert "\n" not in unquote(fields["subject"])
    assert len(address) < 1000


def test_address_of_a_sender_with_a_name_is_taken_bare(monkeypatch):
    monkeypatch.setenv("CORRECTIONS_EMAIL", "Peace Office <office@example.org>")
    assert environment.address("CORRECTIONS_EMAIL", default="") == "office@example.org"
    monkeypatch.setenv("CORRECTIONS_EMAIL", "the office")
    with pytest.raises(SystemExit, match="write it as office"):
        environment.address("CORRECTIONS_EMAIL", default="")
