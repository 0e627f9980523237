"""Addresses that were asked for and not found, at the desk: lead them somewhere, or ignore them."""

from __future__ import annotations

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import Resolver404, resolve
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from peaceportal.core import missed
from peaceportal.core.addresses import PublicPageView
from peaceportal.core.choosing import ChosenOne, OneField
from peaceportal.core.listing import ListAdmin
from peaceportal.core.missed import MissedAddress
from peaceportal.core.publishing import Page
from peaceportal.core.roles import may_publish
from peaceportal.core.slugs import LONGEST_SLUG, OldSlug


def page_meant(path: str) -> tuple[type[Page] | None, str]:
    """The kind of page of which it is an address, and the slug in it; of others None."""
    try:
        match = resolve(path)
    except Resolver404:
        return None, ""
    view = getattr(match.func, "view_class", None)
    slug = match.kwargs.get("slug", "")
    if view is None or not issubclass(view, PublicPageView) or set(match.kwargs) != {"slug"}:
        return None, ""
    model = view().get_queryset().model
    return (model, slug) if len(slug) <= LONGEST_SLUG else (None, "")


class LeadsToForm(forms.ModelForm):
    """Chooses the page to which an address leads from now on."""

    class Meta:
        model = MissedAddress
        fields = ("is_ignored",)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.page_model, self.slug = page_meant(self.instance.path)
        if self.page_model is None or self.instance.leads_to:
            return
        self.fields["page"] = OneField(
            self.page_model.objects.published(),
            required=False,
            label=_("Lead it to"),
            help_text=_("Type a title. Readers who ask for this address then come to that page."),
            widget=ChosenOne(self.page_model._meta.get_field("merged_into"), admin.site),
        )

    def clean(self):
        told = super().clean()
        if told.get("page"):
            self._refuse_taken()
        return told

    def _refuse_taken(self) -> None:
        owner = self.page_model.objects.with_slug(self.slug).first()
        if owner is not None:
            raise ValidationError(
                _("“%(page)s” has this address. Publish it, or give it another one first.")
                % {"page": owner}
            )
        if OldSlug.objects.at(self.page_model, self.slug).exists():
            raise ValidationError(
                _("This address belonged to another page once, and stays with it.")
            )


class StandingFilter(admin.SimpleListFilter):
    title = _("what was done")
    parameter_name = "done"

    def lookups(self, request, model_admin):
        return [("ignored", _("ignored")), ("leads", _("leads to a page now")), ("all", _("all"))]

    def choices(self, changelist):
        first, *others = super().choices(changelist)
        return [first | {"display": _("to look at")}, *others]

    def queryset(self, request, queryset):
        chosen = self.value()
        if chosen == "ignored":
            return queryset.filter(is_ignored=True)
        if chosen == "leads":
            return queryset.exclude(leads_to="")
        return queryset if chosen == "all" else queryset.to_look_at()


@admin.register(MissedAddress)
class MissedAddressAdmin(ListAdmin):
    """Seen by whoever sees old addresses; decided by those who decide what readers see."""

    form = LeadsToForm
    list_display = ("path", "times", "first_at", "last_at", "our_page", "leads_to")
    list_filter = (StandingFilter,)
    search_fields = ("path", "linked_on")
    search_help_text = _("Search in addresses, and in those of our pages that lead there.")
    actions = ("ignore", "unignore")
    told = ("path", "times", "first_at", "last_at", "our_page", "leads_to")

    def has_add_permission(self, request):
        return False

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("core.view_oldslug")

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_change_permission(self, request, obj=None):
        return self.has_view_permission(request) and may_publish(request.user)

    def has_delete_permission(self, request, obj=None):
        return False

    def get_readonly_fields(self, request, obj=None):
        return self.told

    def get_fieldsets(self, request, obj=None):
        decided = ["is_ignored"]
        is_page = obj is not None and page_meant(obj.path)[0] is not None
        if is_page and not obj.leads_to and self.has_change_permission(request, obj):
            decided = ["page", *decided]
        path, *others = self.told
        return [(None, {"fields": (path, *decided, *others)})]

    def get_form(self, request, obj=None, change=False, **kwargs):
        # The choice of a page is no field of the model, and made by the form itself.
        return super().get_form(request, obj, change, **(kwargs | {"fields": ["is_ignored"]}))

    def changelist_view(self, request, extra_context=None):
        missed.write()  # what this process has counted
        return super().changelist_view(request, extra_context)

    @admin.display(description=_("our page that leads there"), ordering="linked_on")
    def our_page(self, row):
        address = row.our_address
        if not address:
            return row.linked_on or None
        return format_html('<a href="{}">{}</a>', address, row.linked_on)

    def save_model(self, request, obj, form, change):
        page = form.cleaned_data.get("page")
        with transaction.atomic():
            if page:
                OldSlug.lead(form.slug, page)
                obj.leads_to = page.get_absolute_url()[:500]
            super().save_model(request, obj, form, change)
        if page:
            done = _("Who asks for %(path)s now comes to “%(page)s”.")
            self.message_user(request, done % {"path": obj.path, "page": page}, messages.SUCCESS)

    @admin.action(description=_("Ignore"), permissions=["change"])
    def ignore(self, request, queryset):
        rows = list(queryset)
        self._tell(request, rows, queryset.ignore(), _("Ignored."))

    @admin.action(description=_("Look at them again"), permissions=["change"])
    def unignore(self, request, queryset):
        rows = list(queryset)
        self._tell(request, rows, queryset.unignore(), _("No longer ignored."))

    def _tell(self, request, rows, count: int, note: str) -> None:
        LogEntry.objects.log_actions(request.user.pk, rows, CHANGE, str(note))
        done = ngettext("%(done)s %(count)d address.", "%(done)s %(count)d addresses.", count)
        self.message_user(request, done % {"done": note, "count": count}, messages.SUCCESS)
