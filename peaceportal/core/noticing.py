"""Follows the log of changes for what is looked at after a save: doubles, and web addresses.

So no save waits for it. The first page of the admin reads a little of the log, a command all of it.
"""

from __future__ import annotations

import logging
import time
from uuid import UUID

from django.apps import apps
from django.db import OperationalError, transaction

from peaceportal.core import doubles
from peaceportal.core.changes import Change, LogReader, version
from peaceportal.core.links import uses
from peaceportal.core.records import Record
from peaceportal.core.waiting import short_waits

READER = "care"
AT_ONCE = 1000  # changes, where nobody waits
AT_ONCE_FOR_A_PAGE = 100
PATIENCE = 0.1  # seconds that a page spends on it

logger = logging.getLogger(__name__)


def unread(using: str = "default") -> int:
    """How many changes were not looked at yet."""
    reader = LogReader.objects.using(using).filter(pk=READER).first()
    return abs(version(using) - (reader.seq if reader else 0))


def catch_up(patience: float | None = PATIENCE, using: str = "default") -> int:
    """Look at what has changed, for so many seconds or, with None, until nothing is left.

    Returns how many changes are still unread.
    """
    until = None if patience is None else time.monotonic() + patience
    at_once = AT_ONCE if patience is None else AT_ONCE_FOR_A_PAGE
    while left := unread(using):
        try:
            with short_waits(using), transaction.atomic(using):
                _read(using, at_once)
        except OperationalError as error:  # others hold the database: the next page goes on
            logger.warning("The latest changes could not be looked at: %s", error)
            return left
        if until is not None and time.monotonic() >= until:
            return unread(using)
    return 0


def _read(using: str, at_once: int) -> None:
    """One batch, in a transaction of the caller's."""
    readers = LogReader.objects.using(using)
    reader, _made = readers.select_for_update().get_or_create(pk=READER)
    latest = version(using)
    if reader.seq > latest:  # another log than the one it was reading
        reader.seq = 0
    log = Change.objects.using(using).filter(seq__gt=reader.seq, seq__lte=latest)
    rows = list(log.order_by("seq").values_list("seq", "model", "uid")[:at_once])
    changed: dict[str, dict[UUID, None]] = {}
    for _seq, label, uid in rows:
        changed.setdefault(label, {})[uid] = None
    for label, uids in changed.items():
        model = _record_model(label)
        if model is not None:
            doubles.notice(model, list(uids))
            uses.notice(model, list(uids))
    reader.seq = rows[-1][0] if len(rows) == at_once else latest
    reader.save(using=using)


def _record_model(label: str) -> type[Record] | None:
    try:
        model = apps.get_model(label)
    except LookupError:  # of an app that was taken out
        return None
    return model if issubclass(model, Record) else None
