"""How many rows several queries hold, asked of the database at once."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Count, IntegerField, QuerySet, Value


def count_all(*querysets: QuerySet) -> list[int]:
    """The number of rows of each, of whatever models, in one query."""
    if not querysets:
        return []
    first, *others = [_counted(queryset, number) for number, queryset in enumerate(querysets)]
    counts = dict(first.union(*others, all=True))  # a query that can hold nothing has no row
    return [counts.get(number, 0) for number in range(len(querysets))]


def _counted(queryset: QuerySet, number: int) -> QuerySet:
    """One row: the number of the query, and how many rows it holds."""
    numbered = queryset.order_by().values(query=Value(number, IntegerField()))
    return numbered.annotate(rows=Count("pk")).values_list("query", "rows")


def count_up_to(most: int, querysets: Sequence[QuerySet]) -> list[int]:
    """The same, but of each no more than `most` rows and one: the database stops there."""
    parts, params = [], []
    for queryset in querysets:
        cut = queryset.order_by().values("pk")[: most + 1]
        try:
            sql, values = cut.query.get_compiler(cut.db).as_sql()
        except EmptyResultSet:
            sql, values = "SELECT 1 WHERE 1 = 0", ()
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) AS rows_{len(parts)})")  # noqa: S608
        params += values
    if not parts:
        return []
    with connections[querysets[0].db].cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)
        return list(cursor.fetchone())
