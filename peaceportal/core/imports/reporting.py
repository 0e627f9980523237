"""The report: a table of what each row did, which stands under its name only when it is whole."""

from __future__ import annotations

import csv
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from peaceportal.core.formats.spreadsheets import cell
from peaceportal.core.imports.planned import Planned
from peaceportal.core.imports.problems import ImportRefused

COLUMNS = ["row", "outcome", "identifier", "title", "column", "before", "after", "sentence"]


class Report:
    """Written where nobody finds it, until `keep`."""

    def __init__(self, path: str | Path | None, read: Iterable[str | Path] = ()):
        """`read`: the files that are read, in whose place no report may stand."""
        self.path = Path(path) if path else None
        if self.path and not self.path.absolute().parent.is_dir():
            said = _("The folder of the report %(path)s does not exist. Make it, or name another.")
            raise ImportRefused(said % {"path": self.path})
        if self.path and self.path.is_dir():
            said = _("The report %(path)s is a folder. Name a file.")
            raise ImportRefused(said % {"path": self.path})
        if self.path and self.path.exists():
            for other in map(Path, read):
                if other.exists() and other.samefile(self.path):
                    said = _("The report would be written over %(path)s. Name another file.")
                    raise ImportRefused(said % {"path": other})
        self.file = None
        if self.path:
            self.file = tempfile.TemporaryFile("w+", encoding="utf-8", newline="")  # noqa: SIM115
        self.restart()

    def restart(self) -> None:
        """What was planned so far is planned anew."""
        if self.file:
            self.file.seek(0)
            self.file.truncate()
            self.writer = csv.writer(self.file)
            self.writer.writerow(COLUMNS)

    def add(self, planned: Iterable[Planned]) -> None:
        if self.file:
            for one in planned:
                self.writer.writerows([cell(value) for value in line] for line in _lines(one))

    def fingerprint(self, made: Iterable[tuple[str, str]]) -> str:
        """Of all that the report says so far, and of what is `made` besides; empty without one."""
        if not self.file:
            return ""
        told = hashlib.sha256(repr(sorted(made)).encode())
        self.file.seek(0)
        for piece in iter(lambda: self.file.read(1 << 16), ""):
            told.update(piece.encode())
        return told.hexdigest()

    def keep(self) -> None:
        """Put the whole report under its name, in one step."""
        if not self.file:
            return
        self.file.seek(0)
        beside = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            with beside.open("w", encoding="utf-8-sig", newline="") as file:
                for piece in iter(lambda: self.file.read(1 << 16), ""):
                    file.write(piece)
            beside.replace(self.path)
        finally:
            beside.unlink(missing_ok=True)


def _lines(one: Planned) -> Iterator[list]:
    wanted = one.wanted
    head = [wanted.row, one.outcome, wanted.key, wanted.title]
    for problem in one.problems:
        yield [*head, problem.column, problem.value, "", problem.sentence]
    for difference in one.differences if not one.problems else ():
        yield [*head, difference.name, difference.before, difference.after, ""]
    for note in one.notes:
        yield [*head, "", "", "", note]
    if not (one.problems or one.differences or one.notes):
        yield [*head, "", "", "", ""]
