"""A new name of what readers know by another: a correction, or what it is called from now on?

Asked in the form of a page before it is saved. Imports and commands are not asked.
"""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from peaceportal.core.dates import EDTFDate, EDTFInput
from peaceportal.core.dates.forms import EDTFFormField
from peaceportal.core.folding import fold
from peaceportal.core.states import PageForm

CORRECTION, RENAMED = "correction", "renamed"


class RenamingForm(PageForm):
    """Asks beside the name; what differs in case, spaces or signs alone is presumed corrected."""

    renaming = forms.ChoiceField(
        label=gettext_lazy("Why it is called otherwise"),
        required=False,
        choices=[(CORRECTION, ""), (RENAMED, "")],
        widget=forms.RadioSelect,
    )
    renamed_on = EDTFFormField(
        label=gettext_lazy("Called so from"),
        required=False,
        widget=EDTFInput(attrs={"size": 30, "class": "edtf"}),
        help_text=gettext_lazy(
            "When it changed its name, for example 2019, May 2019 or 3 May 2019."
        ),
    )

    former_name = ""

    def _dates(self):
        """Those that may be ranges: of this one its own words say what may be typed."""
        return [date for date in super()._dates() if date is not self.fields.get("renamed_on")]

    def clean_renamed_on(self):
        """“Since 2019” says that it changed in 2019; “until 2019” does not say when."""
        date = self.cleaned_data["renamed_on"]
        if date and date.start is None:
            raise ValidationError(
                _("Write when it changed its name, for example 2019 or 3 May 2019.")
            )
        return EDTFDate(date.start, date.start) if date and date.end is None else date

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.names_have_dates:
            del self.fields["renamed_on"]
        asks, told = self.fields["renaming"], {"name": self.former_name}
        asks.choices = [
            (CORRECTION, _("It corrects a mistake: “%(name)s” is dropped.") % told),
            (
                RENAMED,
                _("It changed its name: “%(name)s” is kept, and a search for it still finds.")
                % told,
            ),
        ]
        asks.help_text = _(
            "Its address, %(address)s, stays the same. You may change it under “Address and "
            "language”: the old one then leads to the new one."
        ) % {"address": self.instance.get_absolute_url()}
        self.is_answered = bool(self.data.get("renaming"))
        if not self.is_answered and fold(self.data.get("name", "")) == fold(self.former_name):
            self.data = self.data.copy()
            self.data["renaming"] = CORRECTION

    def clean(self):
        told = super().clean()
        if "name" in self.errors:
            return told
        if not self.is_answered and "renaming" not in self.errors:
            self.add_error(
                "renaming",
                _("Readers know this as “%(name)s”. Say why the name is another now, and save.")
                % {"name": self.former_name},
            )
        elif told.get("renaming") == CORRECTION and told.get("renamed_on"):
            said = _("A correction has no date. Empty this, or say that it changed its name.")
            self.add_error("renamed_on", said)
        return told


class Renames(admin.ModelAdmin):
    """For the admin of pages with a name, in the field `name`."""

    def former_name(self, request, obj) -> str:
        """The name that readers know and that this request changes; empty if it changes none."""
        if not hasattr(request, "former_name"):  # asked again after the form has changed `obj`
            typed = request.POST.get("name", "").strip()
            is_asked = obj is not None and obj.was_public() and bool(obj.other_name_kinds())
            is_asked = is_asked and not getattr(request, "is_preview", False)
            request.former_name = obj.name if is_asked and typed and typed != obj.name else ""
        return request.former_name

    def get_form(self, request, obj=None, change=False, **kwargs):
        former_name = self.former_name(request, obj)
        if former_name:
            kwargs["form"] = RenamingForm
        form = super().get_form(request, obj, change, **kwargs)
        form.former_name = former_name
        return form

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if not self.former_name(request, obj):
            return fieldsets
        asked = ("renaming", "renamed_on") if obj.names_have_dates else ("renaming",)
        return [
            (title, {**options, "fields": _after_name(options["fields"], asked)})
            for title, options in fieldsets
        ]

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if form.cleaned_data.get("renaming") == RENAMED:
            page, until = form.instance, form.cleaned_data.get("renamed_on", "")
            row = page.keep_name(form.former_name, language=page.language, until=until)
            if row is None:
                page.save()


def _after_name(fields, asked: tuple[str, ...]) -> list:
    return [one for name in fields for one in ((name, *asked) if name == "name" else (name,))]
