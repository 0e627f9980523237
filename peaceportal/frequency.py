"""How often one address may search: an answer by words is made anew for each of them.

Behind the pages that are kept whole, which cost nothing and do not count.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from peaceportal.core.formats.answers import Problem
from peaceportal.core.limits import count_search
from peaceportal.refusals import refused


class Searches:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_public = not request.path_info.startswith("/admin/")
        # As it is read, not as it is written: `%71` is a q.
        if is_public and request.META.get("QUERY_STRING") and request.GET.get("q"):
            try:
                count_search(request)
            except Problem as problem:
                return refused(request, problem, _("Too many searches"))
        return self.get_response(request)
