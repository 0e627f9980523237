import os
import sys

from django.core.management.base import BaseCommand

from peaceportal.core import doctor
from peaceportal.core.doctor import around, letters


class Command(BaseCommand):
    help = (
        "Looks at the database, its migrations, search index and log of changes, media, disks, "
        "backups, e-mail, clocks and settings. Each line begins with ok, with note (to know) or "
        "with mend, and then says what to do. It ends with 1 if anything is to be mended."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "--quick", action="store_true", help="leave out what reads every record"
        )
        parser.add_argument("--json", action="store_true", help="for programs")
        parser.add_argument("--send-mail-to", metavar="ADDRESS", help="send an e-mail there")
        parser.add_argument(
            "--write", action="store_true", help="write to OPERATOR_EMAIL what is to be mended"
        )

    def handle(self, *args, **options):
        try:
            self.tell(**options)
        except BrokenPipeError:  # who reads has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)

    def tell(self, **options):
        found = []
        for finding in self.findings(found, **options):
            found.append(finding)
            if not options["json"]:
                self.stdout.write(str(finding))
                self.stdout.flush()
        if options["json"]:
            self.stdout.write(around.as_json(found))
        if any(finding.kind == doctor.Kind.MEND for finding in found):
            sys.exit(1)

    def findings(self, found, *, quick, send_mail_to, write, **_options):
        yield from doctor.examine(quick=quick)
        if send_mail_to:
            yield from letters.trial(send_mail_to)
        if write:
            yield from letters.report(found)
