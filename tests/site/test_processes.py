"""Two servers on one database: what one of them is told, the other knows at the next request."""

import os
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from tests.factories import make_area, make_event, make_organisation

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]
FORMS = [
    *("/timeline.atom", "/timeline.ics", "/timeline.csv", "/timeline.json"),
    *("/organisations.csv", "/organisations.json"),
    *("/timeline/talks.json", "/timeline/talks.ics", "/timeline.bib", "/data/schema.json"),
]
PAGES = ["/", "/timeline/", "/timeline/?area=mediation&q=armistice", "/timeline/talks/"]
PAGES += ["/areas/mediation/", "/organisations/quaker-office/", "/search/?q=armist"]
NAMING_IT = {*FORMS[:4], *FORMS[6:8], *PAGES}
EDIT = """
import django
django.setup()
from timeline.models import Event
Event.objects.filter(slug="talks").update(title="Armistice signed")
"""
PATIENCE = 60  # seconds that a server may take to start on a busy machine


@pytest.fixture
def database_url(tmp_path):
    """An address by which other processes reach the database of this test."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        copy = tmp_path / "copy.sqlite3"
        with sqlite3.connect(copy) as to:
            connection.connection.backup(to)
        to.close()
        return f"sqlite:///{copy}"
    settings = connection.settings_dict
    address = f"postgres://{settings['USER']}@/{settings['NAME']}"
    return f"{address}?host={quote(settings['HOST'] or settings['OPTIONS']['host'], safe='')}"


@contextmanager
def server(environment):
    """The port of a server that has begun to answer."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"]
    command += ["--log-level", "error", "--port", str(port), "peaceportal.workers:application"]
    running = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                assert ask(port, "/healthz")[0] == 200
                break
            except OSError:
                assert running.poll() is None
                assert time.monotonic() < until
                time.sleep(0.05)
        yield port
    finally:
        running.terminate()
        running.wait()


def ask(port, address, tag=None):
    """Status, entity tag and content, as a client of its own would get them."""
    to = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        to.request("GET", address, headers={"If-None-Match": tag} if tag else {})
        answer = to.getresponse()
        return answer.status, answer.headers["ETag"], answer.read().decode()
    finally:
        to.close()


@pytest.fixture
def environment(database_url, tmp_path):
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": database_url,
        "DATA_DIR": str(tmp_path),
        "TMPDIR": str(tmp_path),  # what is killed leaves its temporary folders behind
    }


@pytest.fixture
def world():
    area = make_area(name="Mediation")
    body = make_organisation(name="Quaker Office")
    make_event(title="Round of talks", slug="talks", areas=[area], organisations=[body])


def test_edit_is_known_to_every_process_at_once(world, environment):
    with server(environment) as one, server(environment) as other:
        before = {address: ask(one, address) for address in [*FORMS, *PAGES]}
        for address, (status, tag, content) in before.items():
            assert status == 200, address
            assert ask(other, address) == (status, tag, content), address
            assert "Armistice" not in content
            for port in (one, other):
                assert ask(port, address, tag)[0] == 304, address
        subprocess.run(
            [sys.executable, "-c", EDIT], cwd=ROOT, env=environment, check=True, timeout=PATIENCE
        )
        for address in [*FORMS, *PAGES]:
            tag = before[address][1]
            status, new_tag, content = ask(other, address, tag)
            assert (status, new_tag != tag) == (200, True), address
            assert ask(one, address, tag) == (status, new_tag, content), address
            assert "Armistice" in content or address not in NAMING_IT, address
            for port in (one, other):
                assert ask(port, address, new_tag)[0] == 304, address
