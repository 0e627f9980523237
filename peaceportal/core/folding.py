"""Text without the differences that sorting and matching should not see."""

from __future__ import annotations

import re
import unicodedata

from django.db import models


def fold(text: str) -> str:
    """Lower case, no accents, no punctuation, single spaces: “L’Évian” becomes “l evian”."""
    if text.isascii():  # as most names are, in a tenth of the time
        return " ".join(re.sub("[^a-z0-9]", " ", text.lower()).split())
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept = (
        char if unicodedata.category(char)[0] in "LNM" else " "
        for char in decomposed
        if not _is_accent(char)
    )
    return unicodedata.normalize("NFC", " ".join("".join(kept).split()))


def _is_accent(char: str) -> bool:
    """Marks that a reader can do without: accents, and the points of Hebrew and Arabic.

    Told by combining class (Unicode, UAX 44). The vowel signs of Hindi or Thai are letters.
    """
    combining = unicodedata.combining(char)
    return 10 <= combining <= 36 or combining >= 200


class SortNameField(models.CharField):
    """The folded form of another field. Compared by code point on every database."""

    def __init__(self, *args, of: str, **kwargs):
        self.of = of
        kwargs |= {"max_length": 200, "editable": False, "default": "", "serialize": False}
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("max_length", "editable", "default", "serialize"):
            kwargs.pop(fixed, None)
        return name, path, args, kwargs | {"of": self.of}

    def db_parameters(self, connection):
        # PostgreSQL would sort by the collation of its cluster, which passes over spaces.
        collation = "C" if connection.vendor == "postgresql" else None
        return super().db_parameters(connection) | {"collation": collation}

    @property
    def derives_from(self) -> tuple[str, ...]:
        return (self.of,)

    @property
    def derives(self) -> tuple[str, ...]:
        return (self.name,)

    def derive(self, instance: models.Model) -> None:
        setattr(instance, self.name, fold(getattr(instance, self.of))[: self.max_length])
