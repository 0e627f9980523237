from datetime import date, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from peaceportal.core.dates import UNKNOWN, DateError, EDTFDate, display, parse, time_html
from peaceportal.core.dates.forms import in_english, understood
from tests.core.date_strategies import dates, days

steady = settings(deadline=None, max_examples=200, derandomize=True)

PIECES = (
    *("27", "7", "0", "1953", "2024", "199X", "19XX", "1990s", "90s", "July", "Nov.", "sept"),
    *(
        "..",
        "/",
        "-",
        "–",
        "—",
        " – ",
        " to ",
        "since ",
        "until ",
        "from ",
        "about ",
        "c. ",
        "the ",
    ),
    *("~", "?", "%", " (uncertain)", ",", " ", "\0", "\n", "٢٠٢٤", "²", "present", "of", "İ"),
)


@steady
@given(dates())
def test_edtf_is_inverted(value):
    assert parse(value.edtf) == value
    assert EDTFDate.from_edtf(value.edtf) == value


@steady
@given(dates())
def test_english_display_is_inverted(value):
    assert parse(in_english(value)) == value
    assert parse(display(value)) == value


@steady
@given(dates())
def test_english_display_is_inverted_when_typed_carelessly(value):
    typed = in_english(value).upper().replace("–", "-").replace(" ", "  ")
    assert parse(f" {typed} ") == value


@steady
@given(dates())
def test_longest_edtf_fits_its_column(value):
    assert len(value.edtf) <= 40


@steady
@given(st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PIECES)).map("".join)))
@example("\0")
@example("1953\0")
@example("1" * 10_000)
@example("9" * 5_000 + "/" + "9" * 5_000)
@example(" – " * 4_000)
@example("since " * 2_000)
@example("۹۹۹۹-۹۹-۹۹")
def test_parse_gives_a_date_or_a_sentence(text):
    try:
        value = parse(text)
    except DateError as error:
        assert str(error).endswith(".")
        assert len(str(error)) < 500
        assert understood(text) == ""
    else:
        assert EDTFDate.from_edtf(value.edtf) == value
        assert parse(in_english(value)) == value
        time_html(value)


@steady
@given(st.text(max_size=40))
@example("\0")
@example("1953-07-27\n")
def test_stored_form_gives_a_date_or_a_sentence(text):
    try:
        value = EDTFDate.from_edtf(text)
    except DateError:
        return
    assert EDTFDate.from_edtf(value.edtf) == value


# Dates of these years, decades included, lie within these days; beyond lie the open ends alone.
FIRST, LAST = date(1979, 12, 25), date(2000, 1, 7)
EVERY_DAY = [
    date.min,
    *(FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)),
    date.max,
]


@steady
@given(
    dates(years=st.integers(1985, 1995)),
    st.none() | days(FIRST, LAST),
    st.none() | days(FIRST, LAST),
)
def test_overlap_agrees_with_a_look_at_every_day(value, after, before):
    if after and before and after > before:
        after, before = before, after
    wanted = (
        day
        for day in EVERY_DAY
        if (after is None or day >= after) and (before is None or day <= before)
    )
    unbounded = after is None and before is None
    expected = unbounded or any(_may_be(value, day) for day in wanted)
    assert value.overlaps(after, before) == expected


def _may_be(value, day):
    if value == UNKNOWN:
        return False
    has_begun = value.start is None or value.start.earliest <= day
    has_not_ended = value.end is None or day <= value.end.latest
    return has_begun and has_not_ended


@steady
@given(dates(), dates())
def test_key_orders_by_beginning_then_by_the_later_end(one, other):
    if UNKNOWN in (one, other):
        assert (one.key is None) == (one == UNKNOWN)
        return
    assert (one.key < other.key) == _stands_before(one, other)
    assert (one.key == other.key) == (
        not _stands_before(one, other) and not _stands_before(other, one)
    )


def _stands_before(one, other):
    if one.earliest != other.earliest:
        if one.earliest is None or other.earliest is None:
            return one.earliest is None
        return one.earliest < other.earliest
    return (one.latest or date.max) > (other.latest or date.max)
