import importlib
import socket
import stat

import pytest
from django.db import OperationalError, connection, connections
from django.db.migrations.recorder import MigrationRecorder
from django.test import RequestFactory

from peaceportal import late_look, serve
from peaceportal.core import upgrades


def test_address_is_loopback_unless_set(monkeypatch):
    monkeypatch.delenv("HOST", raising=False)
    monkeypatch.setenv("PORT", "")
    assert serve.address_from_environment() == ("127.0.0.1", 8000)
    monkeypatch.setenv("HOST", "[::1]")
    monkeypatch.setenv("PORT", "8080")
    assert serve.address_from_environment() == ("::1", 8080)


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", "٨٠٠٠"])
def test_address_refuses_an_odd_port(monkeypatch, port):
    monkeypatch.setenv("PORT", port)
    with pytest.raises(SystemExit, match="write a number from 1 to 65535"):
        serve.address_from_environment()


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080"),
        ("localhost", "http://localhost:8080"),
        ("0.0.0.0", "http://127.0.0.1:8080"),
        ("::", "http://[::1]:8080"),
        ("192.0.2.1", "http://192.0.2.1:8080"),
    ],
)
def test_address_says_where_a_browser_goes(host, url):
    assert serve.Address(host, 8080).url == url


def test_taken_port_is_refused_and_a_free_one_is_not():
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = serve.Address("127.0.0.1", other.getsockname()[1])
        with pytest.raises(SystemExit, match=f"port {taken.port} is in use"):
            serve.refuse_if_taken(taken)
    serve.refuse_if_taken(taken)


def test_address_of_another_machine_is_refused():
    with pytest.raises(SystemExit, match="not an address of this machine"):
        serve.refuse_if_taken(serve.Address("192.0.2.1", 8000))


def test_secret_is_random_and_its_owners_alone(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    serve.make_secret(first)
    serve.make_secret(second)
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert len(first.read_text().strip()) >= 50
    assert first.read_text() != second.read_text()
    assert {path.name for path in tmp_path.iterdir()} == {"first", "second"}


def test_secret_that_is_there_is_kept(tmp_path):
    path = tmp_path / "secret_key"
    path.write_text("kept")
    serve.make_secret(path)
    assert path.read_text() == "kept"


def test_environment_fills_in_what_is_not_set(monkeypatch, tmp_path):
    names = ("DEBUG", "DJANGO_SETTINGS_MODULE", "REQUIRE_SECOND_FACTOR", "SITE_URL", "SECRET_KEY")
    for name in names:
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))
    serve.set_environment(serve.Address("127.0.0.1", 8080), debug=False)
    assert serve.os.environ["SITE_URL"] == "http://127.0.0.1:8080"
    assert serve.os.environ["DEBUG"] == "no"
    assert serve.os.environ["REQUIRE_SECOND_FACTOR"] == "no"
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700
    assert (tmp_path / "var" / "secret_key").is_file()


