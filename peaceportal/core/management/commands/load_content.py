from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from peaceportal.core.content import has_content, record_models
from peaceportal.core.search.following import follow
from peaceportal.core.versions.capture import one_version

# The fixtures of the first content. Places come first: the documents name them.
CONTENT = [
    "places",
    "un-diplomacy-for-peace",
    "un-dpa-prevention-mediation",
    "quno-reconciliation-dialogue",
]


class Command(BaseCommand):
    help = "Loads the first content, into a database that never had any."

    def handle(self, *args, **options):
        with one_version(note=_("The first content was loaded.")):
            if has_content():
                self.stdout.write("The database has content already: nothing was loaded.")
                return
            call_command("loaddata", *CONTENT, verbosity=0)
            records = sum(model._base_manager.count() for model in record_models())
        self.stdout.write(f"Loaded the first content: {records} records.")
        self.index()

    def index(self):
        """At once, so that no visitor waits for it."""
        for remaining in follow():
            if self.stdout.isatty():
                end = "" if remaining else "\n"
                self.stdout.write(f"\rFor the search index to read: {remaining:<9}", ending=end)
        if remaining:
            self.stdout.write("The search index could not read all of them: searches will.")
