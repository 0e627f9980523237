"""Which events an address asks for."""

from __future__ import annotations

import django_filters
from django import forms
from django.db.models import Count, Q
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from organisations.models import AreaOfWork, Organisation, Place
from peaceportal.core.dates import overlapping
from peaceportal.core.finder import Finder, either, words
from peaceportal.core.query_fields import (
    BoundField,
    ChoiceField,
    PageNumberField,
    PagesField,
    QueryCharField,
    QueryForm,
    WordsOfListField,
)
from timeline.models import Event

ORDERS = {
    "newest": gettext_lazy("newest first"),
    "oldest": gettext_lazy("oldest first"),
    "added": gettext_lazy("most recently added first"),
    "relevance": gettext_lazy("most relevant first"),
}


class EventForm(QueryForm):
    q = QueryCharField(
        label=gettext_lazy("Words"), widget=forms.TextInput(attrs={"type": "search"})
    )
    area = PagesField(label=gettext_lazy("Area of work"), model=AreaOfWork)
    organisation = PagesField(label=gettext_lazy("Organisation"), model=Organisation)
    bodies = ChoiceField(
        label=gettext_lazy("With its bodies"),
        words={"": "", "1": gettext_lazy("yes")},
        default="",
    )
    place = PagesField(label=gettext_lazy("Place"), model=Place)
    kind = WordsOfListField(label=gettext_lazy("Kind"), vocabulary=Event.Kind)
    after = BoundField(label=gettext_lazy("From"))
    before = BoundField(label=gettext_lazy("To"))
    order = ChoiceField(label=gettext_lazy("Order"), words=ORDERS, default="newest")
    page = PageNumberField(label=gettext_lazy("Page"))

    def clean(self):
        super().clean()
        after, before = self.cleaned_data.get("after"), self.cleaned_data.get("before")
        if after and before and after.earliest > before.latest:
            self.add_error(
                "after",
                _("“From” (%(after)s) is later than “To” (%(before)s): both were left out.")
                % {"after": after, "before": before},
            )
            self.cleaned_data["before"] = None
        if self.cleaned_data.get("order") == "relevance" and not self.cleaned_data.get("q"):
            self.add_error(
                "order", _("Only words that are searched for have an order by relevance.")
            )
            self.cleaned_data["order"] = "newest"
        if not self.cleaned_data.get("organisation"):
            self.cleaned_data["bodies"] = ""
        if "bodies" in self.errors:  # it has no field of its own, but stands among organisations
            beside = self.errors.setdefault("organisation", self.error_class())
            beside.extend(self.errors.pop("bodies"))
        return self.cleaned_data


class EventFinder(Finder):
    q = django_filters.Filter(method="with_words")
    area = django_filters.Filter(method="in_areas")
    organisation = django_filters.Filter(method="with_organisations")
    place = django_filters.Filter(method="at_places")
    kind = django_filters.Filter(field_name="kind", lookup_expr="in")
    after = django_filters.Filter(method="not_before")
    before = django_filters.Filter(method="not_after")
    order = django_filters.Filter(method="in_order")

    defaults = {"order": "newest"}
    path = reverse_lazy("timeline:list")

    class Meta:
        model = Event
        fields = ()
        form = EventForm

    def with_words(self, queryset, name, value):
        return queryset.matching(self.words)

    def in_areas(self, queryset, name, areas):
        return queryset.in_areas(AreaOfWork.objects.published().beneath(areas))

    def with_organisations(self, queryset, name, organisations):
        if self.asked.get("bodies"):
            bodies = Organisation.objects.published().beneath(organisations)
        else:
            bodies = [organisation.pk for organisation in organisations]
        return queryset.with_organisations(bodies)

    def at_places(self, queryset, name, places):
        return queryset.at_places(Place.objects.published().beneath(places))

    def not_before(self, queryset, name, date):
        return queryset.happened_within(date.earliest, None)

    def not_after(self, queryset, name, date):
        return queryset.happened_within(None, date.latest)

    def in_order(self, queryset, name, order):
        orders = {
            "newest": queryset.newest_first,
            "oldest": queryset.oldest_first,
            "added": queryset.latest_added,
            "relevance": lambda: queryset.newest_first().most_relevant_first(self.words),
        }
        return orders[order]()

    def totals(self) -> tuple[int, int]:
        """How many events match, and how many only their unknown date leaves out."""
        after, before = self.asked.get("after"), self.asked.get("before")
        if not after and not before:
            return self.qs.count(), 0
        bounds = overlapping("happened", after and after.earliest, before and before.latest)
        others = self.filter_queryset(self.queryset, without={"after", "before", "order"})
        totals = others.aggregate(
            matching=Count("pk", filter=bounds),
            undated=Count("pk", filter=Q(happened_key__isnull=True)),
        )
        return totals["matching"], totals["undated"]

    def without(self, name, value):
        """Without words there is no order by relevance either."""
        if name == "q":
            kept = [pair for pair in self.parameters if pair[0] != "q"]
            return self.address([pair for pair in kept if pair != ("order", "relevance")])
        return super().without(name, value)

    def orders(self) -> list[dict]:
        """The orders that a list can have, each with its address."""
        return [
            {
                "label": label,
                "address": self.ordered(order),
                "is_chosen": order == self.asked.get("order"),
            }
            for order, label in ORDERS.items()
            if order != "relevance" or self.asked.get("q")
        ]

    def phrases(self):
        asked = self.asked
        phrases = []
        if asked.get("kind"):
            phrases.append(_("of the kind %(kinds)s") % {"kinds": either(asked["kind"])})
        if asked.get("area"):
            phrases.append(_("on %(areas)s") % {"areas": either(asked["area"])})
        if asked.get("place"):
            phrases.append(_("in %(places)s") % {"places": either(asked["place"])})
        if asked.get("organisation"):
            text = _("with %(organisations)s")
            if asked.get("bodies"):
                text = _("with %(organisations)s and the bodies beneath")
            phrases.append(text % {"organisations": either(asked["organisation"])})
        after, before = asked.get("after"), asked.get("before")
        if after and before:
            phrases.append(_("from %(after)s to %(before)s") % {"after": after, "before": before})
        elif after:
            phrases.append(_("from %(date)s on") % {"date": after})
        elif before:
            phrases.append(_("up to %(date)s") % {"date": before})
        if asked.get("q"):
            phrases.append(_("with “%(words)s”") % {"words": asked["q"]})
        return phrases

    def sentence(self, count: int) -> str:
        """“6 events on Peacebuilding or Mediation, from 1990, newest first”."""
        number = ngettext("%(count)d event", "%(count)d events", count) % {"count": count}
        asked = f"{number} {', '.join(self.phrases())}".strip()
        return asked if count < 2 else f"{asked}, {ORDERS[self.asked['order']]}"

    def tag_label(self, name, value):
        if name == "after":
            return _("From %(date)s") % {"date": value}
        if name == "before":
            return _("To %(date)s") % {"date": value}
        if name == "bodies":
            return _("With the bodies within")
        return f"“{value}”" if name == "q" else words(value)
