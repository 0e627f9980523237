"""Importing at the desk: the same path as the command, in steps, by people with roles."""

import csv
import zlib
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import Workbook, load_workbook
from reversion.models import Revision, Version

from organisations.models import Organisation
from peaceportal.core.imports import desk
from peaceportal.core.models import Upload
from tests import factories as make
from tests.editor import address, read_form
from tests.imports.files import EVENTS, ORGANISATIONS
from timeline.models import Event

pytestmark = pytest.mark.django_db

HEAD = ["identifiers", "title", "kind", "happened"]
TWO = [HEAD, ["made:1", "Talks", "meeting", "July 1953"], ["made:2", "More", "meeting", "1999"]]
BAD = [*TWO, ["made:3", "Bad", "meeting", "03/04/2024"]]
IMPORT = address(Event, "import")


def table(rows):
    if isinstance(rows, bytes):
        return rows
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def choose(client, rows, mapping="", *, model=Event, name="ours.csv", **choices):
    data = choices | {"file": SimpleUploadedFile(name, table(rows))}
    if mapping:
        data["mapping"] = SimpleUploadedFile("map.toml", mapping.encode())
    return client.post(address(model, "import"), data, follow=True)


def press(client, response):
    """The button “Import these rows” of a page."""
    url = response.redirect_chain[-1][0]
    return client.post(url, {"seen": Upload.objects.get().fingerprint}, follow=True)


def report(client, upload, model=Event):
    return client.get(address(model, "import_report", upload.token)).content


@pytest.fixture
def person(client):
    user = make.make_user(username="someone")
    client.force_login(user)
    return user


# One code path with the command

WHO = '[lists.organisations]\ncolumn = "who"\nseparator = ";"\n'
MIXED = [
    ["id", "what", "when", "who"],
    ["1", "Talks, changed", "1999", "Host; New body"],
    ["2", "Bad", "03/04/2024", ""],
    ["3", "=1+1", "about 1953", "New body"],
    ["4", "Left alone", "1999", ""],
]
TREE = [
    ["id", "name", "above"],
    ["1", "Top", ""],
    ["2", "Middle", "1"],
    ["3", "", "2"],
    ["4", "Low", "3"],
    ["5", "Ring", "5"],
]


def world():
    make.make_organisation(name="Host")
    for number, title in (("1", "Talks"), ("4", "Left alone")):
        event = make.make_event(title=title, happened="1999", kind="meeting", status="draft")
        make.make_identifier(page=event, scheme="made", value=number)


def kept():
    """All that an import leaves behind, without what is never the same twice."""
    versions = Version.objects.values_list("object_repr", "content_type__model")
    rows = (Event.objects, "title", "happened", "status", "kind", "summary", "organisations__name")
    bodies = Organisation.objects.values_list("name", "status", "parent__name")
    return (
        Revision.objects.count(),
        sorted((one.rpartition(" ")[0] or one, kind) for one, kind in versions),
        sorted(map(repr, rows[0].values_list(*rows[1:]))),
        sorted(map(repr, bodies)),
    )


@pytest.mark.parametrize(
    ("model", "rows", "mapping", "options"),
    [
        (Event, MIXED, EVENTS + WHO, ("--create-missing", "--skip-bad-rows")),
        (Event, MIXED, EVENTS + WHO, ()),
        (Event, TWO, "", ()),
        (Organisation, TREE, ORGANISATIONS + 'parent = "above"\n', ("--skip-bad-rows",)),
    ],
)
def test_desk_and_command_agree(client, person, files, model, rows, mapping, options):
    world()
    run = files.events if model is Event else files.organisations
    choices = {option.strip("-").replace("-", "_"): "on" for option in options}

    dry = run(rows, mapping or None, *options, "--dry-run")
    by_command = files.report.read_bytes()
    tried = choose(client, rows, mapping, model=model, **choices)
    upload = Upload.objects.get()
    assert report(client, upload, model) == by_command
    outcomes = ("created", "updated", "unchanged", "refused")
    assert tuple(upload.counts[one] for one in outcomes) == dry.numbers

    mark = transaction.savepoint()
    done = run(rows, mapping or None, *options)
    by_command, left = files.report.read_bytes(), kept()
    transaction.savepoint_rollback(mark)
    press(client, tried)
    upload.refresh_from_db()
    assert report(client, upload, model) == by_command
    assert upload.is_imported == (not done.counts["failed"] or bool(options))
    assert kept() == left


