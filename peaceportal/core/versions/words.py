"""What versions hold, in words: no primary key, no markup, no code of a vocabulary."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from peaceportal.core.dates import EDTFField
from peaceportal.core.publishing import Part
from peaceportal.core.rich_text import RichTextField, plain_text
from peaceportal.core.standing import moment
from peaceportal.core.versions.snapshots import Kept, shown_fields

# Fields that name the record in which they are, where it has any of them.
NAMING = {"title", "name", "scheme", "value"}


class Words:
    """Reads the names of all that some records relate to: one query a model."""

    def __init__(self, kept: Iterable[Kept]):
        wanted: dict[type[models.Model], set[int]] = defaultdict(set)
        for record in kept:
            for field in shown_fields(record.model):
                if field.is_relation:
                    value = record.fields.get(field.name)
                    wanted[field.related_model] |= set(_many(value))
        self.names = {
            model: {row.pk: str(row) for row in model._base_manager.filter(pk__in=pks)}
            for model, pks in wanted.items()
        }

    def value(self, field: models.Field, stored: Any) -> str | tuple[str, ...]:
        """A text, or the texts of a list; empty where nothing was written."""
        if field.is_relation:
            names = tuple(self._name(field, pk) for pk in _many(stored))
            return tuple(sorted(names)) if field.many_to_many else "".join(names)
        if stored in (None, ""):
            return ""
        if isinstance(field, EDTFField):
            return str(field.to_python(stored))
        if isinstance(field, RichTextField):
            return plain_text(stored)
        if isinstance(field, models.BooleanField):
            return _("yes") if stored else _("no")
        if isinstance(field, models.DateTimeField):
            return moment(parse_datetime(stored))
        if field.choices:
            return str(dict(field.flatchoices).get(stored, stored))
        return str(stored)

    def _name(self, field: models.Field, pk: int) -> str:
        return self.names[field.related_model].get(pk) or _("(no longer there)")

    def title(self, row: Kept, owner: type[models.Model] | None = None) -> str:
        """What tells a row from the others: its own name, or what else it relates to, and as what.

        `owner` is the model of the record that it belongs to, which need not be named.
        """
        told: dict[str, list[str]] = {"named": [], "related": [], "as": []}
        for field in shown_fields(row.model):
            value = self.value(field, row.fields.get(field.name))
            if not value or field.many_to_many:
                continue
            if field.name in NAMING or (field.name == "text" and issubclass(row.model, Part)):
                told["named"].append(value)
            elif field.many_to_one and field.related_model is not owner:
                told["related"].append(value)
            elif field.choices:
                told["as"].append(value)
        found = told["named"] or [*told["related"], *told["as"][:1]]
        return Truncator(" – ".join(found)).chars(120)


def _many(value: Any) -> list[int]:
    if value in (None, ""):
        return []
    return value if isinstance(value, list) else [value]


def label(field: models.Field) -> str:
    return capfirst(str(field.verbose_name))
