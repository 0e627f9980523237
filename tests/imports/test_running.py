"""All or nothing, the report, and that nothing a file holds ends otherwise than in words."""

import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from reversion.models import Revision, Version

from organisations.models import Organisation
from peaceportal.core.formats.spreadsheets import cell, without_sign
from peaceportal.core.imports.mapping_files import mapping_of
from peaceportal.core.imports.running import Import
from tests.factories import make_organisation
from tests.imports.files import EVENTS
from timeline.imports.events import EVENTS as EVENT_SHAPE
from timeline.models import Event

pytestmark = pytest.mark.django_db

HEAD = ["id", "what", "when"]
MIXED = [HEAD, ["1", "Talks", "1999"], ["2", "Bad", "03/04/2024"], ["3", "More", "2001"]]


def test_one_bad_row_means_that_nothing_is_saved(files):
    said = files.events(MIXED)
    assert said.numbers == (0, 0, 0, 1)
    assert "Nothing was saved" in said
    assert not Event.objects.exists()
    assert not Version.objects.exists()


def test_bad_rows_are_skipped_if_asked(files):
    said = files.events(MIXED, EVENTS, "--skip-bad-rows")
    assert said.numbers == (2, 0, 0, 1)
    assert "Row 3, column “when”, “03/04/2024”" in said
    assert Event.objects.count() == 2


def test_dry_run_saves_nothing_and_counts_what_would_be(files):
    said = files.events(MIXED, EVENTS, "--dry-run")
    assert said.numbers == (2, 0, 0, 1)
    assert "As it is, nothing would be saved" in said
    said = files.events(MIXED, EVENTS, "--dry-run", "--skip-bad-rows")
    assert "1 row would be left out, and the others saved." in said
    assert "nothing would be saved" not in said
    assert not Event.objects.exists()


def test_report_has_every_row_with_what_became_of_it(files):
    files.events(MIXED, EVENTS, "--skip-bad-rows")
    lines = files.lines()
    assert [(line["row"], line["outcome"], line["column"], line["after"]) for line in lines] == [
        ("2", "created", "kind", "meeting"),
        ("2", "created", "happened", "1999"),
        ("3", "refused", "when", ""),
        ("4", "created", "kind", "meeting"),
        ("4", "created", "happened", "2001"),
    ]
    assert lines[2]["before"] == "03/04/2024"
    assert "reads two ways" in lines[2]["sentence"]
    assert [path.name for path in files.folder.iterdir() if path.name.startswith(".")] == []


def test_cells_of_the_report_run_nowhere(files):
    files.events([HEAD, ["1", "=1+1", "1999"]])
    assert files.lines()[0]["title"] == "'=1+1"
    assert Event.objects.get().title == "=1+1"


def test_many_rows_are_one_version_a_thousand_under_one_import(files):
    rows = [HEAD, *([str(n), "Talks", "1999"] for n in range(1200))]
    assert files.events(rows).numbers == (1200, 0, 0, 0)
    notes = set(Revision.objects.values_list("comment", flat=True))
    assert len(notes) == 1
    assert Revision.objects.count() == 2
    assert Event.objects.values("slug").distinct().count() == 1200


def test_other_way_in_takes_the_same_path(files):
    """The desk calls what the command calls, with a person and no words on a terminal."""
    path = files.write(MIXED)
    mapping = {"import": {"scheme": "made"}, "columns": {"identifier": "id", "title": "what"}}
    told = Import(path, EVENT_SHAPE, mapping_of(mapping, EVENT_SHAPE), is_dry=True).run()
    assert told.counts == {"created": 3, "updated": 0, "unchanged": 0, "refused": 0}
    assert "Nothing says the kind: new records get “meeting”." in told.notes


# Our own columns


@given(st.text("'=+-@\t\ra1 ", max_size=6))
def test_sign_before_a_formula_is_put_on_and_taken_off(text):
    written = cell(text)
    assert not written.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert without_sign(written) == text


