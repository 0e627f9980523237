from datetime import date

import pytest
from django.conf import global_settings
from django.utils.html import strip_tags
from django.utils.translation import override

from peaceportal.core.dates import (
    UNKNOWN,
    DateError,
    EDTFDate,
    Point,
    display,
    parse,
    span_in_words,
    time_html,
)
from peaceportal.core.dates.forms import in_english

DAY = date

# EDTF, how it is shown in English, the first and the last day that it may mean.
TABLE = [
    ("1953-07-27", "27 July 1953", DAY(1953, 7, 27), DAY(1953, 7, 27)),
    ("2024-07", "July 2024", DAY(2024, 7, 1), DAY(2024, 7, 31)),
    ("2024-02", "February 2024", DAY(2024, 2, 1), DAY(2024, 2, 29)),
    ("1945", "1945", DAY(1945, 1, 1), DAY(1945, 12, 31)),
    ("0953", "0953", DAY(953, 1, 1), DAY(953, 12, 31)),
    ("199X", "1990s", DAY(1990, 1, 1), DAY(1999, 12, 31)),
    (
        "2023-11-30/2023-12-01",
        "30 November – 1 December 2023",
        DAY(2023, 11, 30),
        DAY(2023, 12, 1),
    ),
    ("2023-11-28/2023-11-30", "28–30 November 2023", DAY(2023, 11, 28), DAY(2023, 11, 30)),
    (
        "2023-12-30/2024-01-02",
        "30 December 2023 – 2 January 2024",
        DAY(2023, 12, 30),
        DAY(2024, 1, 2),
    ),
    ("2024-03/2024-05", "March – May 2024", DAY(2024, 3, 1), DAY(2024, 5, 31)),
    ("2023-12/2024-01", "December 2023 – January 2024", DAY(2023, 12, 1), DAY(2024, 1, 31)),
    ("1950/1953", "1950–1953", DAY(1950, 1, 1), DAY(1953, 12, 31)),
    ("1950-06-25/1953", "25 June 1950 – 1953", DAY(1950, 6, 25), DAY(1953, 12, 31)),
    ("2024/2024-05", "2024 – May 2024", DAY(2024, 1, 1), DAY(2024, 5, 31)),
    ("199X/2005", "1990s – 2005", DAY(1990, 1, 1), DAY(2005, 12, 31)),
    ("2008/..", "since 2008", DAY(2008, 1, 1), None),
    ("2008-03-04/..", "since 4 March 2008", DAY(2008, 3, 4), None),
    ("199X/..", "since the 1990s", DAY(1990, 1, 1), None),
    ("../1960", "until 1960", None, DAY(1960, 12, 31)),
    ("../196X", "until the 1960s", None, DAY(1969, 12, 31)),
    ("1953~", "about 1953", DAY(1953, 1, 1), DAY(1953, 12, 31)),
    ("1953?", "1953 (uncertain)", DAY(1953, 1, 1), DAY(1953, 12, 31)),
    ("1953%", "about 1953 (uncertain)", DAY(1953, 1, 1), DAY(1953, 12, 31)),
    ("1953-07-27~", "about 27 July 1953", DAY(1953, 7, 27), DAY(1953, 7, 27)),
    ("2024-07?", "July 2024 (uncertain)", DAY(2024, 7, 1), DAY(2024, 7, 31)),
    ("199X~", "about the 1990s", DAY(1990, 1, 1), DAY(1999, 12, 31)),
    ("199X?", "1990s (uncertain)", DAY(1990, 1, 1), DAY(1999, 12, 31)),
    ("1950~/1953?", "about 1950 – 1953 (uncertain)", DAY(1950, 1, 1), DAY(1953, 12, 31)),
    (
        "2023-11-30~/2023-12-01",
        "about 30 November 2023 – 1 December 2023",
        DAY(2023, 11, 30),
        DAY(2023, 12, 1),
    ),
    ("2008~/..", "since about 2008", DAY(2008, 1, 1), None),
    ("../1960%", "until about 1960 (uncertain)", None, DAY(1960, 12, 31)),
    ("", "date unknown", None, None),
]

