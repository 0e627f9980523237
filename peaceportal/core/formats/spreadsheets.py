"""Rows as CSV (RFC 4180), also for spreadsheets, which run what looks like a formula."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator

from django.http import HttpRequest, StreamingHttpResponse

FORMULA = re.compile(r"'*[=+\-@\t\r]")  # after any sign that was put before it already
BETWEEN = "|"


def cell(value) -> str:
    """A value as text that no spreadsheet runs."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value).replace("\0", "")
    return f"'{text}" if FORMULA.match(text) else text


def without_sign(text: str) -> str:
    """What `cell` was given."""
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text


def joined(values: Iterable[str]) -> str:
    """Several values in one cell; one that holds the sign between them has it as in addresses."""
    return BETWEEN.join(value.replace(BETWEEN, "%7C") for value in values)


def apart(value: str) -> str:
    """One value of a cell of several, as it was before they were joined."""
    return value.replace("%7C", BETWEEN)


class _Line:
    """What `csv` writes to: it gives back the line."""

    def write(self, line: str) -> str:
        return line


def lines(header: Iterable[str], pieces: Iterable[Iterable[dict]]) -> Iterator[bytes]:
    """The header at once, then the rows of each piece together."""
    header = list(header)
    writer = csv.writer(_Line())
    yield writer.writerow(header).encode()
    for rows in pieces:
        text = [writer.writerow([cell(row[name]) for name in header]) for row in rows]
        if text:
            yield "".join(text).encode()


def csv_answer(request: HttpRequest, name: str, content: Iterator[bytes]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(
        () if request.method == "HEAD" else content, content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
