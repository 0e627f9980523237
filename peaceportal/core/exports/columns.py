"""What stands in the table of a model: found in its fields, so that a new field is exported, too.

A field of a kind that is not known here raises `Unexportable`, and a test tries all models.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from peaceportal.core.content import record_models
from peaceportal.core.dates import EDTFField
from peaceportal.core.imports.problems import Refused
from peaceportal.core.records import Record
from peaceportal.core.versions.capture import is_plain

# They tell of a change, and no two sites agree in them. `first_public_at` is content: feeds and
# “newly added” follow it.
TIMES_OF_CHANGE = {"created_at", "updated_at", "revision"}
NUMBER, UID = "number", "uid"


class Unexportable(TypeError):
    """A field of a kind that the export does not know: say here how it is written and read."""


@dataclass(frozen=True)
class Column:
    """One cell of a record. `lookup` is what is asked of the database for it."""

    name: str
    field: models.Field
    lookup: str
    write: Callable[[Any], Any]
    read: Callable[[str], Any]

    @property
    def target(self) -> type[Record] | None:
        """The model whose records it names by their permanent identity."""
        model = self.field.related_model
        return model if isinstance(model, type) and issubclass(model, Record) else None

    @property
    def is_link(self) -> bool:
        return self.field.many_to_many is True

    @property
    def is_file(self) -> bool:
        return isinstance(self.field, models.FileField)


@cache
def columns_of(model: type[Record]) -> tuple[Column, ...]:
    """Its number and identity, its own columns, and the plain links that are its own."""
    return (
        Column(NUMBER, model._meta.pk, "pk", _same, _or_none(_whole)),
        *(column_of(field) for field in exported_fields(model)),
        *(_links(field) for field in model._meta.local_many_to_many if is_plain(field)),
    )


def exported_fields(model: type[Record]) -> Iterator[models.Field]:
    """Without what is derived from them, which models mark with `serialize=False`."""
    for field in model._meta.concrete_fields:
        if field.serialize and not field.primary_key and field.name not in TIMES_OF_CHANGE:
            yield field
    for field in generic_fields(model):
        held = {one.name: one for one in model._meta.concrete_fields}
        if held[field.fk_field].serialize or f"{field.name}_uid" not in held:
            raise Unexportable(f"{model._meta.label}.{field.name} is named by a number alone.")


def generic_fields(model: type[models.Model]) -> list[GenericForeignKey]:
    return [field for field in model._meta.private_fields if isinstance(field, GenericForeignKey)]


@cache
def exported_models() -> tuple[type[Record], ...]:
    """What others name comes before them, as far as that can be; old addresses come last."""
    found: dict[type[Record], None] = {}

    def add(model: type[Record], above: tuple) -> None:
        if model in found or model in above:
            return
        for column in columns_of(model):
            if column.target:
                add(column.target, (*above, model))
        found[model] = None

    plain = [model for model in record_models() if not generic_fields(model)]
    for model in sorted(plain, key=lambda one: (one._meta.app_label == "core", one._meta.label)):
        add(model, ())
    last = [model for model in found if model._meta.app_label == "core"]
    generic = [model for model in record_models() if generic_fields(model)]
    return (*(model for model in found if model not in last), *generic, *last)


def column_of(field: models.Field) -> Column:
    """Raises Unexportable."""
    if isinstance(field, models.ForeignKey):
        return _reference(field)
    for kind, write, read in (
        (EDTFField, lambda date: date.edtf, _date(field)),
        (models.FileField, _same, _text),
        (models.UUIDField, _same, _uuid),
        (models.BooleanField, _same, _boolean),
        (models.IntegerField, _same, _whole),
        (models.DateTimeField, _moment_text, _moment),
        ((models.CharField, models.TextField), _same, _text),
    ):
        if isinstance(field, kind):
            if field.null and read is _text:
                break  # nothing and an empty text would be one
            read = _or_none(read) if field.null else read
            return Column(field.name, field, field.name, write, read)
    raise Unexportable(f"{field.model._meta.label}.{field.name}: {type(field).__name__}")


def _reference(field: models.ForeignKey) -> Column:
    if field.related_model is ContentType:
        return Column(field.name, field, field.attname, _label, _content_type)
    if not issubclass(field.related_model, Record):
        raise Unexportable(f"{field.model._meta.label}.{field.name} names what has no uid.")
    read = _or_none(_uuid) if field.null else _uuid
    return Column(field.name, field, f"{field.name}__uid", _same, read)


def _links(field: models.ManyToManyField) -> Column:
    if not issubclass(field.related_model, Record):
        raise Unexportable(f"{field.model._meta.label}.{field.name} names what has no uid.")
    return Column(field.name, field, "pk", lambda uids: "|".join(map(str, uids)), _uuids)


# Each kind of cell


def _same(value):
    return value


def _text(text: str) -> str:
    if "\0" in text:
        raise Refused(_("It holds a sign that cannot be kept (NUL). Type the text anew."))
    return text


def _or_none(read: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda text: read(text) if text else None


def _label(pk: int) -> str:
    return ContentType.objects.get_for_id(pk).model_class()._meta.label_lower


def _content_type(text: str) -> ContentType:
    for model in record_models():
        if model._meta.label_lower == text:
            return ContentType.objects.get_for_model(model)
    kinds = ", ".join(sorted(model._meta.label_lower for model in record_models()))
    raise Refused(_("This is no kind of record. Write one of: %(kinds)s.") % {"kinds": kinds})


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refused(
            _("This is no permanent identity. Write it as 6ba7b810-9dad-11d1-80b4-00c04fd430c8.")
        ) from None


def _uuids(text: str) -> list[UUID]:
    return [_uuid(one.strip()) for one in text.split("|")] if text else []


def _boolean(text: str) -> bool:
    try:
        # Spreadsheets write TRUE; a row that somebody added may leave it empty.
        return {"true": True, "false": False, "": False}[text.casefold()]
    except KeyError:
        raise Refused(_("Write true or false.")) from None


def _whole(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,18}", text):
        raise Refused(_("Write a whole number."))
    return int(text)


def _moment_text(moment: datetime | None) -> str | None:
    return moment and moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _moment(text: str) -> datetime:
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Refused(_("Write a moment with its time zone, as 2025-09-21T08:00:00Z."))
    return moment


def _date(field: models.Field) -> Callable[[str], Any]:
    def read(text: str):
        try:
            return field.to_python(text)
        except ValidationError as error:
            raise Refused(" ".join(error.messages)) from None

    return read
