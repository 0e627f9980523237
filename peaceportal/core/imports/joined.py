"""Names that nothing has and that seem to be several, with a sign between them that parts none."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from peaceportal.core.folding import fold
from peaceportal.core.imports.finding import Known
from peaceportal.core.imports.mapping import ListMapping, Mapping
from peaceportal.core.imports.splitting import Entry

SIGNS = re.compile("[,;]")


def may_be_several(mapping: Mapping, one: ListMapping, entry: Entry) -> bool:
    """Not where the file gives an identifier, or its mapping says what stands between names."""
    is_sure = entry.value or (one.separator and not mapping.is_own)
    return not is_sure and bool(SIGNS.search(entry.name))


def named_alone(known: Known, name: str) -> str:
    """The first part of a name that is a name itself, or nothing."""
    parts = [part.strip() for part in SIGNS.split(name)]
    whole = {"", fold(name)}
    return next((part for part in parts if fold(part) not in whole and known.is_name(part)), "")


def sentence(mapping: Mapping, name: str, part: str) -> str:
    if mapping.is_own:
        mend = _("Write | between names.")
    else:
        mend = _("Say in [lists.%(list)s] which “separator” stands between names.")
        mend %= {"list": name}
    said = _("“%(part)s” is a name of its own. %(mend)s If all of it is one name, add that first.")
    return said % {"part": part, "mend": mend}
