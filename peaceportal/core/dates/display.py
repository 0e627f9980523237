"""What people read: a date in the words and the order of the active language.

Days and months are written by Django's formats, the words around them by gettext, so another
language needs a catalogue and no code.
"""

from __future__ import annotations

from collections.abc import Callable

from django.utils.formats import date_format, get_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from peaceportal.core.dates.value import EDTFDate, Point

Mark = Callable[[Point, str], str]


def display(value: EDTFDate) -> str:
    """“27 July 1953”, “30 November – 1 December 2023”, “about 1953”, “since 2008”."""
    return _compose(value, lambda point, text: text)


def time_html(value: EDTFDate) -> SafeString:
    """The same words, with `<time datetime>` around each point where the date is plain.

    HTML knows no decade and no doubt: those stay words.
    """

    def mark(point: Point, text: str) -> str:
        if not value.is_plain or point.is_decade:
            return format_html("{}", text)
        return format_html('<time datetime="{}">{}</time>', point.plain, text)

    return mark_safe(_compose(value, mark))  # each piece was escaped or built by format_html


def moment_html(value: EDTFDate) -> SafeString:
    """A date after “as of” or “published”: “2018 or earlier” where it is open."""
    if value.start and value.end is None:
        closed, text = EDTFDate(value.start, value.start), _("%(date)s or later")
    elif value.end and value.start is None:
        closed, text = EDTFDate(value.end, value.end), _("%(date)s or earlier")
    else:
        return time_html(value)
    return format_html("{}", text % {"date": display(closed)})


def mark(value: EDTFDate) -> str:
    """How a date is drawn beside its words: the classes of its mark on a spine.

    A dot for a day, a bar for a range of days, both dotted where less is known, an open end.
    """
    if not value:
        return "mark mark-unknown"
    if value.start is None or value.end is None:
        classes = ["mark-open", "mark-until" if value.start is None else "mark-since"]
    elif value.is_by_day:
        classes = ["mark-day" if value.is_single else "mark-range"]
    else:
        classes = ["mark-soft"] if value.is_single else ["mark-soft", "mark-span"]
    if any(point and point.is_qualified for point in (value.start, value.end)):
        classes.append("mark-about")
    return " ".join(["mark", *classes])


def span_in_words(value: EDTFDate) -> str:
    """From which day to which: how the site understood a date less exact than a day."""
    if value.earliest and value.latest:
        if value.earliest == value.latest:
            return display(EDTFDate.single(*value.earliest.timetuple()[:3]))
        words = _("some time from %(first)s to %(last)s")
        if not value.is_single:
            words = _("from %(first)s to %(last)s")
        return words % {
            "first": date_format(value.earliest, "DATE_FORMAT"),
            "last": date_format(value.latest, "DATE_FORMAT"),
        }
    if value.earliest:
        return _("from %(first)s, with no end") % {
            "first": date_format(value.earliest, "DATE_FORMAT")
        }
    if value.latest:
        return _("up to %(last)s, with no beginning") % {
            "last": date_format(value.latest, "DATE_FORMAT")
        }
    return _("date unknown")


def _compose(value: EDTFDate, mark: Mark) -> str:
    if not value:
        return _("date unknown")
    if value.end is None:
        return _("since %(date)s") % {"date": _qualified(value.start, mark, within=True)}
    if value.start is None:
        return _("until %(date)s") % {"date": _qualified(value.end, mark, within=True)}
    if value.is_single:
        return _qualified(value.start, mark)
    start, end = value.start, value.end
    if start.is_qualified or end.is_qualified:
        short, dash = None, " – "
    else:
        short, dash = _shared_part_left_out(start, end)
    first = mark(start, short) if short else _qualified(start, mark)
    return first + dash + _qualified(end, mark)


def _qualified(point: Point, mark: Mark, *, within: bool = False) -> str:
    text = mark(point, _plain(point, within=within or point.is_about))
    if point.is_about:
        text = _("about %(date)s") % {"date": text}
    if point.is_uncertain:
        text = _("%(date)s (uncertain)") % {"date": text}
    return text


def _plain(point: Point, *, within: bool) -> str:
    year = f"{point.year:04d}"
    if point.is_decade:
        if within:
            return pgettext("a decade after another word", "the %(year)ss") % {"year": year}
        return pgettext("a decade by itself", "%(year)ss") % {"year": year}
    if point.day:
        return date_format(point.earliest, "DATE_FORMAT")
    if point.month:
        return date_format(point.earliest, "YEAR_MONTH_FORMAT")
    return pgettext("a year by itself", "%(year)s") % {"year": year}


def _shared_part_left_out(start: Point, end: Point) -> tuple[str | None, str]:
    """The start of a range without what the end repeats, and the dash between.

    Only where the language writes day, month, year in that order; elsewhere both stand in full.
    """
    if start.year == end.year:
        day_month = get_format("MONTH_DAY_FORMAT")
        if start.day and end.day and get_format("DATE_FORMAT").startswith(day_month):
            if start.month == end.month and day_month.startswith("j "):
                return date_format(start.earliest, "j"), "–"
            return date_format(start.earliest, day_month), " – "
        months = start.month and end.month and not start.day and not end.day
        if months and get_format("YEAR_MONTH_FORMAT").startswith("F "):
            return date_format(start.earliest, "F"), " – "
    years = not (start.month or end.month or start.is_decade or end.is_decade)
    return None, "–" if years else " – "
