"""Plain texts made clean: of what no database keeps, and of what the pages of a file put in.

A form feed stands between two pages, as programs that print have it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

PAGE = "\f"

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x85\u2028]")
# Control characters, halves of a character, and the mark that begins some files.
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")
# Joined letters of Latin, Armenian, Hebrew and Arabic as fonts have them: nobody types them.
_AS_PRINTED = re.compile(r"[\ufb00-\ufb06\ufb13-\ufb17\ufb1d-\ufdff\ufe70-\ufefc]+")
_SOFT_HYPHEN = "\u00ad"
_CUT_WORD = re.compile(r"(?<![^\W\d_])([^\W\d_]+)([-\u2010\u00ad])\Z")
_REST_OF_WORD = re.compile(r"[^\W\d_]+")
_WORDS = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")
# What a new paragraph begins with: “1.”, “(a)”, “iv)”, a bullet, “Article 12”.
_BEGINNING = re.compile(
    r"\(?(?:\d+(?:\.\d+)*|[a-zA-Z]|[ivxIVX]+)[.)]|[•·▪‣*–—-]\s|[^\W\d_]+ \d+\W?\Z"
)
_SHORTEST_FULL_LINE = 30  # characters
_FULL = 0.75  # of the usual length of a full line


def clean(text: str) -> str:
    """The text with one kind of line end, and without what is none."""
    text = _NO_TEXT.sub("", _LINE_ENDS.sub("\n", text))
    # Line by line: a pattern would look through a run of spaces from each of them anew.
    text = PAGE.join(
        "\n".join(line.rstrip(" \t\xa0") for line in page.split("\n")) for page in text.split(PAGE)
    )
    return re.sub(r"\n{3,}", "\n\n", text)


def without_nul(text: str) -> str:
    """PostgreSQL keeps none."""
    return text.replace("\0", "")


def pages_of(text: str) -> list[str]:
    """Of a text that tells no pages, one."""
    return text.split(PAGE)


def flowing(printed: Sequence[str]) -> str:
    """One text of the lines of printed pages: paragraphs whole, joined letters apart.

    A word cut at the end of a line is joined where the text has it whole elsewhere; other hyphens
    stay, as in “cease-fire”.
    """
    pages = [clean(_AS_PRINTED.sub(_as_typed, page).replace(PAGE, "\n")) for page in printed]
    words = {word.casefold() for page in pages for word in _WORDS.findall(page)}
    return PAGE.join(_paragraphs(page, words) for page in pages)


def _as_typed(found: re.Match) -> str:
    return unicodedata.normalize("NFKC", found[0])


def _paragraphs(page: str, words: set[str]) -> str:
    lines = [" ".join(line.split()) for line in page.strip().split("\n")]
    lengths = sorted(len(line) for line in lines if line)
    usual = lengths[len(lengths) * 4 // 5] if lengths else 0
    full = max(_SHORTEST_FULL_LINE, usual * _FULL)
    done: list[str] = []
    for before, line in zip(["", *lines], lines, strict=False):
        flows = len(before) >= full and line and not _BEGINNING.match(line)
        cut = _CUT_WORD.search(before) if line[:1].islower() else None
        if flows or (cut and before):
            done[-1] = _joined(done[-1], line, cut, words)
        elif not line:
            done += [""] if done and done[-1] else []
        else:
            if done and done[-1] and (len(done[-1]) >= full or _BEGINNING.match(line)):
                done.append("")
            done.append(line)
    return "\n".join(done)


def _joined(before: str, line: str, cut: re.Match | None, words: set[str]) -> str:
    if cut is None:
        return f"{before} {line}"
    rest = _REST_OF_WORD.match(line)
    whole = f"{cut[1]}{rest[0] if rest else ''}".casefold()
    if cut[2] == _SOFT_HYPHEN or whole in words:
        return f"{before[:-1]}{line}"
    return f"{before}{line}"


def shortened(text: str, length: int) -> str:
    """At most so many characters, ending in a whole word where one fits."""
    if len(text) <= length:
        return text
    head, space, _rest = text[:length].rpartition(" ")
    return f"{head if space else text[: length - 1]}…"
