"""Measures one database; `python -m tests.benchmarks` says how."""

import os
import sys
import time
from collections.abc import Callable
from statistics import median

RUNS = 9


def main(number: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from timeline.models import Event

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    if Event.objects.count() < number:
        _make(number - Event.objects.count())
        _index()
    elif "index" in sys.argv:
        _index()
    _said("", "median", "slowest", "x bare")
    bare = _bare()
    for name, measured in _measured():
        _report(name, measured, bare)
    _measure_kept()
    _measure_desk(bare)


def _measure_kept() -> None:
    """Of two pages and a form what keeping them whole saves, and costs."""
    from tests.benchmarks import kept
    from timeline.models import Event

    last = Event.objects.order_by("-pk").values_list("pk", flat=True)[0]
    page = Event.objects.published().order_by("pk")[0].get_absolute_url()

    def edit():
        Event.objects.filter(pk=last).update(ordinal=1)

    kept.report(_said, ["/", page, "/timeline.json"], edit)


def _make(number: int) -> None:
    from tests.benchmarks.world import make

    start = time.perf_counter()
    for done in make(number):
        print(f"\r{done} of {number} events made", end="", flush=True, file=sys.stderr)
    print(f"\r{number} events were made in {time.perf_counter() - start:.0f} s.", file=sys.stderr)


def _index() -> None:
    from peaceportal.core.search.rebuilding import rebuild

    start = time.perf_counter()
    for _progress in rebuild():
        pass
    print(f"Search index made in {time.perf_counter() - start:.1f} s.", flush=True)


def _bare() -> float:
    """Milliseconds of a request that only asks whether the database answers."""
    from django.test import Client

    client = Client()
    client.get("/healthz")
    return median(_times(lambda: client.get("/healthz"), 100))


def _measured():
    """What is measured, by name: a function, and what is done before each run, untimed."""
    from django.test import Client

    from organisations.models import AreaOfWork
    from peaceportal.core.facets import KEPT
    from tests.benchmarks.world import RARE
    from timeline.models import Event

    client = Client()
    last = Event.objects.order_by("-pk").values_list("pk", flat=True)[0]
    area = AreaOfWork.objects.order_by("pk").first().slug
    kinds = {
        "common word": "peace",
        "two common words": "peace talks",
        "phrase of common words": '"peace talks"',
        "unfinished word": "medi",
        "less common word": "report",
        "rare word": RARE,
    }

    def get(address):
        assert client.get(address).status_code == 200, address

    def search(words):
        events = Event.objects.published()
        count = events.matching(words).count()
        first = events.matching(words, count=count).newest_first()
        return count, list(first.values_list("pk", flat=True)[:20])

    def edit():
        Event.objects.filter(pk=last).update(ordinal=1)
        list(Event.objects.matching("peace")[:1])  # the index is not what is measured here

    for name, words in kinds.items():
        yield f"count and first 20: {name}", (lambda words=words: search(words), None)
    for name, words in kinds.items():
        address = f"/search/?q={words}"
        yield f"search page: {name}", (lambda address=address: get(address), None)
    finders = {
        "whole": "/timeline/",
        "area": f"/timeline/?area={area}",
        "words": "/timeline/?q=peace",
        "area and words": f"/timeline/?area={area}&q=peace",
        "area, dates and words by relevance": (
            f"/timeline/?area={area}&q=peace&after=2000&order=relevance"
        ),
    }
    for name, address in finders.items():
        cold = (lambda address=address: get(address), lambda: KEPT.clear())
        yield f"finder, nothing remembered: {name}", cold
    for name, address in finders.items():
        yield f"finder, after an edit: {name}", (lambda address=address: get(address), edit)
    for name, address in finders.items():
        yield f"finder, remembered: {name}", (lambda address=address: get(address), None)
    yield "home page", (lambda: get("/"), None)


def _measure_desk(bare: float) -> None:
    """Of each list of the admin the page that opens, and the slowest of all ways to ask it."""
    from tests.benchmarks import desk, parts

    if not parts.are_made():
        parts.make_parts()
    client = desk.signed_in()
    for name, ways in desk.lists():
        client.get(ways[0])
        taken = {way: median(_times(lambda way=way: client.get(way), 3)) for way in ways}
        slowest = max(taken, key=taken.get)
        opens, longest = taken[ways[0]], taken[slowest]
        _said(f"desk: {name}", f"{opens:.1f} ms", f"{longest:.1f} ms", f"{opens / bare:.0f}")
        print(f"    slowest of {len(ways)}: {slowest}")


def _report(name: str, measured: tuple[Callable, Callable | None], bare: float) -> None:
    do, before = measured
    if before:
        before()
    do()
    times = _times(do, RUNS, before)
    _said(name, f"{median(times):.1f} ms", f"{max(times):.1f} ms", f"{median(times) / bare:.0f}")


def _times(do: Callable, runs: int, before: Callable | None = None) -> list[float]:
    """Milliseconds of each run."""
    times = []
    for _run in range(runs):
        if before:
            before()
        start = time.perf_counter()
        do()
        times.append((time.perf_counter() - start) * 1000)
    return times


def _said(name: str, *figures: str) -> None:
    print(f"{name:58}" + "".join(f"{figure:>11}" for figure in figures), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
