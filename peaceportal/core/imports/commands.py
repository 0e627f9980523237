"""What `import_events` and `import_organisations` have in common: all but what they import."""

from __future__ import annotations

import gc
import sys

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from peaceportal.core.imports.mapping import own_mapping
from peaceportal.core.imports.mapping_files import read_mapping
from peaceportal.core.imports.planned import CREATED, UNCHANGED, UPDATED
from peaceportal.core.imports.problems import ImportRefused
from peaceportal.core.imports.running import MOST_KEPT, Import, Told, emptied, grouped
from peaceportal.core.imports.shapes import Shape
from peaceportal.core.search.following import follow

SAID_EVERY = 10_000  # rows, where no terminal shows the progress


class ImportCommand(BaseCommand):
    shape: Shape
    says_all = False  # whether every step of the progress has a line

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", help="A CSV or XLSX file.")
        parser.add_argument(
            "--mapping",
            metavar="MAP.toml",
            help="What its columns mean (docs/importing.md). Without one they are our own.",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would be done, and save nothing."
        )
        parser.add_argument(
            "--create-missing",
            action="store_true",
            help="Make organisations and places that are not there, as drafts.",
        )
        parser.add_argument(
            "--skip-bad-rows",
            action="store_true",
            help="Save the other rows. Without it one bad row means that nothing is saved.",
        )
        parser.add_argument(
            "--report", metavar="OUT.csv", help="Write there what became of every row."
        )

    def handle(self, *args, **options):
        is_dry = options["dry_run"]
        self.says_all = options["verbosity"] > 1
        work = None
        gc.freeze()  # what was loaded so far need not be looked through after every batch
        try:
            path = options["mapping"]
            work = Import(
                options["file"],
                self.shape,
                read_mapping(path, self.shape) if path else own_mapping(self.shape),
                is_dry=is_dry,
                create_missing=options["create_missing"],
                skip_bad_rows=options["skip_bad_rows"],
                report=options["report"],
                mapping_path=path,
                progress=self.progress if options["verbosity"] else lambda _words, _rows: None,
            )
            told = work.run()
        except ImportRefused as error:
            raise CommandError("\n".join(map(str, error.sentences))) from error
        except OSError as error:  # as a disk that is full
            raise CommandError(str(error)) from error
        except OperationalError as error:  # as SQLite, while another saves
            said = _(
                "The database could not be used (%(why)s), so nothing was saved. Perhaps others "
                "were saving: run it again."
            )
            raise CommandError(said % {"why": error}) from error
        except KeyboardInterrupt as error:
            is_saved = work is not None and work.is_saved
            said = (
                _("Stopped after all was saved.") if is_saved else _("Stopped. Nothing was saved.")
            )
            raise CommandError(said, returncode=130) from error
        finally:
            gc.unfreeze()
        self.say(told, is_dry=is_dry, skips=options["skip_bad_rows"])
        if told.is_saved:
            self.bring_search_up_to_date()
        if told.report_lost:
            raise CommandError(told.report_lost)
        if told.failed:
            sys.exit(1)

    def bring_search_up_to_date(self) -> None:
        """Or no search would find what came in until many visitors had each read a little."""
        try:
            for remaining in follow():
                if remaining:
                    self.progress(_("Still to be read by the search"), remaining)
            if self.stderr.isatty():
                self.stderr.write("")
        except KeyboardInterrupt:
            self.stderr.write(
                _("Stopped after all was saved. The search reads the rest by itself.")
            )

    def progress(self, words: str, rows: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{words}: {rows:,} ", ending="")
        elif self.says_all or rows % SAID_EVERY == 0:
            self.stderr.write(_("%(what)s: %(rows)s rows") % {"what": words, "rows": f"{rows:,}"})

    def say(self, told: Told, *, is_dry: bool, skips: bool) -> None:
        if self.stderr.isatty():
            self.stderr.write("")
        for note in [*told.notes, *told.row_notes]:
            self.stdout.write(note)
        if is_dry:
            self._say_differences(told)
            if told.emptied:
                self.stdout.write(emptied(told.emptied))
        self._say_refused(told)
        made = list(grouped(told.made, most=MOST_KEPT))
        if made:
            heading = _("Would be made as drafts:") if is_dry else _("Made as drafts:")
            if is_dry or told.is_saved:
                self.stdout.write("\n".join([heading, *(f"  {line}" for line in made)]))
        counts = dict(told.counts)
        if told.failed and not told.is_saved:
            self.stdout.write(self._nothing_saved(told, is_dry, skips))
        if not told.is_saved and not is_dry:
            counts[CREATED] = counts[UPDATED] = 0
        self.stdout.write(
            f"created={counts[CREATED]} updated={counts[UPDATED]} "
            f"unchanged={counts[UNCHANGED]} failed={told.failed}"
        )

    def _nothing_saved(self, told: Told, is_dry: bool, skips: bool) -> str:
        if is_dry and skips:
            said = ngettext(
                "%d row would be left out, and the others saved.",
                "%d rows would be left out, and the others saved.",
                told.failed,
            )
            return said % told.failed
        if is_dry:
            return _(
                "As it is, nothing would be saved: mend the rows above, or save the others with "
                "--skip-bad-rows."
            )
        return _("Nothing was saved: mend the rows above, or save the others with --skip-bad-rows.")

    def _say_differences(self, told: Told) -> None:
        for one in told.changed:
            for name, before, after in one.differences:
                said = _("Row %(row)d, “%(title)s”, %(name)s: from “%(before)s” to “%(after)s”")
                said %= {"row": one.wanted.row, "title": one.page, "name": name} | {
                    "before": before,
                    "after": after,
                }
                self.stdout.write(said)
        rest = told.counts[UPDATED] - len(told.changed)
        if rest > 0:
            said = _("… and %(rest)d more rows that change: --report names all.")
            self.stdout.write(said % {"rest": rest})

    def _say_refused(self, told: Told) -> None:
        """What nothing is called stands once, with all its rows; the rest row by row."""
        unknown = {(name, row) for (_k, name), rows in told.unknown.items() for row in rows}
        for problem in told.problems:
            if (problem.value, problem.row) not in unknown:
                self.stderr.write(str(problem))
        if len(told.problems) >= MOST_KEPT:
            said = _("… There may be more than these %(most)d sentences: --report names all.")
            self.stderr.write(said % {"most": MOST_KEPT})
        if told.unknown:
            heading = _(
                "Not known here. Add them at the desk, correct the names, or have organisations "
                "and places made as drafts by --create-missing:"
            )
            self.stderr.write(
                "\n".join([heading, *(f"  {one}" for one, _can in told.unknown_names())])
            )
