"""The agreements of a peace process: where one stands among the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Max, Min, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from timeline.models import Event, EventSeries

MOST_SHOWN = 200
MOST = 500  # agreements of one process that are looked at


@dataclass(frozen=True)
class Standing:
    """Of an agreement in its process.

    Beside it are the ones before and after, each with its relation (HTML) and in words.
    """

    process: EventSeries
    count: int
    beside: list[tuple[str, str, Event]]


def standing(agreement: Event) -> Standing | None:
    """None for an event that is no agreement of a public peace process. One query."""
    process = agreement.process
    if process is None:
        return None
    found = Event.objects.published().agreements().in_series(process).in_order_of_series()
    columns = ("slug", "title", "language", "happened", "happened_key", "ordinal", "series")
    all_of_it = list(found.only(*columns)[:MOST])
    beside = _by_date if agreement.happened_key is not None else _by_number
    return Standing(process, len(all_of_it), list(beside(agreement, all_of_it)))


def _by_date(agreement: Event, others: list[Event]) -> Iterator[tuple[str, str, Event]]:
    """Where dates overlap nobody knows which was first, and the words say no more."""
    dated = [event for event in others if event.happened_key is not None]
    place = next((at for at, event in enumerate(dated) if event.pk == agreement.pk), None)
    if place is None:
        return
    same = _("Around the same time")
    for event in dated[max(0, place - 1) : place]:
        yield "prev", _("Before it") if event.is_before(agreement) else same, event
    for event in dated[place + 1 : place + 2]:
        yield "next", _("After it") if agreement.is_before(event) else same, event


def _by_number(agreement: Event, others: list[Event]) -> Iterator[tuple[str, str, Event]]:
    """Of unknown date: only numbers tell, if there are any."""
    if agreement.ordinal is None:
        return
    numbered = sorted(
        (event for event in others if event.ordinal is not None), key=lambda event: event.ordinal
    )
    before = [event for event in numbered if event.ordinal < agreement.ordinal]
    after = [event for event in numbered if event.ordinal > agreement.ordinal]
    for event in before[-1:]:
        yield "prev", _("Before it, by its number"), event
    for event in after[:1]:
        yield "next", _("After it, by its number"), event


@dataclass(frozen=True)
class Row:
    """Events of a series in their order, under a heading; `left_out` are not shown."""

    key: str
    heading: str
    events: list[Event]
    left_out: int = 0


@dataclass(frozen=True)
class Course:
    """What is recorded of a series: its agreements apart, if it is a peace process."""

    sentence: str
    rows: list[Row]


def course(series: EventSeries) -> Course:
    """Eleven queries at most, however much there is."""
    events = Event.objects.published().in_series(series)
    agreement = Q(kind=Event.Kind.AGREEMENT)
    counts = events.order_by().aggregate(
        all=Count("pk"),
        agreements=Count("pk", filter=agreement),
        undated=Count("pk", filter=agreement & Q(happened_key=None)),
        open=Count("pk", filter=Q(happened_latest=None, happened_earliest__isnull=False)),
        first=Min("happened_earliest"),
        first_end=Min("happened_latest"),
        last=Max("happened_latest"),
        last_start=Max("happened_earliest"),
    )
    if series.kind != EventSeries.Kind.PEACE_PROCESS or not counts["agreements"]:
        rows = [_row("events", _("Events"), events, counts["all"])]
        return Course(_years(counts), rows)
    others = counts["all"] - counts["agreements"]
    rows = [_row("agreements", _("Agreements"), events.agreements(), counts["agreements"])]
    if others:
        rows.append(_row("events", _("Other events"), events.but_agreements(), others))
    return Course(" ".join(filter(None, [_how_many(counts), _years(counts)])), rows)


def _row(key: str, heading: str, events, count: int) -> Row:
    shown = list(events.in_order_of_series().for_list()[:MOST_SHOWN]) if count else []
    return Row(key, heading, shown, count - len(shown))


def _how_many(counts: dict) -> str:
    said = ngettext(
        "%(count)d agreement is recorded here.",
        "%(count)d agreements are recorded here.",
        counts["agreements"],
    ) % {"count": counts["agreements"]}
    if counts["undated"]:
        said += " " + ngettext(
            "%(count)d is of unknown date and comes last.",
            "%(count)d are of unknown date and come last.",
            counts["undated"],
        ) % {"count": counts["undated"]}
    return said


def _years(counts: dict) -> str:
    """Of all that is recorded of it, as far as dates tell: an open end is left open."""
    first = counts["first"] or counts["first_end"]
    if first is None or counts["all"] == 1:
        return ""
    last = max(filter(None, [counts["last"], counts["last_start"]]))
    years = {"first": f"{first.year:04d}", "last": f"{last.year:04d}"}
    if counts["open"]:
        return _("Its dates run from %(first)s on.") % years
    if first.year == last.year:
        return _("All its dates are in %(first)s.") % years
    return _("Its dates run from %(first)s to %(last)s.") % years
