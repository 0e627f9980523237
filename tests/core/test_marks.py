"""The mark beside a date is as exact as the date."""

import pytest

from peaceportal.core.dates import EDTFDate, mark

MARKS = [
    ("1953-07-27", "mark-day"),
    ("2023-11-30/2023-12-01", "mark-range"),
    ("2024-07", "mark-soft"),
    ("1945", "mark-soft"),
    ("199X", "mark-soft"),
    ("1946/1949", "mark-soft mark-span"),
    ("1946-01-01/1949", "mark-soft mark-span"),
    ("2008/..", "mark-open mark-since"),
    ("../1960", "mark-open mark-until"),
    ("1953-07-27~", "mark-day mark-about"),
    ("1953?", "mark-soft mark-about"),
    ("1953%/..", "mark-open mark-since mark-about"),
    ("", "mark-unknown"),
]


@pytest.mark.parametrize(("edtf", "classes"), MARKS)
def test_mark_of_a_date(edtf, classes):
    assert mark(EDTFDate.from_edtf(edtf)) == f"mark {classes}"
