"""What is not taken is answered in words, in the form that was asked for: a page, or a problem."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from peaceportal.core.formats.answers import Problem, as_json, as_text


def refused(request: HttpRequest, problem: Problem, title: str) -> HttpResponse:
    """`title` is the heading of the page."""
    name = request.path_info.rpartition("/")[2]
    if "." in name:
        response = (as_json if name.endswith(".json") else as_text)(problem)
        response.headers["Access-Control-Allow-Origin"] = "*"
    else:
        context = {"title": title, "sentence": problem.sentence}
        response = render(request, "refused.html", context, status=problem.status)
    for header, value in problem.headers.items():
        response.headers[header] = value
    return response
