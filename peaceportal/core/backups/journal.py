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

PREPARING = "preparing"
# In their order; each can be done twice. The database is first: it alone may have to wait.
STEPS = ["database", "media out", "media in", "secret", "clean"]


def path() -> Path:
    return Path(settings.DATA_DIR) / "restore.json"


def scratch() -> Path:
    """A folder for what is being prepared."""
    return Path(settings.DATA_DIR) / "restoring"


def read() -> dict | None:
    try:
        return json.loads(path().read_text())
    except FileNotFoundError:
        return None


def write(state: str, **facts) -> None:
    path().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path().with_name(".restore.json")
    with draft.open("w") as file:
        json.dump(facts | {"state": state}, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path())


def end() -> None:
    path().unlink(missing_ok=True)


def is_half_way() -> bool:
    """Whether a restore had begun to put things in place, and none is running."""
    found = read()
    return found is not None and found["state"] in STEPS


@contextmanager
def alone() -> Iterator[None]:
    """One restore at a time; the lock of a process that was killed is gone with it."""
    path().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path().with_name(".restore.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused("Another restore is running here. Wait until it has ended.") from error
        yield
