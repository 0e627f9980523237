"""The admin as a whole: its name, and its records in the order in which editors need them."""

from functools import partial

from django.contrib.admin import AdminSite
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from peaceportal.core.sign_in import gate

SECTIONS = [
    (
        "pages",
        _("Pages of the site"),
        [
            "timeline.Event",
            "organisations.Organisation",
            "organisations.AreaOfWork",
            "organisations.Place",
            "timeline.EventSeries",
        ],
    ),
    (
        "parts",
        _("Sources, and what stands on pages"),
        [
            "organisations.Source",
            "organisations.Activity",
            "organisations.Quotation",
            "organisations.Resource",
            "timeline.Document",
            "organisations.Engagement",
            "organisations.Succession",
        ],
    ),
]
REST = ("staff", _("Accounts and old addresses"))


class Desk(AdminSite):
    site_header = _("Peace Portal")
    site_title = _("Peace Portal")
    index_title = _("What would you like to edit?")
    # Lists and forms need the room; the head of every page leads to the five kinds of page.
    enable_nav_sidebar = False

    def get_urls(self):
        from peaceportal.core.doubles_admin import doubles
        from peaceportal.core.preview import shared
        from peaceportal.core.recent_admin import changes
        from peaceportal.core.removed_admin import removed

        return [
            path("preview/<str:token>/", shared, name="shared_preview"),
            path("changes/", self.own(changes), name="changes"),
            path("doubles/", self.own(doubles), name="doubles"),
            path("removed/", self.own(removed), name="removed"),
            *super().get_urls(),
        ]

    def autocomplete_view(self, request):
        from peaceportal.core.offering import Offering

        return Offering.as_view(admin_site=self)(request)

    def own(self, view):
        """A view of the desk as a whole: it is given the desk besides."""
        return self.admin_view(partial(view, site=self))

    def index(self, request, extra_context=None):
        from peaceportal.core import care_admin, noticing, recent_admin
        from peaceportal.core.models import Upload

        Upload.objects.purge()
        unread = noticing.catch_up()
        pairs, missed = care_admin.apart()
        found = care_admin.waiting(request, self, pairs)
        told = {
            "is_first_page": True,
            "care_sections": list(care_admin.parted(found, request.user)),
            "care_ways": care_admin.ways(request, self, missed),
            "care_unread": unread,
            "recent": recent_admin.in_short(request, self),
        }
        return super().index(request, told | (extra_context or {}))

    def has_permission(self, request):
        """Staff, with a second factor where one is demanded. The admin asks this at every page."""
        if not gate.may_enter(request):
            return False
        gate.stay_signed_in(request)
        return True

    def get_app_list(self, request, app_label=None):
        """By subject, not by package: no editor knows in which app a record lives.

        What stands in no section comes last, so that nothing can be forgotten.
        """
        apps = super().get_app_list(request, app_label)
        if app_label is not None:
            return apps
        models = {entry["model"]._meta.label: entry for app in apps for entry in app["models"]}
        sections = []
        for key, name, labels in SECTIONS:
            sections.append((key, name, [models.pop(label, None) for label in labels]))
        rest = REST if "core.User" in models else (REST[0], _("Old and missing addresses"))
        sections.append((*rest, [*models.values()]))
        return [
            {
                "app_label": key,
                "app_url": reverse("admin:index", current_app=self.name),
                "name": name,
                "models": [entry for entry in entries if entry],
                "has_module_perms": True,
            }
            for key, name, entries in sections
            if any(entries)
        ]
