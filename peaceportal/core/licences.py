"""Licences that are known by a short name and have a page that says what they allow."""

from __future__ import annotations

import re

# As people write it, “CC BY-SA 4.0”, and as SPDX does, “CC-BY-SA-4.0”. IGO: the versions for
# international organisations, of 3.0 alone.
CREATIVE_COMMONS = re.compile(
    r"CC[ -](?P<terms>BY(?:-NC)?(?:-SA|-ND)?)[ -](?P<version>[1-4]\.[05])(?P<igo>[ -]IGO)?", re.I
)
ZERO = re.compile(r"CC[ -]?0(?:[ -]1\.0)?", re.I)


def deed(licence: str) -> str:
    """The address of the summary of a Creative Commons licence; empty for any other words."""
    licence = licence.strip()
    if ZERO.fullmatch(licence):
        return "https://creativecommons.org/publicdomain/zero/1.0/"
    match = CREATIVE_COMMONS.fullmatch(licence)
    if match is None:
        return ""
    igo = "igo/" if match["igo"] else ""
    terms, version = match["terms"].lower(), match["version"]
    return f"https://creativecommons.org/licenses/{terms}/{version}/{igo}"
