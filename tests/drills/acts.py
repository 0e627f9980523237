"""What happens in a site during a drill; each is run as a process of its own.

fill N          the first content, records of every kind, N events, files
edit NAME OUT   edits without end: two events at once, a line in OUT after each commit
digests         what every table holds
state           the events that are edited, as JSON
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from pathlib import Path

POOL = 5  # pairs of events for each writer


def fill(count: str) -> None:
    from django.core.files.base import ContentFile
    from django.core.management import call_command

    from tests.factories import make_document, make_event
    from tests.rich_records import RICH
    from timeline.models import Event

    call_command("load_content", verbosity=0)
    for model, make in RICH.items():
        make(f"Rich {model.__name__}", 2)
    for number in range(20):
        document = make_document(title=f"Document {number}")
        document.file.save(f"document-{number}.pdf", ContentFile(os.urandom(100_000)))
    for name in "abcdefgh":
        for number in range(2 * POOL):
            make_event(title="As it was", slug=f"{name}-{number}")
    Event.objects.bulk_create(
        [
            Event(title=f"Event {n}", happened="1990-01", status="published")
            for n in range(int(count))
        ]
    )


def edit(name: str, out: str) -> None:
    """Edit number n sets two events of the pool; both or none is what a reader may ever see."""
    from django.db import transaction

    from peaceportal.core.versions.capture import one_version
    from timeline.models import Event

    number = max([0, *(int(title.split()[-1]) for title in titles(name) if "edit" in title)])
    with Path(out).open("a") as acknowledged:
        while True:
            number += 1
            first = 2 * (number % POOL)
            with transaction.atomic(), one_version(note="a drill"):
                for slug in (f"{name}-{first}", f"{name}-{first + 1}"):
                    event = Event.objects.get(slug=slug)
                    event.title = f"{name} edit {number}"
                    event.save()
            acknowledged.write(f"{number}\n")
            acknowledged.flush()
            # SQLite lets in whoever asks first: without a pause, the one who has just saved.
            time.sleep(random.uniform(0, 0.02))


def titles(name: str) -> list[str]:
    from timeline.models import Event

    slugs = [f"{name}-{number}" for number in range(2 * POOL)]
    found = dict(Event.objects.filter(slug__in=slugs).values_list("slug", "title"))
    return [found[slug] for slug in slugs]


def state() -> None:
    from reversion.models import Version

    from peaceportal.core.changes import Change, version

    writers = {name: titles(name) for name in "abcdefgh"}
    counted = {
        "seq": version(),
        "changes": Change.objects.count(),
        "versions": Version.objects.count(),
    }
    print(json.dumps({"writers": writers, **counted}))


def digests() -> None:
    from peaceportal.core.backups import tables

    print(json.dumps(tables.digests()))


def as_of(name: str, number: int) -> list[str]:
    """The titles of a pool after edit `number`, and no other."""
    found = ["As it was"] * (2 * POOL)
    for n in range(1, number + 1):
        found[2 * (n % POOL)] = found[2 * (n % POOL) + 1] = f"{name} edit {n}"
    return found


def latest(found: list[str]) -> int:
    return max([0, *(int(title.split()[-1]) for title in found if "edit" in title)])


def acknowledged(out: Path) -> int:
    """The number of the last edit that its writer was told is done. A line may be cut off."""
    lines = out.read_text().split("\n")[:-1] if out.exists() else []
    return int(lines[-1]) if lines else 0


if __name__ == "__main__":
    import django

    django.setup()
    {"fill": fill, "edit": edit, "state": state, "digests": digests}[sys.argv[1]](*sys.argv[2:])
