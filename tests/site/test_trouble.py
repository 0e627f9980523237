"""What is answered and logged when the database, the disk or the program fails."""

import errno
import gzip
import json
import logging
from unittest import mock

import pytest
from django.db import IntegrityError, InterfaceError, InternalError, OperationalError, connection
from django.http import StreamingHttpResponse
from django.test import Client
from django.urls import path

from peaceportal import views, whole_pages
from peaceportal.core import answering
from peaceportal.core.logs import JsonLines
from peaceportal.core.trouble import FULL, GONE, LOCKED, READ_ONLY, SLOW, trouble
from peaceportal.urls import urlpatterns as real
from tests.editor import address, send
from tests.factories import make_event, make_user
from tests.reading import file_of, text_of
from timeline.models import Event

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("error", "meant"),
    [
        (OperationalError("could not connect to server"), GONE),
        (InterfaceError("connection already closed"), GONE),
        (OperationalError("unable to open database file"), GONE),
        (OperationalError("database is locked"), LOCKED),
        (OperationalError("database or disk is full"), FULL),
        (OperationalError("attempt to write a readonly database"), READ_ONLY),
        (OperationalError("interrupted"), SLOW),
        (OSError(errno.ENOSPC, "No space left on device"), FULL),
        (OSError(errno.EROFS, "Read-only file system"), READ_ONLY),
        (OSError(errno.ENOENT, "No such file"), None),
        (IntegrityError("UNIQUE constraint failed"), None),
        (ValueError("ours"), None),
        (None, None),
    ],
)
def test_error_of_the_machine_is_told_from_one_of_the_program(error, meant):
    assert trouble(error) is meant


@pytest.mark.parametrize(
    ("state", "meant"), [("57014", SLOW), ("53100", FULL), ("25006", READ_ONLY), ("57P01", GONE)]
)
def test_state_of_postgresql_says_what_it_is(state, meant):
    error = (InternalError if state == "25006" else OperationalError)("words in any language")
    error.__cause__ = Exception()
    error.__cause__.sqlstate = state
    assert trouble(error) is meant


@pytest.fixture
def no_database(monkeypatch):
    def fail(*_anything):
        raise OperationalError("could not connect to server")

    monkeypatch.setattr(whole_pages, "state_now", fail)
    monkeypatch.setattr(connection, "ensure_connection", fail)
    monkeypatch.setattr(connection, "cursor", fail)


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/timeline/talks/", "text/html; charset=utf-8"),
        ("/about/", "text/html; charset=utf-8"),
        ("/timeline.json", "application/problem+json"),
        ("/timeline.csv", "text/plain; charset=utf-8"),
        ("/timeline.atom", "text/plain; charset=utf-8"),
    ],
)
def test_without_the_database_everything_says_so(
    visitor, whole_pages, no_database, path, kind, caplog
):
    answer = visitor.get(path)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Type"] == kind
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "database of this site cannot be reached" in answer.text
    if "html" in kind:
        assert "Peace Portal" in text_of(answer)
        assert answer.headers["X-Request-ID"] in answer.text
    (record,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert record.message == GONE.logged
    assert record.exc_info is None


def test_health_says_that_the_database_is_gone(client, no_database):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (503, "database unavailable")
    assert answer.headers["Cache-Control"] == "no-store"


def test_page_that_is_kept_is_not_sent_without_the_database(visitor, whole_pages, monkeypatch):
    make_event(slug="talks")
    assert visitor.get("/timeline/talks/").status_code == 200
    assert whole_pages._kept

    def fail(at):
        raise OperationalError("gone")

    monkeypatch.setattr("peaceportal.whole_pages.state_now", fail)
    assert visitor.get("/timeline/talks/").status_code == 503


class Failing:
    error: Exception = ValueError("ours")

    @staticmethod
    def view(request):
        raise Failing.error


handler500 = views.server_error


def broken(request):
    def content():
        yield b"title\r\n"
        yield b"Talks\r\n"
        raise Failing.error

    return StreamingHttpResponse(content(), content_type="text/csv")


urlpatterns = [
    path("admin/odd/", lambda request: Failing.view(request)),
    path("broken.csv", broken),
    *real,
]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (ValueError("ours"), 500, "The error is ours"),
        (OperationalError("database or disk is full"), 503, "no room left"),
        (OSError(errno.ENOSPC, "No space left on device"), 503, "no room left"),
        (OperationalError("attempt to write a readonly database"), 503, "Nothing can be saved"),
        (OperationalError("database is locked"), 503, "Somebody else is saving"),
    ],
)
def test_editor_is_told_that_nothing_was_saved(visitor, monkeypatch, error, status, said):
    monkeypatch.setattr(Failing, "error", error)
    for method in (visitor.get, visitor.post):
        answer = method("/admin/odd/")
        assert answer.status_code == status
        assert said in text_of(answer)
        assert f"name this: {answer.headers['X-Request-ID']}" in text_of(answer)
        assert "Traceback" not in answer.text
        is_told = "Nothing was saved" in answer.text
        assert is_told == (status == 503 and method == visitor.post)


