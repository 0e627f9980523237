"""This site from a backup, made whole in a place apart and then put in place.

check     the file is whole, and no newer than this code
prepare   the database in a file or a schema apart: loaded, counted, migrated; the media in a
          folder apart; the secret
place     (in `placing`) the journal says so, and one after another takes the place of what was
          there; the old database and media are gone only when the new ones stand
"""

from __future__ import annotations

import gzip
import os
import pwd
import secrets
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from peaceportal.core import changes, upgrades
from peaceportal.core.backups import (
    archive,
    copying,
    elsewhere,
    journal,
    media,
    placing,
    postgres,
    secret,
    sqlite,
    surroundings,
    tables,
)
from peaceportal.core.backups.problems import Refused

Tell = Callable[[str], None]


def check(path: Path) -> dict:
    """The manifest of a backup that is whole and that this code can restore."""
    manifest = archive.check(path)
    newer = upgrades.unknown(manifest["migrations"])
    if newer or _numbers(manifest["version"]) > _numbers(settings.VERSION):
        raise Refused(
            f"This backup was made by Peace Portal {manifest['version']}, which is newer than this "
            f"code ({settings.VERSION}). Install Peace Portal {manifest['version']} or later, then "
            "restore it."
        )
    return manifest


def refuse_unless_possible(manifest: dict, *, replace: bool) -> None:
    """What stands against restoring it here."""
    source = manifest["database"]
    if source["kind"] == "postgresql" and connection.vendor == "sqlite":
        raise Refused(
            "This backup is of a PostgreSQL database and can be restored on PostgreSQL alone. Set "
            "DATABASE_URL to an empty PostgreSQL database."
        )
    if source["kind"] == connection.vendor == "postgresql":
        if source["major"] > postgres.server_major():
            raise Refused(
                f"This backup is of PostgreSQL {source['major']}, and this server is "
                f"{postgres.server_major()}. Restore it on PostgreSQL {source['major']} or later."
            )
        postgres.program("pg_restore", source["major"])
        postgres.program("psql", source["major"])
    if connection.vendor == "sqlite" and sqlite.is_missing():  # to look into it would make one
        return
    try:
        existing = tables.existing()
        is_filled = has_content(existing)
    except DatabaseError as error:
        if not sqlite.is_damaged(error):
            raise
        if not replace:
            raise Refused(
                f"The database is damaged ({error}). To put the backup in its place, add "
                "--replace: what is damaged is kept beside it."
            ) from error
        return
    if existing and "django_migrations" not in existing:
        raise Refused(
            f"The database has tables that are not of Peace Portal ({sorted(existing)[0]}). Set "
            "DATABASE_URL to an empty database."
        )
    if not replace and is_filled:
        raise Refused(
            "This site has content, which restoring would replace. If that is meant, make a "
            "backup of it first (manage.py backup FILE), then add --replace."
        )


def refuse_another_user() -> None:
    """What it writes would belong to that user, and the site could not write it."""
    try:
        owner = Path(settings.DATA_DIR).stat().st_uid
        name = pwd.getpwuid(owner).pw_name
    except (FileNotFoundError, KeyError):  # it is to be made, or its owner is not of this machine
        return
    if owner == os.geteuid():
        return
    raise Refused(
        f"{settings.DATA_DIR} belongs to {name}, who runs the site. Restore as that user: runuser "
        f"-u {name} -- …"
    )


def has_content(existing: set[str]) -> bool:
    """Whether any record is or was there, or anything uploaded."""
    counter = changes.ChangeCounter._meta.db_table
    models = [model for model in tables.kept_models() if upgrades.is_record(model)]
    found = existing & {model._meta.db_table for model in models}
    with connection.cursor() as cursor:
        if any(tables.count(cursor, found).values()):
            return True
        if counter in existing:
            cursor.execute(f"SELECT seq FROM {counter} WHERE seq > 0")  # noqa: S608
            return cursor.fetchone() is not None
    return False


def restore(path: Path, manifest: dict, tell: Tell) -> None:
    """Prepare it and put it in place. Raises `Refused` with the site as it was."""
    if connection.vendor == "postgresql":
        postgres.refuse_others()
    facts = {
        "file": str(path.absolute()),
        "made_at": manifest["made_at"],
        "into": surroundings.database(),
        "files": media.named(manifest),
        "mark": 1 + secrets.randbelow(2**31 - 1),
    }
    if not journal.is_unclear():  # then the site is not known to be whole until this one stands
        journal.write(journal.PREPARING, **facts)
    try:
        facts["secret"] = _prepare(path, manifest, facts["mark"], tell)
    except BaseException:
        placing.forget_prepared()
        raise
    tell("Putting it in place.")
    os.sync()  # what the journal says is there has to be there after a power cut, too
    journal.write(journal.STEPS[0], **facts)
    placing.finish(tell)


# Preparing


def _prepare(path: Path, manifest: dict, mark: int, tell: Tell) -> bool:
    """Everything in places apart; whether there is a secret to be put in place."""
    shutil.rmtree(journal.scratch(), ignore_errors=True)
    media.forget()
    journal.scratch().mkdir(mode=0o700)
    kind = manifest["database"]["kind"]
    tell("Unpacking.")
    for entry, file in archive.entries(path):
        if entry.name == archive.DATABASES[kind]:
            unpacked = gzip.GzipFile(fileobj=file) if kind == "sqlite" else file
            to = placing.database_file(kind)
            archive.unpack(unpacked, to, within=journal.scratch())
    media.unpack(path)
    has_secret = secret.prepare(path, tell)
    if kind == "postgresql":
        _from_postgresql(manifest, mark, tell)
    else:
        _from_sqlite(manifest, mark, tell)
    return has_secret


def _from_sqlite(manifest: dict, mark: int, tell: Tell) -> None:
    file = placing.database_file("sqlite")
    with closing(sqlite3.connect(file)) as database:
        sqlite.refuse_unless_sound(database, "The database of this backup")
        _compare(manifest, database.cursor())
    described = elsewhere.sqlite_file(file)
    with elsewhere.default_is(described):
        _migrate(tell)
        sqlite.mark(mark)
    if connection.vendor == "postgresql":
        postgres.make_schema()
        described_schema = elsewhere.schema(postgres.NEW)
        with elsewhere.connected(described, "source"), elsewhere.default_is(described_schema):
            call_command("migrate", verbosity=0, interactive=False)
            for words in copying.copy_into_default("source"):
                tell(f"{words}.")
            postgres.mark(mark)


def _from_postgresql(manifest: dict, mark: int, tell: Tell) -> None:
    tell("Loading the database.")
    postgres.load(placing.database_file("postgresql"), manifest["database"]["major"])
    with elsewhere.default_is(elsewhere.schema(postgres.NEW)):
        with connection.cursor() as cursor:
            _compare(manifest, cursor)
        _migrate(tell)
        postgres.mark(mark)


def _compare(manifest: dict, cursor) -> None:
    """Before it is migrated: a migration may add rows."""
    counted = tables.count(cursor, manifest["counts"])
    for table, rows in manifest["counts"].items():
        if counted[table] != rows:
            raise Refused(f"{table} has {counted[table]} rows, and had {rows} in the backup.")


def _migrate(tell: Tell) -> None:
    tell("Bringing it up to date.")
    call_command("migrate", verbosity=0, interactive=False)
    with transaction.atomic():
        connection.check_constraints()


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdecimal()]
