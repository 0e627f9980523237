"""The history of a record in plain words, the latest change first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from reversion.models import Version

from peaceportal.core.standing import moment
from peaceportal.core.versions.differences import compare_rows
from peaceportal.core.versions.snapshots import Kept, Snapshot, snapshots
from peaceportal.core.versions.words import Words

SHOWN = 6  # of the things that one change added or took away


@dataclass(frozen=True)
class Entry:
    version: Version
    when: str
    who: str
    how: str
    sentences: list[str]
    note: str
    public_note: str


def entries(versions: Sequence[Version], *, is_from_the_first: bool) -> list[Entry]:
    """One for each version but the last, of which it is not known what it changed.

    `versions` are of one record, the latest first; where they go back to the first, that is the
    one that made the record.
    """
    found = snapshots(versions)
    if not found:
        return []
    kept = chain.from_iterable(_everything(one) for one in found)
    words = Words(kept)
    told = [_entry(now, _sentences(before, now, words)) for now, before in pairwise(found)]
    if is_from_the_first:
        told.append(_entry(found[-1], [_("The first version that was kept.")]))
    return told


def _everything(one: Snapshot) -> Iterator[Kept]:
    yield one.record
    yield from one.saved_parts
    for rows in one.rows.values():
        yield from rows.values()


def _entry(one: Snapshot, sentences: list[str]) -> Entry:
    revision = one.version.revision
    detail = getattr(revision, "detail", None)
    is_about_this = detail is not None and str(detail.about) == one.record.uid
    return Entry(
        version=one.version,
        when=moment(revision.date_created),
        who=who(revision.user),
        how=way_in_words(revision),
        sentences=sentences,
        note=revision.comment,
        public_note=detail.public_note if is_about_this else "",
    )


def way_in_words(revision) -> str:
    """How it came about. A merge says that in its note, and so does the undoing of one."""
    detail = getattr(revision, "detail", None)
    if detail is None or is_merge(revision):
        return ""
    return capfirst(detail.get_way_display())


def is_merge(revision) -> bool:
    detail = getattr(revision, "detail", None)
    return detail is not None and detail.way == "merge" and bool(revision.comment)


def who(user) -> str:
    """A member of staff by name; empty for a command."""
    return (user.get_full_name() or user.get_username()) if user else ""


def _sentences(before: Snapshot, now: Snapshot, words: Words) -> list[str]:
    differences = compare_rows(before, now, words)
    found = [one for one in differences if one.of or one.name != "removed_at"]
    changed = [one.label.lower() for one in found if one.kind == "changed" and not one.of]
    formatted = [one.label.lower() for one in found if one.kind == "formatted"]
    in_rows = list(dict.fromkeys(one.of for one in found if one.of and one.kind == "changed"))
    added = [f"{one.label} “{one.after}”" for one in found if one.kind == "added"]
    removed = [f"{one.label} “{one.before}”" for one in found if one.kind == "removed"]
    saved = [
        f"{capfirst(str(part.model._meta.verbose_name))} “{words.title(part, now.model)}”"
        for part in now.saved_parts
    ]
    told = [
        (_("Changed: %(names)s."), [*changed, *in_rows]),
        (_("Formatted anew: %(names)s."), formatted),
        (_("Added: %(names)s."), added),
        (_("Taken out: %(names)s."), removed),
        (_("Saved with it: %(names)s."), saved),
    ]
    sentences = [sentence % {"names": _list(names)} for sentence, names in told if names]
    was_removed, is_removed = (bool(one.record.fields.get("removed_at")) for one in (before, now))
    if was_removed != is_removed:
        sentences.insert(0, _("Removed from the site.") if is_removed else _("Put back."))
    if not sentences and not is_merge(now.version.revision):
        return [_("Nothing that staff edit was changed.")]
    return sentences


def _list(names: list[str]) -> str:
    more = len(names) - SHOWN
    shown = ", ".join(names[:SHOWN])
    return (
        shown if more < 1 else _("%(names)s and %(count)d more") % {"names": shown, "count": more}
    )
