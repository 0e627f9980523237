"""Merging and renaming in Chromium: three steps, one button, and the way back."""

import pytest

from organisations.models import Organisation
from peaceportal.core.merging.merges import Merge
from tests import factories as make
from tests.browser.looks import BY_LOOKS, found_by_axe
from tests.editor import address

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def two():
    one = make.make_organisation(name="Afr. Union", summary="Of one.", ended="1990", state="ended")
    other = make.make_organisation(name="African Union", acronym="AU")
    for number in range(7):
        make.make_event(title=f"Summit {number}", organisations=[one])
    return one, other


def test_editor_chooses_reads_merges_and_undoes(desk, complaints, two):
    one, _other = two
    page = desk(address(Organisation, "change", one.pk))
    page.get_by_role("link", name="Merge into another…").click()
    page.locator(".merging .select2-selection").click()
    page.keyboard.type("african")
    page.get_by_role("option", name="African Union").click()
    page.get_by_role("button", name="Show what would happen").click()
    page.get_by_text("“African Union” stays.").wait_for()
    page.get_by_label("former name").check()
    page.get_by_role("button", name="Merge Afr. Union into African Union").click()
    page.get_by_text("Merged “Afr. Union” into “African Union”.").wait_for()
    page.get_by_role("link", name="Undo the merge…").first.click()
    page.get_by_text("Events it took part in: 7").wait_for()
    page.get_by_role("button", name="Undo the merge").click()
    page.get_by_text("Undid the merge of “Afr. Union” into “African Union”.").wait_for()
    assert complaints == []


@pytest.mark.parametrize(("scheme", "rules"), [("light", None), ("dark", BY_LOOKS)])
def test_axe_finds_nothing(desk, page, two, scheme, rules):
    one, other = two
    page.emulate_media(color_scheme=scheme)
    merge = address(Organisation, "merge", one.pk)
    for path in (
        *(merge, f"{merge}?into={one.pk}", f"{merge}?into={other.pk}"),
        address(Organisation, "merge_two") + f"?of={one.pk}&of={other.pk}",
    ):
        desk(path)
        assert found_by_axe(page, rules) == "", path
    page.go_back()
    page.get_by_role("button", name="Merge Afr. Union into African Union").click()
    page.get_by_text("Merged “Afr. Union” into “African Union”.").wait_for()
    for path in (
        *(address(Organisation, view, other.pk) for view in ("change", "history")),
        address(Organisation, "change", one.pk),
        address(Organisation, "undo_merge", one.pk, Merge.objects.get().pk),
    ):
        desk(path)
        assert found_by_axe(page, rules) == "", path
    desk(address(Organisation, "change", other.pk))
    page.get_by_label("Name", exact=False).first.fill("Union of Africa")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_label("It changed its name").wait_for()
    assert found_by_axe(page, rules) == ""


def test_what_can_be_taken_over_is_seen_on_a_phone(desk, two):
    one, other = two
    page = desk(address(Organisation))
    page.set_viewport_size({"width": 320, "height": 700})
    desk(f"{address(Organisation, 'merge', one.pk)}?into={other.pk}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    box = page.get_by_label("take this over").first.bounding_box()
    assert box["x"] + box["width"] <= 320


def test_editor_is_asked_why_a_name_changed(desk, complaints, two):
    _one, other = two
    page = desk(address(Organisation, "change", other.pk))
    page.get_by_label("Name", exact=False).first.fill("Union of Africa")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_label("It changed its name").check()
    page.get_by_label("Called so from").fill("May 2014")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("was changed successfully").wait_for()
    assert str(other.names.get().to_date) == "May 2014"
    assert complaints == []
