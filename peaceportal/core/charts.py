"""Dates drawn along an axis: no mark claims more than its date.

Positions and widths are per cent of the drawing, so that one drawing fits every screen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from peaceportal.core.dates import UNKNOWN, EDTFDate

# Years between two ticks of an axis: the least that leaves no more than MOST_TICKS.
STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)
MOST_TICKS = 9

LEAST = 0.6  # per cent: what a mark of a short span still measures


@dataclass(frozen=True)
class Stroke:
    """A piece of a drawn span: `solid` is certain, `soft` may belong to it, `open` has no end."""

    kind: str
    x: float
    width: float

    @property
    def end(self) -> float:
        return round(self.x + self.width, 2)


@dataclass(frozen=True)
class Tick:
    year: int
    x: float


@dataclass(frozen=True)
class Scale:
    """An axis from the first day to the last, both included."""

    first: date
    last: date

    @classmethod
    def of_years(cls, days: Iterable[date]) -> Scale:
        """Whole years around these days, of which there is at least one."""
        years = [day.year for day in days]
        return cls(date(min(years), 1, 1), date(max(years), 12, 31))

    def at(self, day: date) -> float:
        """Where a day begins, from 0 to 100."""
        days = (self.last - self.first).days + 1
        return round(min(max((day - self.first).days / days, 0), 1) * 100, 2)

    def after(self, day: date) -> float:
        """Where a day is over, from 0 to 100."""
        return 100.0 if day >= self.last else self.at(day + timedelta(days=1))

    def years(self, first: int, last: int) -> tuple[float, float]:
        """Where a span of whole years begins, and how wide it is."""
        start = self.at(date(first, 1, 1))
        return start, round(self.after(date(last, 12, 31)) - start, 2)

    def ticks(self) -> list[Tick]:
        """Round years, each where it begins."""
        years = range(self.first.year, self.last.year + 1)
        step = next(step for step in STEPS if len(years) / step <= MOST_TICKS)
        return [Tick(year, self.at(date(year, 1, 1))) for year in years if year % step == 0]


@dataclass(frozen=True)
class Lifespan:
    """When something began and when it ended, as far as known.

    `as_of` is when a source says that it was there; without it, it is there today.
    """

    began: EDTFDate
    ended: EDTFDate
    is_over: bool = False
    as_of: EDTFDate = UNKNOWN

    @property
    def is_known(self) -> bool:
        return bool(self.began or self.ended or (self.as_of and not self.is_over))

    def days(self) -> list[date]:
        """The days that an axis must reach to draw it."""
        known = [self.began, self.ended, UNKNOWN if self.is_over else self.as_of]
        return [day for value in known for day in (value.earliest, value.latest) if day]

    def strokes(self, scale: Scale) -> list[Stroke]:
        """Solid while it certainly was there, soft while it may have been.

        Open as far as the axis reaches where nothing tells when it began, or whether it ended:
        a shorter line would tell something. Empty if nothing is known.
        """
        if not self.is_known:
            return []
        is_open_ended, sure_until, perhaps_until = self._ending(scale)
        pieces = []
        if self.began.start:
            sure_from = scale.after(self.began.start.latest)
            if self.began.latest:
                sure_from = max(sure_from, scale.after(self.began.latest))
            pieces.append(("soft", scale.at(self.began.earliest), sure_from))
        else:
            first = scale.after(self.began.latest) if self.began else None
            ends = [at for at in (first, sure_until, perhaps_until) if at is not None]
            sure_from = min(ends)
            pieces.append(("open", 0.0, sure_from))
        last = sure_from
        if sure_until is not None and sure_until > last:
            pieces.append(("solid", last, sure_until))
            last = sure_until
        if perhaps_until is not None and perhaps_until > last:
            pieces.append(("soft", last, perhaps_until))
            last = perhaps_until
        if is_open_ended:
            pieces.append(("open", last, 100.0))
        return _drawn(pieces)

    def _ending(self, scale: Scale) -> tuple[bool, float | None, float | None]:
        """Whether it has no known end, and until where it was there for sure, and perhaps."""
        if self.is_over and not self.ended:
            return True, None, None
        if not self.ended and not self.as_of:
            return False, 100.0, None
        value = self.ended or self.as_of
        sure = scale.at(value.earliest) if value.earliest else None
        latest = value.latest or value.start.latest
        return not (self.ended and self.ended.latest), sure, scale.after(latest)


def _drawn(pieces: list[tuple[str, float, float]]) -> list[Stroke]:
    """The pieces wide enough to be seen, like ones joined; at least one, however short its span."""
    wide = [piece for piece in pieces if piece[2] - piece[1] >= LEAST / 2]
    joined: list[tuple[str, float, float]] = []
    for kind, start, end in wide or [max(pieces, key=lambda piece: piece[2] - piece[1])]:
        if joined and joined[-1][0] == kind:
            start = joined.pop()[1]
        joined.append((kind, start, end))
    strokes = []
    for kind, start, end in joined:
        width = round(max(end - start, LEAST), 2)
        strokes.append(Stroke(kind, round(min(start, 100 - width), 2), width))
    return strokes
