"""A record as it was: read from what a version kept, with the rows and parts it had then."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.contrib.contenttypes.fields import GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Max, QuerySet
from reversion.models import Version

from peaceportal.core.records import Record
from peaceportal.core.versions.capture import kept_names


@dataclass(frozen=True)
class Kept:
    """The fields of one record as JSON has them: relations as primary keys, dates as text."""

    model: type[Record]
    uid: str
    pk: int
    fields: dict[str, Any]

    @classmethod
    def read(cls, version: Version) -> Kept:
        (stored,) = json.loads(version.serialized_data)
        model = ContentType.objects.get_for_id(version.content_type_id).model_class()
        return cls(model, version.object_id, stored["pk"], stored["fields"])


@dataclass
class Snapshot:
    """A record as one version holds it, with its rows by relation and permanent identity."""

    version: Version
    record: Kept
    rows: dict[str, dict[str, Kept]] = field(default_factory=dict)
    saved_parts: list[Kept] = field(default_factory=list)  # those that were saved with it

    @property
    def model(self) -> type[Record]:
        return self.record.model

    @cached_property
    def parts(self) -> dict[str, dict[str, Kept]]:
        """The parts that stood on it at that time, of those that stand on it today."""
        found = {}
        for name in self.model.versioned_parts:
            relation = self.model._meta.get_field(name)
            owner = relation.field.name
            today = relation.related_model._base_manager.filter(**{owner: self.record.pk})
            uids = [str(uid) for uid in today.order_by("pk").values_list("uid", flat=True)]
            kept = latest(relation.related_model, uids, self.version.revision_id)
            found[name] = {
                uid: part for uid, part in kept.items() if part.fields[owner] == self.record.pk
            }
        return found


def versions_of(record: Record) -> QuerySet[Version]:
    """The latest first, each with who made it and how."""
    versions = Version.objects.get_for_object(record)
    return versions.select_related("revision__user", "revision__detail").order_by("-pk")


def snapshot(version: Version) -> Snapshot:
    return snapshots([version])[0]


def snapshots(versions: Iterable[Version]) -> list[Snapshot]:
    """Of versions of one record. One query for all their rows."""
    found = [Snapshot(version, Kept.read(version)) for version in versions]
    if not found:
        return []
    record = found[0].record
    beside = _beside(record, [*record.model.versioned_rows, *record.model.versioned_parts])
    by_revision: dict[int, list[Kept]] = {}
    if beside is not None:
        revisions = [one.version.revision_id for one in found]
        for row in beside.filter(revision__in=revisions).order_by("pk"):
            by_revision.setdefault(row.revision_id, []).append(Kept.read(row))
    for one in found:
        kept = by_revision.get(one.version.revision_id, [])
        one.rows = {name: _related(one, name, kept) for name in one.model.versioned_rows}
        one.saved_parts = [
            row for name in one.model.versioned_parts for row in _related(one, name, kept).values()
        ]
    return found


def _beside(record: Kept, names: Iterable[str]) -> QuerySet[Version] | None:
    """Versions of what stands in these relations, and of a little more: `belongs` decides."""
    mentioned, models_of = models.Q(), set()
    for name in names:
        column, value = _key(record, name)
        mentioned |= models.Q(serialized_data__contains=f"{json.dumps(column)}: {value}")
        models_of.add(record.model._meta.get_field(name).related_model)
    if not models_of:
        return None
    kinds = ContentType.objects.get_for_models(*models_of)
    return Version.objects.filter(mentioned, content_type__in=kinds.values())


def _related(one: Snapshot, name: str, kept: Iterable[Kept]) -> dict[str, Kept]:
    return {row.uid: row for row in kept if belongs(row, one.record, name)}


def _key(record: Kept, name: str) -> tuple[str, str]:
    """The column by which rows of a relation name their record, and its value, as JSON."""
    relation = record.model._meta.get_field(name)
    if isinstance(relation, GenericRelation):
        return "page_uid", json.dumps(record.uid)
    return relation.field.name, str(record.pk)


def belongs(row: Kept, record: Kept, name: str) -> bool:
    relation = record.model._meta.get_field(name)
    column, value = _key(record, name)
    return row.model is relation.related_model and json.dumps(row.fields.get(column)) == value


def latest(model: type[Record], uids: Iterable[str], revision: int) -> dict[str, Kept]:
    """Each of these records as it was after a revision; without those that came later."""
    of_model = Version.objects.get_for_model(model)
    newest = (
        of_model.filter(object_id__in=list(uids), revision__lte=revision)
        .order_by()
        .values("object_id")
        .annotate(newest=Max("pk"))
        .values("newest")
    )
    found = of_model.filter(pk__in=newest).order_by("pk")
    return {version.object_id: Kept.read(version) for version in found}


# Nobody edits them in a form, but actions set them.
SET_BY_ACTIONS = {"removed_at", "merged_into"}


def shown_fields(model: type[Record]) -> list[models.Field]:
    """What staff decide of a record, in the order of the model."""
    kept = kept_names(model)
    return [
        column
        for column in (*model._meta.concrete_fields, *model._meta.many_to_many)
        if column.name in kept and (column.editable or column.name in SET_BY_ACTIONS)
    ]
