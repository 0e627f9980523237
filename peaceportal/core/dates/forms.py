"""The form field of a date: says what may be typed, and echoes what it understood."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from peaceportal.core.dates.display import display, span_in_words
from peaceportal.core.dates.english import parse
from peaceportal.core.dates.value import UNKNOWN, DateError, EDTFDate

WHAT_MAY_BE_TYPED = gettext_lazy(
    "As exact as the source, no more: 27 July 1953, July 2024, 1945, 1990s, "
    "30 Nov – 1 Dec 2023, since 2008, until 1960, about 1953. Empty if unknown."
)
SHORT_HINT = gettext_lazy("As exact as the source. Empty if unknown.")


class EDTFInput(forms.TextInput):
    """A text input that says beneath itself how the date in it was understood."""

    template_name = "core/edtf_input.html"

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        widget = context["widget"]
        context["understood"] = understood(widget["value"] or "")
        if context["understood"] and widget["attrs"].get("id"):
            echo = f"{widget['attrs']['id']}_understood"
            described = widget["attrs"].get("aria-describedby", "")
            widget["attrs"] |= {"aria-describedby": f"{described} {echo}".strip()}
        return context


class EDTFFormField(forms.CharField):
    """Takes EDTF or plain English and gives an EDTFDate; raises ValidationError."""

    widget = EDTFInput

    def __init__(self, *, help_text="", **kwargs):
        super().__init__(help_text=help_text or WHAT_MAY_BE_TYPED, **kwargs)

    def prepare_value(self, value):
        if isinstance(value, EDTFDate):
            return in_english(value) if value else ""
        return value

    def to_python(self, value):
        if isinstance(value, EDTFDate):
            return value
        try:
            return parse(super().to_python(value))
        except DateError as error:
            raise ValidationError(str(error), code="date") from error

    def validate(self, value):
        if self.required and not value:
            raise ValidationError(self.error_messages["required"], code="required")

    def has_changed(self, initial, data):
        try:
            return self.to_python(initial or "") != self.to_python(data or "")
        except ValidationError:
            return True


def in_english(value: EDTFDate) -> str:
    """The words that `parse` reads, whatever language is active."""
    with override("en"):
        return display(value)


def understood(text: str) -> str:
    """“Understood as 2014: some time from 1 January 2014 to …”; empty if not at all."""
    try:
        value = parse(text)
    except DateError:
        return ""
    if value == UNKNOWN:
        return ""
    if value.is_by_day:
        return _("Understood as %(date)s.") % {"date": display(value)}
    in_doubt = any(point and point.is_qualified for point in (value.start, value.end))
    sentence = _("Understood as %(date)s: %(span)s.")
    if in_doubt:
        sentence = _("Understood as %(date)s: %(span)s, perhaps earlier or later.")
    return sentence % {"date": display(value), "span": span_in_words(value)}