def test_own_columns_need_no_mapping(files):
    make_organisation(name="Host", slug="host")
    head = ["identifiers", "title", "kind", "happened", "participants", "summary"]
    rows = [head, ["made:1|un-symbol:S/1", "Talks", "meeting", "July 2024", "host:convened", "'=x"]]
    assert files.events(rows, None).numbers == (1, 0, 0, 0)
    assert files.events(rows, None).numbers == (0, 0, 1, 0)
    event = Event.objects.get()
    assert event.happened.edtf == "2024-07"
    assert event.summary == "=x"
    assert event.participations.get().role == "convened"
    assert {str(one) for one in event.identifiers.all()} == {"made:1", "un-symbol:S/1"}


def test_column_that_a_file_lacks_is_left_alone(files):
    head = ["identifiers", "title", "summary"]
    files.events([head, ["made:1", "Talks", "Said"]], None)
    files.events([head[:2], ["made:1", "New title"]], None)
    assert (Event.objects.get().title, Event.objects.get().summary) == ("New title", "Said")


def test_words_and_headers_are_known_whatever_their_case(files):
    make_organisation(name="Host", slug="host")
    rows = [["Identifiers", "TITLE", "Kind", "participants", "URL"]]
    rows += [["made:1", "Talks", "Statement", "Host:Convened", ""]]
    rows += [["made:2", "More", "", "", ""]]
    assert files.events(rows, None).numbers == (2, 0, 0, 0)
    kinds = Event.objects.order_by("pk").values_list("kind", "participations__role")
    assert list(kinds) == [("statement", "convened"), ("meeting", None)]
    rows = [["identifiers", "title", "state", "Ended", "kind"]]
    rows += [["made:3", "A", "", "", "NGO"], ["made:4", "B", "", "1999", ""]]
    assert files.organisations(rows, None).numbers == (2, 0, 0, 0)
    states = Organisation.objects.filter(name__in="AB").order_by("pk")
    assert list(states.values_list("state", "kind")) == [("active", "ngo"), ("ended", "other")]
    mapped = files.events([["ID", "What", "when"], ["9", "Talks", "1999"]])
    assert mapped.numbers == (1, 0, 0, 0)


def test_what_the_site_gives_out_comes_in_unchanged(files, client):
    make_organisation(name="Host", slug="host")
    head = ["identifiers", "title", "kind", "happened", "participants"]
    files.events([head, ["made:1", "Talks", "meeting", "1999~", "host:convened"]], None)
    Event.objects.all().update(status="published")
    data = b"".join(client.get("/timeline.csv").streaming_content)
    said = files.run("import_events", data, None)
    assert said.numbers == (0, 0, 1, 0)
    assert "These columns are not taken" in said
    data = b"".join(client.get("/organisations.csv").streaming_content)
    assert files.run("import_organisations", data, None).numbers == (0, 0, 1, 0)


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        (["identifiers", "titel"], "“titel” is no column of ours. Did you mean “title”?"),
        (["made:1", "Talks"], "The first row must hold the names of the columns"),
        (["identifiers", "title", "Status"], "the status is chosen on the page of the import"),
        (["identifiers", "title", "a", "b", "", ""], "Our columns are"),
        (["identifiers", "title", "", "", "kind"], "A column has no name. Write one above it"),
        (["title"], "needs a column “identifiers” or “uid”"),
        (["identifiers"], "needs a column “title”"),
        (["identifiers", "title", "title"], "Two columns are called “title”"),
    ],
)
def test_own_columns_that_are_wrong_are_refused(files, head, sentence):
    said = files.refused("import_events", [head], None)
    assert sentence in said
    assert said.count("“participants”") <= 1


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"identifiers": "S/1"}, "Write an identifier as scheme:value"),
        ({"identifiers": "", "uid": "1"}, "no permanent identity (UUID)"),
        ({"kind": "metting"}, "Did you mean “meeting”?"),
        (
            {"participants": "acme2:party"},
            "This could be an address: write the name",
        ),
        ({"participants": "host"}, "Name:role"),
        ({"participants": "host:guest"}, "Roles are “subject”"),
        ({"participants": "nobody:party"}, "“nobody”: row 2"),
        ({"happened_inferred": "perhaps"}, "Write true or false."),
        ({"happened_inferred": "true"}, "the posting date itself"),
        ({"language": "English (UK)"}, "Write the code of a language"),
        ({"language": "english"}, "Write the code of a language"),
    ],
)
def test_own_cells_that_are_wrong_are_refused(files, cells, sentence):
    make_organisation(name="Host", slug="host")
    row = {"identifiers": "made:1", "title": "Talks", "kind": "meeting"} | cells
    said = files.events([list(row), list(row.values())], None)
    assert said.numbers == (0, 0, 0, 1)
    assert sentence in said


