"""The disk of a site is filled to its last byte while somebody edits, and then has room again.

    python -m tests.drills.disk_full [--on sqlite]

As root on Linux, because the site lies on a small disk of its own (a tmpfs). An edit is saved whole
or answered 503 with a sentence; what was saved before is still there; uploads and backups say what
is wrong and leave nothing half; and with room again everything goes on, with no restart of the
site.
"""

import argparse
import errno
import os
import re
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

from tests.drills.sites import Desk, environment, fill, python, running, short_folder, verdict
from tests.drills.two_processes import PREPARE, event_form, form_fields
from tests.on_postgres import programs_installed, server

SIZE = {"sqlite": 48, "postgresql": 400}  # megabytes of the disk
TRIES, PATIENCE = 400, 60  # edits until one is refused; seconds until one is saved again
SAID = b"no room left to save"
LONG = "A long account of what was said. " * 3000


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.drills.disk_full")
    options.add_argument("--on", choices=sorted(SIZE))
    asked = options.parse_args()
    kinds = [asked.on] if asked.on else list(SIZE)
    failures: list[str] = []
    for kind in kinds:
        print(f"== {kind}")
        with short_folder() as folder, small_disk(folder, SIZE[kind]) as disk:
            failures += Drill(kind, disk).run()
    return verdict("disk full", failures)


class Drill:
    def __init__(self, kind: str, disk: Path):
        self.kind, self.disk, self.failures = kind, disk, []
        self.saved = 0

    def run(self) -> list[str]:
        with ExitStack() as stack:
            url = f"sqlite:///{self.disk / 'drill.sqlite3'}"
            if self.kind == "postgresql":
                url = stack.enter_context(server(self.disk))
            self.variables = environment(url, self.disk)
            self.variables["PATH"] = f"{programs_installed()}{os.pathsep}{os.environ['PATH']}"
            fill(self.variables)
            python(self.variables, PREPARE)
            log = stack.enter_context((self.disk.parent / "site.log").open("w+"))
            self.site = stack.enter_context(running(self.variables, workers=2, log=log))
            self.desk = Desk(self.site, "drill0")
            self.desk.get("/admin/")
            self.address = event_form(self.desk)
            self.expect(self.edit()[0] == 302, "an edit was refused before the disk was full")
            ballast = self.fill_up()
            self.while_full()
            ballast.unlink()
            self.afterwards()
            log.seek(0)
            lines = log.read().splitlines()
        tracebacks = sum("Traceback" in line for line in lines)
        print(f"{len(lines)} lines in the log, {tracebacks} with a traceback")
        self.expect(not tracebacks, "The log has a traceback.")
        self.expect(any("The disk is full" in line for line in lines), "The log does not say why.")
        return self.failures

    def expect(self, held: bool, otherwise: str) -> None:
        if not held:
            self.failures.append(f"{self.kind}: {otherwise}")

    def edit(self) -> tuple[int, bytes]:
        """Status and content of saving the event with the next number in its title."""
        fields = form_fields(self.desk.get(self.address))
        number = self.saved + 1
        # Something else each time, so that it needs room.
        fields |= {"title": f"Edit {number} of the drill", "description": f"{uuid4()} {LONG}"}
        status, content = self.desk.send(self.address, fields)
        self.saved += status == 302
        return status, content

    def fill_up(self) -> Path:
        """A file that takes what room there is."""
        path = self.disk / "ballast"
        with path.open("wb", buffering=0) as out:
            for size in (1 << 20, 1 << 12, 1 << 9, 1):
                try:
                    while out.write(b"x" * size):
                        pass
                except OSError as error:
                    assert error.errno == errno.ENOSPC, error
        return path

    def while_full(self) -> None:
        before = self.saved
        for _try in range(TRIES):
            try:
                status, content = self.edit()
            except (AssertionError, OSError) as error:  # the form itself was not to be had
                status, content = 0, repr(error).encode()
            if status != 302:
                break
        print(f"full: {self.saved - before} edits were still saved, then {status}")
        if self.kind == "sqlite":  # PostgreSQL ends itself when its log cannot be written
            self.expect(status == 503, f"an edit was answered {status} on a full disk")
            self.expect(SAID in content, "the page did not say that the disk is full")
            for address in ("/timeline/drill/", "/timeline.json", "/healthz"):
                found = self.site.status(address)
                self.expect(found == 200, f"{address} was answered {found} on a full disk")
            self.upload()
        else:
            self.expect(status in {0, 503}, f"an edit was answered {status} on a full disk")
        self.back_up()

    def upload(self) -> None:
        fields = form_fields(self.desk.get("/admin/timeline/document/add/"))
        fields |= {"title": "A report", "kind": "report"}
        fields |= {"event": re.search(r"\d+", self.address)[0]}
        content = b"%PDF-1.4\n" + os.urandom(3_000_000)
        files = {"file": ("report.pdf", content, "application/pdf")}
        status, said = self.desk.send("/admin/timeline/document/add/", fields, files)
        print(f"full: an upload was answered {status}")
        self.expect(status == 503 and SAID in said, f"an upload was answered {status}")
        left = [path for path in (self.disk / "media").rglob("*report*") if path.is_file()]
        self.expect(not left, f"an upload left {left}")

    def back_up(self) -> None:
        file = self.disk / "drill.tar"
        command = [sys.executable, "manage.py", "backup", str(file)]
        ended = subprocess.run(
            command, env=self.variables, capture_output=True, text=True, timeout=120
        )
        said = ended.stderr.strip()
        print(f"full: backup ended with {ended.returncode}: {said}")
        self.expect(ended.returncode == 1, "a backup did not fail on a full disk")
        self.expect("Traceback" not in said and said, "a backup did not say what is wrong")
        left = [path.name for path in self.disk.glob("*drill.tar*")]
        self.expect(not left, f"a backup left {left}")

    def afterwards(self) -> None:
        with ExitStack() as stack:
            if self.kind == "postgresql" and self.site.status("/healthz") != 200:
                print("PostgreSQL had ended, and is started again")
                stack.enter_context(server(self.disk))
            until, status = time.monotonic() + PATIENCE, 0
            while status != 302 and time.monotonic() < until:
                page = self.site.ask("/timeline/drill/")
                if page[0] == 200 and status == 0:
                    title = f"Edit {self.saved} of the drill".encode()
                    self.expect(title in page[2], "the last edit that was saved is not there")
                try:
                    status, _content = self.edit()
                except (AssertionError, OSError):
                    time.sleep(0.5)
            self.expect(status == 302, f"with room again an edit was answered {status}")
            title = f"Edit {self.saved} of the drill".encode()
            self.expect(title in self.site.ask("/timeline/drill/")[2], "an edit is not public")
            command = [sys.executable, "manage.py", "doctor"]
            ended = subprocess.run(command, env=self.variables, capture_output=True, text=True)
            mend = [line for line in ended.stdout.splitlines() if line.startswith("mend")]
            short = [line for line in mend if "are free for" in line]  # the disk is a small one
            self.expect(mend == short, f"doctor: {mend}")
            print(f"with room again: {self.saved} edits were saved, all are there")


@contextmanager
def small_disk(folder: Path, megabytes: int):
    folder.chmod(0o711)
    disk = folder / "disk"
    disk.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(disk)])
    if made.returncode:
        sys.exit("A small disk could not be made: run this as root on Linux.")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


if __name__ == "__main__":
    sys.exit(main())
