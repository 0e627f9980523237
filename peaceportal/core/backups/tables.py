"""What is counted, compared and copied of a database: the tables of its models."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from django.apps import apps
from django.db import connection, models

from peaceportal.core.backups.problems import Refused

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


def facts(cursor, existing: set[str]) -> dict:
    """The migrations, the number of rows of each table and the files that rows name (`named`).

    They are asked of any cursor to a copy. `existing` are its tables: newer code may not have
    brought it up to date yet.
    """
    if "django_migrations" not in existing:
        raise Refused("There is no site in this database yet. See DATABASE_URL.")
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
    migrations = [list(row) for row in cursor.fetchall()]
    names = {model._meta.db_table for model in kept_models()} & existing
    counts = count(cursor, sorted(names))
    return {"migrations": migrations, "counts": counts, "named": _files(cursor, existing)}


def _files(cursor, existing: set[str]) -> set[str]:
    found: set[str] = set()
    for model in kept_models():
        for field in columns(model):
            table = model._meta.db_table
            if table not in existing or not isinstance(field, models.FileField):
                continue
            cursor.execute(f'SELECT * FROM "{table}" LIMIT 0')  # noqa: S608
            if field.column in {column[0] for column in cursor.description}:  # of older code
                cursor.execute(f'SELECT DISTINCT "{field.column}" FROM "{table}"')  # noqa: S608
                found.update(name for (name,) in cursor.fetchall() if name)
    return found


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
