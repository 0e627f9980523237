"""What may be asked of organisations, areas of work and places."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Case, F, Prefetch, Q, When
from django.utils import timezone

from organisations import models
from peaceportal.core.dates import YearOf
from peaceportal.core.publishing import visible
from peaceportal.core.records import RecordQuerySet
from peaceportal.core.search.asking import SearchedQuerySet
from peaceportal.core.search.query import Query
from peaceportal.core.trees import TreePageQuerySet


def public(name: str, pages, *, as_name: str) -> Prefetch:
    """What anyone may see of relation `name`, read in one query and found under `as_name`."""
    return Prefetch(name, pages, to_attr=as_name)


class OrganisationQuerySet(TreePageQuerySet):
    def in_areas(self, areas: Iterable[int]):
        """Organisations engaged in one of these areas (primary keys)."""
        engaged = models.Engagement.objects.filter(area__in=areas)
        return self.filter(pk__in=engaged.values("organisation"))

    def at_places(self, places: Iterable[int]):
        """Organisations that are at one of these places (primary keys), or at work there.

        Withheld places match nothing, be it the body or the work that withholds them.
        """
        links = self.model.places.through.objects.filter(place__in=places)
        at_home = Q(pk__in=links.values("organisation"), withhold_places=False)
        work = models.Activity.objects.at_places(places).filter(state=models.Activity.State.ACTIVE)
        workers = models.Activity.organisations.through.objects.filter(activity__in=work)
        at_work = Q(pk__in=workers.values("organisation"))
        return self.filter(at_home | at_work)

    def _with_lives(self):
        """With the first and last day of each life, as far as known.

        One that goes on has no last day. An end that nobody knows adds nothing: such a life
        counts for its other end alone, and with neither end known for no time at all.
        """
        known = self.exclude(founded="", ended="").exclude(founded="", state="active")
        no_end = Case(
            When(ended="", state="ended", then=F("founded_latest")), default=F("ended_latest")
        )
        no_start = Case(When(founded="", then=F("ended_earliest")), default=F("founded_earliest"))
        return known.alias(life_from=no_start, life_to=no_end)

    def existing_within(self, after: date | None, before: date | None):
        """Organisations with a day of their life from `after` to `before`, both included."""
        lives = self._with_lives()
        if before is not None:
            lives = lives.filter(Q(life_from__lte=before) | Q(life_from__isnull=True))
        if after is not None:
            lives = lives.filter(Q(life_to__gte=after) | Q(life_to__isnull=True))
        return lives

    def years(self):
        """The years in which lives begin and end, as pairs that differ; None is open."""
        ends = (YearOf("life_from"), YearOf("life_to"))
        return self._with_lives().order_by().values_list(*ends).distinct()

    def pages_of_parts(self, query: Query, at: datetime | None):
        engagements = public_engagements(at or timezone.now())
        return [engagements.matching(query).values("organisation")]

    def called(self, folded: str):
        """Organisations of which a name or the acronym holds these folded words."""
        named = models.OrganisationName.objects.filter(name__icontains=folded)
        return self.filter(
            Q(sort_name__contains=folded)
            | Q(acronym__icontains=folded)
            | Q(pk__in=named.values("organisation"))
        )

    def for_list(self, at: datetime | None = None):
        """With what a list shows of each organisation, if public."""
        at = at or timezone.now()
        return self.select_related("parent").prefetch_related(
            public("engagements", public_engagements(at), as_name="public_engagements"),
            public("places", models.Place.objects.published(at), as_name="public_places"),
        )

    def for_detail(self, at: datetime | None = None):
        """With everything that the page of an organisation shows and anyone may see."""
        at = at or timezone.now()
        activities = models.Activity.objects.shown().filter(
            area__in=models.AreaOfWork.objects.published(at)
        )
        return self.prefetch_related(
            "names",
            "identifiers",
            public("places", models.Place.objects.published(at), as_name="public_places"),
            public(
                "engagements",
                public_engagements(at),
                as_name="public_engagements",
            ),
            public(
                "activities",
                activities.select_related("area").for_page(at),
                as_name="public_activities",
            ),
            public(
                "resources",
                models.Resource.objects.shown(),
                as_name="public_resources",
            ),
        )


class SuccessionQuerySet(RecordQuerySet):
    def later_than(self, organisation) -> set[int]:
        """This body and those that came after it, directly or through others (primary keys)."""
        later: set[int] = set()
        frontier = {organisation.pk}
        while frontier:
            later |= frontier
            rows = self.exclude(successor=None).filter(predecessor__in=frontier)
            frontier = set(rows.values_list("successor_id", flat=True)) - later
        return later

    def around(self, organisation, at: datetime | None = None):
        """What came before and after it, where the other body may be seen or there is none."""
        others = models.Organisation.objects.published(at)
        before = Q(successor=organisation, predecessor__in=others)
        after = Q(predecessor=organisation) & (Q(successor=None) | Q(successor__in=others))
        rows = self.filter(before | after).select_related("predecessor", "successor")
        return rows.order_by("date_earliest", "pk")


class EngagementQuerySet(SearchedQuerySet, RecordQuerySet):
    """What organisations do in areas of work."""


class AreaQuerySet(TreePageQuerySet):
    def pages_of_parts(self, query: Query, at: datetime | None):
        engagements = models.Engagement.objects.filter(visible(at, page="organisation"))
        quotations = models.Quotation.objects.shown().matching(query)
        links = models.Quotation.areas.through.objects.filter(quotation__in=quotations)
        return [
            engagements.matching(query).values("area"),
            models.Activity.objects.shown().matching(query).values("area"),
            links.values("areaofwork"),
        ]

    def for_detail(self, at: datetime | None = None):
        """With everything that the page of an area shows and anyone may see."""
        at = at or timezone.now()
        areas = self.model.objects.published(at)
        engagements = models.Engagement.objects.filter(visible(at, page="organisation"))
        return self.prefetch_related(
            "identifiers",
            public("related_areas", areas, as_name="public_related_areas"),
            public(
                "engagements",
                engagements.select_related("organisation").order_by(
                    "organisation__sort_name", "pk"
                ),
                as_name="public_engagements",
            ),
            public(
                "activities",
                models.Activity.objects.shown().for_page(at),
                as_name="public_activities",
            ),
            public(
                "quotations",
                models.Quotation.objects.shown(),
                as_name="public_quotations",
            ),
            public(
                "resources",
                models.Resource.objects.shown(),
                as_name="public_resources",
            ),
        )


class PlaceQuerySet(TreePageQuerySet):
    def for_detail(self):
        """With what the page of a place shows of the place itself."""
        return self.prefetch_related("identifiers")


def public_engagements(at: datetime):
    """Engagements in areas that anyone may see, by the names of the areas."""
    engaged = models.Engagement.objects.filter(visible(at, page="area")).select_related("area")
    return engaged.order_by("area__sort_name", "pk")
