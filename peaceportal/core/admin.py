"""What the core has in the admin: accounts of staff, and the addresses that pages once had."""

from django.apps import apps
from django.contrib import admin
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from peaceportal.core import account_admin  # noqa: F401
from peaceportal.core.leading import read_pages
from peaceportal.core.listing import ListAdmin, Rows
from peaceportal.core.missed_admin import named
from peaceportal.core.models import OldSlug

apps.get_app_config("auth").verbose_name = _("Roles of staff")


class KindFilter(admin.SimpleListFilter):
    title = _("kind of page")
    parameter_name = "model"

    def lookups(self, request, model_admin):
        labels = OldSlug.objects.order_by("model").values_list("model", flat=True).distinct()
        return [(label, kind_of(label)) for label in labels]

    def queryset(self, request, queryset):
        return queryset.filter(model=self.value()) if self.value() else queryset


def kind_of(label: str) -> str:
    known = {model._meta.label_lower: model for model in apps.get_models()}
    return capfirst(str(known[label]._meta.verbose_name)) if label in known else label


class OldRows(Rows):
    def get_results(self, request):
        super().get_results(request)
        pages = read_pages(self.result_list)
        for row in self.result_list:
            row.page = pages.get(row.page_uid)


@admin.register(OldSlug)
class OldSlugAdmin(ListAdmin):
    """Written when an address changes; nobody edits them."""

    list_display = ("slug", "kind", "page")
    list_filter = (KindFilter,)
    search_fields = ("slug",)
    search_help_text = _("Search in addresses.")
    fields = ("slug", "kind", "page", "uid")

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_changelist(self, request, **kwargs):
        return OldRows

    @admin.display(description=_("kind of page"), ordering="model")
    def kind(self, row):
        return kind_of(row.model)

    @admin.display(description=_("page it leads to"))
    def page(self, row):
        return named(row.page if hasattr(row, "page") else read_pages([row]).get(row.page_uid))
