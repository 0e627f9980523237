from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from organisations.models import Place
from peaceportal.core.inlines import IdentifierInline
from peaceportal.core.merge_admin import MergeablePageAdmin
from peaceportal.core.renaming import Renames


@admin.register(Place)
class PlaceAdmin(Renames, MergeablePageAdmin):
    list_display = ("name", "standing", "kind", "iso_code", "parent")
    list_select_related = ("parent",)
    list_filter = ("kind", *MergeablePageAdmin.list_filter)
    search_fields = ("name", "sort_name", "other_names", "iso_code")
    search_help_text = _("Search in names, other names and country codes.")
    autocomplete_fields = ("parent", "sources")
    fieldsets = (
        (None, {"fields": ("name", "kind", "iso_code", "parent", "other_names", "sources")}),
    )
    inlines = (IdentifierInline,)
