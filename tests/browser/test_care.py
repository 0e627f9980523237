"""What needs care, in Chromium: nothing complains, nothing overflows, and axe finds nothing."""

from datetime import UTC, datetime

import pytest

from peaceportal.core import noticing
from peaceportal.core.links.store import Link, Outcome
from peaceportal.core.models import MissedAddress
from tests import factories as make
from tests.browser.looks import BY_LOOKS, found_by_axe

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PATHS = [
    *("/admin/", "/admin/changes/", "/admin/removed/", "/admin/doubles/"),
    *("/admin/timeline/event/?care=drafts", "/admin/organisations/source/?care=dead-links"),
    "/admin/core/missedaddress/",
]


@pytest.fixture
def much_to_do():
    long = "A very long title of a conference on the peaceful settlement of disputes " * 3
    make.make_event(title=long, status="draft")
    make.make_event(title=long, status="in-review", sources=[make.make_source()])
    make.make_event(title="Gone", removed_at=datetime(2024, 1, 1, tzinfo=UTC))
    make.make_organisation(name="Office", as_of="2020")
    make.make_organisation(name="OFFICE")
    make.make_source(url="https://example.org/gone")
    noticing.catch_up(patience=None)
    link = Link.objects.get()
    for day in (2, 3):
        link.note(Outcome.NOT_FOUND, status=404, at=datetime(2026, 10, day, tzinfo=UTC))
    link.save()
    MissedAddress.objects.create(path="/organisations/old-office/", times=3, linked_on="/areas/")


@pytest.mark.parametrize(("scheme", "rules"), [("light", None), ("dark", BY_LOOKS)])
def test_axe_finds_nothing(desk, page, complaints, much_to_do, scheme, rules):
    page.emulate_media(color_scheme=scheme)
    said = []
    for path in PATHS:
        desk(path)
        if report := found_by_axe(page, rules):
            said.append(f"{path}\n{report}")
    assert not said, "\n".join(said)
    assert complaints == []


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_wider_than_the_window(desk, page, much_to_do, width):
    page.set_viewport_size({"width": width, "height": 800})
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    ours = [path for path in PATHS if "?" not in path and "missed" not in path]
    assert {path: page.evaluate(wide) for path in ours if desk(path)} == dict.fromkeys(ours, 0)


def test_address_is_led_to_a_page_by_typing_its_title(desk, page, much_to_do):
    make.make_organisation(name="New home")
    row = MissedAddress.objects.get()
    desk(f"/admin/core/missedaddress/{row.pk}/change/")
    page.locator(".field-page .select2-selection").click()
    page.locator(".select2-search__field").fill("New home")
    page.get_by_role("option", name="New home").click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("now comes to “New home”").wait_for()