@pytest.mark.urls(__name__)
def test_request_has_the_id_of_a_trusted_proxy_alone(visitor, settings):
    sent = {"X-Request-ID": "proxy-1234567890"}
    assert visitor.get("/admin/odd/", headers=sent).headers["X-Request-ID"] != "proxy-1234567890"
    settings.TRUST_PROXY = True
    assert visitor.get("/admin/odd/", headers=sent).headers["X-Request-ID"] == "proxy-1234567890"
    for odd in ("short", "a" * 65, 'with"quote-and-more', "new\nline-and-more"):
        made = visitor.get("/admin/odd/", headers={"X-Request-ID": odd}).headers["X-Request-ID"]
        assert made != odd
        assert len(made) == 16


def lines_of(caplog):
    return [json.loads(JsonLines().format(record)) for record in caplog.records]


@pytest.mark.urls(__name__)
def test_error_is_one_line_of_json_that_names_the_request_and_nobody(visitor, caplog):
    made = []
    logger = logging.getLogger("django.request")
    handler = logging.Handler()
    handler.emit = lambda record: made.append(JsonLines().format(record))
    logger.addHandler(handler)
    try:
        answer = visitor.get("/admin/odd/?token=secret", headers={"X-Forwarded-For": "192.0.2.7"})
    finally:
        logger.removeHandler(handler)
    (text,) = made
    assert "\n" not in text
    for personal in ("secret", "192.0.2.7", "127.0.0.1"):
        assert personal not in text
    line = json.loads(text)
    assert line["time"].endswith("Z")
    assert "ValueError: ours" in line.pop("exception")
    assert line == {
        "time": line["time"],
        "level": "error",
        "logger": "django.request",
        "message": "Internal Server Error",
        "request": answer.headers["X-Request-ID"],
        "method": "GET",
        "path": "/admin/odd/",
        "status": 500,
    }


def test_log_shows_no_values_of_rows_and_no_keys():
    error = IntegrityError("duplicate key\nDETAIL:  Key (email)=(a@example.org) exists.\n")
    record = logging.LogRecord("x", 40, "", 1, "%s", (error,), (IntegrityError, error, None))
    assert "a@example.org" not in JsonLines().format(record)


def test_slow_requests_and_queries_are_noted_without_values(client, settings, caplog):
    settings.SLOW_QUERY_MS = settings.SLOW_REQUEST_MS = -1
    client.get("/timeline/?q=secretword")
    lines = lines_of(caplog)
    queries = [line for line in lines if line["message"] == "A slow query."]
    assert any("timeline_event" in line["sql"] for line in queries)
    (slow,) = [line for line in lines if line["message"] == "A slow request."]
    assert slow["status"] == 200
    assert slow["ms"] >= 0
    assert not any("secretword" in json.dumps(line) for line in lines)


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("error", "logged", "has_trace"),
    [
        (ValueError("ours"), "An answer broke off half-way.", True),
        (OperationalError("server closed the connection"), GONE.logged, False),
    ],
)
def test_answer_that_breaks_off_says_so_to_its_reader_and_in_the_log(
    visitor, monkeypatch, caplog, error, logged, has_trace
):
    monkeypatch.setattr(Failing, "error", error)
    answer = visitor.get("/broken.csv", headers={"Accept-Encoding": "gzip"})
    text = gzip.decompress(file_of(answer)).decode()
    assert text.startswith("title\r\nTalks\r\n")
    assert "not whole" in text.splitlines()[-1]
    assert text.endswith(f"{answer.headers['X-Request-ID']}\n")
    (line,) = [line for line in lines_of(caplog) if line["level"] == "error"]
    assert line["message"] == logged
    assert line["request"] == answer.headers["X-Request-ID"]
    assert ("exception" in line) == has_trace


def test_name_that_is_not_ours_is_one_quiet_line(visitor, settings):
    settings.ALLOWED_HOSTS = ["peace.example.org"]
    (handler,) = [each for each in logging.getLogger("django").handlers if each.filters]
    with mock.patch.object(handler, "stream") as stream:
        assert visitor.get("/", headers={"Host": "evil.example"}).status_code == 400
        made = "".join(call.args[0] for call in stream.write.call_args_list)
    (line,) = [json.loads(line) for line in made.splitlines()]
    assert (line["level"], line["message"]) == ("warning", "A request was refused.")
    assert line["logger"] == "django.security.DisallowedHost"
    assert not {"exception", "evil"} & set(line)
    assert "evil" not in made


def test_outside_of_requests_lines_name_none():
    record = logging.LogRecord("x", 40, "", 1, "Words", (), None)
    assert answering.now() is answering.NOTHING
    assert set(json.loads(JsonLines().format(record))) == {"time", "level", "logger", "message"}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no such switch")
@pytest.mark.parametrize(
    ("switch", "said"),
    [
        ("PRAGMA query_only = 1", "Nothing can be saved just now"),
        ("PRAGMA max_page_count = 1", "no room left"),  # as many as there are
    ],
)
def test_editor_loses_nothing_where_nothing_can_be_saved(visitor, switch, said):
    event = make_event(title="As it was")
    visitor.force_login(make_user())
    form = address(Event, "change", event.pk)
    assert visitor.get("/timeline/").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute(switch)
    try:
        answer = send(visitor, form, title="As it will be", body="<p>Text</p>" * 100_000)
    finally:
        connection.connection.execute("PRAGMA query_only = 0")
        connection.connection.execute("PRAGMA max_page_count = 1073741823")
    assert answer.status_code == 503
    assert said in text_of(answer)
    assert "Nothing was saved" in text_of(answer)
    event.refresh_from_db()
    assert event.title == "As it was"
