"""The files that a restore handles: the journal, the media, the secret, and SQLite's own."""

import json
import os
import shutil

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.db import connection

from peaceportal.core import doctor, upgrades
from peaceportal.core.backups import journal, known, media
from tests.backups.restores import NEW, OLD, put, said, state, stopped_before
from timeline.models import Event

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.one_database,
    pytest.mark.skipif("connection.vendor != 'sqlite'", reason="files of SQLite"),
]


def without_scratch():
    shutil.rmtree(journal.scratch())


def without_one_file():
    (media.prepared() / "new.pdf").unlink()


def without_media():
    shutil.rmtree(media.aside())


def without_a_file_in_place():
    next(media.stored())[1].unlink()


def test_what_is_missing_afterwards_is_unpacked_again(target, backup, monkeypatch):
    away = backup.with_name("away.tar")
    for step, lose in (
        ("media out", without_media),
        ("media in", without_media),
        ("media in", without_one_file),
        ("secret", without_scratch),
        ("clean", without_a_file_in_place),
    ):
        Event.objects.update(title=OLD[0])
        stopped_before(monkeypatch, step, backup)
        lose()
        if lose == without_media:
            backup.rename(away)
            with pytest.raises(CommandError, match="Put the backup back at"):
                said("restore")
            assert journal.is_half_way()
            away.rename(backup)
        assert "The site is now that of" in said("restore")
        assert state() == NEW, (step, lose)


def test_files_of_others_do_not_stop_a_restore(target, backup, monkeypatch):
    root = target.folder / "media"
    (root / "lost+found").mkdir()
    (root / "a").mkdir()
    (root / "a" / "old.pdf").write_text("old")
    stopped_before(monkeypatch, "media in", backup)
    put(target, "a/meanwhile.pdf")
    said("restore")
    assert state() == (NEW[0], ["a/lost+found/b.pdf", "a/meanwhile.pdf", "new.pdf"])
    assert (root / "lost+found").is_dir()


def test_journal_that_cannot_be_read_is_told_in_words(target, backup):
    journal.path().write_text("")
    reason = upgrades.reason_not_to_serve()
    assert "cannot be read" in reason and "restore FILE --replace" in reason
    assert reason in [finding.words for finding in doctor.examine(quick=True)]
    for command in ("restore", "backup"):
        with pytest.raises(CommandError, match="cannot be read"):
            said(command)
    assert "The site is now that of" in said("restore", backup, "--replace")
    assert state() == NEW and not upgrades.reason_not_to_serve()


def test_running_site_is_not_restored(target, backup):
    site = os.fork()
    if not site:
        journal.hold_while_serving()
        (target.folder / "held").touch()
        os.kill(os.getpid(), 19)  # and waits
    os.waitpid(site, os.WUNTRACED)
    try:
        with pytest.raises(CommandError, match=r"The site is running here\. Stop it"):
            said("restore", backup, "--replace")
        assert "Nothing was changed" in said("restore", backup, "--replace", "--dry-run")
    finally:
        os.kill(site, 9)
        os.waitpid(site, 0)
    with journal.alone():
        assert not journal.hold_while_serving()
    assert state() == OLD


def test_secret_that_is_replaced_is_kept_beside(target, backup):
    path = target.folder / "secret_key"
    path.write_text("the old one\n")
    said("restore", backup, "--replace")
    [kept] = target.folder.glob("secret_key.before-*")
    assert kept.read_text() == "the old one\n" != path.read_text()
    assert {file.stat().st_mode & 0o777 for file in (kept, path)} == {0o600}


def test_folder_of_another_user_is_left(target, backup, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: target.folder.stat().st_uid + 1)
    with pytest.raises(CommandError, match=r"belongs to .*runuser -u"):
        said("restore", backup, "--replace")
    assert state() == OLD


def test_damaged_database_is_kept_aside_and_replaced(target, backup):
    file = target.folder / "site.sqlite3"
    for at in (0, 100 * 4096):
        connection.close()
        for end in ("-wal", "-shm"):
            (target.folder / f"site.sqlite3{end}").unlink(missing_ok=True)
        with file.open("r+b") as damaged:
            damaged.seek(at)
            damaged.write(b"\x5a" * 3 * 4096)
        words = " ".join(one.words for one in doctor.examine() if one.kind == doctor.Kind.MEND)
        assert "restore the latest backup" in words
        if not at:
            with pytest.raises(CommandError, match="The database is damaged"):
                said("restore", backup)
        assert "The damaged database was kept as" in said("restore", backup, "--replace")
        assert state() == NEW
        [kept] = target.folder.glob("site.sqlite3.damaged-*Z")
        assert b"\x5a" * 4096 in kept.read_bytes()
        kept.unlink()


def test_lost_database_is_not_begun_anew(target, backup):
    known.remember()
    file = target.folder / "site.sqlite3"
    connection.close()
    for name in ("site.sqlite3", "site.sqlite3-wal", "site.sqlite3-shm"):
        (target.folder / name).unlink(missing_ok=True)
    for is_empty in (False, True):
        if is_empty:
            file.touch()
        reason = upgrades.reason_not_to_serve()
        assert "The database is gone" in reason and str(known.path()) in reason
        with pytest.raises(CommandError, match="The database is gone"):
            said("backup", target.folder / "empty.tar")
        assert reason in " ".join(one.words for one in doctor.examine(quick=True))
        assert file.exists() == is_empty
    with pytest.raises(SystemCheckError, match="The database is gone"):
        call_command("migrate", verbosity=0, skip_checks=False)
    said("restore", backup)
    assert state() == NEW and not upgrades.reason_not_to_serve()


def test_journal_is_whole_after_a_power_cut(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    journal.write("clean", mark=1)
    assert json.loads(journal.path().read_text()) == {"mark": 1, "state": "clean"}
    assert not list(tmp_path.glob(".restore.json*"))
    journal.end()
    assert journal.read() is None
