"""The code and the database, of which one may be newer; and what keeps the site from serving."""

from __future__ import annotations

from collections.abc import Iterable

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from peaceportal.core.backups import journal, known
from peaceportal.core.records import Record


def own_labels() -> set[str]:
    """The apps of this project. Those of others may drop old migrations that were once applied."""
    with_records = {model._meta.app_label for model in apps.get_models() if is_record(model)}
    return {"core", *with_records}


def is_record(model) -> bool:
    return issubclass(model, Record)


def unknown(applied: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those migrations that this code does not have: newer code made them."""
    loader = MigrationLoader(None)
    known = set(loader.disk_migrations)
    for migration in loader.disk_migrations.values():
        known.update(migration.replaces)
    own = own_labels()
    return sorted(one for one in map(tuple, applied) if one[0] in own and one not in known)


def newer_database(using: str = "default") -> str:
    """A sentence if the database has been migrated by newer code; empty if not.

    Raises DatabaseError where it does not answer.
    """
    newer = unknown(MigrationRecorder(connections[using]).applied_migrations())
    if not newer:
        return ""
    return (
        f"The database is newer than this code (Peace Portal {settings.VERSION}): it has "
        f"{'.'.join(newer[-1])}, which this code does not know. Install the version that the site "
        "ran on, or a later one. To go back to this one, restore the backup that was made before "
        "the upgrade: manage.py restore FILE --replace"
    )


def reason_not_to_serve() -> str:
    """Why this site would do harm if it served; empty if it would not.

    Raises DatabaseError where the database does not answer. That is no reason: the site says so to
    its visitors, and goes on when it is back.
    """
    return journal.reason() or known.lost() or newer_database()


def is_behind() -> bool:
    """Whether the database waits for migrations. Raises DatabaseError where it does not answer."""
    executor = MigrationExecutor(connections["default"])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def reason_to_wait() -> str:
    """Why a database that the start could not migrate is not served yet; empty if it may be."""
    reason = reason_not_to_serve()
    if not reason and is_behind():
        return (
            "The database has not been brought up to date: it did not answer at the start. Start "
            "the site again, or run: manage.py migrate"
        )
    return reason


@checks.register(checks.Tags.database)
def check_database(app_configs, databases, **kwargs):
    """Asked by `migrate`, which would otherwise take a newer database for its own, or make an empty
    one of one that was lost."""
    errors = []
    for alias in databases or []:
        try:
            sentence = (known.lost() if alias == "default" else "") or newer_database(alias)
        except DatabaseError:
            continue
        if sentence:
            errors.append(checks.Error(sentence, id="peaceportal.E001"))
    return errors
