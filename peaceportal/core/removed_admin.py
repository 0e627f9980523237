"""Every page that was removed, of whatever kind, in one list: by whom, and how it comes back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import IntegerField, Model, QuerySet, Value, prefetch_related_objects
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from peaceportal.core.merging.merges import Merge
from peaceportal.core.publishing import Page
from peaceportal.core.recent_admin import pages_seen
from peaceportal.core.roles import may_publish
from peaceportal.core.standing import moment
from peaceportal.core.versions.capture import one_version
from peaceportal.core.versions.recent import who_removed

A_PAGE = 50


@dataclass(frozen=True)
class Removed:
    title: str
    kind: str
    model: str
    pk: int
    address: str
    when: str
    who: str
    merged_into: str  # empty unless it was merged into another page
    into_address: str
    undo_address: str
    can_be_put_back: bool


@require_http_methods(["GET", "HEAD", "POST"])
def removed(request, site: admin.AdminSite):
    models = pages_seen(request, site)
    if not models:
        raise PermissionDenied
    if request.method == "POST":
        return _put_back(request, site, models)
    page = Paginator(_rows(models), A_PAGE).get_page(request.GET.get("page"))
    context = site.each_context(request) | {
        "title": _("Removed records"),
        "removed": _told(request, site, models, list(page.object_list)),
        "page": page,
    }
    return TemplateResponse(request, "admin/removed.html", context)


def _put_back(request, site: admin.AdminSite, models: list[type[Model]]):
    """What the action of the list of that kind does."""
    labels = {model._meta.label_lower: model for model in models}
    model, pk = labels.get(request.POST.get("model")), request.POST.get("pk", "")
    if model is None or not (pk.isascii() and pk.isdecimal() and len(pk) < 19):
        raise Http404
    model_admin = site.get_model_admin(model)
    if not (may_publish(request.user) and model_admin.has_change_permission(request)):
        raise PermissionDenied
    with one_version(by=request.user, way="action"):
        model_admin.put_back(request, model_admin.get_queryset(request).filter(pk=pk))
    return HttpResponseRedirect(reverse(f"{site.name}:removed"))


def _rows(models: Iterable[type[Model]]) -> QuerySet:
    """The number of the model and the primary key of all that was removed, the latest first."""
    rows = [
        model.objects.removed()
        .order_by()
        .values_list(Value(number, IntegerField()), "pk", "removed_at")
        for number, model in enumerate(models)
    ]
    return rows[0].union(*rows[1:], all=True).order_by("-removed_at", "pk")


def _told(request, site, models: list[type[Model]], rows: list[tuple]) -> list[Removed]:
    pages: dict[tuple[int, int], Page] = {}
    for number in {number for number, _pk, _at in rows}:
        pks = [pk for of, pk, _at in rows if of == number]
        found = list(models[number].objects.for_removed_list().filter(pk__in=pks))
        prefetch_related_objects(found, "merged_into")
        pages |= {(number, page.pk): page for page in found}
    by = who_removed({page.uid: page.removed_at for page in pages.values()})
    publishes = may_publish(request.user)
    merged = [page.uid for page in pages.values() if page.merged_into_id]
    merges = Merge.objects.standing().filter(merged_uid__in=merged).order_by("pk")
    numbers = dict(merges.values_list("merged_uid", "pk")) if merged and publishes else {}
    found = []
    for number, pk, _at in rows:
        page = pages.get((number, pk))
        if page is None:
            continue
        options = models[number]._meta
        name = f"{site.name}:{options.app_label}_{options.model_name}"
        into, merge = page.merged_into, numbers.get(page.uid)
        found.append(
            Removed(
                title=page.title_text,
                kind=capfirst(options.verbose_name),
                model=options.label_lower,
                pk=pk,
                address=reverse(f"{name}_change", args=[pk]),
                when=moment(page.removed_at),
                who=by.get(page.uid, ""),
                merged_into=into.title_text if into else "",
                into_address=reverse(f"{name}_change", args=[into.pk]) if into else "",
                undo_address=reverse(f"{name}_undo_merge", args=[pk, merge]) if merge else "",
                can_be_put_back=publishes
                and page.merged_into_id is None
                and site.get_model_admin(models[number]).has_change_permission(request),
            )
        )
    return found
