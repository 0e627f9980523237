"""What changes within one block of work becomes one version, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache

import reversion
from django.db import models, transaction
from django.utils import timezone

from peaceportal.core.inserting import insert
from peaceportal.core.versions.serialising import links_of, serialised

AT_ONCE = 1000  # records that one revision holds: more than that take much memory

# What of a record is no content: it counts changes, or follows from other fields.
UNKEPT = {"revision", "created_at", "updated_at", "first_public_at", "sort_name"}


@dataclass
class Work:
    """What is being done, by whom, and what it has changed so far."""

    by: models.Model | None = None
    note: str = ""
    way: str = "command"
    public_note: str = ""
    about: object = None  # the uid of the page that the words for readers are about
    changed: dict[type[models.Model], dict[int, None]] = field(default_factory=dict)


_open: ContextVar[dict[str, Work]] = ContextVar("work that becomes a version", default={})  # noqa: B039 - never changed in place


@contextmanager
def one_version(using: str = "default", **told) -> Iterator[Work]:
    """Keep all that changes within as one version, or all of it undone.

    A block within another belongs to it. `told` are the fields of `Work`.
    """
    work = _open.get().get(using)
    if work is not None:
        yield work
        return
    work = Work(**told)
    token = _open.set({**_open.get(), using: work})
    with transaction.atomic(using=using):
        try:
            yield work
            if not transaction.get_rollback(using):
                _keep(work, using)
        finally:  # before the commit: what waits for that is work of its own
            _open.reset(token)


@contextmanager
def without_versions(using: str = "default") -> Iterator[None]:
    """For so many changes that a version of each would take minutes, and that are written down
    otherwise. The log of changes has them all the same.
    """
    work = _open.get()[using]
    before = {model: dict(pks) for model, pks in work.changed.items()}
    yield
    work.changed = before


# Whether a single save, outside of any block, is a version of its own.
keeps_single_saves = True


def single_save(using: str) -> AbstractContextManager:
    """For one call that saves: a version, unless it is part of more work."""
    if keeps_single_saves:
        return one_version(using)
    return transaction.atomic(using=using)


def changed(records: Iterable[models.Model], using: str) -> None:
    """These records, or rows of these, are no longer what they were."""
    records = [record for record in records if reversion.is_registered(type(record))]
    work = _open.get().get(using)
    if work is None:
        if records and keeps_single_saves:
            with one_version(using):
                changed(records, using)
        return
    for record in records:
        work.changed.setdefault(type(record), {})[record.pk] = None


def _keep(work: Work, using: str) -> None:
    """One revision; more than one only where more was changed than one can hold."""
    every = [(model, pk) for model, pks in work.changed.items() for pk in pks if pk is not None]
    for start in range(0, len(every), AT_ONCE):
        batch: dict[type[models.Model], list[int]] = {}
        for model, pk in every[start : start + AT_ONCE]:
            batch.setdefault(model, []).append(pk)
        _write(work, batch, using)


def _write(work: Work, batch: Mapping[type[models.Model], list[int]], using: str) -> None:
    """One revision of these records with the rows that belong to them."""
    from reversion.models import Revision, Version

    from peaceportal.core.versions.detail import VersionDetail

    revision = Revision(date_created=timezone.now(), user=work.by, comment=work.note)
    versions: dict[tuple[str, str], dict] = {}
    for model, pks in batch.items():
        records = model._base_manager.using(using).filter(pk__in=pks).order_by("pk")
        _add(list(records), versions, using)
        for name in getattr(model, "versioned_rows", ()):
            _add(list(_rows(model, name, pks, using)), versions, using)
    if not versions:
        return
    revision.save(using=using)
    VersionDetail.objects.using(using).create(
        revision=revision, way=work.way, about=work.about, public_note=work.public_note
    )
    names = ["revision_id", *next(iter(versions.values()))]
    rows = ([revision.pk, *version.values()] for version in versions.values())
    insert(Version, names, rows, using)


def _rows(
    model: type[models.Model], name: str, pks: list[int], using: str
) -> models.QuerySet[models.Model]:
    """What belongs to these records by a relation, not handed to each of them, which is dear."""
    from django.contrib.contenttypes.fields import GenericRelation
    from django.contrib.contenttypes.models import ContentType

    relation = model._meta.get_field(name)
    rows = relation.related_model._default_manager.using(using).order_by("pk")
    if isinstance(relation, GenericRelation):
        kind = ContentType.objects.db_manager(using).get_for_model(model)
        number = f"{relation.object_id_field_name}__in"
        return rows.filter(**{relation.content_type_field_name: kind, number: pks})
    return rows.filter(**{f"{relation.field.name}__in": pks})


def _add(records: list[models.Model], versions: dict, using: str) -> None:
    """What the versions of records of one model hold, each once."""
    from django.contrib.contenttypes.models import ContentType

    if not records:
        return
    model = type(records[0])
    content_type = ContentType.objects.db_manager(using).get_for_model(model)
    names = kept_names(model)
    links = links_of(model, names, records, using)
    for record in records:
        uid = str(record.uid)
        versions[model._meta.label, uid] = {
            "content_type_id": content_type.pk,
            "object_id": uid,
            "db": using,
            "format": "json",
            "serialized_data": serialised(record, names, links),
            "object_repr": _called(record)[:200],
        }


def _called(record: models.Model) -> str:
    """Pages and parts by their title. That of a row may need a query of what it links."""
    return str(record) if hasattr(record, "status") else f"{record._meta.label_lower} {record.uid}"


def is_plain(field: models.ManyToManyField) -> bool:
    """A link with a model of its own is kept as its rows."""
    return field.remote_field.through._meta.auto_created


@cache
def kept_names(model: type[models.Model]) -> set[str]:
    """The fields that a version holds; a link with a model of its own is held as rows."""
    names = {f.name for f in model._meta.local_fields if f.serialize and not f.primary_key}
    names |= {f.name for f in model._meta.local_many_to_many if is_plain(f)}
    return names - UNKEPT


def register(record_models: Iterable[type[models.Model]]) -> None:
    """Keep versions of these, and of the rows that belong to them, by their permanent identity."""
    for model in record_models:
        reversion.register(
            model,
            fields=sorted(kept_names(model)),
            follow=model.versioned_rows,
            object_id_field="uid",
        )
