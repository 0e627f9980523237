"""One import from its file to its report. The command and the desk both run this."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from django.db import IntegrityError, connection, models, reset_queries
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from peaceportal.core.imports.mapping import Mapping
from peaceportal.core.imports.planned import CREATED, REFUSED, UNCHANGED, UPDATED, Planned
from peaceportal.core.imports.planning import Planner
from peaceportal.core.imports.problems import ImportRefused, Problem, listed, rows_in_words
from peaceportal.core.imports.reading import Table, opened
from peaceportal.core.imports.relations import Relations, like_an_address
from peaceportal.core.imports.reporting import Report
from peaceportal.core.imports.rows import Reading, Wanted
from peaceportal.core.imports.schemes import alike
from peaceportal.core.imports.shapes import Shape
from peaceportal.core.imports.sources import Sources
from peaceportal.core.imports.trees import Tree
from peaceportal.core.imports.writing import Writer
from peaceportal.core.publishing import PUBLIC_STATUSES
from peaceportal.core.versions.capture import one_version

BATCH = 500
CACHE_KILOBYTES = 96 * 1024
ROWS_TOLD = 10  # groups of rows that name what is made
MOST_KEPT = 200  # differences and problems that are told besides the report


@dataclass
class Told:
    """What an import did or, on a dry run, would do."""

    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys((CREATED, UPDATED, UNCHANGED, REFUSED), 0)
    )
    emptied: int = 0  # fields
    is_saved: bool = False
    report_lost: str = ""
    is_settled: bool = True  # whether no more rows are refused than are counted
    problems: list[Problem] = field(default_factory=list)
    changed: list[Planned] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # of the file as a whole
    row_notes: list[str] = field(default_factory=list)
    fingerprint: str = ""  # of what the report says, where there is one
    is_as_agreed: bool = True
    pages: dict[int, int] = field(default_factory=dict)  # of each row its page, if asked for
    unknown: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    made: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    can_be_made: set[tuple[str, str]] = field(default_factory=set)
    like_addresses: set[tuple[str, str]] = field(default_factory=set)

    def unknown_names(self) -> Iterator[tuple[str, bool]]:
        """Each once with all its rows, and whether it could be made as a draft."""
        for told, rows in sorted(self.unknown.items()):
            (said,) = grouped({told: rows})
            if told in self.like_addresses:
                said = f"{said}. {like_an_address()}"
            yield said, told in self.can_be_made

    @property
    def failed(self) -> int:
        return self.counts[REFUSED]

    def note_pages(self, planned: list[Planned]) -> None:
        for one in planned:
            if one.page is not None and one.page.pk and not one.problems:
                self.pages[one.wanted.row] = one.page.pk

    def count(self, planned: list[Planned]) -> None:
        for one in planned:
            self.counts[one.outcome] += 1
            if not one.problems:
                self.emptied += sum(bool(was) and not now for _name, was, now in one.differences)
            self.problems += one.problems[: max(0, MOST_KEPT - len(self.problems))]
            if one.outcome == UPDATED and len(self.changed) < MOST_KEPT:
                self.changed.append(one)
            if len(self.row_notes) < MOST_KEPT:
                said = _("Row %(row)d: %(what)s")
                self.row_notes += [
                    said % {"row": one.wanted.row, "what": note} for note in one.notes
                ]


@dataclass
class Import:
    """`progress` is told which pass is under way and how many rows it has done.

    `agreed` is the fingerprint of a plan that somebody has read: no other one is carried out.
    """

    path: str | Path
    shape: Shape
    mapping: Mapping
    is_dry: bool = False
    create_missing: bool = False
    skip_bad_rows: bool = False
    report: str | Path | None = None
    mapping_path: str | Path | None = None
    by: models.Model | None = None
    name: str = ""  # of the file, where it is not that of the path
    drafts_only: bool = False  # for those who may not change what readers see
    most_rows: int = 0  # 0 for any number
    notes_pages: bool = False
    agreed: str = ""
    progress: Callable[[str, int], None] = lambda _words, _rows: None
    is_saved: bool = field(default=False, init=False)
    several: dict[tuple[type[models.Model], str], str] = field(default_factory=dict, init=False)

    def run(self) -> Told:
        """Raises ImportRefused where the file or the mapping cannot be used; nothing is saved."""
        if self.drafts_only and self.mapping.status in PUBLIC_STATUSES:
            raise ImportRefused(_("Only a publisher decides what readers see. Import as drafts."))
        report = Report(self.report, filter(None, [self.path, self.mapping_path]))
        with opened(self.path, self.mapping, self.shape) as table:
            self.mapping = table.mapping
            notes = [*table.notes, *self._defaults()]
        tree = self._tree()
        told = self._check(tree, report)
        # Rows whose parents are refused are refused with them, and so are names that are several.
        while not told.is_settled:
            report.restart()
            told = self._check(tree, report)
        told.notes = notes = [*notes, *told.notes]
        told.is_as_agreed = self.agreed in {"", told.fingerprint}
        is_ready = told.is_as_agreed and (not told.failed or self.skip_bad_rows)
        if is_ready and not self.is_dry:
            told = self._save(tree, report, told)
            told.notes = notes
            told.is_saved = self.is_saved = True
        try:
            report.keep()
        except OSError as error:  # what was saved is saved, and has to be counted
            said = _("The report %(path)s could not be written: %(why)s.")
            told.report_lost = said % {"path": self.report, "why": error.strerror or error}
        return told

    def _defaults(self) -> Iterator[str]:
        """What new records get because nothing is said of it."""
        for name in self.shape.vocabularies:
            if name in self.mapping.columns or (name == "kind" and self.mapping.kind):
                continue
            default = self.shape.model._meta.get_field(name).default
            said = _("Nothing says the %(name)s: new records get “%(word)s”.")
            yield said % {"name": name, "word": str(default)}

    def _batches(self, words: str) -> Iterator[tuple[list[Wanted], Table]]:
        with opened(self.path, self.mapping, self.shape) as table:
            reading = Reading(self.shape, self.mapping)
            rows, done = table.rows(), 0
            while batch := [reading.read(row) for row in islice(rows, BATCH)]:
                yield batch, table
                done += len(batch)
                if self.most_rows and done > self.most_rows:
                    raise ImportRefused(self._too_many())
                reset_queries()  # with DEBUG each is kept, and they are long
                self.progress(words, done)
            if not done:
                yield [], table

    def _too_many(self) -> str:
        return _(
            "The file has more than %(most)s rows, which is too much for one import here. Divide "
            "it, or ask whoever runs the site to bring it in with the command “%(command)s”."
        ) % {"most": f"{self.most_rows:,}", "command": self.shape.command}

    def _tree(self) -> Tree | None:
        if "parent" not in self.mapping.columns:
            return None
        sources = Sources(self.shape.model, self.mapping, saves=False)
        known = Relations(self.shape, self.mapping, sources).known_of(self.shape.model)
        tree = Tree(known, self.mapping.scheme, is_own=self.mapping.is_own)
        for batch, _table in self._batches(_("Reading")):
            tree.add(batch)
        tree.settle()
        return tree

    def _planner(self, tree: Tree | None, *, saves: bool) -> Planner:
        sources = Sources(self.shape.model, self.mapping, saves=saves)
        relations = Relations(
            self.shape,
            self.mapping,
            sources,
            create_missing=self.create_missing,
            saves=saves,
            several=self.several,
        )
        planner = Planner(self.shape, self.mapping, relations, sources, tree)
        planner.drafts_only = self.drafts_only
        if tree is not None:
            planner.refused = dict(tree.problems)
        return planner

    def _check(self, tree: Tree | None, report: Report) -> Told:
        """Plan every row, and save nothing."""
        planner, told, refused = self._planner(tree, saves=False), Told(), []
        comments: list[int] = []
        for batch, table in self._batches(_("Checking")):
            planned = planner.plan(batch)
            told.count(planned)
            report.add(planned)
            if self.notes_pages:
                told.note_pages(planned)
            comments = table.comments
            if tree is not None:
                refused += [one.wanted.row for one in planned if one.problems]
        told.notes += alike(planner.schemes)
        if comments:
            said = _("Comments were passed over: %(rows)s.")
            told.notes.append(said % {"rows": rows_in_words(comments)})
        several = planner.relations.found_several()
        self.several |= several
        told.is_settled = not several
        if tree is not None and tree.without(refused):
            told.is_settled = False
        self._close(told, planner, report)
        return told

    def _close(self, told: Told, planner: Planner, report: Report) -> None:
        relations = planner.relations
        told.unknown, told.made = relations.unknown, relations.made
        told.can_be_made = relations.can_be_made
        told.like_addresses = relations.like_addresses
        told.fingerprint = report.fingerprint(told.made)

    def _save(self, tree: Tree | None, report: Report, checked: Told) -> Told:
        """Plan every row anew and save it, in one transaction."""
        report.restart()
        note = _("Imported from %(file)s (import %(id)s).") % {
            "file": self.name or Path(self.path).name,
            "id": f"{timezone.now():%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}",
        }
        told = Told()
        try:
            with large_cache(), one_version(by=self.by, note=note, way="import"):
                planner, writer = self._planner(tree, saves=True), Writer(self.shape, tree)
                for batch, _table in self._batches(_("Saving")):
                    planned = planner.plan(batch)
                    told.count(planned)
                    if told.failed > checked.failed and not self.skip_bad_rows:
                        raise ImportRefused(_changed_meanwhile(), *map(str, told.problems[:5]))
                    writer.write(planned)
                    if self.notes_pages:
                        told.note_pages(planned)
                    report.add(planned)
                writer.finish()
                self._close(told, planner, report)
                if self.agreed not in {"", told.fingerprint}:
                    raise ImportRefused(_changed_meanwhile())
                self.progress(_("Keeping versions"), sum(told.counts.values()))
        except IntegrityError as error:
            raise ImportRefused(_changed_meanwhile(), str(error)) from error
        return told


@contextmanager
def large_cache() -> Iterator[None]:
    """SQLite keeps 2 MB of pages in memory, which one large transaction goes through many times."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        [before] = cursor.execute("PRAGMA cache_size").fetchone()
        cursor.execute(f"PRAGMA cache_size = {-CACHE_KILOBYTES}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA cache_size = {before}")


def _changed_meanwhile() -> str:
    return _(
        "Something was changed while the file was imported, so nothing was saved. Run it again."
    )


def emptied(fields: int) -> str:
    said = ngettext(
        "%d field would be emptied: its cell is empty. To leave a field alone, leave out its "
        "column.",
        "%d fields would be emptied: their cells are empty. To leave a field alone, leave out its "
        "column.",
        fields,
    )
    return said % fields


def grouped(told: dict[tuple[str, str], list[int]], most: int = 0) -> Iterator[str]:
    """Each name once, with all its rows; or the first `most` names with few of theirs."""
    for (kind, name), rows in islice(sorted(told.items()), most or None):
        shown = rows_in_words(rows, ROWS_TOLD if most else 0)
        yield f"{kind} {listed([name])}: {shown}"
    if most and len(told) > most:
        yield _("… and %(rest)d more.") % {"rest": len(told) - most}
