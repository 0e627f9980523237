"""A record written down as JSON, with relations by permanent identity, and read again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models

from peaceportal.core.publishing import Page
from peaceportal.core.records import Record
from peaceportal.core.versions.capture import is_plain, kept_names


def value_of(record: Record, field: models.Field) -> Any:
    """Of a relation the permanent identity; otherwise text, as a dump has it."""
    if field.is_relation and issubclass(field.related_model, Record):
        other = getattr(record, field.name)
        return str(other.uid) if other else None
    if field.is_relation or field.value_from_object(record) is None:
        return field.value_from_object(record)
    return field.value_to_string(record)


def put(record: Record, field: models.Field, value: Any) -> None:
    """A relation goes where its page was merged since."""
    if field.is_relation and issubclass(field.related_model, Record):
        other = next(iter(still_there(field.related_model, [value])), None) if value else None
        setattr(record, field.name, other)
    else:
        setattr(record, field.attname, field.to_python(value))


def still_there(model: type[Record], uids: Iterable[str]) -> list[Record]:
    """The records with these permanent identities, or what they were merged into since."""
    records = list(model._base_manager.filter(uid__in=list(uids)))
    if not issubclass(model, Page):
        return records
    return list(dict.fromkeys(record.where_merged for record in records))


def is_empty(value: Any) -> bool:
    return value in (None, "")


def own_fields(model: type[Record]) -> list[models.Field]:
    """The columns that a version holds."""
    names = kept_names(model)
    return [field for field in model._meta.concrete_fields if field.name in names]


def written(record: Record) -> dict[str, Any]:
    """The whole record: its columns, and its plain links as lists."""
    told: dict[str, Any] = {f.name: value_of(record, f) for f in own_fields(type(record))}
    for field in links_of(type(record)):
        told[field.name] = [
            str(uid) for uid in getattr(record, field.name).values_list("uid", flat=True)
        ]
    return told


def links_of(model: type[models.Model]) -> list[models.ManyToManyField]:
    return [field for field in model._meta.local_many_to_many if is_plain(field)]


def make_again(model: type[Record], pk: int, told: dict[str, Any]) -> Record:
    """A record that was deleted, under its old number if nothing else has that."""
    record = model()
    if not model._base_manager.filter(pk=pk).exists():
        record.pk = pk
    for field in own_fields(model):
        if field.name in told:
            put(record, field, told[field.name])
    record.is_restored = True
    record.save()
    for field in links_of(model):
        getattr(record, field.name).set(still_there(field.related_model, told.get(field.name, [])))
    return record
