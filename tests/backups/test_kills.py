"""Processes that are killed in the middle: what was done is done, and nothing is half done.

`python -m tests.drills.kills` does this a hundred times, with the commands of the site.
"""

import io
import os
import signal
import time

import pytest
from django.core.management import call_command
from django.db import connection, connections

from peaceportal.core import doctor
from peaceportal.core.backups import elsewhere, making, restoring, sqlite
from peaceportal.core.search.following import catch_up
from peaceportal.core.versions.capture import one_version
from tests.factories import make_event
from timeline.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 60  # seconds


def killed(site, act, signs=1):
    """Run `act` in a process of its own, and kill it when it has given so many signs.

    Returns how many it had given. Its first argument gives one.
    """
    connections.close_all()
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            with elsewhere.default_is(site.described):
                act(lambda: os.write(writing, b"."))
                time.sleep(PATIENCE)
        finally:
            os.kill(os.getpid(), signal.SIGKILL)
    os.close(writing)
    seen = b""
    while len(seen) < signs and (one := os.read(reading, 1)):
        seen += one
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while one := os.read(reading, 1000):
        seen += one
    os.close(reading)
    return len(seen)


def edit(sign):
    number = 0
    while True:
        number += 1
        with one_version():
            for event in Event.objects.filter(slug__in=["one", "two"]):
                event.title = f"Edit {number}"
                event.save()
        sign()


def import_half(sign):
    with one_version():
        for number in range(20):
            make_event(title=f"Imported {number}")
        sign()
        time.sleep(PATIENCE)


def test_kill_loses_no_edit_and_leaves_none_half(make_site, monkeypatch):
    with make_site("site").open() as site:
        make_event(slug="one")
        make_event(slug="two")
        done = killed(site, edit, signs=3)
        (title,) = {event.title for event in Event.objects.filter(slug__in=["one", "two"])}
        assert int(title.split()[1]) in {done, done + 1}

        killed(site, import_half)
        assert not Event.objects.filter(title__startswith="Imported").exists()

        file = site.folder / "site.tar"

        def back_up(sign):
            monkeypatch.setattr(
                making.surroundings, "plain", lambda: [sign(), time.sleep(PATIENCE)]
            )
            making.make(file)

        killed(site, back_up)
        assert not file.exists() and making.latest() is None
        call_command("backup", file, stdout=io.StringIO())
        assert restoring.check(file)["counts"]["timeline_event"] == 2
        catch_up()
        assert [one for one in doctor.examine() if one.kind == doctor.Kind.MEND] == []


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL's own transaction")
def test_kill_while_the_database_is_put_in_place_leaves_the_old_one(make_site):
    with make_site("site").open() as site:
        make_event(title="What was here")
        new = make_site("new")
        with new.open():
            for number in range(50):
                make_event(title=f"New {number}")
            sqlite.copy(site.folder / "prepared.sqlite3")

        def half(sign):
            connection.ensure_connection()
            prepared = sqlite.sqlite3.connect(site.folder / "prepared.sqlite3")

            def stop(*progress):
                sign()
                time.sleep(PATIENCE)

            prepared.backup(connection.connection, pages=20, progress=stop)

        with site.open():
            killed(site, half)
            assert [event.title for event in Event.objects.all()] == ["What was here"]
            sqlite.put_in_place(site.folder / "prepared.sqlite3", print)
            assert Event.objects.filter(title__startswith="New").count() == 50
            assert [one for one in doctor.examine() if one.kind == doctor.Kind.MEND] == []
