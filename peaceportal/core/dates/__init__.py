"""Dates that are exactly as precise as their source.

The value and its EDTF form live in `value`, what people may type in `english`, what they read
in `display`, the model field in `fields`, the form field in `forms`.
The notation is a subset of EDTF (ISO 8601-2:2019): days, months, years, decades, ranges, open
ranges and the qualifiers `~`, `?` and `%`.
"""

from peaceportal.core.dates.display import display, mark, moment_html, span_in_words, time_html
from peaceportal.core.dates.english import parse
from peaceportal.core.dates.fields import DatesInOrder, EDTFField, YearOf, overlapping
from peaceportal.core.dates.forms import EDTFFormField, EDTFInput
from peaceportal.core.dates.value import KEY_STEP, UNKNOWN, DateError, EDTFDate, Point

__all__ = [
    "KEY_STEP",
    "UNKNOWN",
    "DateError",
    "DatesInOrder",
    "EDTFDate",
    "EDTFField",
    "EDTFFormField",
    "EDTFInput",
    "Point",
    "YearOf",
    "display",
    "mark",
    "moment_html",
    "overlapping",
    "parse",
    "span_in_words",
    "time_html",
]
