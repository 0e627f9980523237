"""What staff say of a file that they bring in."""

from __future__ import annotations

from pathlib import Path

from django import forms
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from peaceportal.core.imports.desk import MOST_BYTES, may_create_missing, statuses_for
from peaceportal.core.imports.shapes import Shape
from peaceportal.core.publishing import Status

MOST_OF_MAPPING = 200_000  # bytes
LONGEST_NAME = 200
TABLES = {".csv", ".tsv", ".txt", ".xlsx", ".xlsm"}


class ChoicesForm(forms.Form):
    create_missing = forms.BooleanField(
        label=gettext_lazy("Create organisations and places that are not here yet"),
        help_text=gettext_lazy("As drafts. Areas of work are never created."),
        required=False,
    )
    skip_bad_rows = forms.BooleanField(
        label=gettext_lazy("Leave out rows that cannot be taken"),
        help_text=gettext_lazy("Otherwise one of them means that nothing is imported."),
        required=False,
    )
    status = forms.ChoiceField(
        label=gettext_lazy("Status of new records"),
        help_text=gettext_lazy("Records that are here already keep theirs."),
        required=False,
    )

    def __init__(self, *args, user, shape: Shape, **kwargs):
        super().__init__(*args, **kwargs)
        allowed = [(word, Status(word).label) for word in statuses_for(user)]
        unsaid = _("draft, unless the mapping says otherwise")
        self.fields["status"].choices = [("", unsaid), *allowed]
        if not may_create_missing(user, shape):
            del self.fields["create_missing"]

    @property
    def told(self) -> dict:
        """The fields of an upload."""
        return {"create_missing": False} | {
            name: self.cleaned_data[name]
            for name in ChoicesForm.base_fields
            if name in self.cleaned_data
        }


class UploadForm(ChoicesForm):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("A table as CSV or XLSX, with the names of the columns first."),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("This file is empty. Choose another one."),
        },
        widget=forms.FileInput(attrs={"accept": ",".join(sorted(TABLES))}),
    )
    mapping = forms.FileField(
        label=gettext_lazy("Mapping"),
        help_text=gettext_lazy(
            "Only if its columns are not ours: a text file (TOML) that says what each means."
        ),
        error_messages={"empty": gettext_lazy("This mapping is empty. Choose another one.")},
        widget=forms.FileInput(attrs={"accept": ".toml"}),
        required=False,
    )
    field_order = ("file", "mapping")

    def clean_file(self):
        file = self._named(self.cleaned_data["file"])
        if Path(file.name).suffix.lower() not in TABLES:
            said = _("Choose a file of the kind CSV or XLSX: save yours as one in a spreadsheet.")
            raise ValidationError(said)
        return self._at_most(file, MOST_BYTES)

    def clean_mapping(self):
        file = self.cleaned_data["mapping"]
        return file and self._at_most(self._named(file), MOST_OF_MAPPING)

    def _named(self, file):
        if len(file.name) > LONGEST_NAME:
            raise ValidationError(_("The name of this file is too long. Rename it, and try again."))
        return file

    def _at_most(self, file, most: int):
        if file.size > most:
            said = _(
                "This file has %(size)s, and %(most)s are the most. Divide it, or ask whoever runs "
                "the site to bring it in with the command for imports."
            )
            told = {"size": filesizeformat(file.size), "most": filesizeformat(most)}
            raise ValidationError(said % told)
        return file
