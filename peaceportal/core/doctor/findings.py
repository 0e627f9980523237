from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings


class Kind(StrEnum):
    OK = "ok"
    NOTE = "note"  # to know, with nothing broken
    MEND = "mend"  # to do


@dataclass(frozen=True)
class Finding:
    kind: Kind
    words: str

    def __str__(self):
        return f"{self.kind:<4}  {self.words}"


def ok(words: str) -> Finding:
    return Finding(Kind.OK, words)


def note(words: str) -> Finding:
    return Finding(Kind.NOTE, words)


def mend(words: str) -> Finding:
    return Finding(Kind.MEND, words)


def mend_if_public(words: str) -> Finding:
    """A local copy may do without what a site that others reach needs."""
    return mend(words) if settings.IS_HTTPS else note(words)
