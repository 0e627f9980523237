"""The admin in Chromium, as an editor meets it."""

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from organisations.models import AreaOfWork, Organisation
from peaceportal.core.models import AuditEntry, MissedAddress, OldSlug
from tests import factories as make
from tests.browser.looks import found_by_axe, wrong
from tests.core.test_admin import RICH, every_model
from tests.editor import address
from timeline.models import Event, EventSeries

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def forms(model):
    """The addresses of its list and forms, with rows of everything on the form of a record."""
    record = RICH[model](model.__name__, 2)
    yield address(model)
    yield address(model, "change", record.pk)
    if model not in {AuditEntry, MissedAddress, OldSlug}:  # nobody adds one
        yield address(model, "add")


def unfold(page):
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")


def add_a_row_of_each(page):
    for link in page.locator(".add-row a:visible").all():
        link.click()


@every_model
def test_list_and_forms_are_for_everyone(desk, complaints, model):
    """They open without complaint, and look right in every way of looking at them."""
    said = []
    for path in forms(model):
        page = desk(path)
        unfold(page)
        add_a_row_of_each(page)
        choice = page.locator("#content-main .select2-selection:visible").first
        if choice.count():
            choice.click()
            page.locator(".select2-results__option").first.wait_for()
            page.keyboard.press("Escape")
        said += wrong(page, path, complaints, form=path.endswith(("/add/", "/change/")))
    assert not said, "\n".join(said)
    assert complaints == []


def test_editor_writes_bold_a_link_and_a_list_without_complaint(desk, complaints):
    page = desk(address(Event, "add"))
    page.locator("#id_title").fill("Talks")
    box = page.get_by_role("textbox", name="Text", exact=True)
    box.click()
    page.keyboard.type("They ")
    page.get_by_role("button", name="bold").click()
    page.keyboard.type("met")
    page.get_by_role("button", name="bold").click()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="unordered list").click()
    page.keyboard.type("A report")
    for _letter in "report":
        page.keyboard.press("Shift+ArrowLeft")
    page.get_by_role("button", name="insert link").click()
    page.get_by_label("URL").fill("https://example.org/report")
    page.get_by_role("button", name="Update").click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("was added successfully").wait_for()
    assert complaints == []
    assert Event.objects.get().body == (
        "<p>They <strong>met</strong></p>"
        '<ul><li><p>A <a href="https://example.org/report">report</a></p></li></ul>'
    )


# What Word for Windows puts on the clipboard.
WORD = (Path(__file__).parent / "word.html").read_text(encoding="utf-8")


