"""What is looked at around the database: settings, disks, backups, e-mail."""

from __future__ import annotations

import json
import os
import shutil
import stat
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core import checks
from django.db import connection

from peaceportal.core.backups import archive, journal, making
from peaceportal.core.doctor import letters
from peaceportal.core.doctor.findings import mend, mend_if_public, note, ok

LEAST_FREE = 500_000_000  # bytes
OLDEST_BACKUP = timedelta(hours=48)  # one nightly backup may fail before this is said


def restore():
    reason = journal.reason()
    if reason:
        yield mend(reason)


def settings_():
    deploy = settings.IS_HTTPS
    said = [
        one
        for one in checks.run_checks(include_deployment_checks=deploy)
        if one.level >= checks.WARNING and not one.is_silenced()
    ]
    for one in said:
        yield mend(f"Settings: {one.msg} {one.hint or ''}".strip())
    if settings.DEBUG:
        yield mend_if_public("DEBUG is yes: visitors would see the code. Set DEBUG=no.")
    if not said:
        yield ok(f"The settings are in order; the site is {settings.SITE_URL}.")


def secrets():
    secret = Path(settings.SECRET_KEY_FILE)
    files = [*secret.parent.glob(f"{secret.name}*"), *settings.BACKUP_DIR.glob("*.secrets")]
    files += settings.BACKUP_DIR.glob(making.ALL_NAMED)  # with drafts and addresses of staff
    open_to_others = [
        path for path in files if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    for path in open_to_others:
        yield mend(f"{path} can be read by others. Run: chmod 600 {path}")
    if not open_to_others:
        yield ok("Secrets and backups are readable by their owner alone.")


def disks():
    places = {
        "data": Path(settings.DATA_DIR),
        "temporary files": Path(tempfile.gettempdir()),
        "backups": settings.BACKUP_DIR,
    }
    size = 0
    if connection.vendor == "sqlite" and not connection.is_in_memory_db():
        places["the database"] = Path(connection.settings_dict["NAME"]).parent
        with_log = [Path(str(connection.settings_dict["NAME"]) + end) for end in ("", "-wal")]
        size = sum(path.stat().st_size for path in with_log if path.exists())
    free = {name: shutil.disk_usage(path).free for name, path in places.items() if path.is_dir()}
    # A backup of SQLite is copied, then packed.
    short = [name for name, left in free.items() if left < max(LEAST_FREE, 2 * size)]
    for name in short:
        left = free[name] / 1e6
        yield mend(f"Only {left:.0f} MB are free for {name} ({places[name]}). Make room.")
    if not short:
        yield ok(f"The disks have room: {min(free.values(), default=0) / 1e9:.1f} GB at least.")


def backups():
    found, by_a_timer = making.latest(), "Run “manage.py backup --keep 14” by a timer."
    if found is None:
        yield mend_if_public(f"No backup was ever made here. {by_a_timer}")
        return
    file = Path(found["file"])
    moment = datetime.fromisoformat(found["made_at"])
    age = datetime.now(UTC) - moment
    words = f"The latest backup is of {moment:%Y-%m-%d %H:%M} UTC"
    if age > OLDEST_BACKUP:
        yield mend_if_public(f"{words}, {age.days} days ago. {by_a_timer}")
    elif not file.exists() and file.parent == settings.BACKUP_DIR.absolute():
        yield mend(f"{words}, but {file} is gone. Make another: manage.py backup")
    elif not file.exists():
        yield ok(f"{words}; {file} was moved elsewhere.")
    elif not os.access(file, os.R_OK):
        yield mend(f"{words}, but this user cannot read {file}.")
    elif file.stat().st_size != found["size"] or not archive.has_end(file):
        yield mend(f"{words}, but {file} is damaged. Make another: manage.py backup")
    else:
        yield ok(f"{words}: {file}, {found['size'] / 1e6:.1f} MB.")
        disks_of = {Path(place).stat().st_dev for place in (settings.DATA_DIR, file)}
        if settings.IS_HTTPS and len(disks_of) == 1:
            yield note("Backups are on the disk of the site. Copy them to another machine, too.")
    if found.get("warning"):
        yield mend(found["warning"])
    for path in making.of_moments_to_come():
        yield mend(f"{path} is named for a moment to come. If a clock was wrong, rename the file.")


def email():
    if letters.goes_nowhere():
        yield mend_if_public(
            "E-mail is not sent, only printed: nobody gets an invitation. Set EMAIL_URL."
        )
    else:
        yield ok(f"E-mail goes through {settings.EMAIL_HOST}, from {settings.DEFAULT_FROM_EMAIL}.")
        if not settings.OPERATOR_EMAIL:
            yield note("Nobody is written to when something breaks. Set OPERATOR_EMAIL.")


def as_json(findings) -> str:
    listed = [{"kind": one.kind, "words": one.words} for one in findings]
    return json.dumps(listed, ensure_ascii=False, indent=1)
