"""How often one address may search: an answer by words is made anew for each of them.

Behind the pages that are kept whole, which cost nothing and do not count.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from peaceportal.core.formats.answers import Problem, as_json, as_text
from peaceportal.core.limits import count_search


class Searches:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if "q=" in query and not request.path_info.startswith("/admin/") and request.GET.get("q"):
            try:
                count_search(request)
            except Problem as problem:
                return refused(request, problem)
        return self.get_response(request)


def refused(request: HttpRequest, problem: Problem) -> HttpResponse:
    name = request.path_info.rpartition("/")[2]
    if "." in name:
        response = (as_json if name.endswith(".json") else as_text)(problem)
        response.headers["Access-Control-Allow-Origin"] = "*"
    else:
        context = {"sentence": problem.sentence}
        response = render(request, "429.html", context, status=problem.status)
    for header, value in problem.headers.items():
        response.headers[header] = value
    return response