# What people type, and what is meant.
TYPED = [
    ("27 July 1953", "1953-07-27"),
    ("27 Jul. 1953", "1953-07-27"),
    ("27th of July, 1953", "1953-07-27"),
    ("July 27, 1953", "1953-07-27"),
    ("27 JULY 1953", "1953-07-27"),
    ("  27   July 1953 ", "1953-07-27"),
    ("1953/07/27", "1953-07-27"),
    ("27.7.1953", "1953-07-27"),
    ("4/4/2024", "2024-04-04"),
    ("29 February 2024", "2024-02-29"),
    ("July 2024", "2024-07"),
    ("Sept 2001", "2001-09"),
    ("the 1990s", "199X"),
    ("1990’s", "199X"),
    ("199x", "199X"),
    ("30 Nov – 1 Dec 2023", "2023-11-30/2023-12-01"),
    ("30 Nov - 1 Dec 2023", "2023-11-30/2023-12-01"),
    ("30 Nov—1 Dec 2023", "2023-11-30/2023-12-01"),
    ("from 30 Nov to 1 Dec 2023", "2023-11-30/2023-12-01"),
    ("November 28-30, 2023", "2023-11-28/2023-11-30"),
    ("March to May 2024", "2024-03/2024-05"),
    ("1950-1953", "1950/1953"),
    ("1950 – c. 1953", "1950/1953~"),
    ("1953 / 1955", "1953/1955"),
    ("1890s–1910s", "189X/191X"),
    ("c. 1953", "1953~"),
    ("ca 1953", "1953~"),
    ("circa July 1953", "1953-07~"),
    ("around the 1990s", "199X~"),
    ("1953 ~", "1953~"),
    ("1953 (?)", "1953?"),
    ("c. 1953?", "1953%"),
    ("since 2008", "2008/.."),
    ("from 2008", "2008/.."),
    ("2008 – present", "2008/.."),
    ("1990 to date", "1990/.."),
    ("until 1960", "../1960"),
    ("up to March 1960", "../1960-03"),
    ("1953-00-00", "1953"),
    ("1953-07-00", "1953-07"),
    ("unknown", ""),
    ("n.d.", ""),
    ("   ", ""),
]


@pytest.mark.parametrize(("edtf", "shown", "earliest", "latest"), TABLE)
def test_date_reads_shows_and_spans(edtf, shown, earliest, latest):
    value = EDTFDate.from_edtf(edtf)
    assert value.edtf == edtf
    assert str(value) == display(value) == shown
    assert (value.earliest, value.latest) == (earliest, latest)


@pytest.mark.parametrize(("edtf", "shown", "earliest", "latest"), TABLE)
def test_date_is_parsed_from_edtf_and_from_its_display(edtf, shown, earliest, latest):
    assert parse(edtf) == parse(shown) == EDTFDate.from_edtf(edtf)


@pytest.mark.parametrize(("typed", "edtf"), TYPED)
def test_date_is_parsed_from_plain_english(typed, edtf):
    assert parse(typed).edtf == edtf


@pytest.mark.parametrize("text", ["1953/1953", "1953~/1953~", "27 July 1953 – 27 July 1953"])
def test_range_of_two_equal_ends_becomes_one(text):
    value = parse(text)
    assert value.is_single
    assert "/" not in value.edtf


def test_unknown_date_alone_is_false():
    assert not UNKNOWN
    assert parse("../1960")
    assert parse("0001")


@pytest.mark.parametrize(
    "text",
    [
        *("03/04/2024", "2024/05", "2024.05", "2005/06"),
        *("2023-02-30", "2023-02-29", "2024-13", "2024-00-05", "32 July 1953"),
        *("1955/1953", "30 Dec – 2 Jan 2024", "2024-07/2024-06"),
        *("../..", "0000", "10000", "-0500", "44 BC"),
        *("19th century", "19XX", "18XX/19XX", "the 90s", "’90s", "90s"),
        *("12 34", "1 9 5 3", "2005 - 06", "1998–99", "12–July 1953"),
        *("spring 2024", "27 July", "July", "3/4/24", "45", "soon", "1953-07-27T12:00", "1953-W07"),
    ],
)
def test_date_is_never_guessed(text):
    with pytest.raises(DateError):
        parse(text)


@pytest.mark.parametrize(
    "text", ["1953-7-27", "July 1953", " 1953", "1953-00-00", "1953 ~", "٢٠٢٤"]
)
def test_stored_form_is_strict(text):
    with pytest.raises(DateError):
        EDTFDate.from_edtf(text)


@pytest.mark.parametrize(
    "fields",
    [
        {"year": 1995, "is_decade": True},
        {"year": 1990, "month": 5, "is_decade": True},
        {"year": 0},
        {"year": 10000},
        {"year": 1953, "day": 27},
        {"year": 1953, "month": 13},
        {"year": 1953, "month": 2, "day": 29},
    ],
)
def test_point_refuses_what_does_not_exist(fields):
    with pytest.raises(DateError):
        Point(**fields)


# <time datetime>


@pytest.mark.parametrize(
    ("edtf", "html"),
    [
        ("1953-07-27", '<time datetime="1953-07-27">27 July 1953</time>'),
        ("2024-07", '<time datetime="2024-07">July 2024</time>'),
        ("1945", '<time datetime="1945">1945</time>'),
        (
            "2023-11-30/2023-12-01",
            '<time datetime="2023-11-30">30 November</time>'
            ' – <time datetime="2023-12-01">1 December 2023</time>',
        ),
        (
            "1950/1953",
            '<time datetime="1950">1950</time>–<time datetime="1953">1953</time>',
        ),
    ],
)
def test_plain_closed_date_is_marked_at_its_own_precision(edtf, html):
    assert time_html(parse(edtf)) == html


@pytest.mark.parametrize(
    "edtf",
    ["", "199X", "2008/..", "../1960", "1953~", "1953?", "1953%", "1950/1953~", "1950?/1953"],
)
def test_open_qualified_and_unknown_dates_are_words_alone(edtf):
    assert "<time" not in time_html(parse(edtf))
    assert time_html(parse(edtf)) == display(parse(edtf))


