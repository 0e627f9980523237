"""What a cell of a workbook shows of the day that it keeps: a sheet keeps whole days alone."""

from __future__ import annotations

import re
from datetime import date

from django.utils.translation import gettext as _

from peaceportal.core.dates import EDTFDate
from peaceportal.core.imports.cells import Unreadable

# What a number format shows as it stands: quoted, escaped, spaced, in brackets; and AM/PM. A day
# written out in the file (ISO 8601) may have no format of its own: “General”, where `e` is no year.
LITERAL = re.compile(r'General|"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|AM/PM|A/P', re.IGNORECASE)
SIGNS = re.compile("y+|e+|b+|m+|d+|h+|s+")


def shown_date(value: date, number_format: str) -> date | EDTFDate | Unreadable:
    """Only as much of the day as the sheet shows: “July 1953” is kept as the first of July."""
    first_section = LITERAL.sub("", number_format).partition(";")[0]
    signs = SIGNS.findall(first_section.lower())
    has_day = any(sign in {"d", "dd"} for sign in signs)
    has_month = any(_is_month(signs, place) for place, _sign in enumerate(signs))
    if any(sign[0] in "yeb" for sign in signs):
        if has_day and has_month:
            return value
        return EDTFDate.single(value.year, value.month if has_month else None)
    if has_day or has_month:
        said = _("The sheet shows no year here. Write the whole date.")
        return Unreadable(value.strftime("%Y-%m-%d"), said)
    return value


def _is_month(signs: list[str], place: int) -> bool:
    """`m` and `mm` are minutes after hours and before seconds."""
    if signs[place][0] != "m":
        return False
    if len(signs[place]) > 2:
        return True
    before = signs[place - 1][0] if place else ""
    after = signs[place + 1][0] if place + 1 < len(signs) else ""
    return before != "h" and after != "s"
