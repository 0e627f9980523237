"""What `manage.py doctor` says of a site that is well, of each thing that is not, and of ruins."""

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from peaceportal import __version__
from peaceportal.core.backups import elsewhere, making
from peaceportal.core.changes import Change, ChangeCounter
from peaceportal.core.links.store import Link
from peaceportal.core.search.following import catch_up
from tests.factories import make_document, make_event

pytestmark = pytest.mark.django_db(transaction=True)


CONSOLE = "django.core.mail.backends.console.EmailBackend"


def told(*arguments):
    """The lines, and whether it ended as it should: with 1 where one says what to mend."""
    out = io.StringIO()
    status = 0
    try:
        call_command("doctor", *arguments, stdout=out)
    except SystemExit as end:
        status = end.code
    lines = out.getvalue().splitlines()
    assert status == int(any(line.startswith("mend") for line in lines))
    return lines


def of_kind(kind, lines):
    return [line.split(maxsplit=1)[1] for line in lines if line.startswith(kind)]


def test_each_thing_that_is_not_well_is_told_with_what_to_do(make_site):
    with make_site("site").open() as site:
        site.settings.EMAIL_BACKEND = CONSOLE
        make_event()
        lines = told()
        assert of_kind("mend", lines) == []
        notes = " ".join(of_kind("note", lines))
        assert "No backup was ever made" in notes and "No link was ever checked" in notes
        assert "E-mail is not sent" in notes
        for well in ("database answers", "log of changes is whole", "index agrees", "clock is"):
            assert any(well in line for line in of_kind("ok", lines)), well

        # On a site that others reach, the same is to be mended; and each thing that goes wrong.
        site.settings.IS_HTTPS = True
        document = make_document()
        type(document).objects.filter(pk=document.pk).update(file="documents/lost.pdf")
        secret = site.folder / "secret_key"
        secret.write_text("x")
        secret.chmod(0o644)
        catch_up()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE core_searchentry SET digest = 'x'")
        ChangeCounter.objects.update(seq=1, at=datetime.now(UTC) + timedelta(days=2))
        [latest] = MigrationLoader(connection).graph.leaf_nodes("core")
        MigrationRecorder(connection).record_unapplied(*latest)
        note = {"made_at": "2026-01-01T00:00:00+00:00", "file": "/elsewhere/a.tar", "size": 1}
        making.note_path().write_text(json.dumps(note))
        Link.objects.create(
            key="k", url="https://example.org", asked_at=datetime(2026, 1, 1, tzinfo=UTC)
        )
        mend = "\n".join(of_kind("mend", told("--quick")))
        for words in (
            "1 files that records name are missing: documents/lost.pdf",
            f"chmod 600 {secret}",
            "The counter of changes is at 1, behind the log",
            "timedatectl set-ntp true",
            "Migrations that are not applied: 1. Run “manage.py migrate”.",
            "The latest backup is of 2026-01-01 00:00 UTC",
            "Links were last checked on 2026-01-01",
            "E-mail is not sent, only printed",
        ):
            assert words in mend, words
        ChangeCounter.objects.update(seq=Change.objects.latest("seq").seq)
        assert any("search_index" in line for line in of_kind("mend", told()))


def test_doctor_goes_on_where_the_database_is_gone(make_site):
    with make_site("site", empty=True, vendor="sqlite").open():
        gone = elsewhere.sqlite_file(Path("/nowhere/site.sqlite3"))
        with elsewhere.default_is(gone):
            lines = told("--send-mail-to", "office@example.org")
            version = io.StringIO()
            call_command("version", stdout=version)
    assert "The database does not answer" in of_kind("mend", lines)[0]
    assert any("settings are in order" in line for line in lines)
    assert any("was handed over" in line for line in lines)
    assert [letter.to for letter in mail.outbox] == [["office@example.org"]]
    assert version.getvalue().startswith(f"Peace Portal {__version__}")
    assert "SQLite, which does not answer" in version.getvalue()


def test_what_is_to_be_mended_is_written_to_whoever_runs_the_site(make_site):
    with make_site("site").open() as site:
        lines = told("--quick", "--write")
        assert mail.outbox == []  # all is well
        note = {"made_at": "2026-01-01T00:00:00+00:00", "file": "/elsewhere/a.tar", "size": 1}
        making.note_path().write_text(json.dumps(note))
        site.settings.IS_HTTPS = True
        lines = told("--quick", "--write")
        assert "OPERATOR_EMAIL is not set" in " ".join(of_kind("note", lines))
        assert mail.outbox == []
        site.settings.OPERATOR_EMAIL = "operator@example.org"
        lines = told("--quick", "--write")
    (letter,) = mail.outbox
    assert letter.to == ["operator@example.org"]
    assert letter.subject == f"127.0.0.1: {len(of_kind('mend', lines))} things to mend"
    for words in of_kind("mend", lines):
        assert f"- {words}" in letter.body
    for words in of_kind("ok", lines):
        assert words not in letter.body


def test_letter_that_is_not_taken_is_told(make_site, monkeypatch):
    def refuse(*_anything):
        raise ConnectionRefusedError("Connection refused")

    monkeypatch.setattr("peaceportal.core.doctor.letters.send_mail", refuse)
    with make_site("site").open():
        lines = told("--quick", "--send-mail-to", "office@example.org")
    assert of_kind("mend", lines) == [
        "The e-mail to office@example.org was not taken: Connection refused. See EMAIL_URL."
    ]


def test_letter_that_would_only_be_printed_is_not_said_to_be_sent(make_site, capfd):
    with make_site("site").open() as site:
        site.settings.EMAIL_BACKEND = CONSOLE
        site.settings.OPERATOR_EMAIL = "operator@example.org"
        lines = told("--quick", "--send-mail-to", "office@example.org", "--write")
    assert of_kind("mend", lines) == [
        f"Nothing was sent to {address}: e-mail goes nowhere. Set EMAIL_URL."
        for address in ("office@example.org", "operator@example.org")
    ]
    assert capfd.readouterr().out == ""
