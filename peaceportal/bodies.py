"""What one request may bring: a form with its files, which staff alone send; others, an address.

Refused by what it names beforehand, before any of it is read: whoever sends slowly would hold a
thread for as long. Without a length nothing is read.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from peaceportal.core.formats.answers import Problem
from peaceportal.core.sign_in.gate import may_enter
from peaceportal.refusals import refused

MEGABYTES = 100  # some files of the largest kind in one form
OF_ANYONE = 1  # megabytes: who signs in sends a name and a password
LONGEST = 8000  # characters of an address and its query
WITHOUT_BODY = {"GET", "HEAD", "OPTIONS", "TRACE"}


class BoundedBodies:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_public = not request.path_info.startswith("/admin/")
        if len(request.path_info) + len(request.META.get("QUERY_STRING", "")) > LONGEST:
            return _too_long(request)
        if is_public and request.method not in WITHOUT_BODY:
            return _not_taken(request)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > OF_ANYONE * 1_000_000:
            is_staff = not is_public and _may_enter(request)
            if not is_staff or int(length) > MEGABYTES * 1_000_000:
                return too_large(request, is_staff=is_staff)
        return self.get_response(request)


def too_large(request: HttpRequest, *, is_staff: bool = True) -> HttpResponse:
    context = {"most": MEGABYTES, "most_of_anyone": OF_ANYONE, "is_staff": is_staff}
    return render(request, "413.html", context, status=413)


def _may_enter(request: HttpRequest) -> bool:
    """Asked by the cookie alone, ahead of what else finds out who it is."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if not key:
        return False
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    request.user = get_user(request)
    return may_enter(request)


def _too_long(request: HttpRequest) -> HttpResponse:
    sentence = _("It may have %(most)d characters. Ask for less at a time.") % {"most": LONGEST}
    return refused(request, Problem(414, sentence), _("This address is too long"))


def _not_taken(request: HttpRequest) -> HttpResponse:
    sentence = _("This address can only be read. Go back, or begin again from the home page.")
    problem = Problem(405, sentence, headers={"Allow": "GET, HEAD"})
    return refused(request, problem, _("Nothing can be sent here"))
