"""Accounts of staff, and the addresses that pages once had."""

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from peaceportal.core.listing import ListAdmin
from peaceportal.core.models import OldSlug, User

apps.get_app_config("auth").verbose_name = _("Groups of staff")
admin.site.unregister(Group)


@admin.register(Group)
class StaffGroupAdmin(ListAdmin, GroupAdmin):
    pass


class NewAccountForm(AdminUserCreationForm):
    """The admin leads to the first field itself; a second word of it is an error in the console."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["username"].widget.attrs["autofocus"]


@admin.register(User)
class StaffAdmin(ListAdmin, UserAdmin):
    """Administrators give roles; who may do everything is decided by those who may."""

    add_form = NewAccountForm
    beyond_roles = {"is_superuser", "user_permissions"}

    def has_change_permission(self, request, obj=None):
        may = super().has_change_permission(request, obj)
        return may and (obj is None or request.user.is_superuser or not obj.is_superuser)

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if request.user.is_superuser:
            return fieldsets
        return [
            (name, told | {"fields": [f for f in told["fields"] if f not in self.beyond_roles]})
            for name, told in fieldsets
        ]


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
