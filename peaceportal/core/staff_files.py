"""The files of records in the admin: those of drafts have no other address."""

from __future__ import annotations

from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AdminFileWidget
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404
from django.urls import NoReverseMatch, path, reverse
from django.views.decorators.http import require_safe

from peaceportal.core.files import send
from peaceportal.core.images import COPIES, HALF, PictureFile

PREVIEW = (240, 240)  # most width and height in pixels of the page


def staff_address(file, *size: str) -> str:
    """Where staff see the stored file, or its copy of this size; empty where nobody edits it."""
    record = file.instance
    if record.pk is None:
        return ""
    options = record._meta
    name = f"admin:{options.app_label}_{options.model_name}_{'picture' if size else 'file'}"
    try:
        return reverse(name, args=[record.pk, file.field.name, *size])
    except NoReverseMatch:
        return ""


class StaffFileInput(AdminFileWidget):
    """Links to the file where staff may see it, and shows a picture that is there."""

    template_name = "core/staff_file_input.html"

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        if self.is_initial(value):
            context["widget"]["address"] = staff_address(value)
            if isinstance(value, PictureFile):
                context["widget"]["preview"] = preview(value)
        return context


def preview(picture: PictureFile) -> dict | None:
    """The smaller copy, no larger than `PREVIEW`; None if the file is lost."""
    size = picture.fitting(PREVIEW)
    address = size and staff_address(picture, HALF)
    return {"address": address, "width": size[0], "height": size[1]} if address else None


class StaffFiles:
    """For an admin: sends the files of its records to those who may see the record there."""

    def get_urls(self):
        names = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view(require_safe(self.file_view))
        return [
            path("<path:object_id>/file/<slug:field>/", view, name=f"{names}_file"),
            path(
                "<path:object_id>/file/<slug:field>/<slug:size>.webp",
                view,
                name=f"{names}_picture",
            ),
            *super().get_urls(),
        ]

    def file_view(self, request, object_id, field, size=None):
        record = self.get_object(request, unquote(object_id))
        columns = {column.name: column for column in self.opts.concrete_fields}
        if record is None or not isinstance(columns.get(field), models.FileField):
            raise Http404
        if not self.has_view_permission(request, record):
            raise PermissionDenied
        file = getattr(record, field)
        if size is None:
            name = file.name
        else:
            name = file.copy_name(size) if isinstance(file, PictureFile) and size in COPIES else ""
        if not name:
            raise Http404
        return send(request, file.storage, name, attachment=size is None)
