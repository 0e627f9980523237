"""What it means that the database or the disk fails: for the log, for readers and for editors."""

from __future__ import annotations

import errno
from dataclasses import dataclass

from django.db import DatabaseError, InterfaceError, OperationalError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Trouble:
    """`logged` is for who runs the site, `said` for who asked; `wait` is in seconds."""

    name: str
    logged: str
    said: str | Promise
    wait: int


GONE = Trouble(
    "database gone",
    "The database does not answer. The site comes back by itself when it does.",
    _("The database of this site cannot be reached just now. Try again in a minute."),
    5,
)
LOCKED = Trouble(
    "database busy",
    "The database was held by others for too long. If this is seen often, look for what writes.",
    _("Somebody else is saving a lot just now. Try again in a minute."),
    10,
)
FULL = Trouble(
    "disk full",
    "The disk is full: nothing can be saved. Make room where the database and DATA_DIR are.",
    _("There is no room left to save anything. Tell whoever runs this site."),
    60,
)
READ_ONLY = Trouble(
    "read only",
    "The database or DATA_DIR may only be read: nothing can be saved. Give the user that runs the "
    "site the right to write there.",
    _("Nothing can be saved just now. Tell whoever runs this site."),
    60,
)
SLOW = Trouble(
    "query too slow",
    "A query of a public page took longer than PUBLIC_QUERY_SECONDS and was ended.",
    _("This takes too long to answer just now. Ask for less, or try again in a minute."),
    30,
)

# By SQLSTATE of PostgreSQL, by what SQLite says, and by the number of an error of the system.
BY_STATE = {
    "57014": SLOW,
    "53100": FULL,
    "25006": READ_ONLY,
    "55P03": LOCKED,
    "40P01": LOCKED,
}
BY_WORDS = {
    "interrupted": SLOW,
    "disk is full": FULL,
    "disk I/O error": FULL,
    "readonly database": READ_ONLY,
    "is locked": LOCKED,
}
BY_NUMBER = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EFBIG: FULL,
    errno.EROFS: READ_ONLY,
    errno.EACCES: READ_ONLY,
}


def trouble(error: BaseException | None) -> Trouble | None:
    """What is wrong with the machine or the database, and not with the program; None if it is."""
    if isinstance(error, OSError):
        return BY_NUMBER.get(error.errno or 0)
    if isinstance(error, DatabaseError):
        state = getattr(error.__cause__, "sqlstate", None)
        if state in BY_STATE:
            return BY_STATE[state]
    if not isinstance(error, OperationalError | InterfaceError):
        return None
    words = (found for part, found in BY_WORDS.items() if part in str(error))
    return next(words, GONE)
