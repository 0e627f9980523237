"""Dates of every form that the site can hold, for hypothesis to draw from."""

from calendar import monthrange
from datetime import date

from hypothesis import strategies as st

from peaceportal.core.dates import UNKNOWN, EDTFDate, Point

ANY_YEAR = st.one_of(st.integers(1, 9999), st.integers(1940, 2030), st.sampled_from([1, 9999]))


@st.composite
def points(draw, years=ANY_YEAR):
    """A day, month, year or decade, with or without doubt."""
    doubt = {"is_about": draw(st.booleans()), "is_uncertain": draw(st.booleans())}
    year = draw(years)
    form = draw(st.sampled_from(["day", "month", "year", "decade"]))
    if form == "decade":
        return Point(max(year // 10 * 10, 10), is_decade=True, **doubt)
    month = None if form == "year" else draw(st.integers(1, 12))
    day = draw(st.integers(1, monthrange(year, month)[1])) if form == "day" else None
    return Point(year, month, day, **doubt)


@st.composite
def dates(draw, years=ANY_YEAR):
    """A point, a range, a range open at one end, or unknown."""
    form = draw(st.sampled_from(["single", "range", "since", "until", "unknown"]))
    if form == "unknown":
        return UNKNOWN
    one = draw(points(years))
    if form == "single":
        return EDTFDate(one, one)
    if form == "since":
        return EDTFDate(start=one)
    if form == "until":
        return EDTFDate(end=one)
    two = draw(points(years))
    return EDTFDate(one, two) if one.earliest <= two.latest else EDTFDate(two, one)


def days(first=date(1, 1, 1), last=date(9999, 12, 31)):
    return st.dates(first, last)
