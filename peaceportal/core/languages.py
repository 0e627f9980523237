"""The language a record is written in, and the direction it is read in."""

from __future__ import annotations

import re

from django.core.validators import RegexValidator
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

# The main subtags of BCP 47 whose usual script runs from right to left.
RIGHT_TO_LEFT = {
    *("ar", "arc", "ckb", "dv", "fa", "he", "ks", "nqo"),
    *("pnb", "prs", "ps", "sd", "syr", "ug", "ur", "yi"),
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


# Languages of peace agreements that Django does not know, and how those who speak them call them.
_MORE = {
    "am": (_("Amharic"), "አማርኛ"),
    "dv": (_("Dhivehi"), "ދިވެހި"),
    "fil": (_("Filipino"), "Filipino"),
    "ha": (_("Hausa"), "Hausa"),
    "ht": (_("Haitian Creole"), "kreyòl ayisyen"),
    "ku": (_("Kurdish"), "Kurdî"),
    "ln": (_("Lingala"), "lingála"),
    "mg": (_("Malagasy"), "Malagasy"),
    "om": (_("Oromo"), "Afaan Oromoo"),
    "prs": (_("Dari"), "دری"),
    "ps": (_("Pashto"), "پښتو"),
    "qu": (_("Quechua"), "Runa Simi"),
    "rn": (_("Kirundi"), "Ikirundi"),
    "rw": (_("Kinyarwanda"), "Ikinyarwanda"),
    "sg": (_("Sango"), "Sängö"),
    "si": (_("Sinhala"), "සිංහල"),
    "so": (_("Somali"), "Soomaali"),
    "ti": (_("Tigrinya"), "ትግርኛ"),
    "tl": (_("Tagalog"), "Tagalog"),
    "tpi": (_("Tok Pisin"), "Tok Pisin"),
}


def language_name(code: str) -> str:
    """The name of a language in the active language, or its code where nobody here knows one."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return str(_MORE.get(code.split("-")[0].lower(), (code, ""))[0])


def own_language_name(code: str) -> str:
    """What its own readers call a language; empty if unknown."""
    try:
        return get_language_info(code)["name_local"]
    except KeyError:
        return _MORE.get(code.split("-")[0].lower(), ("", ""))[1]
