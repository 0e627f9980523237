"""Kill edits, imports and backups at random moments, and look each time: no edit that its writer
was told is done is lost, none is half there, and `doctor` has nothing to mend. Then kill restores:
the site is the old one or the new one, whole, and the next run says which.

    python -m tests.drills.kills [--kills 100] [--restores 20] [--on sqlite] [--seed 1]
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

from tests.drills.acts import acknowledged, as_of, latest
from tests.drills.places import Place, places, say

ACTS = "tests.drills.acts"
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
ROWS = 150  # of each import


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--kills", type=int, default=100)
    options.add_argument("--restores", type=int, default=20)
    options.add_argument("--on", choices=["sqlite", "postgresql"], default="sqlite")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    with places() as made:
        site = made.make(given.on)
        open_here(site)
        site.manage("migrate", "-v0")
        site.run(ACTS, "fill", 300)
        chance = random.Random(given.seed)
        say(f"== {given.kills} kills on {given.on}, seed {given.seed}")
        Drill(site, chance, made.folder).run(given.kills)
        if given.restores:
            say(f"== {given.restores} kills of restores")
            kill_restores(site, chance, made.folder, given.restores)


def open_here(site: Place) -> None:
    """Have this process look at the site."""
    os.environ.update(site.environment)
    import django

    django.setup()


def kill(running, chance: random.Random, most: float) -> bool:
    """Kill it within so many seconds; whether it was still running."""
    time.sleep(chance.uniform(0, most))
    ended = running.poll() is not None
    running.send_signal(signal.SIGKILL)
    running.wait()
    return not ended


class Drill:
    def __init__(self, site: Place, chance: random.Random, folder: Path):
        self.site, self.chance, self.folder = site, chance, folder
        self.told, self.imports, self.took = Counter(), 0, {}

    def run(self, kills: int) -> None:
        acts = [self.edit, self.edit, self.run_import, self.back_up]
        for act in (self.run_import, self.back_up):  # once without a kill, for how long it takes
            begun = time.monotonic()
            act(lives=True)
            self.took[act.__name__] = time.monotonic() - begun
        for number in range(kills):
            acts[number % len(acts)]()
            self.look(full=number % 20 == 19)
        words = self.site.manage("doctor")
        assert "mend" not in words, words
        say(", ".join(f"{name}: {count}" for name, count in sorted(self.told.items())))
        say("No acknowledged edit was lost, none was half there. After a restart, doctor:")
        print(words)

    def edit(self) -> None:
        name = self.chance.choice("abcdefgh")
        out = self.folder / f"acknowledged-{name}"
        before = acknowledged(out)
        running = self.site.start("-m", ACTS, "edit", name, str(out), **QUIET)
        while acknowledged(out) == before:
            assert running.poll() is None, "the writer failed"
            time.sleep(0.005)
        kill(running, self.chance, 0.6)
        self.told["kills of edits"] += 1
        self.told["acknowledged edits"] += acknowledged(out) - before
        if not out.read_text().endswith("\n"):
            out.write_text(out.read_text().rpartition("\n")[0] + "\n")

    def run_import(self, *, lives: bool = False) -> None:
        self.imports += 1
        file = self.folder / "import.csv"
        lines = [
            f"drill:{self.imports}-{n},Import {self.imports} row {n},1990" for n in range(ROWS)
        ]
        file.write_text("\n".join(["identifiers,title,happened", *lines]) + "\n")
        running = self.site.start("manage.py", "import_events", str(file), **QUIET)
        if lives:
            assert running.wait() == 0
        else:
            self.told["kills of imports"] += kill(running, self.chance, self.took["run_import"])

    def back_up(self, *, lives: bool = False) -> None:
        file = self.folder / "backup.tar"
        running = self.site.start("manage.py", "backup", str(file), **QUIET)
        if lives:
            assert running.wait() == 0
        else:
            self.told["kills of backups"] += kill(running, self.chance, self.took["back_up"])
        if file.exists():
            from peaceportal.core.backups import restoring

            restoring.check(file)
            self.told["backups that were whole"] += 1
        for left in self.folder.glob("*backup.tar*"):
            left.unlink()

    def look(self, *, full: bool) -> None:
        from django.db import connection

        from peaceportal.core import doctor
        from tests.drills.acts import titles
        from timeline.models import Event

        for name in "abcdefgh":
            found = titles(name)
            number = latest(found)
            assert found == as_of(name, number), (name, found)
            told = acknowledged(self.folder / f"acknowledged-{name}")
            assert told <= number <= told + 1, (name, told, number)
            if number == told + 1:  # done, and killed before its writer said so
                with (self.folder / f"acknowledged-{name}").open("a") as out:
                    out.write(f"{number}\n")
        for number in range(1, self.imports + 1):
            rows = Event.objects.filter(title__startswith=f"Import {number} row ").count()
            assert rows in {0, ROWS}, (number, rows)
        mend = [str(one) for one in doctor.examine(quick=not full) if one.kind == "mend"]
        assert not mend, mend
        connection.close()


def different(found, state) -> str:
    tables = [name for name in state[0] if found[0][name] != state[0][name]]
    return f"Neither the old site nor the new: {tables}, {sorted({*found[1]} ^ {*state[1]})}"


def kill_restores(site: Place, chance: random.Random, folder: Path, kills: int) -> None:
    from django.conf import settings
    from django.db import connection

    from peaceportal.core.backups import media, tables
    from tests.factories import make_event

    def sites_digest():
        found = {name: one for name, one in tables.digests().items() if name != "core.logreader"}
        connection.close()
        return found, [name for name, _path in media.stored()]

    old, new = folder / "one.tar", folder / "two.tar"
    site.manage("backup", old)
    states = {old: sites_digest()}
    make_event(title="Of the second site")
    (Path(settings.MEDIA_ROOT) / "documents" / "second.pdf").write_bytes(b"second")
    connection.close()
    site.manage("backup", new)
    states[new] = sites_digest()
    begun, told, now, other = time.monotonic(), Counter(), new, old
    site.manage("restore", other, "--replace")
    took, now, other = time.monotonic() - begun, other, now
    for _ in range(kills):
        command = ["manage.py", "restore", str(other), "--replace"]
        running = site.start(*command, **QUIET)
        told["killed"] += kill(running, chance, took)
        found = sites_digest()
        if (settings.DATA_DIR / "restore.json").exists():
            words = site.manage("restore", other, "--replace")
            if "finishing it" in words:
                told["finished by the next run"] += 1
            else:
                assert "An earlier restore was stopped before it changed" in words, words
                assert found == states[now], different(found, states[now])
                told["old, and said so"] += 1
            found = sites_digest()
            assert found == states[other]
        is_new = found == states[other]
        assert is_new or found == states[now], different(found, states[now])
        told["new at the end" if is_new else "old at the end"] += 1
        if is_new:
            now, other = other, now
    say(", ".join(f"{name}: {count}" for name, count in sorted(told.items())))


if __name__ == "__main__":
    main()
