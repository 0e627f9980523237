"""A record written down as JSON, with relations by permanent identity, and read again."""

from __future__ import annotations

from collections.abc import Collection
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
        known = by_identity(field.related_model, [value] if value else [])
        setattr(record, field.name, known.get(value))
    else:
        setattr(record, field.attname, field.to_python(value))


def by_identity(model: type[Record], uids: Collection[str]) -> dict[str, Record]:
    """The records with these permanent identities, or what they were merged into since."""
    records = model._base_manager.filter(uid__in=uids)
    if not issubclass(model, Page):
        return {str(record.uid): record for record in records}
    return {str(record.uid): record.where_merged for record in records}


def still_there(model: type[Record], uids: Collection[str]) -> list[Record]:
    """As `by_identity`, each once."""
    return list(dict.fromkeys(by_identity(model, uids).values()))


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
        told[field.name] = [str(other.uid) for other in getattr(record, field.name).all()]
    return told


def links_of(model: type[models.Model]) -> list[models.ManyToManyField]:
    return [field for field in model._meta.local_many_to_many if is_plain(field)]


def named_fields(model: type[Record]) -> list[models.Field]:
    """Those by which it names other records, each one."""
    fields = [field for field in own_fields(model) if field.is_relation]
    return [field for field in fields if issubclass(field.related_model, Record)]


def whole(model: type[Record], pks: list[int]) -> dict[int, Record]:
    """Records by their number, read with what they name."""
    one = [field.name for field in named_fields(model)]
    several = [field.name for field in links_of(model)]
    rows = model._base_manager.prefetch_related(*one, *several)
    return rows.in_bulk(pks)


def made_again(model: type[Record], dropped: list[tuple[int, dict[str, Any]]]) -> list[Record]:
    """Records that were deleted, yet to be stored: under their old numbers where these are free."""
    taken = set(model._base_manager.in_bulk([pk for pk, _told in dropped]))
    records = [model() if pk in taken else model(pk=pk) for pk, _told in dropped]
    for field in own_fields(model):
        pairs = zip(records, dropped, strict=True)
        told = [(one, said[field.name]) for one, (_pk, said) in pairs if field.name in said]
        if field in named_fields(model):
            now = by_identity(field.related_model, {value for _record, value in told if value})
            for record, value in told:
                setattr(record, field.name, now.get(value))
        else:
            for record, value in told:
                put(record, field, value)
    for record in records:
        record.is_restored = True
    return records


def link_again(record: Record, told: dict[str, Any]) -> None:
    for field in links_of(type(record)):
        if uids := told.get(field.name):
            getattr(record, field.name).set(still_there(field.related_model, uids))