# Step by step


def test_file_is_tried_then_imported_once(client, person):
    tried = choose(client, TWO)
    assert "What ours.csv would do" in tried.text
    assert "Nothing is imported yet" in tried.text
    assert ">Import these 2 rows</button>" in tried.text
    assert "<dt>Happened</dt><dd>July 1953</dd>" in tried.text
    assert "<dt>Kind</dt><dd>meeting</dd>" in tried.text
    assert not Event.objects.exists()

    done = press(client, tried)
    assert "2 rows were imported." in done.text
    assert "Imported: ours.csv" in done.text
    event = Event.objects.get(title="Talks")
    assert (event.status, event.happened.edtf) == ("draft", "1953-07")
    assert f'href="{address(Event, "change", event.pk)}"' in done.text
    revision = Revision.objects.get()
    assert revision.user == person
    assert "Imported from ours.csv" in revision.comment
    upload = Upload.objects.get()
    assert (bytes(upload.content), upload.counts["created"]) == (b"", 2)

    again = press(client, tried)
    assert "This file was imported already, on" in again.text
    assert (Event.objects.count(), Revision.objects.count()) == (2, 1)
    assert "ours.csv</a>" in client.get(IMPORT).text
    assert "There is nothing to import" in choose(client, TWO).text


def test_rows_are_told_with_what_changes_and_what_to_write_instead(client, person):
    press(client, choose(client, TWO))
    Upload.objects.all().delete()
    rows = [HEAD, ["made:1", "Talks", "meeting", "27 July 1953"], TWO[2], BAD[3]]
    tried = choose(client, rows)
    for words in (
        '<span class="standing outcome-updated">changed</span>',
        "<dt>Happened</dt><dd><del>July 1953</del> <ins>27 July 1953</ins></dd>",
        '<span class="standing outcome-unchanged">unchanged</span>',
        "<strong>happened</strong> “03/04/2024”: ",
        "reads two ways",
        "1 row cannot be taken, so nothing would be imported.",
    ):
        assert words in tried.text
    assert "Import these" not in tried.text
    talks = Event.objects.get(title="Talks")
    assert f'<a href="{address(Event, "change", talks.pk)}">Talks</a>' in tried.text
    url = tried.redirect_chain[-1][0]
    assert "would be emptied" not in tried.text
    refused = client.get(url, {"show": "refused"}).text
    assert ">Bad<" in refused and ">More<" not in refused
    press(client, tried)
    assert Event.objects.get(title="Talks").happened.edtf == "1953-07"

    data = read_form(client.get(url)) | {"again": "1", "skip_bad_rows": "on"}
    again = client.post(url, data, follow=True)
    assert ">Import this 1 row</button>" in again.text
    assert '1 row is left out. <a href="?show=refused#rows">' in again.text
    again = client.post(url, {"seen": Upload.objects.get().fingerprint}, follow=True)
    assert "1 row was imported. 1 row was left out." in again.text
    assert Event.objects.get(title="Talks").happened.edtf == "1953-07-27"


def test_unknown_names_are_told_once_and_created_if_asked(client, person):
    rows = [[*HEAD, "participants"], *([*row, "Quaker Office:convened"] for row in TWO[1:])]
    tried = choose(client, rows)
    assert "organisation “Quaker Office”: rows 2–3" in tried.text
    assert "tick that below" in tried.text
    area = choose(client, [[*HEAD, "areas"], [*TWO[1], "Nothing"]])
    assert "area of work “Nothing”: row 2" in area.text and "tick that below" not in area.text
    Upload.objects.first().delete()
    url = tried.redirect_chain[-1][0]
    again = client.post(url, {"again": "1", "create_missing": "on"}, follow=True)
    assert "Would be created as drafts" in again.text
    assert not Organisation.objects.exists()
    assert "2 rows were imported." in press(client, again).text
    assert Organisation.objects.get(name="Quaker Office").status == "draft"


