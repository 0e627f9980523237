"""The records of a list in the admin, as a file that an empty site can take."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR, IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from peaceportal.core.exports.closure import with_all_they_need
from peaceportal.core.exports.writing import Export


class Exports(admin.ModelAdmin):
    """For the admin of a record: exports those that a list shows, or those that are ticked."""

    def get_urls(self):
        view = self.admin_site.admin_view(require_safe(self.export_view))
        return [path("export/", view, name=self._export_name()), *super().get_urls()]

    def _export_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_export"

    def get_actions(self, request):
        actions = super().get_actions(request)
        if not self._is_choosing(request) and self.has_view_permission(request):
            actions["export_chosen"] = self.get_action("export_chosen")
        return actions

    def _is_choosing(self, request) -> bool:
        """Whether the list stands in a window in which one record is chosen for a field."""
        return IS_POPUP_VAR in request.GET

    def changelist_view(self, request, extra_context=None):
        if not self._is_choosing(request):
            address = reverse(f"{self.admin_site.name}:{self._export_name()}")
            extra_context = {"export_address": address} | (extra_context or {})
        return super().changelist_view(request, extra_context)

    @admin.action(description=_("Export"), permissions=["view"])
    def export_chosen(self, request, queryset):
        return self._export(request, queryset.order_by().values_list("pk", flat=True))

    def export_view(self, request):
        """Of the list that has the same parameters."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            shown = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            return self._say(request, _("Nothing was exported: this address names no list."))
        return self._export(request, shown.order_by().values_list("pk", flat=True))

    def _export(self, request, pks: Iterable[int]):
        chosen = set(pks)
        if not chosen:
            return self._say(request, _("Nothing was exported: the list is empty."))
        found = with_all_they_need(self.model, chosen)
        for model, keys in found.items():
            right = f"{model._meta.app_label}.view_{model._meta.model_name}"
            if keys and not request.user.has_perm(right):
                raise PermissionDenied
        told = {"chosen": {self.opts.label_lower: len(chosen)}}
        # Whole before any of it is sent: nobody who reads slowly holds the database, and what
        # fails is no half a file.
        file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
        try:
            Export(found, told).write(file)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        name = f"peaceportal-{self.opts.model_name}.zip"
        return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")

    def _say(self, request, sentence):
        self.message_user(request, sentence, messages.WARNING)
        name = f"{self.opts.app_label}_{self.opts.model_name}_changelist"
        return HttpResponseRedirect(reverse(f"{self.admin_site.name}:{name}"))