# Whatever a file holds

FUZZED = """
[import]
scheme = "made"
missing = ["NA"]
[columns]
identifier = "a"
title = "b"
kind = "c"
source_url = "d"
document_url = "d"
[dates.happened]
column = "e"
end_column = "f"
precision_column = "c"
[dates.happened.precisions]
meeting = "month"
day = "day"
[dates.posted]
column = "f"
format = "%d/%m/%Y"
day_one = "month"
[lists.organisations]
column = "g"
ids_column = "a"
ids_scheme = "gw"
separator = ","
brackets = true
[lists.places]
column = "b"
"""
KNOWN = [
    "meeting",
    "NA",
    "1999",
    "../..",
    "1/2/2003",
    "https://a.example",
    "day",
    "(",
    "a, b",
    "-99",
]
CELLS = st.one_of(st.sampled_from(["", *KNOWN]), st.text(max_size=12))


@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.lists(CELLS, min_size=6, max_size=8), max_size=5))
def test_whatever_rows_hold_the_run_ends_in_words(files, rows):
    Event.objects.all().delete()
    rows = [[cell.encode("utf-8", "replace").decode() for cell in row] for row in rows if any(row)]
    said = files.events([list("abcdefg"), *rows], FUZZED, "--create-missing", "--skip-bad-rows")
    assert said.counts["created"] == Event.objects.count()


@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=80))
def test_whatever_bytes_follow_the_header_the_run_ends_in_words(files, content):
    path = files.write(b"id,what,when\n" + content)
    arguments = Import(path, EVENT_SHAPE, mapping_of(tomlish(), EVENT_SHAPE), is_dry=True)
    try:
        arguments.run()
    except Exception as error:
        assert type(error).__name__ == "ImportRefused"
        assert str(error)


def tomlish():
    return {
        "import": {"scheme": "made"},
        "columns": {"identifier": "id", "title": "what"},
        "dates": {"happened": {"column": "when"}},
    }


# Killed


def test_killed_import_leaves_nothing_half(files):
    """In a process and a database of its own, ended where it cannot tidy up."""
    database = files.folder / "db.sqlite3"
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{database}",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PYTHONPATH": str(settings.BASE_DIR),
        "TMPDIR": str(files.folder),  # what is killed leaves its temporary folders behind
    }
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
    subprocess.run([*manage, "migrate", "-v0"], env=environment, check=True, timeout=300)
    rows = [HEAD, *([str(n), f"Talks {n}", "1999"] for n in range(5_000))]
    path, mapping = files.write(rows), files.mapping(EVENTS)
    command = [*manage, "import_events", str(path), f"--mapping={mapping}", "-v2"]
    command.append(f"--report={files.report}")
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=environment, **pipes) as process:
        said = next((line for line in process.stderr if line.startswith("Saving: 500 ")), None)
        process.kill()
    assert said
    assert process.returncode == -signal.SIGKILL
    count = "from timeline.models import Event; print(Event.objects.count())"
    told = subprocess.run(
        [*manage, "shell", "-v0", "-c", count],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert told.stdout.strip() == "0"
    assert not files.report.exists()
    assert sorted(path.name for path in files.folder.glob("*.csv")) == ["file.csv"]


def test_organisations_made_for_rows_that_fail_later_are_not_kept(files):
    mapping = EVENTS + '[lists.organisations]\ncolumn = "who"\n'
    rows = [[*HEAD, "who"], ["1", "Talks", "1999", "New"], ["2", "Talks", "1/2/2003", ""]]
    assert files.events(rows, mapping, "--create-missing").numbers == (0, 0, 0, 1)
    assert not Organisation.objects.exists()
