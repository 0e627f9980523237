"""Text as XML and iCalendar can hold it."""

import re

# What XML 1.0 (section 2.2) cannot hold, not even escaped; iCalendar (RFC 5545, 3.1) still less.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def plain(text: str) -> str:
    """`text` with line feeds alone to end its lines, and without what cannot be written."""
    return UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """`text` with every run of white space as one blank."""
    return " ".join(plain(text).split())
