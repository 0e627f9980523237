"""The text of a cell: without what nobody sees, and as a field keeps it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils.translation import gettext as _

from peaceportal.core.dates import EDTFDate
from peaceportal.core.imports.problems import Refused

# Zero-width signs that copying leaves at the ends of a text; within one, joiners are letters' own.
UNSEEN = "\ufeff\u200b\u2060\u200e\u200f\u200c\u200d\u00ad"
LINE_ENDS = re.compile("\r\n|[\r\u2028\u2029\u0085\v\f]")


@dataclass(frozen=True)
class Unreadable:
    """A cell of a workbook that says nothing certain: refused wherever it is read."""

    shown: str
    sentence: str


def text_of(value) -> str:
    """A cell of a spreadsheet as its text: a whole number without its “.0”, a day in figures."""
    if value is None:
        return ""
    if isinstance(value, EDTFDate):
        return value.edtf
    if isinstance(value, Unreadable):
        return value.shown
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def tidy(value) -> str:
    """One line: no space at its ends, single spaces within. Raises Refused."""
    return _bare(" ".join(_bare(_checked(_told(value))).split()))


def tidy_lines(value) -> str:
    """Its lines as they are, each ended by one line feed. Raises Refused."""
    return _bare(LINE_ENDS.sub("\n", _checked(_told(value))))


def _told(value) -> str:
    if isinstance(value, Unreadable):
        raise Refused(value.sentence)
    return text_of(value)


def _bare(text: str) -> str:
    kept = text.strip()
    while kept and (kept[0] in UNSEEN or kept[-1] in UNSEEN):
        kept = kept.strip(UNSEEN).strip()
    return kept


def _checked(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    for char in text:
        if unicodedata.category(char) == "Cc" and not char.isspace():
            raise Refused(
                _("It holds a control character (U+%(code)04X). Delete it, or type the text anew.")
                % {"code": ord(char)}
            )
    return unicodedata.normalize("NFC", text)
