"""How far a restore has come, in a file: whoever finds one that was stopped knows what to do.

Until all is prepared, nothing of the site has been touched. From then on each step can be done
again, so a restore that was stopped is finished, not undone.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from peaceportal.core.backups.problems import Refused
from peaceportal.core.whole_files import durable

PREPARING, NOT_READABLE = "preparing", "not readable"
# In their order; each can be done twice. The database is first: it alone may have to wait.
STEPS = ["database", "media out", "media in", "secret", "clean"]
HALF_WAY = "A restore was stopped half-way. Run “manage.py restore” to finish it."
SERVING = ".serving.lock"
UNCLEAR = "What restore.json says of a restore cannot be read: it has to be restored anew."


def path() -> Path:
    return Path(settings.DATA_DIR) / "restore.json"


def scratch() -> Path:
    """A folder for what is being prepared."""
    return Path(settings.DATA_DIR) / "restoring"


def read() -> dict | None:
    try:
        found = json.loads(path().read_text())
    except FileNotFoundError:
        return None
    except ValueError:
        found = None
    is_ours = isinstance(found, dict) and found.get("state") in {PREPARING, *STEPS}
    return found if is_ours else {"state": NOT_READABLE}


def write(state: str, **facts) -> None:
    write_file(path(), facts | {"state": state})


def write_file(to: Path, facts: dict) -> None:
    """Whole or not at all, and there after a power cut."""
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = to.with_name(f".{to.name}.{os.getpid()}")
    with draft.open("w") as file:
        json.dump(facts, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(to)
    durable(to.parent)


def end() -> None:
    path().unlink(missing_ok=True)
    durable(path().parent)


def is_half_way() -> bool:
    """Whether a restore had begun to put things in place, and none is running."""
    found = read()
    return found is not None and found["state"] != PREPARING


def is_unclear() -> bool:
    found = read()
    return found is not None and found["state"] == NOT_READABLE


def reason() -> str:
    """A sentence if a restore was stopped half-way; empty if not."""
    if is_unclear():
        return f"{UNCLEAR} Run: manage.py restore FILE --replace"
    return HALF_WAY if is_half_way() else ""


@contextmanager
def alone(*, beside_site: bool = False) -> Iterator[None]:
    """One restore at a time, and no site that starts or runs here, unless it may.

    The locks of a process that was killed are gone with it.
    """
    restoring, serving = _lock_file(".restore.lock"), _lock_file(SERVING)
    try:
        if not _locked(restoring, fcntl.LOCK_EX):
            raise Refused("Another restore is running here. Wait until it has ended.")
        if not beside_site and not _locked(serving, fcntl.LOCK_EX):
            raise Refused(
                "The site is running here. Stop it (systemctl stop peaceportal), restore, and "
                "start it again."
            )
        yield
    finally:
        os.close(restoring)
        os.close(serving)


def hold_while_serving() -> bool:
    """Have restores wait until this process ends, or whatever program it becomes.

    False while a restore is running.
    """
    file = _lock_file(SERVING)
    os.set_inheritable(file, True)
    return _locked(file, fcntl.LOCK_SH)


def _lock_file(name: str) -> int:
    path().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.open(path().with_name(name), os.O_RDONLY | os.O_CREAT, 0o644)


def _locked(file: int, how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True
