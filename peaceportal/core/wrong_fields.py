"""A form that is sent back: what is wrong with it in one list, and which files it has lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django import forms
from django.contrib.admin.helpers import AdminErrorList
from django.utils.text import capfirst
from django.utils.translation import gettext as _


class Wrong(NamedTuple):
    """A sentence, the label of its field (with its row), and the id of the field."""

    address: str
    label: str
    sentence: str


class SaysWhatIsWrong:
    """For an admin: of a form that is refused."""

    def render_change_form(self, request, context, *args, **kwargs):
        form, rows = context["adminform"].form, context["inline_admin_formsets"]
        if context["errors"]:
            # The window in which it was typed still has the files of a preview.
            loses_files = not getattr(request, "is_preview", False)
            for one in (form, *_kept_rows(rows)) if loses_files else ():
                ask_for_files(one)
            context["errors"] = AdminErrorList(form, [group.formset for group in rows])
            context["wrong_fields"] = list(wrong_fields(form, rows))
        return super().render_change_form(request, context, *args, **kwargs)


def ask_for_files(form: forms.BaseForm) -> None:
    """No browser keeps a file for a form that it is sent back: say which to choose again."""
    for name, field in form.fields.items():
        file = form.files.get(form.add_prefix(name))
        if file and isinstance(field, forms.FileField) and name not in form.errors:
            sentence = _("Choose %(name)s again: files are not kept after an error.")
            form.add_error(name, sentence % {"name": file.name})


def wrong_fields(form: forms.BaseForm, rows: Iterable) -> Iterator[Wrong]:
    """In the order of the form; what is wrong with a whole form stands above it already."""
    yield from _of_form(form)
    for group in rows:
        for number, row in enumerate(group.formset.forms, start=1):
            yield from _of_form(row, f"{capfirst(group.opts.verbose_name)} {number}: ")


def _of_form(form: forms.BaseForm, before: str = "") -> Iterator[Wrong]:
    for name in form.fields:
        for sentence in form.errors.get(name, ()):
            field = form[name]
            yield Wrong(field.id_for_label or field.auto_id, f"{before}{field.label}", sentence)


def _kept_rows(rows: Iterable) -> Iterator[forms.BaseForm]:
    for group in rows:
        gone = group.formset.deleted_forms if group.formset.can_delete else []
        yield from (row for row in group.formset.forms if row not in gone)
