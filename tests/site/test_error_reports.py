"""What is sent to a Sentry: the error and where it was, and nothing about persons."""

import json
import subprocess
import sys

import pytest
from django.test import Client
from django.urls import path

from peaceportal import views
from peaceportal.core import error_reports
from peaceportal.urls import urlpatterns as real

sentry_sdk = pytest.importorskip("sentry_sdk")

pytestmark = [pytest.mark.django_db, pytest.mark.one_database, pytest.mark.urls(__name__)]


def failing(request):
    raise ValueError(f"ours\nDETAIL:  Key (name)=({request.POST['name']})")


handler500 = views.server_error
urlpatterns = [path("admin/odd/", failing), *real]


@pytest.fixture
def sent():
    """The events that would be sent."""
    from sentry_sdk.transport import Transport

    events = []

    class Kept(Transport):
        def capture_envelope(self, envelope):
            events.extend(item.payload.json for item in envelope.items if item.type == "event")

    error_reports.start("https://key@sentry.example/1", transport=Kept())
    yield events
    sentry_sdk.get_client().close()
    sentry_sdk.get_global_scope().set_client(None)


def test_error_is_sent_without_anything_about_persons(sent, rf):
    visitor = Client(raise_request_exception=False)
    visitor.cookies["sessionid"] = "secret-session"
    answer = visitor.post(
        "/admin/odd/?q=secret-words",
        {"name": "secret-name"},
        headers={"User-Agent": "secret-agent", "Authorization": "secret-token"},
        REMOTE_ADDR="192.0.2.7",
    )
    assert answer.status_code == 500
    (event,) = [event for event in sent if "exception" in event]
    (error,) = event["exception"]["values"]
    assert error["type"] == "ValueError"
    assert error["value"].strip() == "ours"
    assert event["request"] == {"method": "POST", "url": "/admin/odd/"}
    assert event["tags"]["request"] == answer.headers["X-Request-ID"]
    text = json.dumps(event)
    for personal in ("secret", "192.0.2.7"):
        assert personal not in text


def test_nothing_is_imported_without_an_address_of_it():
    code = "import django, sys; django.setup(); print('sentry_sdk' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.stdout == "False\n", ended.stderr
