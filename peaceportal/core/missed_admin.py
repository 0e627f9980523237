"""Addresses that were asked for and not found, at the desk: lead them somewhere, or ignore them."""

from __future__ import annotations

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import ValidationError
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from peaceportal.core import leading, missed
from peaceportal.core.choosing import ChosenOne, OneField
from peaceportal.core.listing import ListAdmin, Rows
from peaceportal.core.missed import MissedAddress
from peaceportal.core.roles import may_publish
from peaceportal.core.slugs import OldSlug


class LeadsToForm(forms.ModelForm):
    """Chooses the page to which an address leads from now on, by its title or its address."""

    class Meta:
        model = MissedAddress
        fields = ("is_ignored",)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.page_model, self.slug = leading.page_meant(self.instance.path)
        if why_not(self.instance):
            return
        if self.page_model is not None:
            self.fields["page"] = OneField(
                self.page_model.objects.published(),
                required=False,
                label=_("Lead it to"),
                help_text=_(
                    "Type a title. Readers who ask for this address then come to that page."
                ),
                widget=ChosenOne(self.page_model._meta.get_field("merged_into"), admin.site),
            )
        self.fields["page_address"] = forms.CharField(
            required=False,
            max_length=1000,
            label=_("Or to the page with this address")
            if self.page_model
            else _("Lead it to the page with this address"),
            help_text=_(
                "Of any kind of page: open it on the site, copy its address out of the browser, "
                "and paste it here."
            ),
            widget=forms.TextInput(attrs={"class": "vTextField"}),
        )
        if self.instance.leads_to:
            self.fields["nowhere"] = forms.BooleanField(
                required=False, label=_("Lead it nowhere any more")
            )

    def clean_page_address(self):
        typed = self.cleaned_data["page_address"].strip()
        if not typed:
            return None
        page = leading.page_at(typed)
        if page is None:
            raise ValidationError(
                _(
                    "No page that readers see has this address here. Open the page on the site, "
                    "and copy its address from there."
                )
            )
        return page

    def clean(self):
        told = super().clean()
        by_title, by_address = told.get("page"), told.get("page_address")
        if by_title and by_address and by_title != by_address:
            raise ValidationError(_("Two different pages are named. Name the right one alone."))
        self.chosen = by_title or by_address
        if self.chosen and told.get("nowhere"):
            raise ValidationError(_("It cannot lead to a page and nowhere. Choose one of the two."))
        if self.chosen:
            self._refuse_taken()
        return told

    def _refuse_taken(self) -> None:
        if self.page_model is None:
            return
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


def why_not(row: MissedAddress) -> str:
    """Why it cannot lead to a page; empty if it can."""
    if leading.is_of_the_site(row.path):
        return _("The site itself answers this address, so it cannot lead to a page.")
    if not leading.can_lead(row.path):
        return _("Only the beginning of so long an address is kept, so it cannot lead to a page.")
    return ""


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


def named(page, otherwise: str = ""):
    """A link to the form of a page, by its title."""
    if page is None:
        return otherwise or "–"
    options = page._meta
    try:
        name = f"{admin.site.name}:{options.app_label}_{options.model_name}_change"
        return format_html('<a href="{}">{}</a>', reverse(name, args=[page.pk]), page.title_text)
    except NoReverseMatch:
        return page.title_text


class MissedRows(Rows):
    def get_results(self, request):
        super().get_results(request)
        pages = leading.read_pages(self.result_list)
        for row in self.result_list:
            row.page = pages.get(row.page_uid)


@admin.register(MissedAddress)
class MissedAddressAdmin(ListAdmin):
    """Seen by whoever sees old addresses; decided by those who decide what readers see."""

    form = LeadsToForm
    list_display = ("path", "times", "first_at", "last_at", "our_page", "leads_to_page")
    list_filter = (StandingFilter,)
    search_fields = ("path", "linked_on")
    search_help_text = _("Search in addresses, and in those of our pages that lead there.")
    actions = ("ignore", "unignore")
    told = ("path", "leads_to_page", "times", "first_at", "last_at", "our_page", "why_not")

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
        path, leads_to, *others, _reason = self.told
        decided = ["is_ignored"]
        if obj is not None and why_not(obj):
            decided = ["why_not", *decided]
        elif obj is not None and self.has_change_permission(request, obj):
            ways = ["page"] if leading.page_meant(obj.path)[0] else []
            ends = ["nowhere"] if obj.leads_to else []
            decided = [*ways, "page_address", *ends, *decided]
        return [(None, {"fields": (path, leads_to, *decided, *others)})]

    def get_form(self, request, obj=None, change=False, **kwargs):
        # The choice of a page is no field of the model, and made by the form itself.
        return super().get_form(request, obj, change, **(kwargs | {"fields": ["is_ignored"]}))

    def changelist_view(self, request, extra_context=None):
        missed.write()  # what this process has counted
        return super().changelist_view(request, extra_context)

    def get_changelist(self, request, **kwargs):
        return MissedRows

    @admin.display(description=_("now leads to"), ordering="leads_to")
    def leads_to_page(self, row):
        page = row.page if hasattr(row, "page") else leading.page_of(row)
        return named(page, row.leads_to)

    @admin.display(description=_("Lead it to"))
    def why_not(self, row):
        return why_not(row)

    @admin.display(description=_("our page that leads there"), ordering="linked_on")
    def our_page(self, row):
        address = row.our_address
        if not address:
            return row.linked_on or "–"
        return format_html('<a href="{}">{}</a>', address, row.linked_on)

    def save_model(self, request, obj, form, change):
        page, said = form.chosen, ""
        if page:
            leading.lead(obj, page)
            obj.is_ignored = False
            said = _("Who asks for %(path)s now comes to “%(page)s”.")
        elif form.cleaned_data.get("nowhere"):
            leading.let_go(obj)
            said = _("%(path)s leads nowhere any more.")
        super().save_model(request, obj, form, change)
        if said:
            self.message_user(request, said % {"path": obj.path, "page": page}, messages.SUCCESS)

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
