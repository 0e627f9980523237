"""Rows on the form of a record: what belongs to it, edited in place."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.contenttypes.admin import GenericStackedInline
from django.contrib.contenttypes.forms import BaseGenericInlineFormSet
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext_lazy as _

from peaceportal.core.editing import FOLDED, Editing
from peaceportal.core.identifiers import Identifier
from peaceportal.core.publishing import Status

WHO_SEES_A_ROW = _(
    "Published: visitors see it once the whole page is seen. Draft: only staff see it."
)


class ConstraintSentences:
    """Two rows of one form that a constraint forbids: said in the words of the constraint."""

    def get_unique_error_message(self, unique_check):
        for constraint in self.model._meta.total_unique_constraints:
            if set(constraint.fields) == set(unique_check):
                return constraint.violation_error_message
        return super().get_unique_error_message(unique_check)


class RowFormSet(ConstraintSentences, BaseInlineFormSet):
    pass


class OrderedRowFormSet(RowFormSet):
    """Rows with a number for their order: a new row comes last, unless told otherwise."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        if form.instance.pk is None:
            taken = [row.order for row in self.get_queryset()]
            form.fields["order"].initial = max(taken, default=0) + 1
        form.fields["order"].help_text = _("The lowest number stands first.")


class GenericRowFormSet(ConstraintSentences, BaseGenericInlineFormSet):
    pass


class RowInline(Editing):
    """Rows on the form of their page. What they relate to is read once for all of them."""

    extra = 0
    formset = RowFormSet
    add_text = ""  # on the button that adds a row

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        if db_field.name == "status":  # a part is seen only with its page: that one decides
            kwargs["initial"] = Status.PUBLISHED
            kwargs["help_text"] = WHO_SEES_A_ROW
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def row_name(self, row) -> str:
        """The heading of a stored row. It may name what `autocomplete_fields` choose."""
        return str(row)

    def get_queryset(self, request):
        fields = [self.opts.get_field(name) for name in self.autocomplete_fields]
        one = [field.name for field in fields if not field.many_to_many]
        many = [field.name for field in fields if field.many_to_many]
        rows = super().get_queryset(request).prefetch_related(*many)
        return rows.select_related(*one) if one else rows


class StackedRows(RowInline, admin.StackedInline):
    show_change_link = True


class IdentifierInline(RowInline, GenericStackedInline):
    model = Identifier
    formset = GenericRowFormSet
    classes = (FOLDED,)
    add_text = _("Add an identifier")
    fields = (("scheme", "value"),)
