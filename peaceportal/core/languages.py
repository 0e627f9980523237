"""The language a record is written in, and the direction it is read in."""

from __future__ import annotations

import re

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

# The main subtags of BCP 47 whose usual script runs from right to left.
RIGHT_TO_LEFT = {
    *("ar", "arc", "ckb", "dv", "fa", "he", "ks", "nqo"),
    *("pnb", "ps", "sd", "syr", "ug", "ur", "yi"),
}
SCRIPTS_RIGHT_TO_LEFT = {"arab", "hebr", "nkoo", "syrc", "thaa", "adlm", "rohg"}

validate_language = RegexValidator(
    r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*\Z",
    _("Write the code of a language, for example en, fr, ar or pt-BR (BCP 47)."),
)


def direction(language: str) -> str:
    """`rtl` or `ltr`, for the HTML attribute `dir`. A script subtag outweighs the language."""
    main, *rest = re.split(r"[-_]", language.lower())
    for subtag in rest:
        if len(subtag) == 4 and subtag.isalpha():
            return "rtl" if subtag in SCRIPTS_RIGHT_TO_LEFT else "ltr"
    return "rtl" if main in RIGHT_TO_LEFT else "ltr"
