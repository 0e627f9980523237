"""Words of a fixed list, held by the database as well as by forms."""

from __future__ import annotations

from django.db import models


class VocabularyField(models.CharField):
    """One of `choices` and nothing else: the column has a check of its own."""

    # A changed vocabulary is a changed check, so migrations must not pass over it.
    non_db_attrs = tuple(name for name in models.CharField.non_db_attrs if name != "choices")

    def __init__(self, *args, **kwargs):
        kwargs["max_length"] = 30
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, args, kwargs

    def db_check(self, connection):
        column = connection.ops.quote_name(self.column)
        words = ", ".join(f"'{word}'" for word, _label in self.flatchoices)
        return f"{column} IN ({words})"
