"""What was changed lately at the desk: in short on its first page, and as a list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import IntegerField, Model, Value
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from peaceportal.core.publishing import Page
from peaceportal.core.versions.recent import Recent, told, versions_of_pages

IN_SHORT = 8  # pieces of work
LOOKED_AT = 200  # versions: an import makes many of them at once
A_PAGE = 100  # versions


@dataclass(frozen=True)
class Entry:
    record: str
    kind: str
    when: str
    who: str
    how: str
    others: int
    address: str  # empty where the record is no more


def pages_seen(request, site: admin.AdminSite) -> list[type[Model]]:
    """The kinds of page that this member of staff may see, by name."""
    seen = [
        model
        for model, model_admin in site._registry.items()
        if issubclass(model, Page) and model_admin.has_view_permission(request)
    ]
    return sorted(seen, key=lambda model: model._meta.label)


def in_short(request, site: admin.AdminSite) -> list[Entry]:
    versions = versions_of_pages(pages_seen(request, site))[:LOOKED_AT]
    return entries(site, told(versions)[:IN_SHORT])


def entries(site: admin.AdminSite, recent: Iterable[Recent]) -> list[Entry]:
    """With the address of each record, all of them read in one query."""
    recent = list(recent)
    by_model: dict[type[Model], set] = {}
    for one in recent:
        by_model.setdefault(one.model, set()).add(one.uid)
    rows = [
        model._base_manager.filter(uid__in=uids)
        .order_by()
        .values_list(Value(number, IntegerField()), "uid", "pk")
        for number, (model, uids) in enumerate(by_model.items())
    ]
    models = list(by_model)
    found = rows[0].union(*rows[1:], all=True) if rows else []
    pks = {(models[number], uid): pk for number, uid, pk in found}
    return [_entry(site, one, pks.get((one.model, one.uid))) for one in recent]


def _entry(site, one: Recent, pk: int | None) -> Entry:
    options = one.model._meta
    name = f"{site.name}:{options.app_label}_{options.model_name}_change"
    address = reverse(name, args=[pk]) if pk is not None else ""
    return Entry(one.record, one.kind, one.when, one.who, one.how, one.others, address)


@require_safe
def changes(request, site: admin.AdminSite):
    """All that was changed on pages, the latest first."""
    pages = Paginator(versions_of_pages(pages_seen(request, site)), A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    context = site.each_context(request) | {
        "title": _("Recently changed"),
        "recent": entries(site, told(page.object_list)),
        "page": page,
    }
    return TemplateResponse(request, "admin/changes.html", context)
