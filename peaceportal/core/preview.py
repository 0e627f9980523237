"""A page as readers would see it: saved as if it were public, rendered, and all of it undone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import unquote

from django.apps import apps
from django.contrib import admin
from django.contrib.messages import get_messages
from django.core import signing
from django.core.handlers.wsgi import WSGIRequest
from django.db import models, transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, resolve, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from peaceportal.core import changes
from peaceportal.core.publishing import Page, Status
from peaceportal.core.standing import moment_here
from peaceportal.core.versions.capture import one_version

SHARED_FOR = timedelta(days=7)
SALT = "peaceportal.core.preview"
ASKS_WHETHER_NEW = {"HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE"}


def as_public(request, page: Page, **told) -> HttpResponse:
    """What anyone would get at the page's own address, with a banner that tells `told`: which
    files were chosen and not saved, and whether somebody without an account sees it.

    Within a transaction that is undone.
    """
    page.status = Status.PUBLISHED
    page.publish_at = page.unpublish_at = page.removed_at = page.merged_into = None
    page.save()
    address = page.get_absolute_url()
    kept = {name: value for name, value in request.environ.items() if name not in ASKS_WHETHER_NEW}
    asked = {"REQUEST_METHOD": "GET", "QUERY_STRING": "", "CONTENT_LENGTH": "0"}
    public = WSGIRequest({**kept, **asked})
    public.path = public.path_info = unquote(address)
    public.preview = told
    match = resolve(public.path_info)
    shown = match.func(public, *match.args, **match.kwargs)
    if hasattr(shown, "render"):
        shown.render()
    response = HttpResponse(shown.content, status=shown.status_code)
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"  # the address may be a secret
    return response


class Previews(admin.ModelAdmin):
    """For the admin of pages: what is typed and not saved yet, rows included."""

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_preview"
        view = self.admin_site.admin_view(require_POST(self.preview_view))
        return [
            path("preview/", view, name=f"{name}_new"),
            path("<path:object_id>/preview/", view, name=name),
            *super().get_urls(),
        ]

    def preview_view(self, request, object_id=None):
        """The page, or the form where something in it is wrong."""
        request.is_preview, request.previewed = True, None
        with transaction.atomic(), one_version():
            changes.lock(self.model.objects.db)  # no other file is stored meanwhile
            before = set(_files(self.get_object(request, object_id))) if object_id else set()
            response = self._changeform_view(request, object_id, "", None)
            page = request.previewed
            if page is not None:
                chosen = set(_files(page)) - before
                try:
                    response = as_public(request, page, chosen={name for _store, name in chosen})
                finally:
                    for storage, name in chosen:
                        storage.delete(name)
            transaction.set_rollback(True)
        get_messages(request)._queued_messages.clear()  # they told of a save that is undone
        return response

    def response_add(self, request, obj, post_url_continue=None):
        if getattr(request, "is_preview", False):
            request.previewed = obj
            return HttpResponse()
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        if getattr(request, "is_preview", False):
            request.previewed = obj
            return HttpResponse()
        return super().response_change(request, obj)

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if getattr(request, "is_preview", False):  # it stands in a window of its own
            shown = (
                "show_save",
                "show_save_and_add_another",
                "show_save_and_continue",
                "show_close",
            )
            context.update(dict.fromkeys(shown, False))
            context["cannot_be_shown"] = True
        name = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_preview"
        if obj is None:
            context["preview_address"] = reverse(f"{name}_new")
        else:
            context["preview_address"] = reverse(name, args=[obj.pk])
            if not obj.is_public():
                context["shared_address"] = request.build_absolute_uri(shared_address(obj))
                context["shared_until"] = moment_here(timezone.now() + SHARED_FOR)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


def _files(page: Page | None) -> Iterator[tuple]:
    """The stored files of a page and of the parts that stand on it: their storage and name."""
    if page is None:
        return
    records: list[models.Model] = [page]
    for name in page.versioned_parts:
        records += getattr(page, name).all()
    for record in records:
        for field in record._meta.local_fields:
            file = getattr(record, field.name) if isinstance(field, models.FileField) else None
            if file:
                yield file.storage, file.name


# For somebody without an account


def shared_address(page: Page) -> str:
    token = signing.dumps([page._meta.label_lower, str(page.uid)], salt=SALT)
    return reverse("admin:shared_preview", args=[token])


@never_cache
@require_safe
def shared(request, token: str):
    """A page as it is saved, for whoever has the address, until that expires."""
    try:
        label, uid = signing.loads(token, salt=SALT, max_age=SHARED_FOR)
    except signing.SignatureExpired:
        return render(request, "preview_expired.html", status=410)
    except signing.BadSignature as error:
        raise Http404 from error
    page = apps.get_model(label)._base_manager.filter(uid=uid).first()
    if page is None or page.removed_at is not None:
        return render(request, "preview_expired.html", status=410)
    if page.is_public():
        return HttpResponseRedirect(page.get_absolute_url())
    with transaction.atomic(), one_version():
        response = as_public(request, page, chosen=set(), is_shared=True)
        transaction.set_rollback(True)
    return response
