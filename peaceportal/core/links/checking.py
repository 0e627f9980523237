"""Asks for the web addresses of all records, those first that were not asked for longest.

The database is held for single short writes alone, never while a site is waited for.
"""

from __future__ import annotations

import queue
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from peaceportal.core import noticing
from peaceportal.core.links.asking import Answer, LinkAsker
from peaceportal.core.links.store import FAILURES, Link, Outcome

AT_ONCE = 4  # sites
CLAIMED_AT_ONCE = 40  # addresses

NOTED = ("asked_at", "outcome", "status", "leads_to", "not_before", "failing_since")
NOTED += ("failed_times", "failed_days", "failed_on", "claim", "claimed_at")


@dataclass
class Tally:
    """What came of a run."""

    outcomes: Counter = field(default_factory=Counter)
    was_stopped: bool = False

    @property
    def asked(self) -> int:
        return self.outcomes.total()

    @property
    def answered(self) -> int:
        return self.outcomes[Outcome.ANSWERED]

    @property
    def failed(self) -> int:
        return sum(self.outcomes[outcome] for outcome in FAILURES)

    @property
    def not_asked(self) -> int:
        return self.asked - self.answered - self.failed


def check(
    *,
    limit: int,
    older_than: timedelta,
    asker: LinkAsker,
    stop: threading.Event | None = None,
    tell: Callable[[Link], None] = lambda link: None,
) -> Tally:
    """Ask for at most `limit` addresses that were not asked for during `older_than`."""
    stop = stop or threading.Event()
    noticing.catch_up(patience=None)
    Link.objects.unused().delete()
    tally, claim, before = Tally(), uuid4().hex, timezone.now() - older_than
    try:
        while tally.asked < limit and not stop.is_set():
            most = min(CLAIMED_AT_ONCE, limit - tally.asked)
            links = Link.objects.claim(claim, most, before)
            if not links:
                break
            asked = 0
            for link, answer in _answers(links, asker, stop):
                _note(link, answer)
                tally.outcomes[answer.outcome] += 1
                asked += 1
                tell(link)
            if not asked:
                break
    finally:
        Link.objects.release(claim)
    tally.was_stopped = stop.is_set()
    return tally


def _note(link: Link, answer: Answer) -> None:
    link.note(
        answer.outcome,
        status=answer.status,
        leads_to=answer.leads_to,
        not_before=answer.not_before,
    )
    claim, link.claim, link.claimed_at = link.claim, "", None
    values = {name: getattr(link, name) for name in NOTED}
    Link.objects.filter(pk=link.pk, claim=claim).update(**values)


def _answers(links: Iterable[Link], asker: LinkAsker, stop: threading.Event):
    """Each address with its answer, as they come. A site that asks for patience is left alone."""
    sites: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        sites[link.host].append(link)
    come: queue.SimpleQueue = queue.SimpleQueue()

    def ask_site(of_site: list[Link]) -> None:
        try:
            for link in of_site:
                if stop.is_set():
                    break
                answer = asker.ask(link.url)
                come.put((link, answer))
                if answer.outcome == Outcome.BUSY:
                    break
        except BaseException as error:
            come.put(error)
        finally:
            come.put(None)

    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="links") as pool:
        for of_site in sites.values():
            pool.submit(ask_site, of_site)
        left = len(sites)
        while left:
            one = come.get()
            if one is None:
                left -= 1
            elif isinstance(one, BaseException):
                stop.set()
                raise one
            else:
                yield one
