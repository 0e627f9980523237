import signal
import sys
import threading
from contextlib import contextmanager
from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError

from peaceportal.core import noticing
from peaceportal.core.links.store import Link

SOME_ARE_DEAD = 3  # 1 is an error, 2 is what cannot be read of the command


class Command(BaseCommand):
    help = (
        "Asks whether the web addresses of records answer, those first that were not asked for "
        "longest: politely, so run it by a timer, for example each night. It ends with 0 where no "
        "link is dead, with 3 where some are. A link is dead that failed on two days or more."
    )

    def add_arguments(self, parser):
        parser.add_argument("--limit", type=int, default=500, help="at most so many (500)")
        parser.add_argument(
            "--older-than", type=int, default=7, help="only those not asked for so many days (7)"
        )
        parser.add_argument("--timeout", type=float, default=10, help="seconds to wait (10)")
        parser.add_argument(
            "--offline",
            action="store_true",
            help="ask no site: only look through what has changed, for links and doubles",
        )

    def handle(self, *args, limit, older_than, timeout, offline, **options):
        from peaceportal.core.links.asking import LinkAsker
        from peaceportal.core.links.checking import check
        from peaceportal.core.links.words import told

        if limit < 1 or not 0 <= older_than <= 10_000 or not 0 < timeout <= 120:
            raise CommandError(
                "--limit is at least 1, --older-than from 0 to 10000 days, and --timeout at most "
                "120 seconds."
            )

        if offline:
            self.catch_up()
            return

        def tell(link):
            if options["verbosity"] > 1 or (link.is_failing and options["verbosity"] > 0):
                self.stdout.write(f"{link.url}\n  {told(link)}")

        with stopping() as stop:
            tally = check(
                limit=limit,
                older_than=timedelta(days=older_than),
                asker=LinkAsker(timeout=timeout),
                stop=stop,
                tell=tell,
            )
        dead = Link.objects.dead().count()
        stopped = "Stopped; the next run goes on here. " if tally.was_stopped else ""
        self.stdout.write(
            f"{stopped}Asked for {tally.asked}: {tally.answered} answered, {tally.failed} failed, "
            f"{tally.not_asked} could not be asked. Dead links: {dead}."
        )
        if dead:
            sys.exit(SOME_ARE_DEAD)

    def catch_up(self):
        left = noticing.catch_up(patience=None)
        if left:
            raise CommandError(f"The database is busy: {left} changes are still to be looked at.")
        self.stdout.write("All changes were looked through. No site was asked.")


@contextmanager
def stopping():
    """An event that is set when the process is asked to end: what was begun is then written."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    for one in before:
        signal.signal(one, lambda *_args: stop.set())
    try:
        yield stop
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
