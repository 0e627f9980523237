"""What a page that is kept whole costs, beside a Django view that does nothing.

CPU a request of this process, through the whole of what a server calls, in turns: a busy machine
slows all of them. The bare view has no middleware at all and returns 30 kB. A kept page is asked
for on one processor, as the smallest server has it, and on all: there a question to PostgreSQL may
wake a processor that sleeps, which costs more than the question.
"""

import io
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path

TURNS, REQUESTS = 41, 100
MEGABYTES = 32
BODY = b"peace " * 5000


class Bare:
    urlpatterns = [path("bare/", lambda _request: HttpResponse(BODY))]


def ask(handler: WSGIHandler, address: str, **headers: str) -> dict[str, str]:
    """The headers of the answer, and its `status`."""
    told = {}
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": address,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "HTTP_ACCEPT_ENCODING": "gzip, br",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        **headers,
    }
    answer = handler(environ, lambda status, lines: told.update(dict(lines), status=status))
    for _part in answer:
        pass
    answer.close()
    return told


def cpu(do: Callable, times: int) -> float:
    """Microseconds of a run."""
    start = time.process_time()
    for _time in range(times):
        do()
    return (time.process_time() - start) / times * 1_000_000


@contextmanager
def one_processor() -> Iterator[None]:
    """For this process and, on PostgreSQL, for the one that answers it. On Linux alone."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    pids = [0]
    if connection.vendor == "postgresql":
        connection.ensure_connection()
        pids.append(connection.connection.info.backend_pid)
    before = os.sched_getaffinity(0)
    for pid in pids:
        os.sched_setaffinity(pid, {min(before)})
    try:
        yield
    finally:
        for pid in pids:
            os.sched_setaffinity(pid, before)


def measured(address: str, edit: Callable) -> dict[str, float]:
    """Microseconds of CPU of each kind of request for this page."""
    from peaceportal.whole_pages import PAGES

    whole = WSGIHandler()
    with override_settings(MIDDLEWARE=[], ROOT_URLCONF=Bare):
        bare = WSGIHandler()
        bare_resolver = settings.ROOT_URLCONF
    was, PAGES.most = PAGES.most, MEGABYTES * 1_000_000
    tag = ask(whole, address)["ETag"]

    def at_bare():
        ask(bare, "/bare/")

    def not_kept():
        PAGES.clear()
        ask(whole, address)

    known = {"HTTP_IF_NONE_MATCH": tag}
    kinds = ("bare", "kept", "304", "kept, all processors", "not kept", "after an edit")
    taken = {name: [] for name in kinds}
    try:
        for _turn in range(TURNS):
            with one_processor():
                with override_settings(ROOT_URLCONF=bare_resolver):
                    taken["bare"].append(cpu(at_bare, REQUESTS))
                taken["kept"].append(cpu(lambda: ask(whole, address), REQUESTS))
                taken["304"].append(cpu(lambda: ask(whole, address, **known), REQUESTS))
            time.sleep(0.01)  # so that the scheduler moves them apart again
            taken["kept, all processors"].append(cpu(lambda: ask(whole, address), REQUESTS))
        for _turn in range(TURNS):
            taken["not kept"].append(cpu(not_kept, 1))
            edit()
            taken["after an edit"].append(cpu(lambda: ask(whole, address), 1))
    finally:
        PAGES.most = was
        PAGES.clear()
    return {name: median(times) for name, times in taken.items()}


def report(said: Callable, pages: list[str], edit: Callable) -> None:
    said("kept whole, CPU a request", "µs", "x bare", "x not kept")
    for address in pages:
        found = measured(address, edit)
        for name, taken in found.items():
            figures = f"{taken / found['bare']:.2f}", f"{taken / found['not kept']:.2f}"
            said(f"{address}: {name}", f"{taken:.0f}", *figures)
