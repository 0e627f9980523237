"""What was prepared takes the place of the site: each step can be done again after a kill.

The database is first, and carries a mark that this restore has chosen: in the same transaction in
which the new one takes its place, the site gets the mark. So it can always be told which of the two
is there. Until then the old site is whole, and whatever fails or is missing leads back to it; from
then on only the new one will do, and what is missing of it is taken from the backup once more.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from django.db import connection

from peaceportal.core.backups import (
    archive,
    journal,
    known,
    media,
    postgres,
    secret,
    sqlite,
    surroundings,
)
from peaceportal.core.backups.problems import Refused

Tell = Callable[[str], None]


def finish(tell: Tell) -> None:
    """Do the steps that are left of a restore that was prepared."""
    found = journal.read()
    if found["state"] not in journal.STEPS:
        raise Refused(f"{journal.UNCLEAR} To do so, run: manage.py restore FILE --replace")
    if found["into"] != surroundings.database():
        raise Refused(
            f"A restore into {found['into']} was stopped half-way. Set DATABASE_URL to that, and "
            "run “manage.py restore” to finish it."
        )
    doing = {
        "database": _database,
        "media out": _media_out,
        "media in": _media_in,
        "secret": _secret,
        "clean": _clean,
    }
    facts = {name: found[name] for name in found if name != "state"}
    for step in journal.STEPS[journal.STEPS.index(found["state"]) :]:
        os.sync()  # what the journal says is done has to be done after a power cut, too
        journal.write(step, **facts)
        doing[step](facts, tell)
    os.sync()
    journal.end()
    known.remember()
    tell(f"The site is now that of {found['file']}, made at {found['made_at']}.")


def forget_prepared() -> None:
    """Remove what was prepared: the site is as it was.

    First the journal says so: stopped in between, this leaves nothing that could be finished.
    """
    is_clear = not journal.is_unclear()
    if is_clear:
        try:
            journal.write(journal.PREPARING)
        except OSError:  # on a full disk, what is left may lie about until the next restore
            journal.end()
    shutil.rmtree(journal.scratch(), ignore_errors=True)
    media.forget()
    if connection.vendor == "postgresql":
        postgres.forget(postgres.NEW)
    if is_clear:
        journal.end()


def mark(number: int) -> None:
    """Give the default database, which is being prepared, the mark of this restore."""
    _of_kind().mark(number)


def _database(facts: dict, tell: Tell) -> None:
    if _of_kind().is_marked(facts["mark"]):
        return
    if not _is_prepared(facts):
        forget_prepared()
        raise Refused(
            f"What was prepared from {facts['file']} is not there any more. Nothing of the site "
            "had been changed: it is as it was. To restore, run: manage.py restore FILE --replace"
        )
    try:
        if connection.vendor == "postgresql":
            postgres.refuse_others()
            postgres.put_in_place()
        else:
            sqlite.put_in_place(database_file("sqlite"), tell)
    except Exception:  # others hold it, or the disk is full
        if not _of_kind().is_marked(facts["mark"]):
            forget_prepared()
            tell("The database could not be replaced. The site is as it was.")
        raise


def _is_prepared(facts: dict) -> bool:
    if media.how_many_prepared() != facts["files"]:
        return False
    if connection.vendor == "postgresql":
        return postgres.is_marked(facts["mark"], postgres.NEW)
    return sqlite.is_marked(facts["mark"], database_file("sqlite"))


def _media_out(facts: dict, tell: Tell) -> None:
    if connection.vendor == "postgresql":
        postgres.refuse_others()  # what a server that was started again took in would be lost
    if media.how_many_prepared() != facts["files"]:
        _unpack_again(facts, tell)
    media.take_out()


def _media_in(facts: dict, tell: Tell) -> None:
    if media.how_many_prepared() is None:
        _unpack_again(facts, tell)
    media.bring_in()
    _complete(facts, tell)


def _complete(facts: dict, tell: Tell) -> None:
    """Those of the old site are removed only once all of the new are there."""
    if sum(1 for _ in media.stored()) < facts["files"]:
        _unpack_again(facts, tell)
        media.bring_in()


def _unpack_again(facts: dict, tell: Tell) -> None:
    backup = Path(facts["file"])
    if not backup.is_file():
        raise Refused(
            f"Uploaded files that were prepared are missing. Put the backup back at {backup}, and "
            "run “manage.py restore” again: it takes them from there."
        )
    tell("Uploaded files that were prepared are missing: unpacking them again.")
    if archive.check(backup)["made_at"] != facts["made_at"]:
        raise Refused(
            f"{backup} is another backup than the one that was being restored, which was made at "
            f"{facts['made_at']}. Put that one there, and run “manage.py restore” again."
        )
    media.unpack(backup)


def _secret(facts: dict, tell: Tell) -> None:
    if not facts["secret"]:
        return
    if secret.prepared().is_file() or secret.prepare(Path(facts["file"]), tell):
        secret.put_in_place()


def _clean(facts: dict, tell: Tell) -> None:
    _complete(facts, tell)
    media.forget()
    shutil.rmtree(journal.scratch(), ignore_errors=True)


def database_file(kind: str) -> Path:
    return journal.scratch() / {"sqlite": "database.sqlite3", "postgresql": "database.dump"}[kind]


def _of_kind():
    return postgres if connection.vendor == "postgresql" else sqlite