def test_environment_keeps_what_is_set(monkeypatch, tmp_path):
    for name in ("DEBUG", "DJANGO_SETTINGS_MODULE", "REQUIRE_SECOND_FACTOR"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SITE_URL", "https://peace.example.org")
    monkeypatch.setenv("SECRET_KEY", "x" * 50)
    serve.set_environment(serve.Address("127.0.0.1", 8080), debug=False)
    assert serve.os.environ["SITE_URL"] == "https://peace.example.org"
    assert serve.os.environ["REQUIRE_SECOND_FACTOR"] == ""  # which is yes
    assert not (tmp_path / "secret_key").exists()


@pytest.mark.parametrize(("cpus", "workers", "threads"), [(1, 1, 16), (2, 2, 16), (64, 4, 8)])
def test_worker_has_threads_for_slow_readers(monkeypatch, cpus, workers, threads):
    names = ["WORKERS", "BLOCKING_THREADS", "LOG_LEVEL", "WORKERS_KILL_TIMEOUT"]
    for name in names:
        monkeypatch.setenv(f"GRANIAN_{name}", "")
    monkeypatch.setattr(serve.os, "cpu_count", lambda: cpus)
    monkeypatch.setattr(serve.os, "execv", lambda *_command: None)
    serve.serve(serve.Address("127.0.0.1", 8000), debug=False)
    said = [serve.os.environ[f"GRANIAN_{name}"] for name in names[:2]]
    assert said == [str(workers), str(threads)]


def test_site_that_would_do_harm_does_not_start(monkeypatch, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    reason = "A restore was stopped half-way."
    monkeypatch.setattr(upgrades, "reason_not_to_serve", lambda: reason)
    with pytest.raises(SystemExit, match=f"cannot start: {reason}"):
        serve.make_ready(static=False, first=False)
    with pytest.raises(SystemExit, match=f"cannot start: {reason}"):
        importlib.reload(importlib.import_module("peaceportal.wsgi"))


@pytest.mark.parametrize(
    ("sentence", "is_awaited"),
    [
        ('connection failed: connection to server on socket "/run/x" failed: No such file', True),
        ('connection to server at "db", port 5432 failed: Connection refused', True),
        ("connection is bad: FATAL:  the database system is starting up", True),
        ("connection timeout expired", True),
        ('connection failed: FATAL:  password authentication failed for user "peace"', False),
        ('connection failed: FATAL:  database "peace" does not exist', False),
        ("unable to open database file", False),
    ],
)
def test_start_does_without_a_database_that_is_off_alone(sentence, is_awaited):
    assert serve.may_come_back(sentence) == is_awaited


def test_database_that_comes_back_is_looked_at_before_it_is_served(monkeypatch, settings):
    said = {"reason": OperationalError("could not connect"), "asked": 0}

    def reason_to_wait():
        said["asked"] += 1
        if isinstance(said["reason"], Exception):
            raise said["reason"]
        return said["reason"]

    def status(path="/healthz"):
        lines = []
        content = site({"PATH_INFO": path}, lambda status, headers: lines.append(status))
        return lines[0][:3], b"".join(content)

    def application(environ, start_response):
        start_response("200 OK", [])
        return [b"the site"]

    monkeypatch.setattr(upgrades, "reason_to_wait", reason_to_wait)
    monkeypatch.setattr(late_look, "PAUSE", 0)
    site = late_look.LateLook(application)
    assert status() == ("200", b"the site")  # which says itself that the database is gone
    said["reason"] = "The database is newer than this code."
    assert status()[0] == "503" and b"not ready yet" in status("/timeline/")[1]
    assert status("/static/site.css")[0] == "200"
    monkeypatch.setattr(late_look, "PAUSE", 60)
    said["reason"] = ""
    assert status()[0] == "503"
    monkeypatch.setattr(late_look, "PAUSE", 0)
    assert status()[0] == "200"
    asked = said["asked"]
    assert status()[0] == "200" and said["asked"] == asked
    with site._lock:  # somebody else is asking
        assert status()[0] == "200"
        site.may_serve = False
        assert status()[0] == "503"


@pytest.mark.django_db
def test_database_that_waits_for_migrations_is_not_served_when_it_comes_back(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    assert upgrades.reason_to_wait() == ""
    forget_latest_migration()
    assert "manage.py migrate" in upgrades.reason_to_wait()


@pytest.mark.django_db
def test_database_that_came_back_before_a_worker_began_is_looked_at_too(
    monkeypatch, tmp_path, settings
):
    def application():
        """As a worker that begins now loads it."""
        return importlib.reload(importlib.import_module("peaceportal.wsgi")).application

    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(connections, "close_all", lambda: None)  # this test goes on with its own
    assert not isinstance(application(), late_look.LateLook)
    forget_latest_migration()
    environ = RequestFactory().get("/about/").environ
    said = application()(environ, lambda status, headers: None)
    assert b"not ready yet" in b"".join(said)


def forget_latest_migration():
    applied = MigrationRecorder(connection).applied_migrations()
    latest = max(name for app, name in applied if app == "core")
    MigrationRecorder(connection).record_unapplied("core", latest)
