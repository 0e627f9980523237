"""What the core has in the admin: accounts of staff, and the addresses that pages once had."""

from django.apps import apps
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from peaceportal.core import account_admin, missed_admin  # noqa: F401
from peaceportal.core.listing import ListAdmin
from peaceportal.core.models import OldSlug

apps.get_app_config("auth").verbose_name = _("Roles of staff")


@admin.register(OldSlug)
class OldSlugAdmin(ListAdmin):
    """Written when an address changes; nobody edits them."""

    list_display = ("slug", "model", "page_uid")
    list_filter = ("model",)
    search_fields = ("slug",)
    search_help_text = _("Search in addresses.")
    fields = ("model", "slug", "page_uid", "uid")

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
