"""The database is replaced or not, and it is always known which: on both kinds of databases."""

import os
import shutil

import pytest
from django.core.management import CommandError
from django.db import connection

from peaceportal.core import upgrades
from peaceportal.core.backups import journal, media, placing, postgres, sqlite
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


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="sessions of a server")
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
