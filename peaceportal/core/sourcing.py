"""The sources of all that a page shows, however many kinds of record that is."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.db.models import Value


def read_sources(records: Iterable[models.Model]) -> list[models.Model]:
    """Give each record its `shown_sources`, and all of these once, as they first stand there.

    The records may be of any models with a many-to-many field `sources`. Two queries.
    """
    by_model: dict[type[models.Model], list[models.Model]] = {}
    for record in records:
        record.shown_sources = []
        by_model.setdefault(type(record), []).append(record)
    rows = [_links(model, found, number) for number, (model, found) in enumerate(by_model.items())]
    links = list(rows[0].union(*rows[1:], all=True)) if rows else []
    sources = _read({source for _model, _record, source in links}, by_model)
    shown: dict[tuple[int, int], set[int]] = {}
    for number, record, source in links:
        shown.setdefault((number, record), set()).add(source)
    for number, found in enumerate(by_model.values()):
        for record in found:
            pks = shown.get((number, record.pk), set())
            record.shown_sources = [source for source in sources if source.pk in pks]
    every = [
        source for found in by_model.values() for record in found for source in record.shown_sources
    ]
    return list({source.pk: source for source in every}.values())


def _links(model, records, number: int) -> models.QuerySet:
    """The number of the model, and the primary keys of a record and a source of it."""
    field = model._meta.get_field("sources")
    here, there = field.m2m_column_name(), field.m2m_reverse_name()
    links = field.remote_field.through._default_manager.order_by()
    found = links.filter(**{f"{here}__in": {record.pk for record in records}})
    return found.values_list(Value(number, models.IntegerField()), here, there)


def _read(pks: set[int], by_model) -> list[models.Model]:
    """The sources in their own order."""
    if not pks:
        return []
    model = next(iter(by_model))._meta.get_field("sources").related_model
    return list(model._default_manager.filter(pk__in=pks))
