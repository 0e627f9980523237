"""Readers, programs and an editor at once, for five minutes, on a site of two processes.

    python -m tests.drills.mixed_load [--seconds 300] [--clients 4] [--database sqlite|postgresql]

Four in five requests are for pages, three in twenty for data, one in twenty is an edit. There
must be no error, the memory must stay, and the slowest of a hundred requests may take twenty
times as long as the one in the middle.
"""

import argparse
import json
import random
import re
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager

from tests.drills.sites import Desk, environment, fill, python, running, short_folder, verdict
from tests.drills.two_processes import PREPARE, event_form, form_fields
from tests.on_postgres import server

DATA = ["/timeline.json", "/timeline.csv", "/timeline.atom", "/timeline.ics", "/organisations.json"]
SEARCHES = ["/timeline/?kind=meeting", "/timeline/?after=1990", "/organisations/?state=active"]
STEADY = 1.25  # times the memory after a fifth of the time
PATIENCE = 20  # how often somebody presses Save for one edit
TITLES = """
import json
from reversion.models import Version
kept = Version.objects.filter(content_type__model="event", object_repr__startswith="Edit")
print(json.dumps([version.object_repr for version in kept]))
"""


class Client(threading.Thread):
    def __init__(self, number: int, site, pages: list[str], until: float):
        super().__init__()
        self.chance, self.site, self.pages, self.until = random.Random(number), site, pages, until
        self.desk = Desk(site, f"drill{number}")
        self.taken: list[tuple[str, float]] = []
        self.statuses: Counter = Counter()
        self.errors: list[str] = []
        self.saved: list[str] = []

    def run(self) -> None:
        while time.monotonic() < self.until:
            kind = self.chance.choices(["page", "data", "edit"], [80, 15, 5])[0]
            try:
                getattr(self, f"_{kind}")(kind)
            except Exception as error:
                self.errors.append(f"{kind}: {error!r}")

    def _page(self, kind: str) -> None:
        self._ask(kind, self.chance.choice(self.pages))

    def _data(self, kind: str) -> None:
        self._ask(kind, self.chance.choice(DATA))

    def _ask(self, kind: str, address: str) -> None:
        # As a visitor each time: what is counted by address belongs to a test of its own.
        headers = {"Accept-Encoding": "gzip, br", "X-Forwarded-For": self._somebody()}
        began = time.monotonic()
        status = self.site.ask(address, headers=headers)[0]
        self._note(kind, began, status)
        if status != 200:
            self.errors.append(f"{address}: {status}")

    def _edit(self, kind: str) -> None:
        """Save a new title; where somebody else was first, read what is said, and save again."""
        address = event_form(self.desk)
        title = f"Edit {self.chance.random()} of the drill"
        fields = form_fields(self.desk.get(address)) | {"title": title}
        for _time in range(PATIENCE):
            began = time.monotonic()
            status, content = self.desk.send(address, fields)
            self._note(kind, began, status)
            if status == 302:
                self.saved.append(title)
                return
            page = content.decode()
            if status != 200 or title not in page or "to keep yours" not in page:
                break
            fields = form_fields(page)
        self.errors.append(f"edit: {status}, without a word of who was first")

    def _note(self, kind: str, began: float, status: int) -> None:
        self.taken.append((kind, time.monotonic() - began))
        self.statuses[kind, status] += 1

    def _somebody(self) -> str:
        return ".".join(str(self.chance.randint(1, 250)) for _part in range(4))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.drills.mixed_load", description=__doc__)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="postgresql")
    asked = parser.parse_args()
    failures: list[str] = []
    with short_folder() as folder, database(asked.database, folder) as url:
        variables = environment(url, folder) | {"TRUST_PROXY": "yes"}
        fill(variables, staff=asked.clients)
        with running(variables, workers=2) as site:
            pages = [*SEARCHES, *public_pages(site)]
            python(variables, PREPARE)
            until = time.monotonic() + asked.seconds
            clients = [Client(number, site, pages, until) for number in range(asked.clients)]
            for client in clients:
                client.start()
            time.sleep(asked.seconds / 5)
            early = site.memory()
            for client in clients:
                client.join()
            late = site.memory()
        taken = [pair for client in clients for pair in client.taken]
        statuses = sum((client.statuses for client in clients), Counter())
        errors = [error for client in clients for error in client.errors]
        print(f"{len(taken)} requests in {asked.seconds} s by {asked.clients}, {len(pages)} pages")
        print(", ".join(f"{k} {s}: {n}" for (k, s), n in sorted(statuses.items())))
        for kind in ("page", "data", "edit"):
            said(kind, [seconds for each, seconds in taken if each == kind])
        middle, slow = said("all", [seconds for _kind, seconds in taken])
        print(f"memory {early:.0f} MB after a fifth of the time, {late:.0f} MB at the end")
        print(f"{len(errors)} errors {errors[:5]}")
        failures += [f"{len(errors)} errors"] if errors else []
        saved = {title for client in clients for title in client.saved}
        lost = saved - set(json.loads(python(variables, TITLES)))
        print(f"{len(saved)} edits were saved, {len(lost)} of them are not in the history")
        failures += [f"{len(lost)} edits are lost"] if lost else []
        if slow > 20 * middle:
            failures.append(f"The slowest of 100 took {slow / middle:.0f} times the median.")
        if late > STEADY * early:
            failures.append("The memory grew.")
    return verdict("mixed load", failures)


@contextmanager
def database(kind: str, folder):
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'drill.sqlite3'}"
    else:
        with server(folder) as url:
            yield url


def public_pages(site) -> list[str]:
    """All that the sitemaps name, and the lists."""
    found = {"/", "/timeline/", "/organisations/", "/areas/", "/places/", "/about/", "/data/"}
    for section in re.findall(r"<loc>https?://[^/]+(/[^<]+)", site.ask("/sitemap.xml")[2].decode()):
        text = site.ask(section)[2].decode()
        found |= set(re.findall(r"<loc>https?://[^/]+(/[^<]*)</loc>", text))
    return sorted(found)


def said(kind: str, taken: list[float]) -> tuple[float, float]:
    """The median and what one of a hundred exceeds."""
    taken.sort()
    middle, slow = taken[len(taken) // 2], taken[int(len(taken) * 0.99)]
    figures = f"median {middle * 1000:.1f} ms, of 100 the slowest {slow * 1000:.1f} ms"
    print(f"{kind}: {len(taken)}, {figures}, ratio {slow / middle:.1f}, at most {taken[-1]:.2f} s")
    return middle, slow


if __name__ == "__main__":
    sys.exit(main())
