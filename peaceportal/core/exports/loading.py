"""Brings an export into an empty site: all of it, or nothing."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.core.files.storage import Storage
from django.core.management.color import no_style
from django.db import IntegrityError, connection, reset_queries
from django.utils import timezone
from django.utils.translation import gettext as _

from peaceportal.core import changes
from peaceportal.core.content import has_content, record_models
from peaceportal.core.exports.archive import PIECE
from peaceportal.core.exports.checking import Checks
from peaceportal.core.exports.columns import columns_of, exported_models, generic_fields
from peaceportal.core.exports.opening import Package, opened
from peaceportal.core.exports.reading import Keys, Line, Problems, Table, value_of
from peaceportal.core.imports.problems import ImportRefused, Refused
from peaceportal.core.imports.running import large_cache
from peaceportal.core.records import Record
from peaceportal.core.relinking import relink
from peaceportal.core.search.texts import at_once
from peaceportal.core.versions.capture import one_version

BATCH = 500


@dataclass
class Loading:
    """`progress` is told what is being done, and how many rows or files so far."""

    path: str | Path
    is_edited: bool = False
    progress: Callable[[str, int], None] = lambda _words, _count: None
    rows: int = field(default=0, init=False)
    files: int = field(default=0, init=False)
    unused: list[str] = field(default_factory=list, init=False)  # files that no record names

    def run(self) -> None:
        """Raises ImportRefused; nothing is saved then."""
        refuse_content()
        with opened(self.path, is_edited=self.is_edited) as package:
            self.keys, self.stored = Keys(), {}
            self._check(package)
            written: list[tuple[Storage, str]] = []
            try:
                self._save(package, written)
            except BaseException:  # also one who stops it
                for storage, name in written:
                    storage.delete(name)
                raise

    def _check(self, package: Package) -> None:
        problems = Problems()
        for model in exported_models():
            self.rows += self.keys.read(Table(package, model), problems)
        problems.settle()
        done = 0
        for model in exported_models():
            table = Table(package, model)
            checks = Checks(table, problems)
            for line in table.lines():
                built = self._build(model, line)
                for wrong in built.problems:
                    problems.add(table.name, wrong)
                if not built.problems:
                    checks.add(line, built.record)
                    self._note_files(built.record)
                done += 1
                if done % BATCH == 0:
                    self.progress(_("rows checked"), done)
            checks.finish()
        self.unused = sorted(set(package.files) - set(self.stored))

    def _note_files(self, record: Record) -> None:
        for column in columns_of(type(record)):
            if column.is_file and (name := getattr(record, column.name).name):
                self.stored[name] = column.field.storage

    def _save(self, package: Package, written: list[tuple[Storage, str]]) -> None:
        note = _("Brought in from the export %(file)s (import %(id)s).") % {
            "file": Path(self.path).name,
            "id": f"{timezone.now():%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}",
        }
        try:
            with large_cache(), one_version(note=note, way="import"):
                changes.lock("default")
                refuse_content()  # nobody began meanwhile
                self._write_files(package, written)
                done = 0
                for model in exported_models():
                    done = self._write_table(Table(package, model), done)
                _count_on_from_here()
                self.progress(_("rows saved; versions are being kept"), done)
        except IntegrityError as error:
            said = _("Its rows contradict each other, and nothing was saved: %(why)s.")
            raise ImportRefused(said % {"why": error}) from error

    def _write_files(self, package: Package, written: list[tuple[Storage, str]]) -> None:
        """Before the rows, which tell how large they are."""
        for name, storage in self.stored.items():
            if name in package.lost:
                continue
            if storage.exists(name):
                if not _is_same(package, name, storage):
                    raise ImportRefused(
                        _(
                            "The folder of files has another “%(name)s” already. Move it away: "
                            "an export goes into an empty site."
                        )
                        % {"name": name}
                    )
            else:
                with package.zip.open(package.files[name]) as entry:
                    kept = storage.save(name, File(entry, name))
                written.append((storage, kept))
                if kept != name:
                    raise ImportRefused(
                        _("“%(name)s” cannot be the name of a file here.") % {"name": name}
                    )
            self.files += 1
            self.progress(_("files written"), self.files)

    def _write_table(self, table: Table, done: int) -> int:
        model, lines = table.model, table.lines()
        links = {column.name: {} for column in columns_of(model) if column.is_link}
        size = min(at_once(model), BATCH)
        while batch := [self._build(model, line) for line in islice(lines, size)]:
            with changes.together():
                model.objects.bulk_create(built.record for built in batch)
                for name, wanted in links.items():
                    wanted |= {one.record.pk: one.links[name] for one in batch if one.links[name]}
                    if model._meta.get_field(name).related_model is not model:
                        _link(model, name, wanted)
            done += len(batch)
            reset_queries()  # with DEBUG each is kept
            self.progress(_("rows saved"), done)
        for name, wanted in links.items():
            _link(model, name, wanted)
        return done

    def _build(self, model: type[Record], line: Line) -> Built:
        """The record of a row, as it would be saved."""
        record, links, problems = model(), {}, []
        for column in columns_of(model):
            try:
                value = value_of(line, column)
                if column.is_link:
                    links[column.name] = [self.keys.of(column.target, uid) for uid in value]
                elif column.target:
                    self._relate(record, column.field, value)
                else:
                    setattr(record, column.name, value)
            except Refused as error:
                problems.append(line.problem(column.name, str(error)))
        record.pk = self.keys.by_model[model][record.uid.int]
        for generic in generic_fields(model) if not problems else ():
            uid = getattr(record, f"{generic.name}_uid")
            target = getattr(record, generic.ct_field).model_class()
            try:
                setattr(record, generic.name, _known(target, self.keys.of(target, uid), uid))
            except Refused as error:
                problems.append(line.problem(f"{generic.name}_uid", str(error)))
        return Built(record, links, problems)

    def _relate(self, record: Record, relation: Any, uid: UUID | None) -> None:
        if uid is None:
            return
        target = relation.related_model
        pk = self.keys.of(target, uid)
        if relation.name in record.owner_fields:
            setattr(record, relation.name, _known(target, pk, uid))
        else:
            setattr(record, relation.attname, pk)


@dataclass
class Built:
    record: Record
    links: dict[str, list[int]]
    problems: list


def _known(model: type[Record], pk: int, uid: UUID) -> Record:
    """A record of which the trace of its rows needs no more than this."""
    return model.from_db("default", [model._meta.pk.attname, "uid"], [pk, uid])


def _link(model: type[Record], name: str, wanted: dict[int, list[int]]) -> None:
    """And the other way round where one link is two rows; `wanted` is empty afterwards."""
    pairs = {(pk, other) for pk, others in wanted.items() for other in others}
    if model._meta.get_field(name).remote_field.symmetrical:
        pairs |= {(other, pk) for pk, other in pairs}
    gained: dict[int, tuple[set[int], tuple]] = {}
    for pk, other in pairs:
        gained.setdefault(pk, (set(), ()))[0].add(other)
    wanted.clear()
    relink(model, name, gained)


def _is_same(package: Package, name: str, storage: Storage) -> bool:
    with storage.open(name) as file:
        there = iter(lambda: file.read(PIECE), b"")
        return b"".join(there) == b"".join(package.pieces(package.files[name]))


def _count_on_from_here() -> None:
    """New records get numbers above those that came in; SQLite does so by itself."""
    statements = connection.ops.sequence_reset_sql(no_style(), record_models())
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def refuse_content() -> None:
    """Raises ImportRefused where anything is, or was, on this site."""
    if not has_content():
        return
    counts = {model: model._base_manager.count() for model in exported_models()}
    told = ", ".join(_told(counts)) or _("none any more, but their history")
    raise ImportRefused(
        _(
            "This site is not empty: it holds %(told)s. An export goes into a new database, which "
            "“manage.py migrate” has made and nobody has used. Nothing was changed."
        )
        % {"told": told}
    )


def _told(counts: dict[type[Record], int]) -> Iterator[str]:
    for model, count in counts.items():
        if count:
            yield f"{count} {model._meta.verbose_name_plural}"
