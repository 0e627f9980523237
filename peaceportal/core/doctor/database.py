"""What is looked at in the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import DatabaseError, OperationalError, connection, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, F, Max, Min
from django.utils import timezone

from peaceportal.core import upgrades
from peaceportal.core.backups import known, sqlite, tables
from peaceportal.core.changes import Change, ChangeCounter, version
from peaceportal.core.doctor.findings import mend, mend_if_public, note, ok
from peaceportal.core.links.store import Link
from peaceportal.core.search import following, rebuilding
from peaceportal.core.versions_of_parts import database as database_version
from peaceportal.core.waiting import short_waits

CLOCKS_DIFFER = timedelta(minutes=5)
ASKED_WITHIN = timedelta(days=8)  # links; a nightly check asks for each once a week
FEW = 5  # names that are listed of many
RESTORE = (
    "Stop the site and restore the latest backup: manage.py restore FILE --replace. The damaged "
    "file is kept beside it."
)
OFF_THIS_MACHINE = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "fuse.s3fs"}


def answers():
    if connection.vendor == "sqlite" and sqlite.is_missing():
        # To connect would make an empty file, which looks like a site that has just begun.
        path = connection.settings_dict["NAME"]
        words = f"The database does not answer: {path} is not there."
        yield mend(f"{words} {known.lost() or 'See DATABASE_URL.'}")
        return
    try:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        said = (str(error).strip() or type(error).__name__).splitlines()[0]
        what_to_do = RESTORE if sqlite.is_damaged(error) else "Start it, or see DATABASE_URL."
        yield mend(f"The database does not answer: {said}. {what_to_do}")
    else:
        lost = known.lost()
        yield mend(lost) if lost else ok(f"The database answers: {database_version()}.")


def versions():
    sentence = upgrades.newer_database()
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if sentence:
        yield mend(sentence)
    elif plan:
        yield mend(f"Migrations that are not applied: {len(plan)}. Run “manage.py migrate”.")
    else:
        yield ok("The database is of the version of the code.")


def writable():
    try:
        with short_waits("default"), transaction.atomic():
            ChangeCounter.objects.update(seq=F("seq"))
            transaction.set_rollback(True)
    except OperationalError as error:
        yield mend(
            f"The database cannot be written: {str(error).strip().splitlines()[0]}. See whether "
            "its disk is full or read-only, or whether a long import is running."
        )
    else:
        yield ok("The database can be written.")


def sqlite_file():
    if connection.vendor != "sqlite" or connection.is_in_memory_db():
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        mode = cursor.fetchone()[0]
    path = Path(connection.settings_dict["NAME"]).resolve()
    kind = _file_system(path)
    if mode != "wal":
        yield mend(
            f"SQLite is in {mode} mode, in which readers wait for writers. Restart the site."
        )
    elif kind in OFF_THIS_MACHINE:
        yield mend(f"{path} is on {kind}, where SQLite loses data. Move it to a disk of here.")
    else:
        yield ok("SQLite is in WAL mode, on a disk of this machine.")


def _file_system(path: Path) -> str:
    """The kind of file system that a path is on, as Linux says; empty elsewhere."""
    try:
        mounts = Path("/proc/mounts").read_text().splitlines()
    except OSError:
        return ""
    found = ("", "")
    for line in mounts:
        _device, place, kind = line.split()[:3]
        place = place.replace("\\040", " ")
        if path.is_relative_to(place) and len(place) >= len(found[0]):
            found = (place, kind)
    return found[1]


def clock():
    now, furthest = timezone.now(), ChangeCounter.objects.aggregate(at=Max("at"))["at"]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            theirs = cursor.fetchone()[0]
        if abs(theirs - now) > CLOCKS_DIFFER:
            yield mend(
                f"The clock of the database says {theirs:%H:%M}, ours {now.astimezone(UTC):%H:%M} "
                "(UTC). Have both machines keep time: timedatectl set-ntp true"
            )
            return
    if furthest and furthest > now + CLOCKS_DIFFER:
        yield mend(
            f"The latest change was at {furthest.astimezone(UTC):%Y-%m-%d %H:%M} UTC, and it is "
            f"{now.astimezone(UTC):%Y-%m-%d %H:%M}. If the clock is wrong: timedatectl set-ntp true"
        )
        return
    yield ok(f"The clock is right: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC.")


def log():
    facts = Change.objects.aggregate(first=Min("seq"), last=Max("seq"), rows=Count("seq"))
    last, counter = facts["last"] or 0, version()
    if counter < last:
        yield mend(
            f"The counter of changes is at {counter}, behind the log ({last}): pages may stay old. "
            "Restore the latest backup: manage.py restore FILE --replace"
        )
    elif facts["rows"] and (counter > last or last - facts["first"] + 1 != facts["rows"]):
        yield note("The log of changes has gaps, as after loading a dump (loaddata).")
    else:
        yield ok(f"The log of changes is whole: {counter}.")


def media():
    missing, files = [], 0
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.FileField):
                plain = models.QuerySet(model, using="default").exclude(**{field.name: ""})
                for name in plain.values_list(field.name, flat=True).iterator():
                    files += 1
                    if not default_storage.exists(name):
                        missing.append(name)
    if missing:
        more = f" and {len(missing) - FEW} more" if len(missing) > FEW else ""
        yield mend(
            f"{len(missing)} files that records name are missing: {', '.join(missing[:FEW])}{more}."
            " Take them from a backup, beneath media/ in it."
        )
    else:
        yield ok(f"All {files} files that records name are there.")


def links():
    known = Link.objects.aggregate(at=Max("asked_at"), count=Count("pk"))
    if known["at"] is None:
        yield mend_if_public("No link was ever checked. Run “manage.py check_links” by a timer.")
    elif known["at"] < timezone.now() - ASKED_WITHIN:
        yield mend_if_public(
            f"Links were last checked on {known['at']:%Y-%m-%d}. Run “manage.py check_links” by a "
            "timer."
        )
    else:
        yield ok(f"Links were last checked on {known['at']:%Y-%m-%d}.")


def index():
    changes, records = following.unread()
    lost = rebuilding.lost_terms()
    if lost:
        yield mend("The search index is damaged. Run “manage.py search_index”.")
    elif records:
        yield note(f"The search index is being made: {records} records are left.")
    elif changes:
        yield note(f"The search index will read {changes} changes at the next search.")
    else:
        yield ok("The search index has read all changes.")


def whole_index():
    differing = sum(
        progress.differing for progress in rebuilding.check() if progress.done >= progress.of
    )
    if differing:
        yield mend(
            f"{differing} entries of the search index are wrong. Run “manage.py search_index”."
        )
    else:
        yield ok("The search index agrees with the records.")


def integrity():
    """What the database itself can say of its tables."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA quick_check(1)")
            said = cursor.fetchone()[0]
            cursor.execute("PRAGMA foreign_key_check")
            lost = len(cursor.fetchall())
        if said != "ok" or lost:
            why = said if said != "ok" else f"{lost} rows name a row that is not there"
            yield mend(f"The database is damaged: {why}. {RESTORE}")
            return
    else:
        with connection.cursor() as cursor:
            tables.count(cursor, sorted(model._meta.db_table for model in tables.kept_models()))
    yield ok("The tables of the database are sound.")
