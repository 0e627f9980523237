"""Two at once: who saves later is told what the other saved, and loses nothing of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.http import QueryDict
from django.utils.translation import gettext as _
from reversion.models import Version

from peaceportal.core import changes
from peaceportal.core.publishing import Page
from peaceportal.core.records import Record
from peaceportal.core.standing import moment
from peaceportal.core.versions.differences import Difference, compare
from peaceportal.core.versions.history import who
from peaceportal.core.versions.snapshots import snapshot, versions_of

OPENED = "_opened"  # what was there when the form was opened
AGAIN = "_again"  # the form is shown with what was typed, and nothing is saved


@dataclass(frozen=True)
class Conflict:
    """Why a form is not saved this time: what to say, and what others changed meanwhile."""

    sentence: str
    differences: list[Difference] = field(default_factory=list)


def mark(record: Record) -> str:
    """What tells this state of a record from later ones: its revision, and its latest version."""
    revision = getattr(record, "revision", "")
    latest = versions_of(record).values_list("pk", flat=True).first() or ""
    return f"{revision}-{latest}"


class StopsOverwriting(admin.ModelAdmin):
    """For the admin of a record."""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method == "POST":
            request.conflict = self._conflict(request, object_id)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _conflict(self, request, object_id) -> Conflict | None:
        again = Conflict(_("This is what you had typed. It is not saved yet: press Save."))
        shows_again = again if AGAIN in request.POST else None
        if not object_id or OPENED not in request.POST:
            return shows_again
        changes.lock(self.model.objects.db)  # nobody saves between this look and our own saving
        record = self.get_object(request, unquote(object_id))
        opened = request.POST[OPENED]
        if record is None or opened == mark(record):
            return shows_again
        self._adjust(request, record)
        return _what_happened(record, opened)

    def _adjust(self, request, record) -> None:
        """Have the form say again what was typed, on top of what is there now."""
        data = request.POST.copy()
        data[OPENED] = mark(record)
        if "status" in data and isinstance(record, Page):
            data["status"] = record.status  # which a button sets, and nobody typed
        data._mutable = False
        request.POST = data

    def get_formset_kwargs(self, request, obj, inline, prefix):
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        if getattr(request, "conflict", None) and obj.pk:
            formset = inline.get_formset(request, obj)
            stored = formset(instance=obj, prefix=prefix, queryset=kwargs["queryset"])
            there = {str(row.pk) for row in stored.get_queryset()}
            keep_rows(kwargs["data"], prefix, there)
        return kwargs

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        form.conflict = getattr(request, "conflict", None)
        return form

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["conflict"] = conflict = getattr(request, "conflict", None)
        form, rows = context["adminform"].form, context["inline_admin_formsets"]
        wrong = {*form.errors} - {"__all__"} or any(r.formset.total_error_count() for r in rows)
        if conflict and not wrong:
            context["errors"] = None  # nothing that could be corrected
        if obj is not None:
            context["opened"] = request.POST.get(OPENED) or mark(obj)
        context["keeps_typing"] = obj is None or self.has_change_permission(request, obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


def _what_happened(record: Record, opened: str) -> Conflict:
    latest = versions_of(record).first()
    number = opened.rpartition("-")[2]
    then = Version.objects.get_for_object(record)
    then = then.filter(pk=number).first() if number.isdecimal() and len(number) < 19 else None
    if latest is None or then is None or then.pk == latest.pk:
        return Conflict(_("Somebody saved this while you were writing. Press Save to keep yours."))
    told = {"who": who(latest.revision.user), "when": moment(latest.revision.date_created)}
    sentence = _(
        "%(who)s saved this on %(when)s, while you were writing. Nothing that you typed is lost: "
        "it stands below, and is not saved yet. Look at what was changed meanwhile, take over what "
        "you want, and press Save to keep yours."
    )
    told["who"] = told["who"] or _("A command")
    return Conflict(sentence % told, compare(snapshot(then), snapshot(latest)))


def keep_rows(data: QueryDict, prefix: str, there: set[str]) -> None:
    """Rows that somebody took out meanwhile come back as new ones, after those that are there."""
    rows: dict[int, dict[str, list[str]]] = {}
    pattern = re.compile(rf"{re.escape(prefix)}-(\d{{1,4}})-(\w+)\Z")
    for name in list(data):
        if found := pattern.match(name):
            rows.setdefault(int(found[1]), {})[found[2]] = data.pop(name)
    old = [row for _number, row in sorted(rows.items()) if row.get("id", [""])[-1] in there]
    new = [row for _number, row in sorted(rows.items()) if row.get("id", [""])[-1] not in there]
    for row in new:
        row["id"] = [""]
    for number, row in enumerate([*old, *new]):
        for name, values in row.items():
            data.setlist(f"{prefix}-{number}-{name}", values)
    if f"{prefix}-TOTAL_FORMS" in data:
        data[f"{prefix}-TOTAL_FORMS"] = str(len(rows))
        data[f"{prefix}-INITIAL_FORMS"] = str(len(old))
