"""Fill a site, back it up while four writers write, wipe it, restore it on a fresh clone, and
compare every record. From SQLite to SQLite, from PostgreSQL to PostgreSQL, from SQLite to
PostgreSQL.

    python -m tests.drills.backup [--events 2000]
"""

from __future__ import annotations

import argparse
import json
import time

from tests.drills.acts import acknowledged, as_of, latest
from tests.drills.places import Place, Places, places, say

WRITERS = "abcd"
ROUTES = [("sqlite", "sqlite"), ("postgresql", "postgresql"), ("sqlite", "postgresql")]
ACTS = "tests.drills.acts"


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--events", type=int, default=2000)
    events = options.parse_args().events
    with places() as made:
        for source, target in ROUTES:
            say(f"== {source} to {target}")
            drill(made, source, target, events)


def drill(made: Places, source: str, target: str, events: int) -> None:
    site = made.make(source)
    site.manage("migrate", "-v0")
    site.run(ACTS, "fill", events)
    outs = {name: site.folder / f"acknowledged-{name}" for name in WRITERS}
    writers = [site.start("-m", ACTS, "edit", name, str(outs[name])) for name in WRITERS]
    try:
        while not all(acknowledged(out) for out in outs.values()):
            assert all(writer.poll() is None for writer in writers), "a writer failed"
            time.sleep(0.1)
        before, begun = {name: acknowledged(outs[name]) for name in WRITERS}, time.monotonic()
        fire = made.folder / f"{source}-{target}-fire.tar"
        say(site.manage("backup", fire).strip())
        took = time.monotonic() - begun
        after = {name: acknowledged(outs[name]) for name in WRITERS}
        assert all(writer.poll() is None for writer in writers), "a writer failed"
    finally:
        for writer in writers:
            writer.terminate()
            writer.wait()
    edits = sum(after.values()) - sum(before.values())
    say(f"{edits} edits were made in the {took:.1f} s of the backup, none failed.")
    calm = made.folder / f"{source}-{target}-calm.tar"
    site.manage("backup", calm)
    truth = json.loads(site.run(ACTS, "digests"))
    rows = json.loads(site.run(ACTS, "state"))
    made.wipe(site)

    restored = restore(made, target, fire)
    state = json.loads(restored.run(ACTS, "state"))
    for name in WRITERS:
        titles = state["writers"][name]
        number = latest(titles)
        assert before[name] <= number, (name, before[name], number)
        assert titles == as_of(name, number), (name, titles)
    same = compare(truth, json.loads(restored.run(ACTS, "digests")), but_edited=True)
    say(f"Restored: each of {len(WRITERS)} writers' edits whole up to one; {same} tables equal.")

    restored = restore(made, target, calm)
    same = compare(truth, json.loads(restored.run(ACTS, "digests")), but_edited=False)
    say(f"Restored again from a calm moment: every record of {same} tables equal.")
    assert json.loads(restored.run(ACTS, "state")) == rows


def restore(made: Places, kind: str, file) -> Place:
    place = made.make(kind, made.clone())
    begun = time.monotonic()
    words = place.manage("restore", file)
    assert "mend" not in words, words
    words = place.manage("doctor")
    say(f"Restored in {time.monotonic() - begun:.1f} s; doctor has nothing to mend.")
    return place


# What edits change while the backup is made.
EDITED = {"timeline.event", "core.change", "core.changecounter", "core.logreader"}
EDITED |= {"core.versiondetail", "reversion.revision", "reversion.version"}


def compare(truth: dict, found: dict, *, but_edited: bool) -> int:
    names = truth.keys() - (EDITED if but_edited else {"core.logreader"})
    differing = sorted(name for name in names if truth[name] != found.get(name))
    assert not differing, differing
    return len(names)


if __name__ == "__main__":
    main()