@pytest.mark.parametrize(("edtf", "shown", "earliest", "latest"), TABLE)
def test_marked_date_says_the_same_words(edtf, shown, earliest, latest):
    assert strip_tags(time_html(parse(edtf))) == shown


@pytest.mark.parametrize(
    ("edtf", "is_plain"),
    [("1953", True), ("1950/199X", True), ("1953~", False), ("1950/..", False), ("", False)],
)
def test_plain_means_closed_and_unqualified(edtf, is_plain):
    assert parse(edtf).is_plain is is_plain


# The span in words


@pytest.mark.parametrize(
    ("edtf", "words"),
    [
        ("1953-07-27", "27 July 1953"),
        ("2024-07", "some time from 1 July 2024 to 31 July 2024"),
        ("199X~", "some time from 1 January 1990 to 31 December 1999"),
        ("2008/..", "from 1 January 2008, with no end"),
        ("../1960", "up to 31 December 1960, with no beginning"),
        ("", "date unknown"),
    ],
)
def test_span_in_words_names_first_and_last_day(edtf, words):
    assert span_in_words(parse(edtf)) == words


# The key


def test_key_is_the_formula():
    assert parse("").key is None
    assert parse("0001-01-01").key == 1 * 4_000_000 + (4_000_000 - 1)
    assert parse("../0001-01-02").key == 4_000_000 - 2
    assert parse("0001-01-01/..").key == 1 * 4_000_000 + (4_000_000 - DAY.max.toordinal())


def test_key_puts_the_earlier_beginning_first_and_of_equal_beginnings_the_longer():
    in_order = ["../1950", "../1940", "1945", "1945-01", "1945-01-01", "1953/..", "1953", "1954"]
    keys = [parse(edtf).key for edtf in in_order]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("one", "other"), [("1953", "1953~"), ("1953", "1953-01/1953-12"), ("2008/..", "2008/9999")]
)
def test_key_is_equal_for_equal_spans(one, other):
    assert parse(one).key == parse(other).key


def test_key_fits_a_bigint():
    assert parse("9999-12-31").key < 2**62


# Overlap


@pytest.mark.parametrize(
    ("edtf", "after", "before", "overlaps"),
    [
        ("1992", DAY(1992, 12, 31), None, True),
        ("1992", DAY(1993, 1, 1), None, False),
        ("1992", None, DAY(1992, 1, 1), True),
        ("1992", None, DAY(1991, 12, 31), False),
        ("2008/..", DAY(2050, 1, 1), None, True),
        ("2008/..", None, DAY(2007, 12, 31), False),
        ("../1960", None, DAY(1, 1, 1), True),
        ("../1960", DAY(1961, 1, 1), None, False),
        ("1950/1959", DAY(1953, 1, 1), DAY(1953, 12, 31), True),
        ("", DAY(1, 1, 1), DAY(9999, 12, 31), False),
    ],
)
def test_overlap_includes_both_bounds(edtf, after, before, overlaps):
    assert parse(edtf).overlaps(after, before) is overlaps


# Other languages


@pytest.mark.parametrize(
    ("language", "edtf", "shown"),
    [
        ("fr", "1953-07-27", "27 juillet 1953"),
        ("fr", "2024-07", "juillet 2024"),
        ("fr", "2023-11-30/2023-12-01", "30 novembre – 1 décembre 2023"),
        ("fr", "2023-11-28/2023-11-30", "28–30 novembre 2023"),
        ("fr", "2024-03/2024-05", "mars – mai 2024"),
        ("de", "1953-07-27", "27. Juli 1953"),
        ("de", "2024-07", "Juli 2024"),
        ("de", "2023-11-30/2023-12-01", "30. November – 1. Dezember 2023"),
        ("de", "2023-11-28/2023-11-30", "28. November – 30. November 2023"),
        ("es", "2023-11-30/2023-12-01", "30 de noviembre – 1 de diciembre de 2023"),
        ("es", "2023-11-28/2023-11-30", "28–30 de noviembre de 2023"),
        ("en-us", "1953-07-27", "27 July 1953"),
    ],
)
def test_date_is_shown_in_the_active_language(language, edtf, shown):
    with override(language):
        assert display(parse(edtf)) == shown
        assert strip_tags(time_html(parse(edtf))) == shown


@pytest.mark.parametrize("language", [code for code, _name in global_settings.LANGUAGES])
def test_date_keeps_its_years_in_every_language(language):
    for edtf, _shown, earliest, latest in TABLE:
        with override(language):
            words = display(parse(edtf))
            echo = span_in_words(parse(edtf))
        assert words
        for day in filter(None, (earliest, latest)):
            if "X" not in edtf:
                assert f"{day.year:04d}" in words
            assert str(day.day) in echo


@pytest.mark.parametrize("language", [code for code, _name in global_settings.LANGUAGES])
def test_form_shows_english_that_parses_whatever_language_is_active(language):
    for edtf, shown, _earliest, _latest in TABLE:
        with override(language):
            assert in_english(parse(edtf)) == shown
            assert parse(shown).edtf == edtf