def test_text_pasted_from_word_arrives_clean(desk, complaints):
    page = desk(address(Event, "add"))
    page.locator("#id_title").fill("Talks")
    page.get_by_role("textbox", name="Text", exact=True).click()
    page.evaluate(
        """html => {
          const data = new DataTransfer();
          data.setData("text/html", html);
          data.setData("text/plain", "as plain text");
          document.activeElement.dispatchEvent(new ClipboardEvent(
            "paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        WORD,
    )
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("was added successfully").wait_for()
    assert complaints == []
    assert Event.objects.get().body == (
        "<h2>Record of the talks</h2><h2>What was said</h2>"
        "<p>Both sides <strong>agreed</strong> on a <em>pause</em>.</p>"
        "<ul><li><p>First point</p><ul><li><p>Beneath it</p></li></ul></li>"
        "<li><p>Second point</p></li></ul>"
        "<ol><li><p>Counted</p></li><li><p>Counted too</p></li></ol>"
        "<p>By Word for the Mac:</p>"
        "<ul><li><p>With a mark</p></li><li><p>With half a mark</p></li>"
        "<li><p>With <strong>none</strong></p></li><li><p>With its name alone</p></li></ul>"
        "<ol><li><p>o what a letter</p></li></ol>"
        '<p>See <a href="https://example.org/">the report</a>.</p>'
        "<table><tbody><tr><td><p>Year</p></td></tr></tbody></table>"
    )


IMPORTED = b"""identifiers;title;kind;happened;participants
our-office:1;Talks on water;meeting;30 Nov 2023;Quaker Office:convened
our-office:2;Talks on a matter with a name as long as agreements have;metting;03/04/2024;
our-office:3;Known;meeting;1999;
"""


def test_import_is_for_everyone(desk, complaints):
    """From the button of the list to the page that says what was done, each page in every way."""
    known = make.make_event(title="Known before", happened="1998", kind="meeting")
    make.make_identifier(page=known, scheme="our-office", value="3")
    page = desk(address(Event))
    page.get_by_role("link", name="Import from a file").click()
    page.get_by_role("heading", name="Import events from a file").wait_for()
    found = wrong(page, "choosing a file", complaints, form=True)
    file = {"name": "ours.csv", "mimeType": "text/csv", "buffer": IMPORTED}
    page.get_by_label("File:").set_input_files(file)
    page.get_by_role("button", name="Show what would happen").click()
    page.get_by_text("2 rows cannot be taken").wait_for()
    found += wrong(page, "what would happen", complaints, form=True)
    page.get_by_label("Create organisations and places").check()
    page.get_by_label("Leave out rows").check()
    page.get_by_role("button", name="Show what would happen then").click()
    page.get_by_role("button", name="Import these 2 rows").click()
    page.get_by_text("2 rows were imported.").wait_for()
    found += wrong(page, "what was imported", complaints)
    page.get_by_role("link", name="Changed 1").click()
    page.get_by_role("link", name="Known", exact=True).click()
    page.locator("#id_title").wait_for()
    assert page.locator("#id_title").input_value() == "Known"
    assert found == []
    assert complaints == []


def test_text_is_written_without_javascript(live_server, browser):
    make.make_user(username="editor", password="only-for-tests")
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{live_server.url}{address(Event, 'add')}")
    page.get_by_label("Username or e-mail").fill("editor")
    page.get_by_label("Password").fill("only-for-tests")
    page.get_by_role("button", name="Sign in").click()
    page.locator("#id_title").fill("Talks")
    page.locator("#id_body").fill("They met.\n\nThey parted.")
    page.get_by_role("button", name="Save", exact=True).click()
    assert Event.objects.get().body == "<p>They met.</p>\n\n<p>They parted.</p>"
    page.close()


def test_theme_chosen_by_hand_outweighs_that_of_the_machine(desk, page):
    page.emulate_media(color_scheme="light")
    desk("/admin/")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.get_by_role("button", name=re.compile("theme")).click()
    dark = page.evaluate(paper)
    assert dark != light
    page.emulate_media(color_scheme="dark")
    page.evaluate("localStorage.setItem('theme', 'light')")
    desk("/admin/")
    assert page.evaluate(paper) == light


def choose(page, label, words, row=None):
    """Type `words` into the field and take the first that is offered."""
    scope = page.locator(row) if row else page
    scope.get_by_label(label).and_(
        page.locator(".select2-selection, .select2-search__field")
    ).first.click()
    search = page.locator(".select2-container--open .select2-search__field").first
    search.wait_for()
    search.press_sequentially(words)
    offered = page.locator(".select2-container--open .select2-results__option", has_text=words)
    offered.first.click()


def test_editor_adds_an_event_and_sees_it_on_the_site(desk, page, complaints, tmp_path):
    make.make_area(name="Mediation")
    make.make_source(title="Annual report of 1953")
    make.make_organisation(name="Quaker Office")
    make.make_organisation(name="Department of Talks")
    Image.new("RGB", (40, 30), "olive").save(tmp_path / "talks.png")
    (tmp_path / "record.pdf").write_bytes(b"%PDF-1.4\n%%EOF")

    desk("/admin/")
    page.get_by_role("row", name="Events Add", exact=True).get_by_role("link", name="Add").click()
    page.locator("#id_title").fill("Two days of quiet talks")
    page.locator("#id_happened").fill("03/04/1953")
    choose(page, "Areas of work", "Mediation")
    choose(page, "Sources", "Annual report")
    for number, (body, role) in enumerate(
        [("Quaker Office", "convened it"), ("Department of Talks", "took part")]
    ):
        page.get_by_role("button", name="Add an organisation").click()
        row = f"#participations-{number}"
        choose(page, "Organisation", body, row)
        page.locator(row).get_by_label("Role").select_option(role)
    page.get_by_role("button", name="Add a document").click()
    document = page.locator("#documents-0")
    document.get_by_label("Title").fill("Record of the talks")
    document.get_by_label("Kind").select_option("record")
    document.get_by_label("File").set_input_files(tmp_path / "record.pdf")
    page.locator("summary", has_text="Picture").click()
    page.locator("#id_image").set_input_files(tmp_path / "talks.png")
    page.get_by_label("Alternative text").fill("Six people at a round table")
    page.get_by_role("button", name="Publish now").click()

    # A wrong date: its sentence beside the field, and nothing that was typed is lost.
    said = page.locator(".field-happened .errorlist")
    assert "reads two ways" in said.inner_text()
    assert page.locator("#id_happened").input_value() == "03/04/1953"
    assert page.locator("#id_title").input_value() == "Two days of quiet talks"
    for words in ("Mediation", "Annual report of 1953", "Quaker Office", "Department of Talks"):
        expect(page.locator(".select2-selection", has_text=words).first).to_be_visible()
    assert page.get_by_label("Alternative text").input_value() == "Six people at a round table"

    page.locator("#id_happened").fill("about April 1953")
    page.locator("#documents-0").get_by_label("File").set_input_files(tmp_path / "record.pdf")
    page.locator("#id_image").set_input_files(tmp_path / "talks.png")
    page.get_by_role("button", name="Publish now").click()
    page.get_by_role("link", name="Open its page on the site").click()

    assert page.get_by_role("heading", level=1).inner_text() == "Two days of quiet talks"
    text = page.locator("main").inner_text()
    for words in (
        *("about April 1953", "Mediation", "Quaker Office", "Department of Talks"),
        *("Record of the talks", "Annual report of 1953"),
    ):
        assert words in text
    assert page.get_by_role("img", name="Six people at a round table").is_visible()
    assert complaints == []


def test_source_is_added_on_the_way(desk, page, complaints):
    desk(address(Event, "add"))
    page.locator("#id_title").fill("Talks")
    with page.expect_popup() as opened:
        page.locator("#add_id_sources").click()
    window = opened.value
    window.locator("#id_title").fill("Annual report of 1953")
    with window.expect_event("close"):
        window.get_by_role("button", name="Save", exact=True).click()
    page.locator(".select2-selection__choice", has_text="Annual report of 1953").wait_for()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("was added successfully").wait_for()
    assert Event.objects.get().sources.get().title == "Annual report of 1953"
    assert complaints == []


def test_removed_page_is_put_back_from_its_own_form(desk, page, complaints):
    area = make.make_area(name="Mediation")
    AreaOfWork.objects.remove()
    desk(address(AreaOfWork))
    assert page.get_by_role("cell", name="removed", exact=True).is_visible()
    desk(address(AreaOfWork, "change", area.pk))
    assert page.get_by_text("This page was removed").is_visible()
    page.get_by_role("button", name="Put it back").click()
    page.get_by_text("“Mediation” was put back.").wait_for()
    area.refresh_from_db()
    assert area.is_public()
    assert complaints == []


def test_page_is_removed_from_its_own_form(desk, page, complaints):
    area = make.make_area(name="Mediation")
    desk(address(AreaOfWork, "change", area.pk))
    button = page.get_by_role("button", name="Remove this page")
    assert not button.is_visible()
    page.locator("summary", has_text="Remove from the site…").click()
    button.click()
    page.get_by_text("“Mediation” was removed from the site.").wait_for()
    page.get_by_role("link", name="Open it to put it back").click()
    page.get_by_text("This page was removed").wait_for()
    area.refresh_from_db()
    assert not area.is_public()
    assert complaints == []


def test_focus_goes_to_what_is_wrong(desk, page, complaints):
    desk(address(Event, "add"))
    page.locator("#id_title").fill("Talks")
    page.locator("#id_happened").fill("03/04/1953")
    page.get_by_role("button", name="Add an organisation").click()
    page.locator("#participations-0").get_by_label("Represented by").fill("Somebody")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#id_happened")).to_be_focused()
    page.locator(".wrong-fields a", has_text="Organisation 1: Organisation").click()
    chosen = page.locator("#participations-0 .field-organisation .select2-selection").first
    assert chosen.evaluate("box => box.contains(document.activeElement)")
    assert complaints == []
    assert found_by_axe(page) == ""


def test_focus_is_always_in_sight(desk, page):
    series = make.make_series()
    for path in (
        address(Event, "add"),
        address(EventSeries, "change", series.pk),
        address(Organisation),
    ):
        desk(path)
        for _ in range(45):
            page.keyboard.press("Tab")
            seen = page.evaluate(
                "(() => { const s = getComputedStyle(document.activeElement);"
                " return document.activeElement === document.body ||"
                " s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 1 ||"
                " s.boxShadow !== 'none'"
                " || !!document.activeElement.closest('.select2-container--focus'); })()"
            )
            assert seen, page.evaluate("document.activeElement.outerHTML")
