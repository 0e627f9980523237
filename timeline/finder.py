"""Which events an address asks for."""

from __future__ import annotations

import django_filters
from django import forms
from django.db.models import QuerySet
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from organisations.models import AreaOfWork, Organisation, Place
from peaceportal.core.counting import count_all
from peaceportal.core.finder import Finder, either, words
from peaceportal.core.query_fields import (
    BoundField,
    ChoiceField,
    PageNumberField,
    PagesField,
    QueryCharField,
    QueryForm,
    TreeField,
    WordsOfListField,
)
from timeline.held import HELD
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
    area = TreeField(label=gettext_lazy("Area of work"), model=AreaOfWork)
    organisation = PagesField(label=gettext_lazy("Organisation"), model=Organisation)
    bodies = ChoiceField(
        label=gettext_lazy("With its bodies"),
        words={"": "", "1": gettext_lazy("yes")},
        default="",
    )
    place = PagesField(label=gettext_lazy("Place"), model=Place)
    kind = WordsOfListField(label=gettext_lazy("Kind"), vocabulary=Event.Kind)
    after = BoundField(
        label=gettext_lazy("From"), widget=forms.TextInput(attrs={"placeholder": "1990"})
    )
    before = BoundField(
        label=gettext_lazy("To"), widget=forms.TextInput(attrs={"placeholder": "2024-07"})
    )
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
    held = HELD
    path = reverse_lazy("timeline:list")
    forms = ("atom", "ics", "csv", "json")
    whole = gettext_lazy("The whole timeline")
    groups = {
        "kind": ("kind",),
        "area": ("area",),
        "place": ("place",),
        "organisation": ("organisation", "bodies"),
        "dates": ("after", "before"),
        "q": ("q",),
    }

    class Meta:
        model = Event
        fields = ()
        form = EventForm

    def with_words(self, queryset, name, value):
        return queryset.matching(self.words, count=self.count)

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

    def totals(self, *beside: QuerySet) -> list[int]:
        """How many events match, how many only their unknown date leaves out, and how many rows
        each query `beside` holds. One query."""
        undated = self.queryset.none()
        if "dates" in self.asked_groups:
            others = self.filter_queryset(self.queryset, without={"after", "before", "order"})
            undated = others.undated()
        return count_all(self.qs, undated, *beside)

    def address(self, pairs=None, *, page=1):
        """Without words there is no order by relevance either."""
        pairs = self.parameters if pairs is None else pairs
        if not any(name == "q" for name, _text in pairs):
            pairs = [pair for pair in pairs if pair != ("order", "relevance")]
        return super().address(pairs, page=page)

    def other_orders(self) -> list[dict]:
        """The orders that a list could have instead, each with its address."""
        others = [order for order in ORDERS if order != self.asked["order"]]
        if not self.asked.get("q"):
            others.remove("relevance")
        return [{"label": ORDERS[order], "address": self.ordered(order)} for order in others]

    @property
    def is_of_agreements(self) -> bool:
        """Whether all agreements are asked for, and nothing else: the door to them."""
        return self.asked_groups == ["kind"] and self.asked["kind"] == [Event.Kind.AGREEMENT]

    def phrases(self):
        asked = self.asked
        phrases = {}
        if asked.get("kind"):
            phrases["kind"] = _("of the kind %(kinds)s") % {"kinds": either(asked["kind"])}
        if asked.get("area"):
            phrases["area"] = _("on %(areas)s") % {"areas": either(asked["area"])}
        if asked.get("place"):
            phrases["place"] = _("in %(places)s") % {"places": either(asked["place"])}
        if asked.get("organisation"):
            text = _("with %(organisations)s")
            if asked.get("bodies"):
                text = _("with %(organisations)s and the bodies beneath")
            phrases["organisation"] = text % {"organisations": either(asked["organisation"])}
        after, before = asked.get("after"), asked.get("before")
        if after and before:
            text = _("from %(after)s to %(before)s")
            phrases["dates"] = text % {"after": after, "before": before}
        elif after:
            phrases["dates"] = _("from %(date)s on") % {"date": after}
        elif before:
            phrases["dates"] = _("up to %(date)s") % {"date": before}
        if asked.get("q"):
            phrases["q"] = _("with “%(words)s”") % {"words": asked["q"]}
        return phrases

    def labels(self):
        labels = super().labels()
        if "dates" in self.asked_groups:
            after, before = self.asked["after"], self.asked["before"]
            if after and before:
                text = _("%(after)s to %(before)s")
                labels["dates"] = text % {"after": after, "before": before}
            else:
                name = "after" if after else "before"
                labels["dates"] = self.tag_label(name, after or before)
        if "q" in self.asked_groups:
            labels["q"] = self.tag_label("q", self.asked["q"])
        return labels

    def number(self, count):
        if not count:
            return _("No events")
        return ngettext("%(count)d event", "%(count)d events", count) % {"count": count}

    def qualities(self, count):
        asked = super().qualities(count)
        if count < 2:
            return asked
        return ", ".join(filter(None, [asked, str(ORDERS[self.asked["order"]])]))

    def tag_label(self, name, value):
        if name == "after":
            return _("From %(date)s") % {"date": value}
        if name == "before":
            return _("To %(date)s") % {"date": value}
        if name == "bodies":
            return _("With the bodies within")
        return f"“{value}”" if name == "q" else words(value)
