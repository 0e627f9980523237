from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from organisations.admin.area import AreaFilter, EngagementRows
from organisations.models import Organisation, OrganisationName, Succession
from peaceportal.core.editing import (
    IdentifierInline,
    PageAdmin,
    RecordAdmin,
    StackedRows,
    TabularRows,
    date_column,
)


class OrganisationNameInline(TabularRows):
    model = OrganisationName
    fields = ("name", "kind", "language", "from_date", "to_date")


class SuccessionInline(StackedRows):
    model = Succession
    fk_name = "predecessor"
    autocomplete_fields = ("successor", "sources")
    fields = ("kind", "successor", "date", "note", "sources")
    verbose_name_plural = _("what came after it")


class AreasEngagedIn(EngagementRows):
    fields = ("area", "text", ("since", "until"), "sources")
    verbose_name = _("area that it works in")
    verbose_name_plural = _("areas that it works in")


@admin.register(Organisation)
class OrganisationAdmin(PageAdmin):
    list_display = (
        "name",
        "acronym",
        "kind",
        "parent",
        "state",
        date_column("founded", _("founded")),
        date_column("ended", _("ended")),
        "status",
        "public",
    )
    list_select_related = ("parent",)
    list_filter = ("kind", "state", AreaFilter, *PageAdmin.list_filter)
    search_fields = ("name", "sort_name", "acronym", "names__name", "identifiers__value")
    search_help_text = _("Search in names, acronyms, other names and identifiers.")
    autocomplete_fields = ("parent", "places", "sources")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("name", "acronym"),
                    "kind",
                    "parent",
                    ("state", "as_of"),
                    ("founded", "ended"),
                    "sources",
                )
            },
        ),
        (_("Texts"), {"fields": ("summary", "body")}),
        (_("Where"), {"fields": ("places", "withhold_places")}),
        (_("Contact"), {"fields": ("website", "press_contact")}),
    )
    inlines = (OrganisationNameInline, SuccessionInline, AreasEngagedIn, IdentifierInline)


@admin.register(Succession)
class SuccessionAdmin(RecordAdmin):
    list_display = ("predecessor", "kind", "successor", date_column("date", _("date")))
    list_select_related = ("predecessor", "successor")
    list_filter = ("kind",)
    search_fields = (
        "predecessor__name",
        "predecessor__acronym",
        "successor__name",
        "successor__acronym",
        "note",
    )
    search_help_text = _("Search in the names of both organisations and in notes.")
    autocomplete_fields = ("predecessor", "successor", "sources")
    fieldsets = (
        (None, {"fields": ("predecessor", "kind", "successor", "date", "note", "sources")}),
    )
