"""How many rows several queries hold, asked of the database at once."""

from __future__ import annotations

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
