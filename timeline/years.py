"""Years at a glance: what a query holds, drawn along one axis.

Up to `MOST_MARKS` events stand for themselves, each as long as its date; more are counted by year
or by decade. What has no year of its own is then counted apart, never drawn as a point.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from peaceportal.core.charts import Scale, Tick
from timeline.models import Event

MOST_MARKS = 40
MOST_BARS = 100  # years; over a longer time the bars are decades
LANE, TALLEST, LEAST = 14, 72, 3  # pixels: a row of marks, the tallest bar, the lowest
APART = 2.0  # per cent between two marks of one row

# The years from the first to the last, both included; None is an end that is open or unknown.
Span = tuple[int | None, int | None]


class Year(ExtractYear):
    """The year of a date, which SQLite stores as text. Django would call Python for every row."""

    def as_sqlite(self, compiler, connection):
        sql, params = compiler.compile(self.lhs)
        return f"CAST(SUBSTR({sql}, 1, 4) AS INTEGER)", params


@dataclass(frozen=True)
class Mark:
    """An event, from `x` to `end` in per cent, `y` pixels from the top."""

    event: Event
    x: float
    end: float
    y: int
    kind: str


@dataclass(frozen=True)
class Bar:
    """The events that lie within one year or decade: per cent across, pixels in height."""

    first: int
    last: int
    count: int
    x: float
    width: float
    height: int

    @property
    def y(self) -> int:
        return TALLEST - self.height

    @property
    def parameters(self) -> str:
        return _parameters(self.first, self.last)


@dataclass(frozen=True)
class YearCount:
    """How many events a filter by this year or decade finds: those that only touch it too."""

    first: int
    last: int
    count: int

    @property
    def label(self) -> str:
        """“1953”, or “1950–1959”."""
        return "–".join(f"{year:04d}" for year in dict.fromkeys((self.first, self.last)))

    @property
    def parameters(self) -> str:
        return _parameters(self.first, self.last)


def _parameters(first: int, last: int) -> str:
    """What a filter by these years adds to an address."""
    return f"after={first:04d}&before={last:04d}"


@dataclass
class Years:
    """A drawing of events, and what it leaves out. `height` is in pixels, without the axis."""

    first: int
    last: int
    ticks: list[Tick]
    counts: list[YearCount]
    height: int = 0
    marks: list[Mark] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    longer: int = 0
    undated: int = 0

    @property
    def kinds(self) -> set[str]:
        """The kinds of mark that are drawn."""
        return {mark.kind for mark in self.marks}

    @property
    def summary(self) -> str:
        """“1945 to 2024, most in 2023 (4 events).”: what the drawing shows at a glance."""
        if not self.counts:
            return ""
        first, last = self.counts[0].first, self.counts[-1].last
        said = f"{first:04d}"
        if last > first:
            said = _("%(first)04d to %(last)04d") % {"first": first, "last": last}
        most = max(self.counts, key=lambda year: year.count)
        if most.count == 1 or [year.count for year in self.counts].count(most.count) > 1:
            return _("%(years)s.") % {"years": said}
        number = ngettext("%(count)d event", "%(count)d events", most.count)
        return _("%(years)s, most in %(year)s (%(events)s).") % {
            "years": said,
            "year": most.label,
            "events": number % {"count": most.count},
        }


def years_of(
    events,
    today: date,
    newest: list[Event] | None = None,
    *,
    count: int = 0,
    spans: Counter[Span] | None = None,
) -> Years | None:
    """The years of a QuerySet of events up to today or the last of them; None if none has a date.

    `newest` are the first `MOST_MARKS + 1` of them, if they were read already, and `count` is how
    many there are and `spans` from when to when, if that is known. At most two queries, or one if
    something is known.
    """
    if count > MOST_MARKS:
        return _counted(_spans(events) if spans is None else spans, today)
    shown = newest
    if shown is None:
        shown = list(events.newest_first().defer("body")[: MOST_MARKS + 1])
    if len(shown) > MOST_MARKS:
        return _counted(_spans(events), today)
    dated = [event for event in shown if event.happened]
    return _drawn(dated, len(shown) - len(dated), today) if dated else None


def _spans(events) -> Counter[Span]:
    """How many events lie from one year to another."""
    ends = {"first": Year("happened_earliest"), "last": Year("happened_latest")}
    rows = events.order_by().values(**ends).annotate(number=Count("pk"))
    return Counter({(row["first"], row["last"]): row["number"] for row in rows})


def _drawn(events: list[Event], undated: int, today: date) -> Years:
    """Each event by itself; where several meet, the earliest stands lowest."""
    days = [day for event in events for day in (event.happened.earliest, event.happened.latest)]
    scale = Scale.of_years([today, *(day for day in days if day)])
    rows: list[list[tuple[Event, float, float, str]]] = []
    for event in reversed(events):
        start, end, kind = _placed(event, scale)
        row = next((row for row in rows if row[-1][2] + APART <= start), None)
        if row is None:
            rows.append(row := [])
        row.append((event, start, end, kind))
    marks = [
        Mark(event, start, end, (len(rows) - number) * LANE - LANE // 2, kind)
        for number, row in enumerate(rows)
        for event, start, end, kind in row
    ]
    spans = Counter(_span(event) for event in events)
    firsts = {first or last for first, last in spans}
    counts = [_count(spans, year, year) for year in sorted(firsts)]
    return Years(
        scale.first.year,
        scale.last.year,
        scale.ticks(),
        counts,
        height=len(rows) * LANE,
        marks=marks,
        undated=undated,
    )


def _placed(event: Event, scale: Scale) -> tuple[float, float, str]:
    """Where a mark begins and ends, and how exact it is: by day, wider, or open."""
    happened = event.happened
    start = scale.at(happened.earliest) if happened.earliest else 0.0
    end = scale.after(happened.latest) if happened.latest else 100.0
    if not (happened.earliest and happened.latest):
        return start, end, "open"
    return start, end, "sure" if happened.is_by_day and happened.is_plain else "soft"


def _span(event: Event) -> Span:
    earliest, latest = event.happened.earliest, event.happened.latest
    return earliest and earliest.year, latest and latest.year


def _counted(spans: Counter[Span], today: date) -> Years | None:
    """Bars of those events that lie within one year or decade; the others in numbers."""
    undated = spans.pop((None, None), 0)
    known = [year for span in spans for year in span if year is not None]
    if not known:
        return None
    first, last = min(known), max(*known, today.year)
    step = 1 if last - first < MOST_BARS else 10
    scale = Scale.of_years([date(max(first - first % step, 1), 1, 1), date(last, 12, 31)])
    within: Counter[int] = Counter()
    for (start, end), number in spans.items():
        if start is not None and end is not None and start // step == end // step:
            within[start - start % step] += number
    tallest = max(within.values(), default=1)
    bars = []
    for year, number in sorted(within.items()):
        years = (max(year, 1), year + step - 1)
        height = max(LEAST, round(number / tallest * TALLEST))
        bars.append(Bar(*years, number, *scale.years(*years), height))
    return Years(
        scale.first.year,
        scale.last.year,
        scale.ticks(),
        [_count(spans, bar.first, bar.last) for bar in bars],
        height=TALLEST,
        bars=bars,
        longer=sum(spans.values()) - sum(within.values()),
        undated=undated,
    )


def _count(spans: Counter[Span], first: int, last: int) -> YearCount:
    """As the finder counts from `first` to `last`: everything that touches them."""
    touching = (
        number
        for (start, end), number in spans.items()
        if (start is None or start <= last) and (end is None or end >= first)
    )
    return YearCount(first, last, sum(touching))
