"""What is drawn of a date claims no more than the date."""

from datetime import date
from itertools import pairwise

import pytest

from peaceportal.core.charts import LEAST, Lifespan, Scale
from peaceportal.core.dates import EDTFDate

CENTURY = Scale(date(1901, 1, 1), date(2000, 12, 31))  # a year is one per cent of it


def life(began="", ended="", *, is_over=False, as_of=""):
    dates = [EDTFDate.from_edtf(text) for text in (began, ended, as_of)]
    return Lifespan(dates[0], dates[1], is_over or bool(ended), dates[2])


def drawn(lifespan, scale=CENTURY):
    """Kind, start and end of each stroke, to a whole per cent."""
    strokes = lifespan.strokes(scale)
    return [(stroke.kind, round(stroke.x), round(stroke.end)) for stroke in strokes]


def test_scale_reaches_over_whole_years():
    scale = Scale.of_years([date(1953, 7, 27), date(2024, 2, 1)])
    assert scale == Scale(date(1953, 1, 1), date(2024, 12, 31))
    assert scale.at(date(1953, 1, 1)) == 0
    assert scale.after(date(2024, 12, 31)) == 100


def test_scale_keeps_what_lies_outside_on_its_edges():
    assert CENTURY.at(date(1800, 1, 1)) == 0
    assert CENTURY.after(date(2100, 1, 1)) == 100


@pytest.mark.parametrize(
    ("first", "last", "years"),
    [
        (2024, 2024, [2024]),
        (2020, 2026, [2020, 2021, 2022, 2023, 2024, 2025, 2026]),
        (1992, 2026, [1995, 2000, 2005, 2010, 2015, 2020, 2025]),
        (1945, 2026, [1950, 1960, 1970, 1980, 1990, 2000, 2010, 2020]),
        (1, 9999, [2000, 4000, 6000, 8000]),
    ],
)
def test_ticks_are_few_and_round(first, last, years):
    ticks = Scale(date(first, 1, 1), date(last, 12, 31)).ticks()
    assert [tick.year for tick in ticks] == years
    assert all(0 <= tick.x <= 100 for tick in ticks)


def test_a_year_is_soft_and_what_lies_between_is_solid():
    assert drawn(life("1920", "1990")) == [("soft", 19, 20), ("solid", 20, 89), ("soft", 89, 90)]


def test_days_have_hard_ends():
    assert drawn(life("1921-01-01", "1990-12-31")) == [("solid", 20, 90)]


def test_body_that_goes_on_reaches_to_the_edge():
    assert drawn(life("1921-01-01")) == [("solid", 20, 100)]


def test_after_the_last_word_of_a_source_it_is_open():
    assert drawn(life("1921-01-01", as_of="1980")) == [
        ("solid", 20, 79),
        ("soft", 79, 80),
        ("open", 80, 100),
    ]


def test_seen_at_some_time_before_is_nowhere_certain():
    assert drawn(life("1920", as_of="../1980")) == [("soft", 19, 80), ("open", 80, 100)]


def test_unknown_beginning_is_open():
    assert drawn(life("", "1990")) == [("open", 0, 89), ("soft", 89, 90)]
    assert drawn(life("", as_of="../1980")) == [("open", 0, 100)]


def test_unknown_end_is_open():
    assert drawn(life("1920", is_over=True)) == [("soft", 19, 20), ("open", 20, 100)]
    assert drawn(life("1920", "1990/.."))[-1] == ("open", 90, 100)


def test_begun_at_some_time_before_is_open_at_its_start():
    assert drawn(life("../1920", "1990")) == [
        ("open", 0, 20),
        ("solid", 20, 89),
        ("soft", 89, 90),
    ]


def test_range_in_which_it_began_is_soft():
    assert drawn(life("1920/1925", "1990"))[0] == ("soft", 19, 25)


def test_nothing_known_is_not_drawn():
    assert life().strokes(CENTURY) == []
    assert life("", is_over=True).strokes(CENTURY) == []
    assert life("", is_over=True, as_of="1980").strokes(CENTURY) == []


def test_shortest_span_can_still_be_seen():
    (stroke,) = life("2000-12-30", "2000-12-31").strokes(CENTURY)
    assert stroke.width >= LEAST
    assert stroke.end <= 100


@pytest.mark.parametrize("began", ["", "1900", "../1950", "1950/..", "1950~", "195X", "1950-05-05"])
@pytest.mark.parametrize("ended", ["", "1950", "../1960", "1960/..", "1990-01", "199X%"])
@pytest.mark.parametrize("is_over", [False, True])
@pytest.mark.parametrize("as_of", ["", "../1999", "2018", "2018-05"])
def test_strokes_follow_one_another_within_the_axis(began, ended, is_over, as_of):
    lifespan = life(began, ended, is_over=is_over, as_of=as_of)
    scale = Scale.of_years([*lifespan.days(), date(2026, 1, 1)])
    strokes = lifespan.strokes(scale)
    for stroke in strokes:
        assert 0 <= stroke.x <= stroke.end <= 100.01
    for before, after in pairwise(strokes):
        assert after.x >= before.end - LEAST
        assert after.kind != before.kind
