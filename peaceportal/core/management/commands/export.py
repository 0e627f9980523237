import os
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from peaceportal.core.exports.writing import Export


class Command(BaseCommand):
    help = "Writes all content into one file, from which import_export makes the same site anew."

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="OUT.zip", help="The file to write.")
        parser.add_argument(
            "--force", action="store_true", help="Write over a file that is there already."
        )

    def handle(self, *args, **options):
        path = Path(options["file"])
        self.says = options["verbosity"] > 0
        if not path.absolute().parent.is_dir():
            said = _("The folder of %(path)s does not exist. Make it, or name another.")
            raise CommandError(said % {"path": path})
        if path.is_dir():
            raise CommandError(_("%(path)s is a folder. Name a file.") % {"path": path})
        if path.exists() and not options["force"]:
            said = _("%(path)s is there already. Name another file, or add --force.")
            raise CommandError(said % {"path": path})
        export = Export(progress=self.progress)
        try:
            write_beside(path, export)
        except OSError as error:
            said = _("%(path)s could not be written: %(why)s.")
            raise CommandError(said % {"path": path, "why": error.strerror or error}) from error
        except KeyboardInterrupt as error:
            raise CommandError(_("Stopped. Nothing was written."), returncode=130) from error
        self.say(path, export)

    def say(self, path: Path, export: Export) -> None:
        if self.says and self.stderr.isatty():
            self.stderr.write("")
        for name in export.lost:
            said = _("The file %(name)s is not where it was: the export has its record alone.")
            self.stderr.write(said % {"name": name})
        if self.says:
            files = ngettext("%d file", "%d files", export.files) % export.files
            said = _("Exported %(rows)d records and %(files)s to %(path)s.")
            self.stdout.write(said % {"rows": export.rows, "files": files, "path": path})

    def progress(self, words: str, count: int) -> None:
        if self.says and sys.stderr.isatty():
            self.stderr.write(f"\r{count} {words:<40}", ending="")


def write_beside(path: Path, export: Export) -> None:
    """Drafts are in it: nobody else may read it. It has its name only when it is whole."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        number = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "w+b") as file:
            export.write(file)
            file.flush()
            os.fsync(number)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
