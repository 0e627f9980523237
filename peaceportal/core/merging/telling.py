"""What a merge or its undoing did, in words, told from the version that was kept of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.apps import apps
from django.utils.translation import gettext as _

from peaceportal.core.merging.merges import Merge
from peaceportal.core.merging.relations import relations


def at(merges: Iterable[Merge], moment: datetime) -> tuple[Merge | None, bool]:
    """Of which merge a version of that moment is, and whether of its undoing.

    A version is written at the end of the work that it is of: nothing else came between.
    """
    found = [(one.at, one, False) for one in merges if one.at <= moment]
    found += [
        (one.undone_at, one, True) for one in merges if one.undone_at and one.undone_at <= moment
    ]
    if not found:
        return None, False
    _when, merge, is_undone = max(found, key=lambda done: done[0])
    return merge, is_undone


def what_moved(merge: Merge, is_undone: bool) -> str:
    """Empty where nothing but the page itself did."""
    words = {one.key: one.words for one in relations(apps.get_model(merge.model))}
    listed = "; ".join(
        f"{words[key]}: {count}" for key, count in merge.counts.items() if count and key in words
    )
    if not listed:
        return ""
    if is_undone:
        return _("What went back, as far as it was still there – %(listed)s.") % {"listed": listed}
    return _("What moved – %(listed)s.") % {"listed": listed}
