"""How the index follows what changes: it reads the log of changes, before it is asked.

So it is right after every way of saving, in every process, and no save waits for it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

from django.apps import apps
from django.db import OperationalError, connections, transaction

from peaceportal.core.changes import Change, ChangeCounter, LogReader, version
from peaceportal.core.search import store
from peaceportal.core.search.analysis import VERSION
from peaceportal.core.search.store import SearchEntry
from peaceportal.core.search.texts import at_once, entries_of, records_of, words_of
from peaceportal.core.waiting import short_waits

# An index that was made by another analysis was kept by another reader: this one begins anew.
READER = f"search {VERSION}"
# Its `seq` is how many records an index that is being made anew still lacks.
LACKING = f"{READER} lacks"

CHANGES_AT_ONCE = 2000
PATIENCE = 5.0  # seconds that one request spends on what others changed, at most

logger = logging.getLogger(__name__)


# One row of one text: how far the index has come, how far the log, how many records it lacks. No
# row where there is no index.
STATE = f"""
    SELECT CAST(reader.seq AS text)
        || ',' || COALESCE(latest.seq, 0) || ',' || COALESCE(lacks.seq, 0) AS text
    FROM core_logreader AS reader
    LEFT JOIN core_changecounter AS latest ON latest.id = {ChangeCounter.ONLY_ROW}
    LEFT JOIN core_logreader AS lacks ON lacks.name = '{LACKING}'
    WHERE reader.name = '{READER}'
"""  # noqa: S608


def unread(using: str = "default") -> tuple[int, int]:
    """How many changes and how many records the index lacks. One query of one row."""
    with connections[using].cursor() as cursor:
        cursor.execute(STATE)
        return lacking([text for (text,) in cursor.fetchall()], using)


def lacking(state: list[str], using: str = "default") -> tuple[int, int]:
    """The same, of what `STATE` gave."""
    if not state:
        return max(version(using), 1), 0  # an index of nothing has to be begun, too
    seq, latest_seq, records = map(int, state[0].split(","))
    return abs(latest_seq - seq), records


def catch_up(using: str = "default", patience: float = PATIENCE) -> int:
    """Bring the index up to the latest change, or as far as `patience` (seconds) reaches.

    Returns how much is still unread: more than nothing after a large import, where others hold
    the database, and while the index is made anew. What is asked is then answered from the index
    as it is, and the answer has to say so.
    """
    until = time.monotonic() + patience
    for remaining in follow(using):
        if not remaining or time.monotonic() >= until:
            break
    return remaining


def follow(using: str = "default") -> Iterator[int]:
    """Read the log, a batch a transaction; yields how much is unread before the first and after
    each. Ends where others hold the database.
    """
    changes, records = unread(using)
    yield changes + records
    while changes:
        try:
            with short_waits(using), transaction.atomic(using):
                _follow(using)
        except OperationalError as error:
            logger.warning("The search index could not follow the latest changes: %s", error)
            return
        changes, records = unread(using)
        yield changes + records


def _follow(using: str) -> None:
    """One batch of changes, in a transaction of the caller's."""
    reader = locked_reader(using)
    latest = version(using)
    if reader.seq > latest:  # another log than the one it was reading
        store.erase_all(using)
        lacks(0, using)
        reader.seq = 0
    log = Change.objects.using(using).filter(seq__gt=reader.seq, seq__lte=latest)
    rows = list(log.order_by("seq").values_list("seq", "model", "uid")[:CHANGES_AT_ONCE])
    changed: dict[str, dict] = {}
    for _seq, label, uid in rows:
        changed.setdefault(label, {})[uid] = None
    for label, uids in changed.items():
        model = _searched(label)
        if model is not None:
            reindex(model, list(uids), using)
    reader.seq = rows[-1][0] if len(rows) == CHANGES_AT_ONCE else latest
    reader.save(using=using)


def locked_reader(using: str) -> LogReader:
    """The place in the log that the index has come to; whoever holds it may write the index."""
    reader = LogReader.objects.using(using).select_for_update().filter(pk=READER).first()
    if reader is None:
        store.erase_all(using)
        LogReader.objects.using(using).filter(pk__startswith="search ").delete()
        reader = LogReader.objects.using(using).create(pk=READER, seq=0)
    return reader


def lacks(records: int, using: str) -> None:
    """Note how many records an index that is being made anew still lacks."""
    readers = LogReader.objects.using(using)
    if records:
        readers.update_or_create(pk=LACKING, defaults={"seq": records})
    else:
        readers.filter(pk=LACKING).delete()


def _searched(label: str):
    try:
        model = apps.get_model(label)
    except LookupError:  # of an app that was taken out
        return None
    return model if getattr(model, "search_number", None) else None


def reindex(model, uids: list, using: str) -> None:
    """Put the entries of these records right, whether they are new, changed or gone."""
    size = at_once(model)
    for start in range(0, len(uids), size):
        some = uids[start : start + size]
        stored = SearchEntry.objects.using(using).filter(uid__in=some)
        before = dict(stored.values_list("pk", "digest"))
        replace(before, records_of(model, using).filter(uid__in=some), using)


def replace(before: dict[int, str], records, using: str, known: set[str] | None = None) -> int:
    """Write what the entries `before` (numbers and digests) lack, erase what is too much.

    Returns how many differed. `known` are words that need not be kept again; it grows.
    """
    known = set() if known is None else known
    now = {entry.id: entry for record in records for entry in entries_of(record)}
    new = [entry for pk, entry in now.items() if before.get(pk) != entry.digest]
    old = [pk for pk in before if pk not in now or now[pk].digest != before[pk]]
    store.erase(old, using)
    store.write(new, using)
    words = words_of(new) - known
    store.keep_words(words, using)
    known |= words
    return len({*old, *(entry.id for entry in new)})
