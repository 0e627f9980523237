"""Writes an export: every table ordered by permanent identity, then the files that records name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import IO

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import Storage
from django.db import models, reset_queries
from django.utils.translation import gettext as _

from peaceportal.core.exports.archive import PIECE, Archive, table_name
from peaceportal.core.exports.columns import UID, columns_of, exported_models
from peaceportal.core.exports.one_moment import one_moment
from peaceportal.core.formats.spreadsheets import lines
from peaceportal.core.records import Record
from peaceportal.core.search.texts import at_once

BATCH = 500

# The primary keys of each model that are chosen; of a model that is not there, none.
Chosen = Mapping[type[Record], Collection[int]]


@dataclass
class Export:
    """`chosen` is None for all. `progress` is told what is being written, and how much so far."""

    chosen: Chosen | None = None
    told: dict = field(default_factory=dict)  # more words for the manifest
    progress: Callable[[str, int], None] = lambda _words, _count: None
    rows: int = field(default=0, init=False)
    files: int = field(default=0, init=False)
    lost: list[str] = field(default_factory=list, init=False)  # files that are not where they were

    def write(self, file: IO[bytes]) -> None:
        archive = Archive(file)
        stored: dict[str, Storage] = {}
        with one_moment():
            for model in exported_models():
                before = self.rows
                entry = archive.add_table(table_name(model), self._table(model, stored))
                entry["rows"] = self.rows - before
        for name in sorted(stored):
            self._add_file(archive, name, stored[name])
        archive.close(is_all=self.chosen is None, **self.told, files_lost=self.lost)

    def _table(self, model: type[Record], stored: dict[str, Storage]) -> Iterator[bytes]:
        names = [column.name for column in columns_of(model)]
        return lines(names, self._pieces(model, stored))

    def _pieces(self, model: type[Record], stored: dict[str, Storage]) -> Iterator[list[dict]]:
        columns = columns_of(model)
        read = model._base_manager.order_by(UID).values_list(*(one.lookup for one in columns))
        for some in self._batches(model, read):
            rows = [dict(zip((one.name for one in columns), row, strict=True)) for row in some]
            for column in columns:
                if column.is_link:
                    _fill_links(column.field, column.name, rows)
                for row in rows:
                    row[column.name] = column.write(row[column.name])
                    if column.is_file and row[column.name]:
                        stored[row[column.name]] = column.field.storage
            self.rows += len(rows)
            self.progress(str(model._meta.verbose_name_plural), self.rows)
            reset_queries()  # with DEBUG each is kept
            yield rows

    def _batches(self, model: type[Record], read: models.QuerySet) -> Iterator[list[tuple]]:
        size = min(at_once(model), BATCH)
        if self.chosen is None:
            place = [column.name for column in columns_of(model)].index(UID)
            some = list(read[:size])
            while some:
                yield some
                some = list(read.filter(uid__gt=some[-1][place])[:size])
        else:
            pks = iter(_by_uid(model, list(self.chosen.get(model, ()))))
            while batch := list(islice(pks, size)):
                yield list(read.filter(pk__in=batch))

    def _add_file(self, archive: Archive, name: str, storage: Storage) -> None:
        try:
            file = storage.open(name)
        except (OSError, SuspiciousFileOperation, ValueError):
            self.lost.append(name)
            return
        with file:
            archive.add_file(name, iter(lambda: file.read(PIECE), b""))
        self.files += 1
        self.progress(_("files"), self.files)


def _by_uid(model: type[Record], pks: list[int]) -> list[int]:
    found: list[tuple] = []
    for start in range(0, len(pks), BATCH):
        rows = model._base_manager.filter(pk__in=pks[start : start + BATCH]).order_by()
        found += rows.values_list(UID, "pk")
    return [pk for _uid, pk in sorted(found)]


def _fill_links(field: models.ManyToManyField, name: str, rows: list[dict]) -> None:
    """Put in the place of each primary key the permanent identities of what it is linked with."""
    here, there = field.m2m_column_name(), f"{field.m2m_reverse_field_name()}__{UID}"
    links = field.remote_field.through._base_manager.order_by()
    links = links.filter(**{f"{here}__in": [row[name] for row in rows]})
    found: dict[int, list] = {}
    for pk, uid in links.values_list(here, there):
        found.setdefault(pk, []).append(uid)
    for row in rows:
        row[name] = sorted(found.get(row[name], ()))
