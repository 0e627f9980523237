"""Public pages are kept whole in the process while the content stays as it is.

A public page depends on its address, on the state of the content and on nothing else, so what was
answered once is right until that state changes. Each request asks the database for the state, so
an edit in one process is public in all of them at the next request. This stands before everything
else that takes time: an answer from here has gone through nothing but this module.

Browsers are told to ask each time (`max-age=0`), which a 304 answers in no time: who has edited a
page sees the edit when they load it again. Caches that many share may keep pages until something
appears or disappears by the clock (`s-maxage`), five minutes at most.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from threading import Lock
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import ResponseHeaders
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from peaceportal.compression import encoding_for
from peaceportal.core.answering import Answering, answering
from peaceportal.core.caching import Freshness, state_now
from peaceportal.core.remembered import Remembered

# Not public, or asked of no database.
OTHERS = ("/admin/", "/static/", "/media/", "/healthz", "/robots.txt", "/favicon.ico")
OVERHEAD = 2000  # bytes that a page takes besides its content
MOST_SEEN = 10_000  # addresses with a query that were asked for, of which some are asked again
LONGEST = 1000  # characters of an address and its query: what is longer nobody asks for again
NOT_PUBLIC = "private, no-store"

PAGES = Remembered(settings.PAGE_CACHE_MB * 1_000_000)


class KeptHeaders(ResponseHeaders):
    """Headers as Django holds them, read once a request: name by name takes twice as long."""

    @classmethod
    def of(cls, store: dict[str, tuple[str, str]]) -> KeptHeaders:
        headers = cls.__new__(cls)
        headers._store = store
        return headers

    def items(self):
        return self._store.values()


class Page(NamedTuple):
    content: bytes
    headers: dict[str, tuple[str, str]]  # as Django holds them, `Cache-Control` excepted
    tag: str
    is_page: bool  # and no form for programs, which says itself for how long it may be kept

    def answer(self, known: str | None, state: Freshness, at: datetime) -> HttpResponse:
        """200, or 304 to who has it. Headers are taken over unread: to set them takes longest."""
        response: HttpResponse
        if known and _is_among(self.tag, known):
            response = HttpResponseNotModified()
            names = ("etag", "last-modified", "vary", "access-control-allow-origin")
            headers = {name: self.headers[name] for name in names if name in self.headers}
        else:
            response = HttpResponse(self.content, content_type="")  # it is among the headers
            headers = self.headers.copy()
        headers["cache-control"] = ("Cache-Control", _may_be_kept(state, at, self.is_page))
        response.headers = KeptHeaders.of(headers)
        return response


class Seen:
    """Addresses that were asked for lately: one that is asked once is not worth keeping."""

    def __init__(self):
        self._seen: OrderedDict[int, None] = OrderedDict()
        self._lock = Lock()

    def again(self, address: tuple) -> bool:
        """Whether it was asked for lately. To mistake one for another keeps a page too many."""
        key = hash(address)
        with self._lock:
            was_seen = key in self._seen
            self._seen[key] = None
            self._seen.move_to_end(key)
            if len(self._seen) > MOST_SEEN:
                self._seen.popitem(last=False)
        return was_seen


SEEN = Seen()


class WholePages:
    def __init__(self, get_response):
        if settings.DEBUG:  # templates change, and the state does not tell
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in {"GET", "HEAD"} or request.path_info.startswith(OTHERS):
            return _with_rules(request, self.get_response(request))
        at = timezone.now()
        try:
            state = state_now(at)
        except (InterfaceError, OperationalError) as error:
            request.without_database = error  # type: ignore[attr-defined]
            return _with_rules(request, self.get_response(request))
        meta = request.META
        key = (
            request.scheme,
            meta.get("HTTP_HOST"),
            meta.get("PATH_INFO"),
            meta.get("QUERY_STRING"),
            encoding_for(meta.get("HTTP_ACCEPT_ENCODING", "")),
        )
        known = meta.get("HTTP_IF_NONE_MATCH")
        page = PAGES.find(state.mark, key)
        if page is not None:
            return page.answer(known, state, at)
        state = state.seen_at(at)
        if known and request.path_info.endswith("/"):  # where only pages are
            tag = state.tag(request.get_full_path())
            if tag in known:  # told to nobody else than who was given the page in this state
                headers = {"ETag": tag, "Cache-Control": _may_be_kept(state, at, is_page=True)}
                return HttpResponseNotModified(headers=headers)
        return self._made(request, state, key)

    def process_view(self, request: HttpRequest, *_view) -> None:
        """Fail within everything that sets headers, as the view would that found out itself."""
        if error := getattr(request, "without_database", None):
            raise error

    def _made(self, request: HttpRequest, state: Freshness, key: tuple) -> HttpResponse:
        asked = Answering(state=state)
        with answering(asked):
            response = _with_rules(request, self.get_response(request))
        if response.status_code != 200 or response.streaming:
            return response
        if not asked.is_settled or not _is_for_all(response):
            response.headers.setdefault("Cache-Control", "no-cache")
            return response
        is_page = "Cache-Control" not in response.headers
        if is_page:
            tag = state.tag(request.get_full_path())
            is_packed = "Content-Encoding" in response.headers
            response.headers["ETag"] = f"W/{tag}" if is_packed else tag
            response.headers["Last-Modified"] = http_date(state.modified)
            response.headers["Cache-Control"] = _may_be_kept(state, state.at, is_page)
        is_finite = not request.META.get("QUERY_STRING")
        is_small = len(response.content) < PAGES.most // 8 and _length(key) <= LONGEST
        if request.method == "GET" and is_small and (is_finite or SEEN.again(key)):
            self._keep(response, state, key, is_page)
        if not is_page:
            return response
        return get_conditional_response(request, response["ETag"], None, response)

    def _keep(self, response: HttpResponse, state: Freshness, key: tuple, is_page: bool) -> None:
        headers = {name.lower(): (name, value) for name, value in response.items()}
        for name in ("cache-control", "x-request-id"):  # of each answer its own
            headers.pop(name, None)
        page = Page(response.content, headers, headers["etag"][1], is_page)
        PAGES.keep(state.mark, key, page, len(page.content) + 4 * _length(key) + OVERHEAD)


def _length(key: tuple) -> int:
    """Characters of an address, of which each may take four bytes."""
    return sum(len(part or "") for part in key)


def _with_rules(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """What is not a whole public page says itself how it may be kept, or else it may not."""
    headers = response.headers
    if request.path_info.startswith("/admin/"):
        if "no-store" not in headers.get("Cache-Control", ""):
            headers["Cache-Control"] = NOT_PUBLIC
    elif response.status_code >= 500 or response.status_code == 429:
        headers["Cache-Control"] = "no-store"
    elif response.status_code != 200:
        headers.setdefault("Cache-Control", "no-cache")
    return response


def _is_for_all(response: HttpResponse) -> bool:
    """Whether anyone may be given this very answer."""
    headers = response.headers
    return (
        not response.cookies
        and "Cookie" not in headers.get("Vary", "")
        and "'nonce-" not in headers.get("Content-Security-Policy", "")
        and ("Cache-Control" not in headers or "ETag" in headers)
        and "no-" not in headers.get("Cache-Control", "")
        and "private" not in headers.get("Cache-Control", "")
    )


def _may_be_kept(state: Freshness, at: datetime, is_page: bool) -> str:
    seconds = state.max_age(at)
    return f"public, max-age=0, s-maxage={seconds}" if is_page else f"public, max-age={seconds}"


def _is_among(tag: str, known: str) -> bool:
    """Compared weakly (RFC 9110, 8.8.3.2): compressed or not, it is the same page."""
    tag = tag.removeprefix("W/")
    return tag in known or known.strip() == "*"
