"""Many rows of a table that holds no records: `bulk_create` makes an object of each first, which
takes ten times as long.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connections, models


def insert(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence], using: str
) -> None:
    """`rows` are values in the order of `names`, which are all columns but an automatic key."""
    connection = connections[using]
    fields = [model._meta.get_field(name) for name in names]
    prepared = [
        [
            field.get_db_prep_save(value, connection)
            for field, value in zip(fields, row, strict=True)
        ]
        for row in rows
    ]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(sql, prepared)
