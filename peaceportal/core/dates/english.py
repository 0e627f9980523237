"""What people may type: EDTF, or plain English as it is displayed and commonly written."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from django.utils.translation import gettext as _

from peaceportal.core.dates.value import UNKNOWN, DateError, EDTFDate, Point, point_from_edtf

LONGEST = 120

MONTHS = "january february march april may june july august september october november december"
MONTH_NUMBERS = {name: n for n, name in enumerate(MONTHS.split(), start=1)}
MONTH_NUMBERS |= {name[:3]: n for name, n in MONTH_NUMBERS.items()} | {"sept": 9}

ABOUT = re.compile(r"^(?:about|around|approximately|approx\.?|circa|ca?\.|ca?(?= ))\s*", re.I)
UNCERTAIN = re.compile(r"\s*(?:\(\s*(?:uncertain|\?)\s*\)|\?)$", re.I)
WORDS_FOR_UNKNOWN = {"date unknown", "unknown", "no date", "undated", "n.d."}

DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
MONTH = r"(?P<month>[a-z]+)\.?"
YEAR = r"(?P<year>\d{4})"


def parse(text: str) -> EDTFDate:
    """Read what somebody typed. Raises DateError with a sentence on what to write instead.

    Inverts both `EDTFDate.edtf` and the English display. `1953-00-00`, which other data sets
    write for a year, is the year.
    """
    text = _tidy(text)
    if not text or text.lower() in WORDS_FOR_UNKNOWN:
        return UNKNOWN
    if len(text) > LONGEST:
        raise DateError(_("This is too long for a date. Write for example 27 July 1953."))
    for reader in (_read_edtf, _read_open, _read_numbers, _read_range, _read_single):
        value = reader(text)
        if value is not None:
            return value
    raise DateError(_explain(text))


def _tidy(text: str) -> str:
    text = re.sub(r"[‒–—−]", "–", re.sub(r"[‐‑]", "-", text))  # dashes, then hyphens
    return " ".join(text.split()).strip(" ,;")


def _single(point: Point) -> EDTFDate:
    return EDTFDate(point, point)


def _read_edtf(text: str) -> EDTFDate | None:
    plain = re.sub(r" ?/ ?", "/", re.sub(r" (?=[~?%])", "", text))  # no space inside a year
    plain = re.sub(r"(\d)x", r"\1X", plain)
    plain = re.sub(r"(?<=\d{4})-00-00(?=$|[/~?%])|(?<=\d{4}-\d\d)-00(?=$|[/~?%])", "", plain)
    if not re.fullmatch(r"(?:[\d~?%X-]{4,11}|\.\.)(?:/(?:[\d~?%X-]{4,11}|\.\.))?", plain):
        return None
    ends = [end for end in plain.split("/") if end != ".."]
    if ends and not all(re.fullmatch(r"\d{4}(-\d\d){0,2}[~?%]?|\d{3}X[~?%]?", e) for e in ends):
        return None
    return EDTFDate.from_edtf(plain)


def _read_open(text: str) -> EDTFDate | None:
    match = re.fullmatch(r"(?P<rest>.+?)(?: –| -| to|–|-) ?(?:present|now|today|date)", text, re.I)
    if match:
        point = _point(re.sub(r"^from ", "", match["rest"], flags=re.I))
        return EDTFDate(start=point) if point else None
    match = re.fullmatch(r"(?P<word>since|from|until|till|up to) (?P<rest>.+)", text, re.I)
    point = match and _point(match["rest"])
    if point is None:
        return None
    if match["word"].lower() in {"since", "from"}:
        return EDTFDate(start=point)
    return EDTFDate(end=point)


def _read_numbers(text: str) -> EDTFDate | None:
    """Dates in figures: taken where they read one way only."""
    match = re.fullmatch(r"(\d{4})([/.-])(\d{1,2})(?:\2(\d{1,2}))?", text)
    if match and match[4]:
        return _single(Point(int(match[1]), int(match[3]), int(match[4])))
    if match:
        raise DateError(
            _(
                "“%(text)s” reads two ways. Write “%(year)s-07” or “July %(year)s” for a month, "
                "%(year)s/%(next)04d for a range of years."
            )
            % {"text": text, "year": match[1], "next": min(int(match[1]) + 1, 9999)}
        )
    match = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text)
    if not match:
        return None
    first, second, year = (int(part) for part in match.groups())
    if first <= 12 and second <= 12 and first != second:
        raise DateError(
            _(
                "“%(text)s” reads two ways: %(one)s or %(other)s. "
                "Write the month as a word, or as %(iso)s."
            )
            % {
                "text": text,
                "one": _single(Point(year, second, first)),
                "other": _single(Point(year, first, second)),
                "iso": f"{year:04d}-{second:02d}-{first:02d}",
            }
        )
    day, month = (first, second) if second <= 12 else (second, first)
    return _single(Point(year, month, day))


def _read_range(text: str) -> EDTFDate | None:
    text = re.sub(r"^from ", "", text, flags=re.I)
    text = re.sub(
        r"^([a-z.]+) (\d\d?)\s*[–-]\s*(\d\d?),? (\d{4})$", r"\2–\3 \1 \4", text, flags=re.I
    )
    ends = _split(text)
    if not ends:
        return None
    head, tail = ends
    end = _point(tail)
    if end is None:
        return None
    year = end.year if end.month else None  # “July – 2024” lends nothing: it is no range
    start = _point(head, year=year, month=end.month if end.day else None)
    return EDTFDate(start, end) if start else None


def _split(text: str) -> tuple[str, str] | None:
    """The two ends of a range, at a dash, at “to”, or at the one hyphen between figures."""
    for separator in (r"\s*–\s*", r"\s+-\s+", r"\s+(?:to|until|till)\s+", r"\s+/\s+", r"\s*-\s*"):
        parts = re.split(separator, text, flags=re.I)
        if len(parts) == 2 and all(parts):
            return parts[0], parts[1]
    return None


def _read_single(text: str) -> EDTFDate | None:
    point = _point(text)
    return _single(point) if point else None


def _point(text: str, *, year: int | None = None, month: int | None = None) -> Point | None:
    """One day, month, year or decade; `year` and `month` serve where the text gives none."""
    rest = UNCERTAIN.sub("", text)
    is_uncertain = rest != text
    text = ABOUT.sub("", rest)
    is_about = text != rest
    text = text.strip()
    point: Point | None
    if re.fullmatch(r"\d{4}(?:-\d\d){0,2}[~?%]?|\d{3}[Xx][~?%]?", text):
        point = point_from_edtf(text.upper())
    else:
        point = _worded(text.lower().replace(",", ""), year, month)
    if point is None:
        return None
    return replace(
        point,
        is_about=point.is_about or is_about,
        is_uncertain=point.is_uncertain or is_uncertain,
    )


def _worded(text: str, year: int | None, month: int | None) -> Point | None:
    match = re.fullmatch(r"(?:the )?(\d{3})0['’]?s", text)
    if match:
        return Point(int(match[1]) * 10, is_decade=True)
    forms: tuple[tuple[str, Callable[[re.Match], Point | None]], ...] = (
        (rf"{DAY} (?:of )?{MONTH} {YEAR}", lambda m: _day(m["day"], m["month"], int(m["year"]))),
        (rf"{MONTH} {DAY} {YEAR}", lambda m: _day(m["day"], m["month"], int(m["year"]))),
        (rf"{MONTH} (?:of )?{YEAR}", lambda m: _month(m["month"], int(m["year"]))),
        (rf"{DAY} (?:of )?{MONTH}", lambda m: year and _day(m["day"], m["month"], year)),
        (rf"{MONTH} {DAY}", lambda m: year and _day(m["day"], m["month"], year)),
        (MONTH, lambda m: year and _month(m["month"], year)),
        (DAY, lambda m: year and month and Point(year, month, int(m["day"]))),
    )
    for pattern, build in forms:
        match = re.fullmatch(pattern, text)
        if match:
            point = build(match)
            if point:
                return point
    return None


def _day(day: str, month: str, year: int) -> Point | None:
    number = MONTH_NUMBERS.get(month)
    return Point(year, number, int(day)) if number else None


def _month(month: str, year: int) -> Point | None:
    number = MONTH_NUMBERS.get(month)
    return Point(year, number) if number else None


def _explain(text: str) -> str:
    lower = text.lower()
    match = re.fullmatch(r"([a-z]+)\.? ?[–-] ?(\d{4})", lower)
    if match and match[1] in MONTH_NUMBERS:
        point = _month(match[1], int(match[2]))
        return _("A month and its year need no dash. Write “%(date)s”.") % {"date": _single(point)}
    if re.search(r"centur|\b\d\dxx\b", lower):
        return _("Centuries are too wide to place. Write the decade or years, as 1890s–1910s.")
    if re.search(r"(?:^|\D)['’]?\d0['’]?s\b", lower):
        return _("A decade needs all four digits. Write for example “1990s” or 199X.")
    if re.search(r"\b(?:spring|summer|autumn|fall|winter)\b", lower):
        return _("Seasons differ around the world. Write the months, as March – May 2024.")
    if re.fullmatch(r"\d{5,}|-\d+", lower) or re.search(r"\b(?:bc|bce)\b", lower):
        return _("Years run from 0001 to 9999. Write the year with four digits, as 1945.")
    if re.fullmatch(r"\d{1,3}|\d{1,2}[/.-]\d{1,2}[/.-]\d{1,2}", lower):
        return _("The year needs all four digits. Write for example 1945 or 27 July 1953.")
    months = "|".join(sorted(MONTH_NUMBERS, key=len, reverse=True))
    if re.search(rf"\b(?:{months})\b", lower) and not re.search(r"\d{4}", lower):
        return _("The year is missing. Write for example 27 July 1953 or July 2024.")
    return _(
        "“%(text)s” cannot be read as a date. Write it as 27 July 1953, July 2024, 1945, 1990s, "
        "30 November – 1 December 2023, since 2008 or about 1953, or leave it empty if unknown."
    ) % {"text": text[:80]}
