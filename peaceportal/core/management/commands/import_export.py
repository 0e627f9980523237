import gc
import sys

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from peaceportal.core.exports.loading import Loading
from peaceportal.core.imports.problems import ImportRefused
from peaceportal.core.search.following import follow


class Command(BaseCommand):
    help = "Brings the content of an export into an empty site: all of it, or nothing."

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="IN.zip", help="What “manage.py export” has written.")
        parser.add_argument(
            "--edited",
            action="store_true",
            help="Its tables were changed on purpose since: do not compare them with its manifest.",
        )

    def handle(self, *args, **options):
        self.says = options["verbosity"] > 0
        loading = Loading(options["file"], options["edited"], self.progress)
        gc.freeze()  # what was loaded so far need not be looked through after every batch
        try:
            loading.run()
        except ImportRefused as error:
            nothing = _("Nothing was saved.")
            raise CommandError("\n".join([*error.sentences, nothing])) from error
        except OSError as error:  # as a disk that is full
            raise CommandError(f"{error}. {_('Nothing was saved.')}") from error
        except OperationalError as error:
            said = _("The database could not be used (%(why)s). Nothing was saved.")
            raise CommandError(said % {"why": error}) from error
        except KeyboardInterrupt as error:
            raise CommandError(_("Stopped. Nothing was saved."), returncode=130) from error
        finally:
            gc.unfreeze()
        self.say(loading)
        for remaining in follow():  # at once, so that no visitor waits for it
            self.progress(_("changes to be read by the search"), remaining)

    def say(self, loading: Loading) -> None:
        if self.says and self.stderr.isatty():
            self.stderr.write("")
        for name in loading.unused:
            said = _("No record names the file %(name)s: it was left out.")
            self.stderr.write(said % {"name": name})
        if self.says:
            files = ngettext("%d file", "%d files", loading.files) % loading.files
            said = _("Brought in %(rows)d records and %(files)s.")
            self.stdout.write(said % {"rows": loading.rows, "files": files})

    def progress(self, words: str, count: int) -> None:
        if self.says and sys.stderr.isatty():
            self.stderr.write(f"\r{count} {words:<40}", ending="")
