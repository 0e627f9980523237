"""What the forms of every record have in common; the admins of the apps declare the rest."""

from __future__ import annotations

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from peaceportal.core.care_admin import Cared
from peaceportal.core.choosing import Choosing, ChoosingForm
from peaceportal.core.conflicts import Conflict, StopsOverwriting
from peaceportal.core.dates import EDTFField, EDTFInput
from peaceportal.core.dates.forms import SHORT_HINT, WHAT_MAY_BE_TYPED, EDTFFormField
from peaceportal.core.export_admin import Exports
from peaceportal.core.history_admin import Versioned
from peaceportal.core.links.showing import ShowsLinks
from peaceportal.core.listing import ListAdmin
from peaceportal.core.prose import ProseInput, with_nonce
from peaceportal.core.rich_text import RichTextField
from peaceportal.core.role_bound import RoleBound
from peaceportal.core.roles import is_out, out
from peaceportal.core.staff_files import StaffFileInput, StaffFiles
from peaceportal.core.wrong_fields import SaysWhatIsWrong

LONGEST_FILE_NAME = 200  # bytes; the storage adds some where a name is taken

BELOW = "below"  # of a section that stands beneath the rows of its form
FOLDED = "collapse"


def validate_file_name(file) -> None:
    """File systems count bytes: 255 in most, and a letter may take up to four."""
    if len(file.name.encode()) > LONGEST_FILE_NAME:
        raise ValidationError(_("The name of this file is too long. Rename it and add it again."))


REQUIRED = lazy(
    lambda: format_html(' <span class="required-mark">({})</span>:', _("required")), SafeString
)()


def must_be_filled(field: forms.Field) -> bool:
    """Not what may stay empty, nor a list in which something is always chosen."""
    if isinstance(field, forms.ModelChoiceField) or not isinstance(field, forms.ChoiceField):
        return field.required
    return field.required and any(not key for key, _words in field.choices)


class RowForm(ChoosingForm):
    """How to write a date is said by the form of the record: its rows only remind of it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if must_be_filled(field):
                field.label_suffix = REQUIRED
        for field in self._dates():
            if field.help_text == WHAT_MAY_BE_TYPED:
                field.help_text = SHORT_HINT

    def _dates(self) -> list[EDTFFormField]:
        return [field for field in self.fields.values() if isinstance(field, EDTFFormField)]


NOT_ALLOWED = _(
    "Only a publisher decides what readers see. Save this as a draft, or send it for review."
)


class RecordForm(RowForm):
    """How to write a date is said once, at the first."""

    may_publish = True  # whether whoever fills it in may

    def _moves_what_is_out(self) -> bool:
        """Whether what readers see lies beneath a page that goes elsewhere in its tree."""
        page = self.instance
        if "parent" not in self.changed_data or page.pk is None or not hasattr(page, "parent"):
            return False
        return type(page).objects.beneath([page]).filter(out(type(page))).exists()

    conflict: Conflict | None = None  # why it is not saved this time

    def _post_clean(self):
        super()._post_clean()
        if self.conflict:
            self.add_error(None, self.conflict.sentence)
        is_theirs = self.may_publish or self.errors
        if not is_theirs and (is_out(self.instance) or self._moves_what_is_out()):
            self.add_error(None, NOT_ALLOWED)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for first in self._dates()[:1]:
            own = "" if first.help_text == SHORT_HINT else first.help_text
            first.help_text = format_lazy("{} {}", own, WHAT_MAY_BE_TYPED)


class MomentInput(forms.DateTimeInput):
    """The browser's own: one control, which its label names and every phone knows."""

    input_type = "datetime-local"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class Editing(Choosing):
    """How fields are edited, on a record's own page and in rows."""

    form = RowForm
    formfield_overrides = {
        EDTFField: {"widget": EDTFInput(attrs={"size": 30, "class": "edtf"})},
        RichTextField: {"widget": ProseInput},
        models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 4})},
        models.DateTimeField: {"form_class": forms.DateTimeField, "widget": MomentInput},
        models.FileField: {"widget": StaffFileInput, "validators": [validate_file_name]},
        models.ImageField: {"widget": StaffFileInput, "validators": [validate_file_name]},
    }
    # By field, where those who fill in a form need other words than those who read the model.
    labels: dict = {}
    help_texts: dict = {
        "sources": _("Where this comes from. Type a title to find a source, or press + to add one.")
    }

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            field.label = self.labels.get(db_field.name, field.label)
            field.help_text = self.help_texts.get(db_field.name, field.help_text)
        return field


class RecordAdmin(
    Cared,
    ShowsLinks,
    RoleBound,
    Versioned,
    StopsOverwriting,
    SaysWhatIsWrong,
    StaffFiles,
    Exports,
    Editing,
    ListAdmin,
):
    """`fieldsets` are the record's own; who may read it, and what it says of itself, come after."""

    form = RecordForm
    publication_fields: tuple = ()
    rare_fields: tuple[str, ...] = ()
    rare_title = _("Language")
    # Nobody edits these.
    told_fields: tuple[str, ...] = ("uid",)

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), *self.told_fields]

    def get_fieldsets(self, request, obj=None):
        """Folded sections hold one field a line: only so do they open for an error in it."""
        fieldsets = [*super().get_fieldsets(request, obj)]
        folded = [BELOW, FOLDED]
        if self.publication_fields:
            shown = {"classes": [BELOW], "fields": self.publication_fields}
            fieldsets.append((_("Publication"), shown))
        if self.rare_fields:
            rare = {"classes": folded, "fields": self.rare_fields}
            fieldsets.append((self.rare_title, rare))
        if obj is not None:
            told = {"classes": folded, "fields": self.told_fields}
            fieldsets.append((_("About this record"), told))
        return fieldsets

    def get_changeform_initial_data(self, request):
        """Of what the address of an add form suggests, what its fields can read."""
        readable = {}
        for name, value in super().get_changeform_initial_data(request).items():
            try:
                field = self.opts.get_field(name).formfield()
                readable[name] = field.clean(value)
            except (AttributeError, FieldDoesNotExist, OverflowError, ValidationError):
                continue
        return readable

    def render_change_form(self, request, context, *args, **kwargs):
        context["media"] = with_nonce(context["media"], request)
        return super().render_change_form(request, context, *args, **kwargs)


class Kept:
    """Nothing is lost: what visitors may have read is never deleted."""

    def has_delete_permission(self, request, obj=None):
        return False
