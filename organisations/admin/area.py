from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from organisations.models import Activity, AreaOfWork, Engagement
from peaceportal.core.editing import FOLDED, Kept, RecordAdmin
from peaceportal.core.inlines import IdentifierInline, OrderedRowFormSet, StackedRows
from peaceportal.core.list_filters import NestedFilter
from peaceportal.core.listing import date_column
from peaceportal.core.merge_admin import MergeablePageAdmin
from peaceportal.core.renaming import Renames
from peaceportal.core.trees import branches


class AreaFilter(NestedFilter):
    """What belongs to an area of work or to an area within it, as on the site."""

    title = _("area of work")
    parameter_name = "area"

    def nested_lookups(self, request, model_admin):
        for top in branches(AreaOfWork.objects.all()):
            for area, depth in top.flat():
                yield str(area.pk), area.name, depth

    def queryset(self, request, queryset):
        chosen = [AreaOfWork(pk=pk) for pk, _name in self.lookup_choices if pk == self.value()]
        if not chosen:
            return queryset
        # Read first: of a query within a query, PostgreSQL does not see how few a rare area has.
        areas = AreaOfWork.objects.beneath(chosen).values_list("pk", flat=True)
        return queryset.in_areas(list(areas))


class EngagementRows(StackedRows):
    model = Engagement
    autocomplete_fields = ("organisation", "area", "sources")


class EngagedOrganisations(EngagementRows):
    fields = ("organisation", "text", ("since", "until"), "sources")
    verbose_name = _("organisation at work in it")
    verbose_name_plural = _("organisations at work in it")
    add_text = _("Add an organisation")

    def row_name(self, row):
        return str(row.organisation)


WITHHELD = {"withhold_places": _("Hide the places")}


class ActivityInline(Kept, StackedRows):
    model = Activity
    labels = WITHHELD
    formset = OrderedRowFormSet
    autocomplete_fields = ("organisations", "places", "sources")
    fields = (
        "text",
        ("state", "as_of"),
        ("since", "until"),
        "organisations",
        "places",
        "withhold_places",
        "sources",
        ("order", "status", "language"),
    )
    verbose_name_plural = _("activities, in the order of the page")
    add_text = _("Add an activity")


@admin.register(AreaOfWork)
class AreaOfWorkAdmin(Renames, MergeablePageAdmin):
    list_display = ("name", "standing", "parent", date_column("as_of", _("as of")))
    list_select_related = ("parent",)
    search_fields = ("name", "sort_name", "other_names")
    search_help_text = _("Search in names and other names.")
    autocomplete_fields = ("parent", "related_areas", "sources")
    fieldsets = (
        (None, {"fields": ("name", "summary", "as_of", "sources")}),
        (_("Text"), {"fields": ("body",)}),
        (
            _("Names and neighbours"),
            {"classes": [FOLDED], "fields": ("parent", "other_names", "related_areas")},
        ),
    )
    inlines = (ActivityInline, EngagedOrganisations, IdentifierInline)


@admin.register(Engagement)
class EngagementAdmin(RecordAdmin):
    list_display = (
        "organisation",
        "area",
        date_column("since", _("since")),
        date_column("until", _("until")),
    )
    list_select_related = ("organisation", "area")
    list_filter = ("area",)
    search_fields = ("text", "organisation__name", "organisation__acronym", "area__name")
    search_help_text = _("Search in texts and in the names of organisations and areas.")
    autocomplete_fields = ("organisation", "area", "sources")
    fieldsets = (
        (None, {"fields": ("organisation", "area", "text", ("since", "until"), "sources")}),
    )
