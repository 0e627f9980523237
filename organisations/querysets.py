"""What may be asked of organisations, areas of work and places."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, Subquery
from django.utils import timezone

from organisations import models
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
        """Organisations at one of these places (primary keys); withheld places match nothing."""
        links = self.model.places.through.objects.filter(place__in=places)
        return self.filter(pk__in=links.values("organisation"), withhold_places=False)

    def pages_of_parts(self, query: Query, at: datetime | None):
        engagements = public_engagements(at or timezone.now())
        return [engagements.matching(query).values("organisation")]

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
            "sources",
            "identifiers",
            public("places", models.Place.objects.published(at), as_name="public_places"),
            public(
                "engagements",
                public_engagements(at).prefetch_related("sources"),
                as_name="public_engagements",
            ),
            public(
                "activities",
                activities.select_related("area").for_page(at),
                as_name="public_activities",
            ),
            public(
                "resources",
                models.Resource.objects.shown().prefetch_related("sources"),
                as_name="public_resources",
            ),
        )


class SuccessionQuerySet(RecordQuerySet):
    def around(self, organisation, at: datetime | None = None):
        """What came before and after it, where the other body may be seen or there is none."""
        others = models.Organisation.objects.published(at)
        before = Q(successor=organisation, predecessor__in=others)
        after = Q(predecessor=organisation) & (Q(successor=None) | Q(successor__in=others))
        rows = self.filter(before | after).select_related("predecessor", "successor")
        return rows.order_by("date_earliest", "pk").prefetch_related("sources")


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
            "sources",
            "identifiers",
            public("related_areas", areas, as_name="public_related_areas"),
            public(
                "engagements",
                engagements.select_related("organisation")
                .prefetch_related("sources")
                .order_by("organisation__sort_name", "pk"),
                as_name="public_engagements",
            ),
            public(
                "activities",
                models.Activity.objects.shown().for_page(at),
                as_name="public_activities",
            ),
            public(
                "quotations",
                models.Quotation.objects.shown().prefetch_related("sources"),
                as_name="public_quotations",
            ),
            public(
                "resources",
                models.Resource.objects.shown().prefetch_related("sources"),
                as_name="public_resources",
            ),
        )


class PlaceQuerySet(TreePageQuerySet):
    def of_most_organisations(self, at: datetime | None = None):
        """Places where any public organisation shows itself, those of most of them first."""
        shown = models.Organisation.objects.published(at).filter(
            withhold_places=False, places=OuterRef("pk")
        )
        links = models.Organisation.places.through.objects.order_by().filter(place=OuterRef("pk"))
        number = links.values("place").annotate(number=Count("pk")).values("number")
        counted = self.filter(Exists(shown)).annotate(number_of_organisations=Subquery(number))
        return counted.order_by("-number_of_organisations", "sort_name", "pk")

    def for_detail(self):
        """With what the page of a place shows of the place itself."""
        return self.prefetch_related("sources", "identifiers")


def public_engagements(at: datetime):
    """Engagements in areas that anyone may see, by the names of the areas."""
    engaged = models.Engagement.objects.filter(visible(at, page="area")).select_related("area")
    return engaged.order_by("area__sort_name", "pk")
