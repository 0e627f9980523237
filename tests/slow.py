"""The site with one more address, which answers only when it is told to."""

import os
import time
from pathlib import Path

from django.http import HttpResponse
from django.urls import path
from django.utils.module_loading import import_string

from peaceportal.workers import application as waiting

# Its database is empty, and nobody brings it up to date.
application = getattr(waiting, "application", waiting)

__all__ = ["application"]

FOLDER = Path(os.environ["DATA_DIR"])


def slow(_request):
    (FOLDER / "began").touch()
    until = time.monotonic() + 60
    while not (FOLDER / "go-on").exists() and time.monotonic() < until:
        time.sleep(0.02)
    return HttpResponse(b"whole " * 50_000)


# Imported here, because only now there are apps.
import_string("peaceportal.urls.urlpatterns").insert(0, path("healthz-slow", slow))
