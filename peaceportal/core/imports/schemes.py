"""Schemes of identifiers that differ in capitals alone: most often one was meant."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from peaceportal.core.identifiers import Identifier
from peaceportal.core.imports.problems import listed


def alike(schemes: set[str]) -> Iterator[str]:
    """A sentence for each of these beside which the file or the site has another one."""
    there = Identifier._base_manager.order_by().values_list("scheme", flat=True).distinct()
    by_folded: dict[str, set[str]] = {}
    for scheme in schemes | set(there) if schemes else ():
        by_folded.setdefault(scheme.casefold(), set()).add(scheme)
    for same in sorted(map(sorted, by_folded.values())):
        if len(same) > 1 and schemes & set(same):
            said = _(
                "%(schemes)s are different schemes, so what has an identifier of one is not found "
                "by the other. Write them alike if they are one."
            )
            yield said % {"schemes": listed(same)}
