"""What an export of some records needs besides them, so that an empty site can take it.

With each page that was chosen go its rows, the parts that stand on it, and its old addresses. Then
comes whatever any of these names, and what that names in turn: of these the record alone, without
rows or parts of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from django.contrib.contenttypes.fields import GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models

from peaceportal.core.exports.columns import columns_of, exported_models, generic_fields
from peaceportal.core.exports.writing import BATCH
from peaceportal.core.publishing import Page, Part
from peaceportal.core.records import Record
from peaceportal.core.slugs import OldSlug

Found = dict[type[Record], set[int]]


def with_all_they_need(model: type[Record], pks: Iterable[int]) -> Found:
    """By model, the primary keys of these records and of all that they need."""
    found: Found = {}
    new: Found = {model: set(pks)}
    _add(new, _standing_on(model, new[model]))
    while any(new.values()):
        for one, keys in new.items():
            found.setdefault(one, set()).update(keys)
        named: Found = {}
        for one, keys in new.items():
            _add(named, _named_by(one, keys))
        new = {one: keys - found.get(one, set()) for one, keys in named.items()}
    _add(found, _old_addresses(found))
    return found


def _add(found: Found, more: Iterable[tuple[type[Record], Iterable[int]]]) -> None:
    for model, pks in more:
        found.setdefault(model, set()).update(pk for pk in pks if pk is not None)


def _batches(pks: Collection[int]) -> Iterator[list[int]]:
    ordered = sorted(pks)
    for start in range(0, len(ordered), BATCH):
        yield ordered[start : start + BATCH]


def _standing_on(
    model: type[Record], pks: Collection[int]
) -> Iterator[tuple[type[Record], Iterable[int]]]:
    """Rows, and parts by whichever field."""
    for name in model.versioned_rows:
        relation = model._meta.get_field(name)
        rows = relation.related_model._base_manager.order_by()
        for some in _batches(pks):
            if isinstance(relation, GenericRelation):
                kind = ContentType.objects.get_for_model(model)
                told = {relation.content_type_field_name: kind}
                found = rows.filter(**told, **{f"{relation.object_id_field_name}__in": some})
            else:
                found = rows.filter(**{f"{relation.field.name}__in": some})
            yield relation.related_model, found.values_list("pk", flat=True)
    for part in exported_models():
        for name in part.page_fields if issubclass(part, Part) else ():
            if part._meta.get_field(name).related_model is model:
                for some in _batches(pks):
                    found = part._base_manager.order_by().filter(**{f"{name}__in": some})
                    yield part, found.values_list("pk", flat=True)


def _named_by(
    model: type[Record], pks: Collection[int]
) -> Iterator[tuple[type[Record], Iterable[int]]]:
    rows = model._base_manager.order_by()
    for column in columns_of(model):
        if column.target is None:
            continue
        for some in _batches(pks):
            if column.is_link:
                through = column.field.remote_field.through._base_manager.order_by()
                links = through.filter(**{f"{column.field.m2m_column_name()}__in": some})
                yield column.target, links.values_list(column.field.m2m_reverse_name(), flat=True)
            else:
                named = rows.filter(pk__in=some).values_list(column.field.attname, flat=True)
                yield column.target, named
    for generic in generic_fields(model):
        for some in _batches(pks):
            told = rows.filter(pk__in=some).values_list(generic.ct_field, generic.fk_field)
            for kind, pk in told:
                yield ContentType.objects.get_for_id(kind).model_class(), [pk]


def _old_addresses(found: Found) -> Iterator[tuple[type[Record], models.QuerySet]]:
    for model, pks in list(found.items()):
        if not issubclass(model, Page):
            continue
        for some in _batches(pks):
            uids = model._base_manager.filter(pk__in=some).values("uid")
            old = OldSlug._base_manager.filter(model=model._meta.label_lower, page_uid__in=uids)
            yield OldSlug, old.order_by().values_list("pk", flat=True)
