"""What may be asked of events."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import F, Prefetch, Q
from django.utils import timezone

from organisations.models import AreaOfWork, Place
from peaceportal.core.dates import KEY_STEP, YearOf, overlapping
from peaceportal.core.publishing import PageQuerySet, visible
from peaceportal.core.records import RecordQuerySet
from peaceportal.core.search.asking import SearchedQuerySet
from peaceportal.core.search.query import Query
from timeline import models

# Unknown dates come last in both directions.
NEWEST = [F("happened_key").desc(nulls_last=True), F("id").desc()]
OLDEST = [F("happened_key").asc(nulls_last=True), F("id").asc()]
ADDED = [F("first_public_at").desc(), F("id").desc()]


def _first_key_after(at: datetime | None) -> int:
    """The lowest key of a date that begins after the day of `at` (now, if None)."""
    today = timezone.localdate(at) if at else timezone.localdate()
    return (today.toordinal() + 1) * KEY_STEP


def list_relations(at: datetime | None = None) -> list[Prefetch]:
    """What a list reads besides the events themselves. Three queries."""
    at = at or timezone.now()
    participations = models.Participation.objects.shown(at)
    return [
        Prefetch("areas", AreaOfWork.objects.published(at), to_attr="public_areas"),
        Prefetch("places", Place.objects.published(at), to_attr="public_places"),
        Prefetch(
            "participations",
            participations.select_related("organisation").order_by("organisation__sort_name", "pk"),
            to_attr="public_participations",
        ),
    ]


class ParticipationQuerySet(SearchedQuerySet, RecordQuerySet):
    def shown(self, at: datetime | None = None):
        """Those of bodies that anyone may see at the moment `at` (now, if None)."""
        return self.filter(visible(at, page="organisation"))


class EventQuerySet(PageQuerySet):
    """Relations are asked by semi-join, so that no row comes twice and none needs DISTINCT."""

    def in_areas(self, areas: Iterable[int]):
        """Events in one of these areas (primary keys)."""
        links = self.model.areas.through.objects.filter(areaofwork__in=areas)
        return self.filter(pk__in=links.values("event"))

    def at_places(self, places: Iterable[int]):
        """Events at one of these places (primary keys)."""
        links = self.model.places.through.objects.filter(place__in=places)
        return self.filter(pk__in=links.values("event"))

    def with_organisations(self, organisations: Iterable[int]):
        """Events in which one of these organisations (primary keys) had any role."""
        links = self.model.organisations.through.objects.filter(organisation__in=organisations)
        return self.filter(pk__in=links.values("event"))

    def in_series(self, series):
        return self.filter(series=series)

    def agreements(self):
        return self.filter(kind=self.model.Kind.AGREEMENT)

    def but_agreements(self):
        return self.exclude(kind=self.model.Kind.AGREEMENT)

    def in_order_of_series(self):
        """Oldest first, of one day by their numbers; last those of unknown date, by theirs."""
        number = F("ordinal").asc(nulls_last=True)
        return self.order_by(OLDEST[0], number, OLDEST[1])

    def happened_within(self, after: date | None, before: date | None):
        """Events with a day from `after` to `before`; unknown dates match no bound."""
        found = self.filter(overlapping("happened", after, before))
        if before is None:
            return found
        # Follows from the rest, and lets the index of the order leave out all that comes later.
        return found.filter(happened_key__lt=(before.toordinal() + 1) * KEY_STEP)

    def years(self):
        """The years in which events begin and end, as pairs that differ; None is open."""
        ends = (YearOf("happened_earliest"), YearOf("happened_latest"))
        return self.order_by().values_list(*ends).distinct()

    def undated(self):
        return self.filter(happened_key__isnull=True)

    def nearest_outside(self, after: date | None, before: date | None):
        """Of those that end before `after` the last to begin, of those that begin after `before`
        the first. No more than two, in no order.
        """
        nearest = Q(pk__in=[])
        if after is not None:
            earlier = self.filter(happened_latest__lt=after).newest_first()
            nearest |= Q(pk__in=earlier.values("pk")[:1])
        if before is not None:
            later = self.filter(happened_earliest__gt=before).oldest_first()
            nearest |= Q(pk__in=later.values("pk")[:1])
        return self.model.objects.filter(nearest).order_by()

    def to_come(self, at: datetime | None = None):
        """Events that begin after the day of `at` (now, if None)."""
        return self.filter(happened_key__gte=_first_key_after(at))

    def not_to_come(self, at: datetime | None = None):
        """The others: begun, past, or of unknown date."""
        begun = Q(happened_key__lt=_first_key_after(at))
        return self.filter(begun | Q(happened_key__isnull=True))

    def earlier_than(self, event):
        """Events that come before it in the timeline, the nearest first; none if it is undated."""
        if event.happened_key is None:
            return self.none()
        key, pk = event.happened_key, event.pk
        before = Q(happened_key__lt=key) | Q(pk__lt=pk)
        return self.filter(before, happened_key__lte=key).newest_first()

    def later_than(self, event):
        """Events that come after it in the timeline, the nearest first; none if it is undated."""
        if event.happened_key is None:
            return self.none()
        key, pk = event.happened_key, event.pk
        after = Q(happened_key__gt=key) | Q(pk__gt=pk)
        return self.filter(after, happened_key__gte=key).oldest_first()

    def pages_of_parts(self, query: Query, at: datetime | None):
        return [
            models.Document.objects.shown().matching(query).values("event"),
            models.Participation.objects.shown(at).matching(query).values("event"),
        ]

    def newest_first(self):
        return self.order_by(*NEWEST)

    def oldest_first(self):
        return self.order_by(*OLDEST)

    def latest_added(self):
        return self.order_by(*ADDED)

    def for_list(self, at: datetime | None = None):
        """With what a list shows of each event: areas, places and organisations, if public.

        And its series, which says itself whether it is.
        """
        return self.select_related("series").prefetch_related(*list_relations(at))

    def for_detail(self, at: datetime | None = None):
        """With everything that the page of an event shows and anyone may see."""
        at = at or timezone.now()
        return (
            self.for_list(at)
            .select_related("series", "commemorates")
            .prefetch_related(
                "identifiers",
                Prefetch(
                    "documents",
                    models.Document.objects.shown().without_text(),
                    to_attr="public_documents",
                ),
                Prefetch(
                    "commemorated_by",
                    self.model.objects.published(at).order_by(),
                    to_attr="public_commemorations",
                ),
            )
        )
