"""The text of a PDF or TXT file, or why there is none. No file stops, stalls or breaks the site."""

from __future__ import annotations

import codecs
import json
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import SuspiciousFileOperation
from django.db import models
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext_lazy as _

from peaceportal.core import pdf_pages
from peaceportal.core.files import file_type
from peaceportal.core.plain_text import clean, flowing, pages_of

SUFFIXES = ("pdf", "txt")
MOST_PAGES = 2_000
MOST_CHARACTERS = 2_000_000

_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# What files that are not UTF-8 were mostly written in, by the language of the document.
_OLDER = {
    **dict.fromkeys(("ar", "fa", "ur"), "cp1256"),
    **dict.fromkeys(("be", "bg", "mk", "ru", "sr", "uk"), "cp1251"),
    **dict.fromkeys(("bs", "cs", "hr", "hu", "pl", "ro", "sk", "sl", "sq"), "cp1250"),
    "el": "cp1253",
    "he": "cp1255",
    "ja": "cp932",
    "ko": "cp949",
    "tr": "cp1254",
    "zh": "gb18030",
}


class WhyUnread(models.TextChoices):
    NOTHING = "", "–"
    SCAN = "scan", _("a scan, without text")
    LOCKED = "locked", _("locked by a password")
    BROKEN = "broken", _("cannot be read")
    TOO_LONG = "too-long", _("too long")
    TOO_SLOW = "too-slow", _("took too long to read")
    LOST = "lost", _("the file is lost")


@dataclass(frozen=True)
class FileText:
    """`pages` is the number of pages, None where it is not known."""

    text: str = ""
    why_not: WhyUnread = WhyUnread.NOTHING
    pages: int | None = None
    pages_with_text: int = 0
    guessed: str = ""  # the encoding, where the file does not tell

    @property
    def is_right_to_left(self) -> bool:
        """Whether Hebrew or Arabic letters are many: a PDF often has their words out of order."""
        sample = self.text[:20_000]
        return sum("\u0590" <= char <= "\u08ff" for char in sample) * 3 > len(sample)


def read_text(file: FieldFile, language: str, seconds: int) -> FileText:
    """Of a file with one of the `SUFFIXES`, within so many seconds.

    Hold no lock of the database meanwhile. `language` helps where a text file does not tell how it
    is written.
    """
    try:
        with file.storage.open(file.name) as opened:
            if file_type(file.name) == "PDF":
                return _read_pdf(opened, seconds)
            if opened.size > 4 * MOST_CHARACTERS:
                return FileText(why_not=WhyUnread.TOO_LONG)
            return _decoded(opened.read(), language)
    except (OSError, SuspiciousFileOperation):
        return FileText(why_not=WhyUnread.LOST)


def _read_pdf(opened, seconds: int) -> FileText:
    limits = [str(limit) for limit in (seconds, MOST_PAGES, MOST_CHARACTERS)]
    try:
        done = subprocess.run(  # noqa: S603 - this project's own program
            [sys.executable, "-I", str(Path(pdf_pages.__file__)), *limits],
            stdin=opened,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return FileText(why_not=WhyUnread.TOO_SLOW)
    if -done.returncode in (signal.SIGXCPU, signal.SIGKILL):
        return FileText(why_not=WhyUnread.TOO_SLOW)
    try:
        told = json.loads(done.stdout)
    except ValueError:
        return FileText(why_not=WhyUnread.BROKEN)
    if "why" in told:
        return FileText(why_not=WhyUnread(told["why"]), pages=told.get("count"))
    return _flowing(told["pages"])


def _flowing(printed: list[str]) -> FileText:
    text = flowing(printed)
    found = sum(bool(page.strip()) for page in pages_of(text))
    if not found:
        return FileText(why_not=WhyUnread.SCAN, pages=len(printed))
    return FileText(text, pages=len(printed), pages_with_text=found)


def _decoded(content: bytes, language: str) -> FileText:
    text, guessed = "", ""
    try:
        told = next((name for mark, name in _MARKS.items() if content.startswith(mark)), "utf-8")
        text = content.decode(told)
    except UnicodeDecodeError:
        guessed = _OLDER.get(language.split("-")[0].lower(), "cp1252")
        text = content.decode(guessed, errors="replace")
    if "\0" in text or text.count("\ufffd") * 100 > len(text):
        return FileText(why_not=WhyUnread.BROKEN)
    text = clean(text).strip("\n ")
    if len(text) > MOST_CHARACTERS:
        return FileText(why_not=WhyUnread.TOO_LONG)
    if not text.strip():
        return FileText(why_not=WhyUnread.BROKEN)
    return FileText(text, guessed=guessed)
