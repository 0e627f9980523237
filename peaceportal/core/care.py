"""What needs care: which records, why that matters, and what to do about it.

A care is declared once. The first page of the admin counts it, and the lists of its models have it
among their filters. What holds for every record is declared here, by what a model has; the rest the
apps declare beside their admin.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from peaceportal.core.publishing import PUBLIC_STATUSES, Page, Part, Status
from peaceportal.core.records import Record
from peaceportal.core.roles import may_publish
from peaceportal.core.versions.recent import touched_by

OLD_AFTER = timedelta(days=365)


@dataclass(frozen=True)
class Asker:
    """Who asks, and when."""

    user: Model
    at: object = field(default_factory=timezone.now)

    @cached_property
    def touched(self) -> dict[str, set[UUID]]:
        """What they changed lately: permanent identities by model."""
        return touched_by(self.user)

    @property
    def today(self) -> date:
        return timezone.localdate(self.at)


Among = Callable[[QuerySet, Asker], QuerySet]


@dataclass(frozen=True)
class Care:
    """One thing to look after. `why` says why it matters, and what to do."""

    key: str
    heading: str
    why: str
    # Whether it waits for somebody in particular, whom it is shown first.
    waits_for: Callable[[Model], bool] = lambda user: False
    # Whether it depends on who asks; if not, its count is kept while nothing changes.
    is_personal: bool = False
    # Whether it changes though no record does.
    is_of_records: bool = True
    models: dict[type[Model], Among] = field(default_factory=dict, compare=False)

    def of(self, model: type[Model], among: Among) -> None:
        """Declare which records of a model need this care."""
        self.models[model] = among

    def among(self, queryset: QuerySet, asker: Asker) -> QuerySet:
        return self.models[queryset.model](queryset, asker)


REVIEWS = Care(
    "in-review",
    _("Waiting for review"),
    _("Somebody has finished these. Read them, and publish them or send them back to draft."),
    waits_for=may_publish,
)
OWN_DRAFTS = Care(
    "my-drafts",
    _("Your drafts"),
    _("You wrote or changed these lately, and only staff see them. Finish and send them on."),
    waits_for=lambda user: True,
    is_personal=True,
)
DRAFTS = Care(
    "drafts",
    _("All drafts"),
    _("Only staff see these. What nobody will finish can be removed."),
)
SCHEDULED = Care(
    "scheduled",
    _("Scheduled"),
    _("These appear by themselves at their moment. Look once more whether all is right."),
)
NO_SOURCE = Care(
    "no-source",
    _("Without a source"),
    _("Readers cannot check these. Name where each comes from, and when that was read."),
)
NO_AREA = Care(
    "no-area",
    _("Without an area of work"),
    _("Nobody who follows an area finds these. Choose the areas that they belong to."),
)
NO_ALT = Care(
    "no-alt",
    _("Pictures without alternative text"),
    _("Their pictures are marked as decorative. Describe each one that tells something."),
)
OUTDATED = Care(
    "outdated",
    _("“As of” more than a year ago"),
    _("What they say may no longer be true. Look it up again, and write when that was."),
)
INFERRED = Care(
    "inferred",
    _("Date taken from the posting"),
    _("When these happened is not known. If a source says so, write that date instead."),
)
DOUBLES = Care(
    "doubles",
    _("Likely doubles"),
    _("Two records may be about the same. Look at each pair: merge it, or say that it is none."),
    is_of_records=False,
)
DEAD_LINKS = Care(
    "dead-links",
    _("With a dead link"),
    _("A web address in these has failed on two days or more. Find where the page is now."),
    is_of_records=False,
)

CARES = (
    *(REVIEWS, OWN_DRAFTS, DRAFTS, SCHEDULED),
    *(NO_SOURCE, NO_AREA, NO_ALT, OUTDATED, INFERRED, DOUBLES, DEAD_LINKS),
)


def cares_of(model: type[Model]) -> list[Care]:
    return [care for care in CARES if model in care.models]


def declare(models: Iterable[type[Record]]) -> None:
    """What is asked of every model that has what it takes."""
    for model in models:
        if issubclass(model, Page | Part):
            REVIEWS.of(model, _with_status(Status.IN_REVIEW))
            DRAFTS.of(model, _with_status(Status.DRAFT))
            OWN_DRAFTS.of(model, _own_drafts)
            if _has(model, "sources"):
                NO_SOURCE.of(model, without("sources"))
            if _has(model, "as_of"):
                OUTDATED.of(model, _outdated)
        if issubclass(model, Page):
            SCHEDULED.of(model, _scheduled)


def kept(queryset: QuerySet) -> QuerySet:
    """Without what was removed, which nobody need look after."""
    if issubclass(queryset.model, Page):
        return queryset.filter(removed_at__isnull=True)
    return queryset


def without(*relations: str) -> Among:
    """Records that have nothing in any of these many-to-many relations."""

    def among(queryset, asker):
        for name in relations:
            links = queryset.model._meta.get_field(name).remote_field.through
            here = queryset.model._meta.get_field(name).m2m_field_name()
            queryset = queryset.exclude(pk__in=links._base_manager.order_by().values(here))
        return kept(queryset)

    return among


def _has(model: type[Model], name: str) -> bool:
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True


def _with_status(status: str) -> Among:
    return lambda queryset, asker: kept(queryset.filter(status=status))


def _own_drafts(queryset: QuerySet, asker: Asker) -> QuerySet:
    own = asker.touched.get(queryset.model._meta.label_lower, ())
    return kept(queryset.filter(status=Status.DRAFT, uid__in=own))


def _scheduled(queryset: QuerySet, asker: Asker) -> QuerySet:
    return kept(queryset.filter(status__in=PUBLIC_STATUSES, publish_at__gt=asker.at))


def _outdated(queryset: QuerySet, asker: Asker) -> QuerySet:
    """What is archived is known not to be maintained, and what has ended does not go on."""
    old = queryset.filter(as_of_latest__lt=asker.today - OLD_AFTER)
    if _has(queryset.model, "state"):
        old = old.exclude(state="ended")
    return kept(old.exclude(status=Status.ARCHIVED))
