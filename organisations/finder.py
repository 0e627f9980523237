"""Which organisations an address asks for."""

from __future__ import annotations

import django_filters
from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from organisations.models import AreaOfWork, Organisation, Place
from peaceportal.core.finder import Finder, either, words
from peaceportal.core.query_fields import (
    PageNumberField,
    PagesField,
    QueryCharField,
    QueryForm,
    TreeField,
    WordsOfListField,
)


class OrganisationForm(QueryForm):
    q = QueryCharField(
        label=gettext_lazy("Words"), widget=forms.TextInput(attrs={"type": "search"})
    )
    kind = WordsOfListField(label=gettext_lazy("Kind"), vocabulary=Organisation.Kind)
    area = TreeField(label=gettext_lazy("Area of work"), model=AreaOfWork)
    place = PagesField(label=gettext_lazy("Place"), model=Place)
    state = WordsOfListField(label=gettext_lazy("State"), vocabulary=Organisation.State)
    page = PageNumberField(label=gettext_lazy("Page"))


class OrganisationFinder(Finder):
    q = django_filters.Filter(method="with_words")
    kind = django_filters.Filter(field_name="kind", lookup_expr="in")
    area = django_filters.Filter(method="in_areas")
    place = django_filters.Filter(method="at_places")
    state = django_filters.Filter(field_name="state", lookup_expr="in")

    path = reverse_lazy("organisations:list")
    forms = ("csv", "json")
    whole = gettext_lazy("All organisations")
    groups = {name: (name,) for name in ("area", "place", "kind", "state", "q")}

    class Meta:
        model = Organisation
        fields = ()
        form = OrganisationForm

    def with_words(self, queryset, name, value):
        return queryset.matching(self.words, count=self.count)

    def in_areas(self, queryset, name, areas):
        return queryset.in_areas(AreaOfWork.objects.published().beneath(areas))

    def at_places(self, queryset, name, places):
        return queryset.at_places(Place.objects.published().beneath(places))

    def phrases(self):
        asked = self.asked
        phrases = {}
        if asked.get("area"):
            phrases["area"] = _("working on %(areas)s") % {"areas": either(asked["area"])}
        if asked.get("place"):
            phrases["place"] = _("in %(places)s") % {"places": either(asked["place"])}
        if asked.get("kind"):
            phrases["kind"] = _("of the kind %(kinds)s") % {"kinds": either(asked["kind"])}
        if asked.get("state"):
            phrases["state"] = _("whose state is %(states)s") % {"states": either(asked["state"])}
        if asked.get("q"):
            phrases["q"] = _("with “%(words)s”") % {"words": asked["q"]}
        return phrases

    def labels(self):
        labels = super().labels()
        if "q" in self.asked_groups:
            labels["q"] = self.tag_label("q", self.asked["q"])
        return labels

    def number(self, count):
        """“3 organisations”."""
        if not count:
            return _("No organisations")
        text = ngettext("%(count)d organisation", "%(count)d organisations", count)
        return text % {"count": count}

    def tag_label(self, name, value):
        return f"“{value}”" if name == "q" else words(value)
