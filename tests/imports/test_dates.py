"""Dates of others: as exact as they were written or said to be, and never more."""

import pytest

from tests.imports.files import EVENTS
from timeline.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

HEAD = ["id", "what", "when", "until", "exact"]
START = '[dates.happened]\ncolumn = "when"\n'


def mapping(more):
    return EVENTS.replace(START, START + more)


def happened(files, when, more="", until="", exact=""):
    """The date in EDTF, or the sentence that refuses it."""
    said = files.events([HEAD, ["1", "Talks", when, until, exact]], mapping(more))
    event = Event.objects.first()
    return event.happened.edtf if event else said.words


PRECISIONS = """
precision_column = "exact"
[dates.happened.precisions]
day = "day"
month = "month"
year = "year"
decade = "decade"
"?" = "unknown"
"""


@pytest.mark.parametrize(
    ("when", "more", "edtf"),
    [
        ("1647-00-00", "", "1647"),
        ("1953-07-00", "", "1953-07"),
        ("30 Nov – 1 Dec 2023", "", "2023-11-30/2023-12-01"),
        ("c. 1953", "", "1953~"),
        ("", "", ""),
        ("30/11/1994", "", "1994-11-30"),
        ("4/30/1981", "", "1981-04-30"),
        ("7/12/1950", 'format = "%m/%d/%Y"', "1950-07-12"),
        ("7/12/1950", 'format = "%d/%m/%Y"', "1950-12-07"),
        ("12/1950", 'format = "%m/%Y"', "1950-12"),
        ("1950", 'format = "%Y"', "1950"),
        ("1950-07-12", 'precision = "month"', "1950-07"),
        ("1950-07-12", 'precision = "year"', "1950"),
        ("1957-07-12", 'precision = "decade"', "195X"),
        ("1950", 'precision = "day"', "1950"),
        ("1950~", 'precision = "day"', "1950~"),
        ("1950-07-12", 'precision = "unknown"', ""),
        ("1950-07-01", 'day_one = "month"', "1950-07"),
        ("1950-07-02", 'day_one = "month"', "1950-07-02"),
    ],
)
def test_date_is_taken_as_exactly_as_it_is(files, when, more, edtf):
    assert happened(files, when, more) == edtf


@pytest.mark.parametrize(
    ("when", "more", "sentence"),
    [
        ("0000-00-00", "", "This is no date. Leave the cell empty if it is unknown"),
        ("45418", "", "This seems a spreadsheet’s day number. Format the cell as a date"),
        ("45418", 'format = "%Y"', "This seems a spreadsheet’s day number."),
        ("03/04/2024", "", "reads two ways"),
        ("2023-02-30", "", "30 February 2023 does not exist"),
        ("30/11/1994", 'format = "%m/%d/%Y"', "no date in the form %m/%d/%Y"),
        ("4/30/1981", 'format = "%d/%m/%Y"', "for example 27/07/1953"),
        ("-99", "", "Years run from 0001 to 9999"),
        ("spring 1950", "", "Seasons differ"),
    ],
)
def test_date_that_cannot_be_taken_is_refused_with_its_mend(files, when, more, sentence):
    said = happened(files, when, more)
    assert f"Row 2, column “when”, “{when}”: " in said
    assert sentence in said


@pytest.mark.parametrize(
    ("when", "exact", "edtf"),
    [
        ("1990-12-31", "year", "1990"),
        ("1990-06-30", "month", "1990-06"),
        ("1990-06-30", "day", "1990-06-30"),
        ("1990-06-30", "decade", "199X"),
        ("1990-12-31", "?", ""),
        ("", "", ""),
    ],
)
def test_precision_of_a_column_of_its_own_undoes_padding(files, when, exact, edtf):
    assert happened(files, when, PRECISIONS, exact=exact) == edtf


@pytest.mark.parametrize("exact", ["", "Month"])
def test_precision_that_the_mapping_does_not_know_is_refused(files, exact):
    said = happened(files, "1990-06-30", PRECISIONS, exact=exact)
    assert "column “exact”" in said
    assert "[dates.happened.precisions] has “day”, “month”, “year”" in said


def test_precision_that_means_nothing_elsewhere_is_looked_up_as_it_stands(files):
    told = mapping(PRECISIONS).replace("[import]", '[import]\nmissing = ["?", "-"]')
    for number, exact, said in (("1", "?", ""), ("2", "-", "column “exact”, “-”: ")):
        row = [number, "Talks", "1990-06-30", "", exact]
        assert said in files.events([HEAD, row], told)
    assert Event.objects.get().happened.edtf == ""


@pytest.mark.parametrize(
    ("when", "until", "edtf"),
    [
        ("1990", "1992-05", "1990/1992-05"),
        ("1990", "1990", "1990"),
        ("1990", "", "1990"),
        ("", "1992", "../1992"),
        ("", "", ""),
    ],
)
def test_two_columns_make_a_range(files, when, until, edtf):
    assert happened(files, when, 'end_column = "until"', until) == edtf


def test_range_that_runs_backwards_is_refused_with_both_ends(files):
    said = happened(files, "1992", 'end_column = "until"', "1990")
    assert "runs backwards" in said
    assert "“1992 – 1990”" in said


def test_range_within_one_end_is_refused(files):
    assert "two ends already" in happened(files, "1990/1991", 'end_column = "until"', "1992")


def test_values_that_mean_missing_are_no_dates(files):
    missing = EVENTS.replace("[import]", '[import]\nmissing = ["NA", "N/A", "-99", "0000-00-00"]')
    rows = [[n, "Talks", when] for n, when in enumerate(["NA", "N/A", "-99", "", "0000-00-00"])]
    assert files.events([HEAD[:3], *rows], missing).numbers == (5, 0, 0, 0)
    assert {event.happened.edtf for event in Event.objects.all()} == {""}
