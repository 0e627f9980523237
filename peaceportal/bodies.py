"""How much one request may bring: a form with its files, which staff alone send.

Refused by the length that it names, before any of it is read; without a length nothing is read.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

MEGABYTES = 100  # some files of the largest kind in one form
OF_ANYONE = 1  # megabytes that are sent to a public address, where no form is


class BoundedBodies:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        most = MEGABYTES if request.path_info.startswith("/admin/") else OF_ANYONE
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > most * 1_000_000:
            return too_large(request)
        return self.get_response(request)


def too_large(request: HttpRequest) -> HttpResponse:
    return render(request, "413.html", {"most": MEGABYTES}, status=413)
