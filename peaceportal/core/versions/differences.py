"""Two versions of a record compared, field by field and row by row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

from django.utils.text import capfirst

from peaceportal.core.versions.snapshots import Kept, Snapshot, shown_fields
from peaceportal.core.versions.words import Words, label

MOST_WORDS = 4000  # of two stretches that are compared word by word
MOST_LINES = 600  # of each of two texts that are compared line by line
AROUND = 12  # words that are shown beside what differs

Related = Mapping[str, Mapping[str, Kept]]


@dataclass(frozen=True)
class Stretch:
    """Words that both have (`same`), that went (`gone`) or that came (`new`)."""

    kind: str
    text: str


@dataclass(frozen=True)
class Difference:
    """What differs: the words of a field (`changed`) or its formatting alone (`formatted`), or a
    row that was `added` or `removed`.

    `of` is the row to which a field belongs; empty for one of the record itself.
    """

    kind: str
    label: str
    before: str | tuple[str, ...] = ""
    after: str | tuple[str, ...] = ""
    of: str = ""
    name: str = ""  # of the field

    @cached_property
    def stretches(self) -> list[Stretch]:
        """A text: its words in one line, what is gone beside what is new."""
        return list(compared(self.before, self.after))

    @cached_property
    def entries(self) -> list[Stretch]:
        """A list: its entries, one a line."""
        if not isinstance(self.before, tuple):
            return []
        every = dict.fromkeys((*self.before, *self.after))
        return [Stretch(self._kind(entry), entry) for entry in every]

    def _kind(self, entry: str) -> str:
        if entry in self.before:
            return "same" if entry in self.after else "gone"
        return "new"


def compare(before: Snapshot, after: Snapshot) -> list[Difference]:
    """What changed from one to the other, in the order of the form, parts included."""
    pairs = [*_pairs(before.rows, after.rows), *_pairs(before.parts, after.parts)]
    kept = [before.record, after.record, *(one for pair in pairs for one in pair if one)]
    return list(_differences(before.record, after.record, pairs, Words(kept)))


def compare_rows(before: Snapshot, after: Snapshot, words: Words) -> list[Difference]:
    """The same without the parts, and with names that were read before."""
    pairs = _pairs(before.rows, after.rows)
    return list(_differences(before.record, after.record, pairs, words))


def _pairs(before: Related, after: Related) -> list[tuple[Kept | None, Kept | None]]:
    found = []
    for name, now in after.items():
        was = before.get(name, {})
        found += [(was.get(uid), now.get(uid)) for uid in dict.fromkeys((*was, *now))]
    return found


def _differences(before: Kept, after: Kept, pairs, words: Words) -> Iterator[Difference]:
    yield from _fields(before, after, words)
    for was, now in pairs:
        row = now or was
        title = words.title(row, after.model)
        kind = capfirst(str(row.model._meta.verbose_name))
        if was is None:
            yield Difference("added", kind, after=title)
        elif now is None:
            yield Difference("removed", kind, before=title)
        else:
            yield from _fields(was, now, words, of=f"{kind} “{title}”")


def _fields(before: Kept, after: Kept, words: Words, of: str = "") -> Iterator[Difference]:
    for field in shown_fields(after.model):
        stored = before.fields.get(field.name), after.fields.get(field.name)
        if field.name not in before.fields or stored[0] == stored[1]:
            continue
        was, now = (words.value(field, value) for value in stored)
        kind = "changed" if was != now else "formatted"
        yield Difference(kind, label(field), was, now, of, field.name)


def compared(before: str, after: str) -> Iterator[Stretch]:
    """Word by word; of two long texts first line by line, without what both begin and end with."""
    old, new = _lines(before), _lines(after)
    head = _alike(old, new)
    tail = _alike(old[head:][::-1], new[head:][::-1])
    end, end_of_new = len(old) - tail, len(new) - tail
    if head:
        yield from _same("".join(old[:head]))
    yield from _by_lines(old[head:end], new[head:end_of_new])
    if tail:
        yield from _same("".join(old[end:]))


def _lines(text: str) -> list[str]:
    """Empty lines belong to the line before: there are many, and all alike."""
    return re.findall(r"[^\n]+\n*|\n+", text)


def _alike(old: Sequence[str], new: Sequence[str]) -> int:
    """How many lines both begin with."""
    pairs = zip(old, new, strict=False)
    return next((n for n, (was, now) in enumerate(pairs) if was != now), min(len(old), len(new)))


def _by_lines(old: Sequence[str], new: Sequence[str]) -> Iterator[Stretch]:
    if len(old) > MOST_LINES or len(new) > MOST_LINES:
        yield from _by_words("".join(old), "".join(new))
        return
    for step, one, two, three, four in SequenceMatcher(None, old, new, False).get_opcodes():
        gone, came = "".join(old[one:two]), "".join(new[three:four])
        if step == "equal":
            yield from _same(gone)
        else:
            yield from _by_words(gone, came)


def _by_words(before: str, after: str) -> Iterator[Stretch]:
    old, new = _tokens(before), _tokens(after)
    if len(old) + len(new) > MOST_WORDS:
        steps = [("replace", 0, len(old), 0, len(new))]
    else:
        steps = SequenceMatcher(_is_between_words, old, new, False).get_opcodes()
    gone = came = ""
    for step, one, two, three, four in steps:
        same = "".join(old[one:two]) if step == "equal" else ""
        if same.strip() or (same and not gone and not came):
            yield from _both(gone, came)
            yield from _same(same)
            gone = came = ""
        else:  # a space between two words that differ is no word that both have
            gone += "".join(old[one:two])
            came += "".join(new[three:four])
    yield from _both(gone, came)


def _is_between_words(token: str) -> bool:
    """Spaces, commas and the like, all alike: to pair each with each takes half a minute."""
    return not (token[0].isalnum() or token[0] == "_")


def _both(gone: str, came: str) -> Iterator[Stretch]:
    if gone:
        yield Stretch("gone", gone)
    if came:
        yield Stretch("new", came)


def _same(text: str) -> Iterator[Stretch]:
    """What both have, cut in the middle where it is long."""
    tokens = _tokens(text)
    if len(tokens) > 4 * AROUND:
        text = "".join([*tokens[: 2 * AROUND], " … ", *tokens[-2 * AROUND :]])
    if text:
        yield Stretch("same", text)


def _tokens(text: str) -> Sequence[str]:
    return re.findall(r"\s+|\w+|[^\w\s]", text)
