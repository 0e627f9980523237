"""The database is replaced or not, and it is always known which: on both kinds of databases."""

import os
import shutil

import pytest
from django.core.management import CommandError
from django.db import connection

from peaceportal.core import upgrades
from peaceportal.core.backups import journal, media, placing, postgres, restoring, sqlite
from peaceportal.core.backups.problems import Refused
from tests.backups.restores import NEW, OLD, said, state, stopped_before
from tests.backups.test_kills import killed

pytestmark = pytest.mark.django_db(transaction=True)


def without_database():
    if connection.vendor == "postgresql":
        postgres.forget(postgres.NEW)
    else:
        placing.database_file("sqlite").unlink()


def without_scratch():
    shutil.rmtree(journal.scratch())
    if connection.vendor == "postgresql":
        postgres.forget(postgres.NEW)


def without_one_file():
    (media.prepared() / "new.pdf").unlink()


def without_media():
    shutil.rmtree(media.aside())


def test_what_is_missing_before_the_database_leads_back_to_the_old_site(
    target, backup, monkeypatch
):
    cases = [without_database, without_one_file]
    if connection.vendor == "sqlite":  # which has its file there
        cases += [without_scratch, without_media]
    for lose in cases:
        stopped_before(monkeypatch, "database", backup)
        lose()
        with pytest.raises(CommandError, match=r"not there any more.*it is as it was"):
            said("restore")
        assert state() == OLD, lose
        assert journal.read() is None and not journal.scratch().exists()
        assert not media.aside().exists()


def everything(site):
    """What is in the folder of a site, but for what SQLite keeps beside its file."""
    found = {path for path in site.folder.rglob("*") if "sqlite3-" not in path.name}
    return {path: path.stat().st_mtime_ns for path in found if path.is_file()}


def test_dry_run_says_what_stands_half_way_and_changes_nothing(target, backup, monkeypatch):
    other = shutil.copy(backup, backup.with_name("other.tar"))
    with monkeypatch.context() as patch:
        patch.setattr(placing, "forget_prepared", lambda: None)  # as by a kill
        patch.setattr(placing, "finish", lambda tell: journal.write(journal.PREPARING))
        said("restore", other, "--replace")
    before = everything(target)
    assert media.prepared().is_dir()
    words = said("restore", backup, "--replace", "--dry-run")
    assert "the site is old" in words and words.endswith("Nothing was changed.\n")
    assert everything(target) == before
    if connection.vendor == "postgresql":
        postgres.put_in_place()  # what had been prepared is still there

    stopped_before(monkeypatch, "media in", other)
    before = everything(target)
    for arguments in ([backup, "--replace"], []):
        with pytest.raises(CommandError, match=r"stopped half-way.*No other backup is"):
            said("restore", *arguments, "--dry-run")
    assert everything(target) == before and journal.is_half_way()
    said("restore")
    assert state() == NEW


def test_dry_run_makes_no_database(make_site, backup):
    with make_site("nothing", empty=True).open() as site:
        assert "It can be restored here" in said("restore", backup, "--dry-run")
        assert not list(site.folder.glob("*.sqlite3"))


def test_database_that_cannot_be_replaced_is_left_and_nothing_is_half_way(
    target, backup, monkeypatch
):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    def write_but_not_back(state, **facts):
        write(state, **facts) if facts else full()

    kind = postgres if connection.vendor == "postgresql" else sqlite
    write = journal.write
    with monkeypatch.context() as patch:
        patch.setattr(kind, "put_in_place", full)
        patch.setattr(journal, "write", write_but_not_back)
        with pytest.raises(CommandError, match="No space left"):
            said("restore", backup, "--replace")
    assert state() == OLD and journal.read() is None

    # A kill while what was prepared is removed.
    remove = shutil.rmtree

    def restore(sign):
        def kill_once_removed(*arguments, **how):
            remove(*arguments, **how)
            os._exit(9)

        def fail(*arguments):
            monkeypatch.setattr(shutil, "rmtree", kill_once_removed)
            full()

        monkeypatch.setattr(kind, "put_in_place", fail)
        said("restore", backup, "--replace")

    killed(target, restore)
    assert journal.read()["state"] == journal.PREPARING and not journal.scratch().exists()
    assert not upgrades.reason_not_to_serve() and state() == OLD
    with pytest.raises(CommandError, match="Nothing is left of an earlier restore"):
        said("restore")
    said("restore", backup, "--replace")
    assert state() == NEW


ON_A_SERVER = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="sessions of a server")


@pytest.fixture
def other_server(target, monkeypatch):
    """The connection of a site that serves the same database from elsewhere."""
    monkeypatch.setattr(postgres, "PATIENCE", 1)
    other = connection.copy()
    yield other
    other.close()


@ON_A_SERVER
def test_restore_is_refused_while_another_server_is_connected(
    target, backup, other_server, monkeypatch
):
    other_server.ensure_connection()
    pid = other_server.connection.info.backend_pid
    words = rf"Others are connected.*process {pid} of .*, idle, since .*on every server"
    with pytest.raises(CommandError, match=words):
        said("restore", backup, "--replace")
    assert state() == OLD and journal.read() is None and not journal.scratch().exists()

    # A session that is about to end is waited for.
    monkeypatch.setattr(postgres.time, "sleep", lambda seconds: other_server.close())
    said("restore", backup, "--replace")
    assert state() == NEW


@ON_A_SERVER
def test_connection_that_a_pooler_keeps_for_nobody_stops_no_restore(target, backup, other_server):
    other_server.ensure_connection()
    other_server.connection.autocommit = True
    other_server.connection.execute("DISCARD ALL")
    said("restore", backup, "--replace")
    assert state() == NEW


@ON_A_SERVER
def test_server_that_comes_while_a_restore_is_prepared_keeps_the_old_site(
    target, backup, other_server, monkeypatch
):
    migrate = restoring._migrate

    def come(tell):
        migrate(tell)
        other_server.ensure_connection()

    monkeypatch.setattr(restoring, "_migrate", come)
    with pytest.raises(CommandError, match="Others are connected"):
        said("restore", backup, "--replace")
    assert state() == OLD and journal.read() is None and not media.aside().exists()


@ON_A_SERVER
def test_server_that_comes_half_way_has_its_uploads_left_alone(
    target, backup, other_server, monkeypatch
):
    stopped_before(monkeypatch, "media out", backup)
    other_server.ensure_connection()
    with pytest.raises(CommandError, match="Others are connected"):
        said("restore")
    assert journal.is_half_way() and state()[1] == OLD[1]
    other_server.close()
    said("restore")
    assert state() == NEW


@ON_A_SERVER
def test_session_that_holds_a_table_is_named(target, backup, monkeypatch):
    monkeypatch.setattr(postgres, "PATIENCE", 1)
    beside = connection.copy()
    with beside.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT count(*) FROM timeline_event")
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
        words = rf"process {pid} of .*, idle in transaction.*pg_terminate_backend\({pid}\)"
        with pytest.raises(CommandError, match=words):
            said("restore", backup, "--replace")
        # The same where it comes when all is prepared.
        postgres.make_schema()
        with pytest.raises(Refused, match=words):
            postgres.put_in_place()
    beside.close()
    assert state() == OLD and journal.read() is None
