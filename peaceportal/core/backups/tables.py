"""What is counted, compared and copied of a database: the tables of its models."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from django.apps import apps
from django.db import connection, models

# Nobody misses a session, and each database has a search index of its own, made from the records.
LEFT_BEHIND = {"sessions.session", "core.searchentry", "core.searchword"}


def kept_models() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
        and not model._meta.proxy
        and model._meta.label_lower not in LEFT_BEHIND
    ]


def facts(cursor) -> dict:
    """The migrations and the number of rows of each table, asked of any cursor to a copy."""
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
    migrations = [list(row) for row in cursor.fetchall()]
    names = sorted(model._meta.db_table for model in kept_models())
    return {"migrations": migrations, "counts": count(cursor, names)}


def count(cursor, tables: Iterable[str]) -> dict[str, int]:
    counted = {}
    for table in tables:
        cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - names of our models
        counted[table] = cursor.fetchone()[0]
    return counted


def columns(model: type[models.Model]) -> list[models.Field]:
    return [field for field in model._meta.concrete_fields if not field.generated]


def rows(model: type[models.Model], using: str = "default") -> Iterator[tuple]:
    """The values of every row as Python knows them, a thousand in memory."""
    plain = models.QuerySet(model, using=using).order_by("pk")
    return plain.values_list(*(field.attname for field in columns(model))).iterator(1000)


def digest(model: type[models.Model], using: str = "default") -> str:
    """The same for the same rows, on either database and in whichever order they come."""
    fields, total = columns(model), 0
    for row in rows(model, using):
        values = [
            field.value_to_string(_holding(model, field, value))
            for field, value in zip(fields, row, strict=True)
        ]
        total += int.from_bytes(hashlib.sha256(repr(values).encode("utf-8", "replace")).digest())
    return f"{total % (1 << 256):064x}"


def digests(using: str = "default") -> dict[str, str]:
    return {model._meta.label_lower: digest(model, using) for model in kept_models()}


def _holding(model, field, value):
    one = model.__new__(model)
    one.__dict__[field.attname] = value
    return one


def existing() -> set[str]:
    """The tables that the default database has."""
    with connection.cursor() as cursor:
        return set(connection.introspection.table_names(cursor))
