"""Likely doubles at the desk: each pair with its reason, to be merged or called none."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Model
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from peaceportal.core import noticing
from peaceportal.core.apart import apart, read_marks
from peaceportal.core.doubles import RULES, Double
from peaceportal.core.publishing import Page
from peaceportal.core.roles import is_out, may_publish
from peaceportal.core.standing import standing

A_PAGE = 25
PATIENCE = 1.0  # seconds that the list spends on what has changed


@dataclass(frozen=True)
class Shown:
    title: str
    address: str
    standing: str
    standing_words: str


@dataclass(frozen=True)
class Pair:
    pk: int
    kind: str
    because: str
    records: list[Shown]
    merge_address: str
    can_be_decided: bool


@require_http_methods(["GET", "HEAD", "POST"])
def doubles(request, site: admin.AdminSite):
    models = {
        model._meta.label_lower: model
        for model in RULES
        if site.is_registered(model) and site.get_model_admin(model).has_view_permission(request)
    }
    if not models:
        raise PermissionDenied
    if request.method == "POST":
        return _decide(request, site, models)
    unread = noticing.catch_up(PATIENCE)
    rows = Double.objects.to_decide().among(models)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context = site.each_context(request) | {
        "title": _("Likely doubles"),
        "pairs": _told(request, site, models, list(page.object_list)),
        "unread": unread,
        "page": page,
    }
    return TemplateResponse(request, "admin/doubles.html", context)


def _decide(request, site: admin.AdminSite, models: dict[str, type[Model]]):
    pk = request.POST.get("pk", "")
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 19):
        raise Http404
    rows = Double.objects.to_decide().among(models).filter(pk=pk)
    double = rows.first()
    if double is None:  # somebody else has decided, or the records have changed
        messages.info(request, _("This pair is no longer on the list."))
        return HttpResponseRedirect(reverse(f"{site.name}:doubles"))
    model_admin = site.get_model_admin(models[double.model])
    found = models[double.model].objects.with_uids([double.one, double.other])
    if not all(may_decide(request, model_admin, record) for record in found):
        raise PermissionDenied
    rows.decide(request.user)
    messages.success(request, _("They are kept as two, and not listed again."))
    return HttpResponseRedirect(reverse(f"{site.name}:doubles"))


def may_decide(request, model_admin, record: Model) -> bool:
    """Whoever may change both; of what readers see, those who publish."""
    return model_admin.has_change_permission(request, record)


def merge_address(site: admin.AdminSite, one: Model, other: Model) -> str:
    """Where it is asked which of two stays; empty for a kind that nothing merges."""
    options = type(one)._meta
    try:
        address = reverse(f"{site.name}:{options.app_label}_{options.model_name}_merge_two")
    except NoReverseMatch:
        return ""
    return f"{address}?{urlencode({'of': [one.pk, other.pk]}, doseq=True)}"


def _told(request, site, models: dict[str, type[Model]], rows: list[Double]) -> list[Pair]:
    records: dict = {}
    for label in {row.model for row in rows}:
        uids = {uid for row in rows if row.model == label for uid in (row.one, row.other)}
        found_here = list(models[label].objects.with_uids(uids))
        if issubclass(models[label], Page):
            read_marks(found_here)
        records |= {one.uid: one for one in found_here}
    found = []
    for row in rows:
        pair = [records[uid] for uid in (row.one, row.other) if uid in records]
        if len(pair) < 2:  # one was deleted, and nobody has looked at the log yet
            continue
        model_admin = site.get_model_admin(models[row.model])
        # The older record keeps its address, unless only the other is known to readers.
        first, second = sorted(pair, key=lambda record: (not is_out(record), record.pk))
        names = _names([first, second])
        found.append(
            Pair(
                pk=row.pk,
                kind=capfirst(models[row.model]._meta.verbose_name),
                because=row.get_because_display(),
                records=[_shown(site, first, names[0]), _shown(site, second, names[1])],
                merge_address=merge_address(site, first, second)
                if may_publish(request.user)
                else "",
                can_be_decided=all(may_decide(request, model_admin, one) for one in pair),
            )
        )
    return found


def _names(pair: list[Model]) -> list[str]:
    """Of pages told apart, for two of a pair are often called the same."""
    if isinstance(pair[0], Page):
        return apart(pair)
    return [record.title_text for record in pair]


def _shown(site, record: Model, title: str) -> Shown:
    options = type(record)._meta
    name = f"{site.name}:{options.app_label}_{options.model_name}_change"
    return Shown(title, reverse(name, args=[record.pk]), *standing(record))
