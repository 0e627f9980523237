"""The date that the cells of a row tell: as exact as they are, and never more."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from peaceportal.core.dates import UNKNOWN, DateError, EDTFDate, Point, parse
from peaceportal.core.imports.cells import tidy
from peaceportal.core.imports.mapping import DateMapping
from peaceportal.core.imports.problems import Refused, listed

MONTH_SIGNS = ("%m", "%b", "%B", "%j")
DAY_SIGNS = ("%d", "%j")
# Figures beside figures: without the zero in front, 01112024 would read as 11 January.
TOUCHING = re.compile(r"%[dmjYyHIMS]%[dmjYyHIMS]")


def date_of(name: str, mapping: DateMapping, cells: dict, text) -> EDTFDate:
    """`text` gives the tidy text of a column, empty where it means none. Raises Refused."""
    precision = _precision(name, mapping, cells, text)
    start = _read(mapping, mapping.column, cells, text, precision)
    if not mapping.end_column:
        return start
    end = _read(mapping, mapping.end_column, cells, text, precision)
    for value, column in ((start, mapping.column), (end, mapping.end_column)):
        if value and not value.is_single:
            said = _("This has two ends already, and there is a column for the end. Leave one.")
            raise Refused(said, column, text(column))
    if not end:
        return start
    try:
        return EDTFDate(start.start, end.end)
    except DateError as error:
        value = f"{text(mapping.column)} – {text(mapping.end_column)}"
        raise Refused(str(error), mapping.end_column, value) from error


def _precision(name: str, mapping: DateMapping, cells: dict, text) -> str:
    if not mapping.precision_column:
        return mapping.precision
    text(mapping.precision_column)  # says where it cannot be read
    word = tidy(cells.get(mapping.precision_column))  # also one that means “nothing” elsewhere
    if word in mapping.precisions:
        return mapping.precisions[word]
    if not text(mapping.column) and not (mapping.end_column and text(mapping.end_column)):
        return ""  # no date, so nothing that could be exact
    said = _("This is no precision that the mapping knows. [%(where)s] has %(words)s: add it.")
    where = f"dates.{name}.precisions"
    said %= {"where": where, "words": listed(mapping.precisions)}
    raise Refused(said, mapping.precision_column, word)


def _read(mapping: DateMapping, column: str, cells: dict, text, precision: str) -> EDTFDate:
    written = text(column)
    if not written or precision == "unknown":
        return UNKNOWN
    cell = cells.get(column)
    try:
        if isinstance(cell, EDTFDate):  # as exact as a workbook shows it
            value = cell
        elif isinstance(cell, datetime | date):
            value = EDTFDate.single(cell.year, cell.month, cell.day)
        elif mapping.format:
            value = _by_format(written, mapping.format)
        else:
            value = parse(written)
        ends = [_as_exact(mapping, point, precision) for point in (value.start, value.end)]
        return EDTFDate(*ends)
    except DateError as error:
        raise Refused(_of_spreadsheets(written) or str(error), column, written) from error


def _of_spreadsheets(written: str) -> str:
    """What is said of that which only programs write for a date."""
    if re.fullmatch(r"\d{5}([.]\d+)?", written):
        return _(
            "This seems a spreadsheet’s day number. Format the cell as a date, and save again."
        )
    if re.fullmatch(r"0+([-/.]0+){2}", written):
        return _(
            "This is no date. Leave the cell empty if it is unknown, or name what stands there in "
            "“missing” of a mapping."
        )
    return ""


def _by_format(written: str, form: str) -> EDTFDate:
    example = datetime(1953, 7, 27).strftime(form)
    try:
        if TOUCHING.search(form) and len(written) != len(example):
            raise ValueError(written)
        read = datetime.strptime(written, form)
    except ValueError as error:
        raise DateError(
            _(
                "This is no date in the form %(format)s that the mapping gives, for example "
                "%(example)s. Write it so, or leave it empty if unknown."
            )
            % {"format": form, "example": example}
        ) from error
    signs = form.replace("%%", "")
    has_day = any(sign in signs for sign in DAY_SIGNS)
    has_month = any(sign in signs for sign in MONTH_SIGNS)
    return EDTFDate.single(
        read.year, read.month if has_month else None, read.day if has_day else None
    )


def _as_exact(mapping: DateMapping, point: Point | None, precision: str) -> Point | None:
    """Only ever less exact than it was written."""
    if point is None:
        return None
    if mapping.day_one and point.day == 1:
        point = replace(point, day=None)
    if precision == "month":
        return replace(point, day=None)
    if precision == "year":
        return point if point.is_decade else replace(point, month=None, day=None)
    if precision == "decade":
        first = point.year - point.year % 10
        return replace(point, year=first, month=None, day=None, is_decade=True)
    return point
