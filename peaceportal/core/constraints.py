"""Rules that the database holds, and that forms say beside the field that breaks them."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models

# What PostgreSQL can hold; SQLite alone would take more, and could then not move.
LARGEST_SMALL_INTEGER = 32_767
LARGEST_INTEGER = 2_147_483_647


class FieldCheck(models.CheckConstraint):
    """A check constraint whose sentence stands beside the field `beside` of a form."""

    def __init__(self, *, beside: str, **kwargs):
        self.beside = beside
        super().__init__(**kwargs)

    def deconstruct(self):
        path, args, kwargs = super().deconstruct()
        return path, args, kwargs | {"beside": self.beside}

    def validate(self, model, instance, exclude=None, using="default"):
        try:
            super().validate(model, instance, exclude, using)
        except ValidationError as error:
            if exclude and self.beside in exclude:
                raise
            raise ValidationError({self.beside: error.messages}) from error
