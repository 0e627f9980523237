"""This site from a backup, made whole in a place apart and then put in place.

check     the file is whole, and no newer than this code
prepare   the database in a file or a schema apart: loaded, counted, migrated; the media in a
          folder apart; the secret
place     the journal says so, and one after another takes the place of what was there; the
          old database and media are gone only when the new ones stand
"""

from __future__ import annotations

import gzip
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from peaceportal.core import changes, upgrades
from peaceportal.core.backups import (
    archive,
    copying,
    elsewhere,
    journal,
    postgres,
    sqlite,
    surroundings,
    tables,
)
from peaceportal.core.backups.problems import Refused

KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
ASIDE = ".restoring"  # a folder in MEDIA_ROOT, which may be a disk of its own

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
    existing = tables.existing()
    if existing and "django_migrations" not in existing:
        raise Refused(
            f"The database has tables that are not of Peace Portal ({sorted(existing)[0]}). Set "
            "DATABASE_URL to an empty database."
        )
    if not replace and has_content(existing):
        raise Refused(
            "This site has content, which restoring would replace. If that is meant, make a "
            "backup of it first (manage.py backup FILE), then add --replace."
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
    facts = {"file": str(path.absolute()), "made_at": manifest["made_at"], "into": _into()}
    journal.write(journal.PREPARING, **facts)
    try:
        _prepare(path, manifest, tell)
    except BaseException:
        forget_prepared()
        raise
    tell("Putting it in place.")
    first, second = journal.STEPS[:2]
    journal.write(first, **facts)
    try:
        _put_database_in_place()
    except Exception:  # others hold it, or the disk is full: then nothing was changed
        forget_prepared()
        raise
    journal.write(second, **facts)
    finish(tell)


def finish(tell: Tell) -> None:
    """Do the steps that are left of a restore that was prepared."""
    found = journal.read()
    if found["into"] != _into():
        raise Refused(
            f"A restore into {found['into']} was stopped half-way. Set DATABASE_URL to that, and "
            "run “manage.py restore” to finish it."
        )
    doing = {
        "database": _put_database_in_place,
        "media out": _take_media_out,
        "media in": _bring_media_in,
        "secret": _put_secret_in_place,
        "clean": _clean,
    }
    for step in journal.STEPS[journal.STEPS.index(found["state"]) :]:
        journal.write(step, **{name: found[name] for name in ("file", "made_at", "into")})
        doing[step]()
    journal.end()
    tell(f"The site is now that of {found['file']}, made at {found['made_at']}.")


def forget_prepared() -> None:
    """Remove what was prepared: the site is as it was."""
    shutil.rmtree(journal.scratch(), ignore_errors=True)
    shutil.rmtree(_aside(), ignore_errors=True)
    if connection.vendor == "postgresql":
        postgres.forget(postgres.NEW)
    journal.end()


# Preparing


def _prepare(path: Path, manifest: dict, tell: Tell) -> None:
    shutil.rmtree(journal.scratch(), ignore_errors=True)
    shutil.rmtree(_aside(), ignore_errors=True)
    journal.scratch().mkdir(mode=0o700)
    kind = manifest["database"]["kind"]
    tell("Unpacking.")
    for entry, file in archive.entries(path):
        if entry.name == archive.DATABASES[kind]:
            unpacked = gzip.GzipFile(fileobj=file) if kind == "sqlite" else file
            archive.unpack(unpacked, _database_file(kind))
        elif entry.name.startswith(archive.MEDIA):
            to = _aside() / "new" / entry.name.removeprefix(archive.MEDIA)
            archive.unpack(file, to)
            to.chmod(settings.FILE_UPLOAD_PERMISSIONS)
            os.utime(to, (entry.mtime, entry.mtime))
    _prepare_secret(path, tell)
    if kind == "postgresql":
        _from_postgresql(manifest, tell)
    else:
        _from_sqlite(manifest, tell)


def _from_sqlite(manifest: dict, tell: Tell) -> None:
    file = _database_file("sqlite")
    with closing(sqlite3.connect(file)) as database:
        sqlite.refuse_unless_sound(database, "The database of this backup")
        _compare(manifest, database.cursor())
    described = elsewhere.sqlite_file(file)
    with elsewhere.default_is(described):
        _migrate(tell)
    if connection.vendor == "postgresql":
        postgres.make_schema()
        described_schema = elsewhere.schema(postgres.NEW)
        with elsewhere.connected(described, "source"), elsewhere.default_is(described_schema):
            call_command("migrate", verbosity=0, interactive=False)
            for words in copying.copy_into_default("source"):
                tell(f"{words}.")


def _from_postgresql(manifest: dict, tell: Tell) -> None:
    tell("Loading the database.")
    postgres.load(_database_file("postgresql"), manifest["database"]["major"])
    with elsewhere.default_is(elsewhere.schema(postgres.NEW)):
        with connection.cursor() as cursor:
            _compare(manifest, cursor)
        _migrate(tell)


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


def _prepare_secret(path: Path, tell: Tell) -> None:
    """The secret of the site goes where `make run` keeps it, unless the environment sets one."""
    file = surroundings.secrets_file(path)
    secret = surroundings.read(file.read_text()).get("SECRET_KEY") if file.is_file() else None
    if secret is None:
        tell(
            f"Without {file.name} beside the backup, the site has another SECRET_KEY: "
            "authenticator apps and recovery codes have to be set up again."
        )
    elif not os.environ.get("SECRET_KEY", "").strip():
        (journal.scratch() / "secret_key").write_text(secret + "\n")
        (journal.scratch() / "secret_key").chmod(0o600)
    elif secret != settings.SECRET_KEY:
        tell(
            f"The environment sets another SECRET_KEY than {file.name}: authenticator apps and "
            "recovery codes work only with the one of the backup."
        )


# Putting in place: each can be done again after a kill


def _put_database_in_place() -> None:
    if connection.vendor == "postgresql":
        postgres.put_in_place()
    else:
        sqlite.put_in_place(_database_file("sqlite"))


def _take_media_out() -> None:
    root = Path(settings.MEDIA_ROOT)
    _move_all(root, _aside() / "before")


def _bring_media_in() -> None:
    _move_all(_aside() / "new", Path(settings.MEDIA_ROOT))


def _move_all(folder: Path, to: Path) -> None:
    if not folder.is_dir():
        return
    to.mkdir(parents=True, exist_ok=True)
    for one in folder.iterdir():
        if one.name != ASIDE:
            one.replace(to / one.name)


def _put_secret_in_place() -> None:
    prepared = journal.scratch() / "secret_key"
    if prepared.is_file():
        shutil.copyfile(prepared, settings.SECRET_KEY_FILE)  # it may be on another disk
        Path(settings.SECRET_KEY_FILE).chmod(0o600)


def _clean() -> None:
    shutil.rmtree(_aside(), ignore_errors=True)
    shutil.rmtree(journal.scratch(), ignore_errors=True)


def _database_file(kind: str) -> Path:
    return journal.scratch() / {"sqlite": "database.sqlite3", "postgresql": "database.dump"}[kind]


def _aside() -> Path:
    return Path(settings.MEDIA_ROOT) / ASIDE


def _into() -> str:
    """The database of this site, by which another one is told apart."""
    described = connection.settings_dict
    place = described["HOST"] or described["OPTIONS"].get("host", "")
    return " ".join(filter(None, [KINDS[connection.vendor], str(described["NAME"]), place]))


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdecimal()]
