import sqlite3
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from peaceportal.core.backups import making
from peaceportal.core.backups.problems import Refused


class Command(BaseCommand):
    help = (
        "Writes the whole site to one file while it runs: database, media, settings. Secrets go "
        "to FILE.secrets beside it. Without FILE it goes to BACKUP_DIR, named by the moment in "
        "UTC. It is read back and checked before it gets its name; the command ends with 0 only "
        "then. “manage.py restore FILE --check” checks it again at any time."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", nargs="?", type=Path, help="a new file")
        parser.add_argument(
            "--keep",
            type=int,
            metavar="N",
            help="then remove all but the newest N in BACKUP_DIR; only without FILE",
        )

    def handle(self, *args, file, keep, **options):
        if keep is not None and (file or keep < 1):
            raise CommandError("--keep takes a number from 1, and no FILE: it prunes BACKUP_DIR.")
        try:
            made = making.make(file or making.next_path())
            removed = making.prune(keep, made.path) if keep and not made.warning else []
        except Refused as error:
            raise CommandError(f"No backup was made. {error}") from error
        except (DatabaseError, sqlite3.Error) as error:
            raise CommandError(
                f"No backup was made: the database could not be copied ({_line(error)}). "
                "“manage.py doctor” says more."
            ) from error
        except OSError as error:
            raise CommandError(
                f"No backup was made: {error}. Check the space and the rights of the folder "
                f"({file.parent if file else settings.BACKUP_DIR})."
            ) from error
        if options["verbosity"]:
            self.stdout.write(
                f"{made.path}: {made.size / 1e6:.1f} MB, {made.records} rows, {made.files} files. "
                "Read back and checked."
            )
            self.stdout.write(f"Secrets: {made.secrets}. Keep them apart from the backup.")
            if made.missing:
                some = ", ".join(made.missing[:5])
                self.stdout.write(
                    f"Missing before, and so not in it: {len(made.missing)} files that records "
                    f"name ({some}). “manage.py doctor” says more."
                )
            if removed:
                self.stdout.write(f"Removed {len(removed)} older.")
        for words in filter(None, [made.warning, *self.ahead(keep)]):
            self.stderr.write(words)

    def ahead(self, keep):
        """Names that pruning leaves alone."""
        for path in making.of_moments_to_come() if keep else []:
            yield f"{path} is named for a moment to come: was a clock wrong? It is never removed."


def _line(error) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
