"""How an address for programs answers: with data, or with a problem in words.

Pages of other sites may read it (CORS), and search engines leave it to the pages.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from peaceportal.core.addresses import Gone, Moved, revisited
from peaceportal.core.caching import kept
from peaceportal.core.publishing import Page

JSON = "application/json"
PROBLEM = "application/problem+json"  # RFC 9457
TEXT = "text/plain; charset=utf-8"


@dataclass
class Problem(Exception):
    """An answer other than what was asked for, with the sentence that says why.

    `errors` are pairs of a parameter and what is wrong with it.
    """

    status: int
    sentence: str
    errors: list[tuple[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)


def bad_query(finder) -> Problem:
    """What could not be read of a query, in the words that its page says beside the fields."""
    errors = [(name, str(error)) for name, found in finder.form.errors.items() for error in found]
    return Problem(400, _("This query cannot be answered as it is."), errors)


def as_text(problem: Problem) -> HttpResponse:
    lines = [problem.sentence, *(f"{name}: {error}" for name, error in problem.errors)]
    return HttpResponse("\n".join(lines) + "\n", status=problem.status, content_type=TEXT)


def as_json(problem: Problem) -> HttpResponse:
    body = {"title": problem.sentence, "status": problem.status}
    if problem.errors:
        body["errors"] = [{"parameter": name, "detail": error} for name, error in problem.errors]
    return json_answer(body, status=problem.status, content_type=PROBLEM)


def json_answer(body: dict, *, status: int = 200, content_type: str = JSON) -> HttpResponse:
    text = json.dumps(body, ensure_ascii=False, indent=1) + "\n"
    return HttpResponse(text, status=status, content_type=content_type)


def _its_page(page: Page) -> str:
    return page.get_absolute_url()


def for_programs(
    say: Callable[[Problem], HttpResponse] = as_text,
    address_of: Callable[[Page], str] = _its_page,
):
    """A view that gives data, and raises Problem, Moved, Gone or Http404 where it cannot.

    `say` writes a problem; `address_of` is where a page that has moved has this form of it.
    """

    def decorate(view):
        view = kept(view)

        @require_safe
        @wraps(view)
        def answer(request: HttpRequest, *args, **kwargs):
            try:
                response = view(request, *args, **kwargs)
            except Moved as moved:
                response = revisited(HttpResponsePermanentRedirect(address_of(moved.page)))
            except Gone:
                response = revisited(say(Problem(410, _("This record has been removed."))))
            except Http404:
                response = revisited(say(Problem(404, _("There is nothing at this address."))))
            except Problem as problem:
                response = revisited(say(problem))
                for name, value in problem.headers.items():
                    response.headers[name] = value
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["X-Robots-Tag"] = "noindex"
            return response

        return answer

    return decorate
