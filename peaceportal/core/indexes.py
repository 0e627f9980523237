"""Indexes that serve an order on both databases."""

from __future__ import annotations

from django.db import models
from django.db.models.expressions import OrderBy


class OrderIndex(models.Index):
    """An index in the order of a list, unknown values last.

    PostgreSQL uses it only if it says NULLS LAST as the query does. SQLite takes no such word in
    an index, and needs none: it holds NULL for the smallest value.
    """

    def create_sql(self, model, schema_editor, using="", **kwargs):
        if schema_editor.connection.vendor != "sqlite":
            return super().create_sql(model, schema_editor, using, **kwargs)
        columns = self.fields or [_column(expression) for expression in self.expressions]
        plain = models.Index(fields=columns, name=self.name)
        return plain.create_sql(model, schema_editor, using, **kwargs)


def _column(expression) -> str:
    if isinstance(expression, OrderBy):
        return f"{'-' if expression.descending else ''}{expression.expression.name}"
    return expression.name
