from django.core.management.base import BaseCommand, CommandError

from peaceportal.core.search.rebuilding import check, lost_terms, rebuild


class Command(BaseCommand):
    help = "Makes the search index anew, or with --check compares it with the records."

    def add_arguments(self, parser):
        parser.add_argument(
            "--check", action="store_true", help="Change nothing; fail if anything differs."
        )

    def handle(self, *args, **options):
        differing = 0
        for progress in check() if options["check"] else rebuild():
            is_done = progress.done >= progress.of
            if is_done:
                differing += progress.differing
            if options["verbosity"] > 0:
                name = progress.model._meta.verbose_name_plural
                counted = f"{name}: {progress.done} of {progress.of}"
                if self.stdout.isatty():
                    self.stdout.write(f"\r{counted}", ending="\n" if is_done else "")
                elif is_done:
                    self.stdout.write(counted)
        differing += lost_terms() if options["check"] else 0
        if options["check"] and differing:
            raise CommandError(
                f"{differing} entries differ from the records. “manage.py search_index” makes the "
                "index anew."
            )
        if options["verbosity"] > 0:
            said = "agrees with the records" if options["check"] else "is made"
            self.stdout.write(f"The search index {said}.")
