"""A record as the JSON that a version keeps: as Django's serialiser writes it, faster.

That one builds a query for every many-to-many field, also where the rows were read beforehand:
with 100,000 records in one import this is most of the work.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.encoding import is_protected_type

AT_ONCE = 1000  # keys in one query: SQLite takes 32,766 values at most

_to_json = DjangoJSONEncoder(ensure_ascii=False).encode


# By the name of a field and the primary key of a record: the primary keys that it is linked with.
Links = dict[str, dict[int, list[int]]]


def links_of(
    model: type[models.Model], names: Collection[str], records: list[models.Model], using: str
) -> Links:
    """One query for each many-to-many field, of keys alone."""
    found: Links = {}
    for field in model._meta.local_many_to_many:
        if field.name in names:
            here, there = field.m2m_column_name(), field.m2m_reverse_name()
            rows = field.remote_field.through._base_manager.using(using).order_by(there)
            by_record = found[field.name] = {}
            for start in range(0, len(records), AT_ONCE):
                pks = [record.pk for record in records[start : start + AT_ONCE]]
                for pk, other in rows.filter(**{f"{here}__in": pks}).values_list(here, there):
                    by_record.setdefault(pk, []).append(other)
    return found


def serialised(record: models.Model, names: Collection[str], links: Links) -> str:
    """Of the fields `names`."""
    kept = {field.name: _value(record, field) for field in _columns(type(record), frozenset(names))}
    kept |= {name: by_record.get(record.pk, []) for name, by_record in links.items()}
    return f"[{_to_json({'model': str(record._meta), 'pk': record.pk, 'fields': kept})}]"


@cache
def _columns(model: type[models.Model], names: frozenset[str]) -> list[models.Field]:
    return [field for field in model._meta.local_fields if field.name in names]


def _value(record: models.Model, field: models.Field):
    value = field.value_from_object(record)
    return value if is_protected_type(value) else field.value_to_string(record)
