from django.core.management.base import BaseCommand

from timeline.models import Document
from timeline.reading import read


class Command(BaseCommand):
    help = (
        "Reads the texts of PDF and TXT files that came in by an import or took too long in a form."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--again", action="store_true", help="Also try files that had no text before."
        )
        parser.add_argument(
            "--seconds", type=int, default=600, help="The most time for one file (600)."
        )

    def handle(self, *args, **options):
        documents = Document.objects.unread() | Document.objects.slow()
        if options["again"]:
            documents |= Document.objects.unreadable()
        pks = list(documents.order_by("pk").values_list("pk", flat=True))
        count = 0
        for pk in pks:
            document = Document.objects.without_text().filter(pk=pk).first()
            if document is None:
                continue
            told = read(document, options["seconds"])
            count += told.is_read
            if options["verbosity"] > 0:
                self.stdout.write(told.words)
        if options["verbosity"] > 0:
            self.stdout.write(f"{count} of {len(pks)} texts were read.")
