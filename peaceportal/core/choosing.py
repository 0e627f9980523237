"""Choosing related records by typing: Django's autocomplete, for forms with many rows."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import ValidationError
from django.db import models

from peaceportal.core.publishing import Page


class Chosen:
    """Shows what is chosen; asks the database only for what the form has not read already."""

    known: dict[int, models.Model] = {}

    def optgroups(self, name, value, attr=None):
        can_be_empty = not self.is_required and not self.allow_multiple_selected
        options = [self.create_option(name, "", "", False, 0)] if can_be_empty else []
        for record in self.chosen(value):
            label = self.choices.field.label_from_instance(record)
            options.append(self.create_option(name, record.pk, label, True, len(options)))
        return [(None, options, 0)]

    def chosen(self, values: Iterable) -> Iterable[models.Model]:
        """The records with these primary keys; what is none, as in a mistyped address, is not."""
        key = self.choices.queryset.model._meta.pk
        pks = []
        for value in values:
            try:
                pks.append(key.clean(value, None))
            except ValidationError:
                continue
        if all(pk in self.known for pk in pks):
            return [self.known[pk] for pk in pks]
        return self.choices.queryset.using(self.db).filter(
            pk__in=[pk for pk in pks if pk <= models.BigIntegerField.MAX_BIGINT]
        )


def where_merged(record: models.Model) -> models.Model:
    """A form may be older than a merge: what it names is then what that page became."""
    return record.where_merged if isinstance(record, Page) else record


class ManyField(forms.ModelMultipleChoiceField):
    def clean(self, value):
        try:
            chosen = super().clean(value)
        except OverflowError as error:  # a number that SQLite cannot even look for
            message = self.error_messages["invalid_choice"] % {"value": "…"}
            raise ValidationError(message, code="invalid_choice") from error
        pks = {record.pk for record in chosen}
        now = {where_merged(record).pk for record in chosen}
        return chosen if now == pks else chosen.model._base_manager.filter(pk__in=now)


class OneField(forms.ModelChoiceField):
    def to_python(self, value):
        try:
            return where_merged(super().to_python(value))
        except OverflowError as error:  # as above
            message = self.error_messages["invalid_choice"]
            raise ValidationError(message, code="invalid_choice", params={"value": "…"}) from error


class ChosenOne(Chosen, AutocompleteSelect):
    pass


class ChosenMany(Chosen, AutocompleteSelectMultiple):
    """Each choice can be taken out; the sign that takes out all at once is on no keyboard."""

    def build_attrs(self, base_attrs, extra_attrs=None):
        return super().build_attrs(base_attrs, extra_attrs) | {"data-allow-clear": "false"}


class ChoosingForm(forms.ModelForm):
    """Tells its widgets which related records were read with its own."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            widget = getattr(field.widget, "widget", field.widget)  # inside the admin's wrapper
            if isinstance(widget, Chosen):
                widget.known = {record.pk: record for record in self._read_already(name)}

    def _read_already(self, name: str) -> list[models.Model]:
        field = self._meta.model._meta.get_field(name)
        if field.many_to_many:
            chosen = self.initial.get(name) or []
            return [record for record in chosen if isinstance(record, models.Model)]
        record = getattr(self.instance, name) if field.is_cached(self.instance) else None
        return [record] if record else []


class Choosing:
    """For admins and inlines: their `autocomplete_fields` use these widgets."""

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", ChosenOne(db_field, self.admin_site))
            kwargs.setdefault("form_class", OneField)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", ChosenMany(db_field, self.admin_site))
            kwargs.setdefault("form_class", ManyField)
        return super().formfield_for_manytomany(db_field, request, **kwargs)
