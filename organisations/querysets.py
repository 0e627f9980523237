"""What may be asked of organisations."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from peaceportal.core.trees import TreePageQuerySet


class OrganisationQuerySet(TreePageQuerySet):
    def in_areas(self, areas: Iterable[int]):
        """Organisations engaged in one of these areas (primary keys)."""
        engagements = self.model._meta.get_field("engagements").related_model
        rows = engagements.objects.filter(area__in=areas)
        return self.filter(pk__in=rows.values("organisation"))

    def at_places(self, places: Iterable[int]):
        """Organisations at one of these places (primary keys); withheld places match nothing."""
        links = self.model.places.through.objects.filter(place__in=places)
        return self.filter(pk__in=links.values("organisation"), withhold_places=False)

    def naming(self, words: str):
        """Organisations that have `words` in a name of theirs, or in their summary."""
        names = self.model._meta.get_field("names").related_model
        named = names.objects.filter(name__icontains=words)
        return self.filter(
            Q(name__icontains=words)
            | Q(acronym__icontains=words)
            | Q(summary__icontains=words)
            | Q(pk__in=named.values("organisation"))
        )
