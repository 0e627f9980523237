"""Records that may be about the same thing, each pair with the reason for which it was taken.

Found by keys that two records share, never by comparing all with all; each app says what the keys
of its records are. What staff call no doubles stays so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Model, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from peaceportal.core.care import DOUBLES, kept
from peaceportal.core.folding import fold
from peaceportal.core.vocabularies import VocabularyField

MOST_ALIKE = 30  # with one key: more of them are no doubles, but a common name
SHORTEST_NEAR = 8  # characters of a name in which one letter may differ


class Because(models.TextChoices):
    NAME = "name", _("The same name, once accents, capitals and punctuation are left out.")
    OTHER_NAME = "other-name", _("One has a name that is another name of the other.")
    ACRONYM = "acronym", _("The same acronym.")
    SITE = "site", _("The same website.")
    IDENTIFIER = "identifier", _("The same identifier, written in two ways.")
    NEAR_NAME = "near-name", _("Their names differ by one letter.")
    TITLE = "title", _("The same title, and their dates overlap.")
    NEAR_TITLE = "near-title", _("The same date, the same organisations and nearly the same title.")


Pair = tuple[UUID, UUID, str]
Find = Callable[[type[Model], Sequence[UUID]], Iterable[Pair]]

RULES: dict[type[Model], Find] = {}


class DoubleQuerySet(models.QuerySet):
    def to_decide(self):
        return self.filter(is_none=False)

    def of_model(self, model: type[Model]):
        return self.filter(model=model._meta.label_lower)

    def among(self, labels: Iterable[str]):
        """Those of the kinds with these labels, one kind after the other."""
        return self.filter(model__in=list(labels)).order_by("-model", "pk")

    def with_any(self, uids: Iterable[UUID]):
        uids = list(uids)
        return self.filter(Q(one__in=uids) | Q(other__in=uids))

    def decide(self, by: Model) -> int:
        """Say that these are no doubles."""
        return self.to_decide().update(is_none=True, decided_by=by, decided_at=timezone.now())


class Double(models.Model):
    model = models.CharField(_("kind"), max_length=80)
    # Permanent identities, the lower one first.
    one = models.UUIDField(db_index=True)
    other = models.UUIDField(db_index=True)
    because = VocabularyField(_("because"), choices=Because)
    is_none = models.BooleanField(_("no doubles"), default=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    objects = DoubleQuerySet.as_manager()

    class Meta:
        verbose_name = _("likely double")
        verbose_name_plural = _("likely doubles")
        ordering = ["model", "pk"]
        indexes = [models.Index(fields=["model", "is_none"], name="core_double_to_decide")]
        constraints = [models.UniqueConstraint(fields=["one", "other"], name="core_double_once")]

    def __str__(self):
        return self.get_because_display()


def found_by(model: type[Model], find: Find) -> None:
    """Declare how the doubles of a model are found: those of some of its records."""
    RULES[model] = find
    DOUBLES.of(model, _among)


def _among(queryset, asker):
    pairs = Double.objects.of_model(queryset.model).to_decide().order_by()
    in_pair = Q(uid__in=pairs.values("one")) | Q(uid__in=pairs.values("other"))
    return kept(queryset.filter(in_pair))


def notice(model: type[Model], uids: Sequence[UUID]) -> None:
    """Find anew the doubles of records that have changed."""
    find = RULES.get(model)
    if find is None:
        return
    pairs = {_in_order(one, other): because for one, other, because in find(model, uids)}
    known = Double.objects.of_model(model).with_any(uids)
    known.to_decide().delete()
    decided = set(known.values_list("one", "other"))
    Double.objects.bulk_create(
        Double(model=model._meta.label_lower, one=one, other=other, because=because)
        for (one, other), because in pairs.items()
        if (one, other) not in decided
    )


def _in_order(one: UUID, other: UUID) -> tuple[UUID, UUID]:
    return (one, other) if one.int < other.int else (other, one)


# Names


@dataclass(frozen=True)
class Known:
    """What is known of a record that has a name."""

    uid: UUID
    name: str
    others: tuple[str, ...] = ()
    acronym: str = ""
    keys: tuple[tuple[str, str], ...] = ()  # what else two may share, and the reason
    parent: UUID | None = None

    @property
    def names(self) -> dict[str, str]:
        """Each of its names, squeezed, and what two that share it have in common."""
        names = {squeezed(name): Because.OTHER_NAME for name in self.others}
        names |= {squeezed(self.acronym): Because.ACRONYM, squeezed(self.name): Because.NAME}
        names.pop("", None)
        return names


@lru_cache(maxsize=100_000)  # of all bodies again and again, whenever one has changed
def squeezed(name: str) -> str:
    """Folded and without spaces: “Peace-Net” and “Peacenet” are the same."""
    return fold(name).replace(" ", "")


def alike(everyone: Sequence[Known], some: Iterable[UUID]) -> Iterator[Pair]:
    """Pairs of which at least one is of `some`; of two reasons the stronger comes last."""
    wanted = set(some)
    ours = [one for one in everyone if one.uid in wanted]
    yield from _near(everyone, ours)
    by_key: dict[tuple[str, str], list[Known]] = {key: [] for one in ours for key in one.keys}
    by_name: dict[str, list[Known]] = {name: [] for one in ours for name in one.names}
    for one in everyone:
        for key in one.keys:
            if key in by_key:
                by_key[key].append(one)
        for name in one.names:
            if name in by_name:
                by_name[name].append(one)
    for (_value, because), group in by_key.items():
        for one, other in pairs_of(group, wanted):
            if one.uid != other.parent and other.uid != one.parent:
                yield one.uid, other.uid, because
    for name, group in by_name.items():
        for one, other in pairs_of(group, wanted):
            reasons = {one.names[name], other.names[name]}
            if reasons == {Because.ACRONYM} and len(name) < 3:
                continue
            yield one.uid, other.uid, reasons.pop() if len(reasons) == 1 else Because.OTHER_NAME


def pairs_of(group: Sequence[Any], wanted: set[UUID]) -> Iterator[tuple[Any, Any]]:
    """Every two with a `uid` of which at least one is wanted; of too many alike none."""
    if not 1 < len(group) <= MOST_ALIKE:
        return
    for place, one in enumerate(group):
        for other in group[place + 1 :]:
            if one.uid in wanted or other.uid in wanted:
                yield one, other


def _near(everyone: Sequence[Known], ours: Sequence[Known]) -> Iterator[Pair]:
    """Names of which one letter differs have the same first or the same second half."""
    halves: dict[tuple[bool, str], list[tuple[str, UUID]]] = defaultdict(list)
    for one in ours:
        name = squeezed(one.name)
        if len(name) >= SHORTEST_NEAR:
            for half in _halves(name):
                halves[half].append((name, one.uid))
    for one in everyone:
        name = squeezed(one.name)
        if len(name) < SHORTEST_NEAR:
            continue
        half = len(name) // 2
        for key in ((True, name[:half]), (False, name[len(name) - half :])):
            for other, uid in halves.get(key, ()):
                if uid != one.uid and differs_by_one(name, other):
                    yield uid, one.uid, Because.NEAR_NAME


def _halves(name: str) -> set[tuple[bool, str]]:
    """The beginning and the end of a name, as long as in names of its size and those beside it."""
    found = set()
    for size in (len(name) - 1, len(name), len(name) + 1):
        half = size // 2
        found |= {(True, name[:half]), (False, name[len(name) - half :])}
    return found


def differs_by_one(one: str, other: str) -> bool:
    """Whether one letter is another one, is missing or too many, or two have changed places.

    Figures count: “Resolution 1325” and “Resolution 1326” are two resolutions.
    """
    if abs(len(one) - len(other)) > 1 or one == other or figures(one) != figures(other):
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    end, its_end = len(one), len(other)
    while end > start and its_end > start and one[end - 1] == other[its_end - 1]:
        end, its_end = end - 1, its_end - 1
    a, b = one[start:end], other[start:its_end]
    return max(len(a), len(b)) == 1 or (len(a) == len(b) == 2 and a == b[::-1])


def figures(text: str) -> list[str]:
    return [char for char in text if char.isdigit()]
