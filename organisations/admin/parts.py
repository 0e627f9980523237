from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from organisations.admin.area import WITHHELD
from organisations.models import Activity, Quotation, Resource
from peaceportal.core.editing import FOLDED
from peaceportal.core.listing import date_column
from peaceportal.core.page_admin import PartAdmin


@admin.register(Activity)
class ActivityAdmin(PartAdmin):
    labels = WITHHELD
    list_display = ("text_in_short", "area", "state", date_column("as_of", _("as of")), "status")
    list_select_related = ("area",)
    list_filter = ("area", "state", *PartAdmin.list_filter)
    search_fields = ("text", "area__name")
    search_help_text = _("Search in texts and in the names of areas.")
    autocomplete_fields = ("area", "organisations", "places", "sources")
    fieldsets = (
        (None, {"fields": ("area", "text", ("state", "as_of"), ("since", "until"), "sources")}),
        (_("Who and where"), {"fields": ("organisations", "places", "withhold_places")}),
        (_("On the page of its area"), {"fields": ("order",)}),
    )

    @admin.display(description=_("text"), ordering="text")
    def text_in_short(self, activity):
        return str(activity)


@admin.register(Quotation)
class QuotationAdmin(PartAdmin):
    list_display = ("text_in_short", "speaker", date_column("date", _("date")), "status")
    list_filter = ("areas", *PartAdmin.list_filter)
    search_fields = ("text", "speaker", "office_held", "occasion")
    search_help_text = _("Search in texts, speakers, offices and occasions.")
    autocomplete_fields = ("areas", "sources")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "text",
                    "speaker",
                    "office_held",
                    "occasion",
                    "date",
                    "areas",
                    "sources",
                )
            },
        ),
    )

    @admin.display(description=_("text"), ordering="text")
    def text_in_short(self, quotation):
        return str(quotation)


@admin.register(Resource)
class ResourceAdmin(PartAdmin):
    list_display = ("title_or_summary", "medium", date_column("date", _("date")), "url", "status")
    list_filter = ("medium", "areas", *PartAdmin.list_filter)
    search_fields = ("title", "summary", "url")
    search_help_text = _("Search in titles, summaries and web addresses.")
    autocomplete_fields = ("areas", "organisations", "sources")
    fieldsets = (
        (None, {"fields": ("title", "url", "medium", "date", "areas", "sources")}),
        (
            _("More about it"),
            {"classes": [FOLDED], "fields": ("summary", "as_of", "organisations")},
        ),
    )

    @admin.display(description=_("title"), ordering="title")
    def title_or_summary(self, resource):
        return str(resource)
