import sqlite3
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from peaceportal.core import doctor
from peaceportal.core.backups import journal, media, placing, restoring, surroundings
from peaceportal.core.backups.problems import Refused


class Command(BaseCommand):
    help = (
        "Rebuilds the site from a backup, here or on another machine, all or nothing: it is "
        "prepared apart, and then takes the place of what is there. Stop the site first. Settings "
        "are not restored: look at settings.env in FILE. Without FILE it finishes a restore that "
        "was stopped half-way."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", nargs="?", type=Path, help="a backup")
        parser.add_argument(
            "--check", action="store_true", help="only say whether FILE is a good backup"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would be done here, and do nothing"
        )
        parser.add_argument(
            "--replace", action="store_true", help="replace a site that has content"
        )

    def handle(self, *args, file, **options):
        try:
            if options["check"] and file:
                self.tell_of(file, restoring.check(file))
            else:
                restoring.refuse_another_user()
                with journal.alone(beside_site=options["dry_run"]):
                    self.restore(file, options)
        except Refused as error:
            raise CommandError(str(error)) from error
        except (DatabaseError, sqlite3.Error) as error:
            said = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise CommandError(
                f"The database could not be used ({said}). Stop the site if it runs, and try again."
            ) from error
        except OSError as error:
            raise CommandError(f"{error}. Check the space on the disk and the rights.") from error

    def restore(self, file, options):
        is_dry = options["dry_run"]
        anew = journal.is_unclear() and file and options["replace"]
        if journal.is_half_way() and not anew:
            if is_dry:
                raise Refused(f"{journal.reason()} No other backup is restored before.")
            self.tell("An earlier restore was stopped while it was put in place: finishing it.")
            placing.finish(self.tell)
            self.examine()
            if file:
                self.tell("To restore another backup, run the command again.")
            return
        if file is None:
            raise CommandError("Nothing is left of an earlier restore. Name the FILE to restore.")
        if journal.read() is not None and not journal.is_half_way():
            self.tell("An earlier restore was stopped before it changed anything: the site is old.")
            if not is_dry:
                placing.forget_prepared()
        manifest = restoring.check(file)
        self.tell_of(file, manifest)
        restoring.refuse_unless_possible(manifest, replace=options["replace"])
        if is_dry:
            self.tell("It can be restored here. Nothing was changed.")
            return
        restoring.restore(file, manifest, self.tell)
        self.examine()

    def tell_of(self, file, manifest):
        rows = sum(manifest["counts"].values())
        files = media.named(manifest)
        kind = surroundings.KINDS[manifest["database"]["kind"]]
        self.tell(
            f"{file.name} is whole: {manifest['site']}, made at {manifest['made_at']} by Peace "
            f"Portal {manifest['version']}, {kind}, {rows} rows, {files} files."
        )

    def examine(self):
        for finding in doctor.examine(quick=True):
            self.tell(str(finding))

    def tell(self, words):
        self.stdout.write(words)
        self.stdout.flush()