def test_what_changed_meanwhile_is_shown_before_it_is_imported(client, person):
    press(client, choose(client, TWO))
    Upload.objects.all().delete()
    tried = choose(client, [HEAD, ["made:1", "New title", "meeting", ""]])
    assert "1 field would be emptied" in tried.text
    Event.objects.filter(title="Talks").update(title="Title of somebody else")
    stopped = press(client, tried)
    assert "Something on the site has changed since this was shown" in stopped.text
    assert "<del>Title of somebody else</del>" in stopped.text
    assert not Event.objects.filter(title="New title").exists()
    assert "1 row was imported." in press(client, tried).text
    assert Event.objects.filter(title="New title").exists()


def test_press_on_an_older_page_imports_nothing(client, person):
    tried = choose(client, TWO)
    answer = client.post(tried.redirect_chain[-1][0], {"seen": "older"}, follow=True)
    assert "is no longer what you were shown" in answer.text
    assert not Event.objects.exists()


def test_two_clicks_import_once(client, person, monkeypatch):
    tried, once = choose(client, TWO), desk.carry_out
    monkeypatch.setattr(desk, "carry_out", lambda *args: [once(*args) for _click in "12"])
    assert "This file was imported already, on" in press(client, tried).text
    assert Event.objects.count() == 2


def test_other_choices_of_an_older_page_change_nothing_that_was_imported(
    client, person, monkeypatch
):
    tried, again = choose(client, TWO), desk.try_again
    url = tried.redirect_chain[-1][0]

    def imported_first(upload, shape, user, choices):
        desk.carry_out(upload, shape, user, upload.fingerprint)
        return again(upload, shape, user, choices)

    monkeypatch.setattr(desk, "try_again", imported_first)
    answer = client.post(url, {"again": "1", "status": "published"}, follow=True)
    assert "This file was imported already, on" in answer.text
    assert (Upload.objects.get().status, bytes(Upload.objects.get().content)) == ("", b"")
    monkeypatch.setattr(desk, "carry_out", lambda *args: Upload.objects.get(pk=0))
    Upload.objects.update(imported_at=None)
    assert press(client, tried).status_code == 200


def test_session_that_ended_loses_no_file(client, person):
    tried = choose(client, TWO)
    client.logout()
    answer = press(client, tried)
    assert "Sign in" in answer.text
    assert not Event.objects.exists()
    client.force_login(person)
    assert ">Import these 2 rows</button>" in client.get(tried.redirect_chain[-1][0]).text


def test_busy_database_is_said_and_nothing_is_half(client, person, monkeypatch):
    tried = choose(client, TWO)

    def locked(*args, **kwargs):
        raise OperationalError("database is locked")

    monkeypatch.setattr("peaceportal.core.imports.desk._run", locked)
    assert "Others were saving just now" in press(client, tried).text
    assert not Upload.objects.get().is_imported


# Addresses of uploads


def test_file_of_somebody_else_is_theirs_until_it_is_imported(client, person):
    tried = choose(client, TWO)
    url = tried.redirect_chain[-1][0]
    client.force_login(make.make_user(username="another"))
    upload = Upload.objects.get()
    for answer in (
        client.get(url, follow=True),
        client.get(f"{url}report.csv", follow=True),
        client.post(url, {"seen": upload.fingerprint}, follow=True),
    ):
        assert "This file was chosen by somebody else" in answer.text
        assert "made:1" not in answer.text
    assert not Event.objects.exists()
    client.force_login(person)
    press(client, tried)
    client.force_login(make.make_user(username="third"))
    assert "Imported by someone on" in client.get(url).text


def test_file_that_nobody_came_back_to_goes_after_a_day(client, person):
    url = choose(client, TWO).redirect_chain[-1][0]
    Upload.objects.update(at=timezone.now() - timedelta(hours=23))
    assert client.get(url).status_code == 200
    Upload.objects.update(at=timezone.now() - timedelta(hours=25))
    for answer in (client.get(url, follow=True), client.post(url, {"seen": "x"}, follow=True)):
        assert "This file is no longer kept" in answer.text
    assert not Upload.objects.exists()


def test_imports_ask_for_all_that_they_write(client):
    user = make.make_member("Editor")
    client.force_login(user)
    assert f'href="{IMPORT}"' in client.get(address(Event)).text
    user.groups.clear()
    rights = Permission.objects.filter(codename__in=["view_event", "add_event", "change_event"])
    user.user_permissions.set(rights)
    assert f'href="{IMPORT}"' not in client.get(address(Event)).text
    token = Upload.objects.create(model="timeline.event", by=user).token
    for url in (
        IMPORT,
        address(Event, "import_template", "csv"),
        address(Event, "import_tried", token),
        address(Event, "import_report", token),
    ):
        assert client.get(url).status_code == 403
    assert client.post(IMPORT, {}).status_code == 403


