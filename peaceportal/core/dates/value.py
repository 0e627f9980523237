"""The value of a date and its EDTF form (a subset of ISO 8601-2:2019)."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.dates import MONTHS
from django.utils.translation import gettext as _

QUALIFIERS = {"~": (True, False), "?": (False, True), "%": (True, True)}
POINT = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d{2})(?:-(?P<day>\d{2}))?)?(?P<qualifier>[~?%]?)"
    r"|(?P<decade>\d{3})X(?P<decade_qualifier>[~?%]?)",
    re.ASCII,
)

# One step of the day a date begins outweighs any difference in the day it ends.
KEY_STEP = 4_000_000


class DateError(ValueError):
    """A date that cannot be taken; its text says what to write instead."""


@dataclass(frozen=True)
class Point:
    """A day, a month, a year or a decade, perhaps about, perhaps uncertain.

    `year` is 1 to 9999; of a decade it is the first year, 10 to 9990.
    """

    year: int
    month: int | None = None
    day: int | None = None
    is_decade: bool = False
    is_about: bool = False
    is_uncertain: bool = False

    def __post_init__(self):
        if self.is_decade and (self.year % 10 or self.month or self.day):
            raise DateError(_("A decade begins in a year that ends in 0, and has no month."))
        if not 1 <= self.year <= 9999:
            raise DateError(
                _("Years run from 0001 to 9999. Write the year with four digits, as 1945.")
            )
        if self.day is not None and self.month is None:
            raise DateError(_("A day needs its month. Write for example 27 July 1953."))
        if self.month is not None and not 1 <= self.month <= 12:
            raise DateError(
                _(
                    "There is no month %(month)d. Months are 01 to 12: "
                    "write for example %(year)04d-07 or “July %(year)04d”."
                )
                % {"month": self.month, "year": self.year}
            )
        if self.day is not None and not 1 <= self.day <= monthrange(self.year, self.month)[1]:
            raise DateError(
                _(
                    "%(day)d %(month)s %(year)04d does not exist: that month has %(last)d days. "
                    "Correct the day, or write the month alone."
                )
                % {
                    "day": self.day,
                    "month": MONTHS[self.month],
                    "year": self.year,
                    "last": monthrange(self.year, self.month)[1],
                }
            )

    @property
    def earliest(self) -> date:
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date:
        year = self.year + 9 if self.is_decade else self.year
        month = self.month or 12
        return date(year, month, self.day or monthrange(year, month)[1])

    @property
    def is_qualified(self) -> bool:
        return self.is_about or self.is_uncertain

    @property
    def plain(self) -> str:
        """The EDTF form without its qualifier."""
        if self.is_decade:
            return f"{self.year // 10:03d}X"
        parts = [f"{self.year:04d}"]
        parts += [f"{part:02d}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts)

    @property
    def edtf(self) -> str:
        marks = {flags: mark for mark, flags in QUALIFIERS.items()}
        return self.plain + marks.get((self.is_about, self.is_uncertain), "")


@dataclass(frozen=True)
class EDTFDate:
    """A point in time, a range of two points, a range open at one end, or unknown.

    A single point stands at both ends. An end that is None is open; both None is unknown,
    and only that is false. `str()` gives the words of the active language.
    """

    start: Point | None = None
    end: Point | None = None

    def __post_init__(self):
        if self.start and self.end and self.start.earliest > self.end.latest:
            raise DateError(
                _(
                    "This range runs backwards: %(start)s comes after %(end)s. Write the earlier "
                    "date first, and the year at both ends where the years differ."
                )
                % {
                    "start": EDTFDate(self.start, self.start),
                    "end": EDTFDate(self.end, self.end),
                }
            )

    def __bool__(self):
        return self.start is not None or self.end is not None

    def __str__(self):
        from peaceportal.core.dates.display import display

        return display(self)

    @classmethod
    def from_edtf(cls, text: str) -> EDTFDate:
        """Read a stored EDTF string; the empty string is unknown. Raises DateError."""
        if text == "":
            return UNKNOWN
        head, slash, tail = text.partition("/")
        if not slash:
            point = point_from_edtf(text)
            return cls(point, point)
        if head == tail == "..":
            raise DateError(
                _("A range that is open at both ends says nothing. Leave the date empty instead.")
            )
        return cls(
            None if head == ".." else point_from_edtf(head),
            None if tail == ".." else point_from_edtf(tail),
        )

    @classmethod
    def single(cls, year: int, month: int | None = None, day: int | None = None) -> EDTFDate:
        """One unqualified day, month or year."""
        point = Point(year, month, day)
        return cls(point, point)

    @property
    def edtf(self) -> str:
        """The stored form; empty if unknown."""
        if not self:
            return ""
        if self.start == self.end:
            return self.start.edtf
        return "/".join(point.edtf if point else ".." for point in (self.start, self.end))

    @property
    def earliest(self) -> date | None:
        """The first day it may mean; None where it is open or unknown."""
        return self.start.earliest if self.start else None

    @property
    def latest(self) -> date | None:
        """The last day it may mean; None where it is open or unknown."""
        return self.end.latest if self.end else None

    @property
    def is_single(self) -> bool:
        return self.start is not None and self.start == self.end

    @property
    def is_plain(self) -> bool:
        """Closed and unqualified: fit for machines that know no doubt."""
        return bool(
            self.start and self.end and not self.start.is_qualified and not self.end.is_qualified
        )

    @property
    def is_by_day(self) -> bool:
        """Whether both its ends are days."""
        return bool(self.start and self.end and self.start.day and self.end.day)

    @cached_property
    def key(self) -> int | None:
        """The place in a timeline; None if unknown.

        Day number of the earliest day (0 if open) × 4,000,000 + (4,000,000 − day number of the
        latest day, or of 9999-12-31 if open): of two dates with one beginning the longer is first.
        """
        if not self:
            return None
        first = self.earliest.toordinal() if self.earliest else 0
        last = (self.latest or date.max).toordinal()
        return first * KEY_STEP + (KEY_STEP - last)

    def overlaps(self, after: date | None, before: date | None) -> bool:
        """Whether any day of it lies from `after` to `before`, both included.

        None is no bound. An unknown date lies only where there is none.
        """
        if not self:
            return after is None and before is None
        starts_in_time = before is None or self.earliest is None or self.earliest <= before
        ends_in_time = after is None or self.latest is None or self.latest >= after
        return starts_in_time and ends_in_time


UNKNOWN = EDTFDate()


def point_from_edtf(text: str) -> Point:
    match = POINT.fullmatch(text)
    if not match:
        raise DateError(
            _("“%(text)s” is not a date in EDTF. Write for example 1953-07-27, 2024-07 or 1945.")
            % {"text": text[:80]}
        )
    qualifier = match["qualifier"] or match["decade_qualifier"] or ""
    is_about, is_uncertain = QUALIFIERS.get(qualifier, (False, False))
    if match["decade"]:
        return Point(
            int(match["decade"]) * 10,
            is_decade=True,
            is_about=is_about,
            is_uncertain=is_uncertain,
        )
    return Point(
        int(match["year"]),
        int(match["month"]) if match["month"] else None,
        int(match["day"]) if match["day"] else None,
        is_about=is_about,
        is_uncertain=is_uncertain,
    )
