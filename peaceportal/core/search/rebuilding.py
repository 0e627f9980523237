"""The whole index made anew or compared with the records, while the site goes on.

Unlike the log, this does not rely on anything that was written before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connections, transaction

from peaceportal.core.changes import version
from peaceportal.core.search import store
from peaceportal.core.search.following import catch_up, lacks, locked_reader, replace
from peaceportal.core.search.store import SearchEntry
from peaceportal.core.search.texts import (
    at_once,
    entries_of,
    entry_id,
    entry_range,
    records_of,
    searched_models,
)


@dataclass
class Progress:
    """What has been done of one model: `differing` counts entries."""

    model: type
    done: int
    of: int
    differing: int = 0


def rebuild(using: str = "default") -> Iterator[Progress]:
    """Write every entry anew, a batch a transaction; the site can be searched meanwhile."""
    with transaction.atomic(using=using):
        reader = locked_reader(using)
        store.erase_all(using)
        store.prepare_for_much(using)
        reader.seq = version(using)  # what changes from here on is read in the log
        reader.save(using=using)
        totals = {model: model._base_manager.using(using).count() for model in searched_models()}
        lacking = sum(totals.values())
        lacks(lacking, using)
    known: set[str] = set()
    for model, total in totals.items():
        progress = Progress(model, 0, total)
        after: int | None = 0
        while after is not None:
            with transaction.atomic(using=using):
                locked_reader(using)
                batch, entries, after = _batch(model, after, using)
                progress.differing += replace(dict(entries), batch, using, known)
                lacking -= len(batch)
                lacks(max(lacking, 1), using)  # until all is done it is not whole
            progress.done += len(batch)
            yield progress
    lacks(0, using)
    store.settle(using)


def check(using: str = "default") -> Iterator[Progress]:
    """Compare every entry with its record; nothing is written but what the log still holds."""
    catch_up(using, patience=float("inf"))
    for model in searched_models():
        progress = Progress(model, 0, model._base_manager.using(using).count())
        after: int | None = 0
        while after is not None:
            batch, entries, after = _batch(model, after, using)
            now = {(entry.id, entry.digest) for record in batch for entry in entries_of(record)}
            progress.differing += len({pk for pk, _digest in now ^ set(entries)})
            progress.done += len(batch)
            yield progress


def lost_terms(using: str = "default") -> int:
    """How many entries have no terms beside them, or terms no entry."""
    if not store.is_sqlite(using):
        sql = f"SELECT count(*) FROM {store.ENTRIES} WHERE vector IS NULL"  # noqa: S608
    else:
        sql = (
            f"SELECT count(*) FROM (SELECT id FROM {store.ENTRIES}"  # noqa: S608
            f" EXCEPT SELECT rowid FROM {store.FTS}) UNION ALL SELECT count(*) FROM"
            f" (SELECT rowid FROM {store.FTS} EXCEPT SELECT id FROM {store.ENTRIES})"
        )
    with connections[using].cursor() as cursor:
        cursor.execute(sql)
        return sum(row[0] for row in cursor.fetchall())


def _batch(model, after: int, using: str):
    """The next records, the entries (number, digest) of them and of those lost in between.

    And the primary key to go on after: None at the end.
    """
    size = at_once(model)
    batch = list(records_of(model, using).filter(pk__gt=after)[:size])
    low, high = (
        entry_id(model, after + 1) if after else entry_range(model)[0],
        entry_range(model)[1],
    )
    last = batch[-1].pk if len(batch) == size else None
    if last is not None:
        high = entry_id(model, last + 1) - 1
    stored = SearchEntry.objects.using(using).filter(pk__gte=low, pk__lte=high)
    return batch, list(stored.values_list("pk", "digest")), last