# Files


@pytest.mark.parametrize("model", [Event, Organisation])
def test_template_sent_back_as_it_is_brings_in_nothing(client, person, model):
    for kind in ("csv", "xlsx"):
        data = client.get(address(model, "import_template", kind)).content
        answer = choose(client, data, model=model, name=f"empty.{kind}")
        assert "There are no rows beneath the header" in answer.text
    assert not Upload.objects.exists()
    book = load_workbook(BytesIO(data))
    assert "An empty cell empties its field" in [*book.worksheets[1].values][-1][1]
    assert "An empty cell empties its field" in client.get(address(model, "import")).text
    example = {row[0].value: row[2].value for row in book.worksheets[1].iter_rows(min_row=2)}
    sheet = book.worksheets[0]
    sheet.append([example[cell.value] for cell in sheet[1]])
    make.make_area(name="Mediation")
    make.make_area(name="Peacebuilding")
    make.make_organisation(name="Council for talks")
    make.make_place(name="Geneva")
    make.make_series(name="Talks on rivers")
    make.make_place(name="Switzerland")
    filled = BytesIO()
    book.save(filled)
    answer = choose(client, filled.getvalue(), model=model, name="x.xlsx", create_missing="on")
    assert Upload.objects.get().counts["created"] == 1, answer.text
    assert "The first sheet was read" not in answer.text


ONE_CELL = b"identifiers;title\nmade:1;" + "Évian".encode("cp1252")


@pytest.mark.parametrize(
    ("name", "rows", "mapping", "sentence"),
    [
        ("x.docx", TWO, "", "Choose a file of the kind CSV or XLSX"),
        (f"{'x' * 240}.csv", TWO, "", "The name of this file is too long"),
        ("x.csv", b"", "", "This file is empty."),
        ("x.csv", ONE_CELL, "", "Save the file as “CSV UTF-8”"),
        ("x.csv", [["Name", "Year"], ["a", "b"]], "", "“Name” is no column of ours."),
        ("x.csv", TWO, "not toml", "The mapping map.toml is no TOML in UTF-8"),
        ("x.csv", TWO, EVENTS, "the file has no column “id”"),
        ("x.xlsx", b"PK\x03\x04 broken", "", "cannot be read as a workbook (XLSX)"),
    ],
)
def test_file_that_cannot_be_used_is_refused_in_words(
    client, person, name, rows, mapping, sentence
):
    answer = choose(client, rows, mapping, name=name)
    assert answer.status_code == 200
    assert sentence in answer.text.replace("&#x27;", "'")
    assert not Upload.objects.exists()


def test_file_that_is_too_much_is_refused_and_names_the_command(client, person, monkeypatch):
    monkeypatch.setattr(desk, "MOST_ROWS", 1)
    answer = choose(client, TWO)
    assert "more than 1 rows" in answer.text and "“import_events”" in answer.text
    monkeypatch.setattr(desk, "MOST_UNPACKED", 1000)
    book = Workbook()
    book.active.append(["x" * 20_000])
    packed = BytesIO()
    book.save(packed)
    answer = choose(client, packed.getvalue(), name="bomb.xlsx")
    assert "This workbook is too large to be unpacked here." in answer.text
    monkeypatch.setattr("peaceportal.core.imports.forms.MOST_BYTES", 10)
    assert "10\xa0bytes are the most" in choose(client, TWO).text
    assert not Upload.objects.exists()


def test_long_lists_are_paged_and_take_few_queries(client, person):
    rows = [HEAD, *([f"made:{n}", f"Talks {n}", "meeting", "1999"] for n in range(250))]
    tried = choose(client, rows)
    url = tried.redirect_chain[-1][0]
    assert tried.text.count("<td>") < 310 and "Page 1 of 3" in tried.text
    with CaptureQueriesContext(connection) as asked:
        last = client.get(url, {"page": "3", "show": "created"})
    assert "Talks 249" in last.text and "Talks 199" not in last.text
    assert len(asked) <= 12
    assert client.get(url, {"page": "x", "show": "x"}).status_code == 200
    assert len(zlib.decompress(Upload.objects.get().report).splitlines()) == 501
