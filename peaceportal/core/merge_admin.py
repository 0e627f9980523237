"""Merging at the desk: choose the other one, read what will happen, press; and undo it."""

from __future__ import annotations

from dataclasses import replace

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from peaceportal.core.apart import apart
from peaceportal.core.choosing import ChosenOne
from peaceportal.core.merging.doing import merge
from peaceportal.core.merging.merges import Merge
from peaceportal.core.merging.plan import Plan
from peaceportal.core.merging.relations import relations
from peaceportal.core.merging.telling import at, what_moved
from peaceportal.core.merging.undoing import Undoing, undo
from peaceportal.core.page_admin import PageAdmin
from peaceportal.core.roles import may_publish
from peaceportal.core.standing import moment, standing
from peaceportal.core.versions.capture import one_version
from peaceportal.core.versions.history import Entry, is_merge, who
from peaceportal.core.versions.snapshots import versions_of

MERGES_TOLD = 20  # of one page, the latest


class ChooseForm(forms.Form):
    """The record that stays, found by typing as everywhere in the admin."""

    def __init__(self, data, *, model, site):
        super().__init__(data)
        self.fields["into"] = forms.ModelChoiceField(
            model.objects.all(),
            label=_("The one that stays"),
            widget=ChosenOne(model._meta.get_field("merged_into"), site),
            error_messages={
                "required": _("Choose the one that stays."),
                "invalid_choice": _("There is no such record any more. Choose another one."),
            },
        )


class MergeablePageAdmin(PageAdmin):
    actions = (*PageAdmin.actions, "merge_two")

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        wrap = self.admin_site.admin_view
        either = require_http_methods(["GET", "HEAD", "POST"])
        return [
            path("merge/", wrap(require_safe(self.which_view)), name=f"{name}_merge_two"),
            path("<path:object_id>/merge/", wrap(either(self.merge_view)), name=f"{name}_merge"),
            path(
                "<path:object_id>/merges/<int:number>/undo/",
                wrap(either(self.undo_view)),
                name=f"{name}_undo_merge",
            ),
            *super().get_urls(),
        ]

    def has_merge_permission(self, request):
        """Asked by the action that names it."""
        return may_publish(request.user) and self.has_change_permission(request)

    # Where it is offered

    @admin.action(description=gettext_lazy("Merge two into one…"), permissions=["merge"])
    def merge_two(self, request, queryset):
        pks = list(queryset.order_by("pk").values_list("pk", flat=True)[:3])
        if len(pks) != 2:
            said = _("Tick exactly two to merge them: you are then asked which one stays.")
            self.message_user(request, said, messages.WARNING)
            return None
        name = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_merge_two"
        return HttpResponseRedirect(f"{reverse(name)}?{urlencode({'of': pks}, doseq=True)}")

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        may = obj is not None and self.has_merge_permission(request)
        if may and not obj.merged_into_id:
            context["merge_address"] = self._address("merge", obj)
        if obj is not None:
            context["merges"] = self._told(request, obj, Merge.objects.standing())
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def history_view(self, request, object_id, extra_context=None):
        response = super().history_view(request, object_id, extra_context)
        record = response.context_data["object"]
        response.context_data["merges"] = self._told(request, record, Merge.objects.all())
        merges = list(Merge.objects.about(record))
        told = response.context_data["entries"]
        response.context_data["entries"] = [_with_what_moved(one, merges) for one in told]
        return response

    def restore_view(self, request, object_id, version):
        """Not from before a merge: that would take away what it moved, or bring back what it made
        one, and then no undoing could put that right.
        """
        record = self._record(request, object_id)
        then = versions_of(record).filter(pk=version).first()
        if then is not None:
            merges = Merge.objects.standing().about(record)
            later = merges.since(then.revision.date_created).first()
            if later is not None:
                told = {"merged": later.merged_name, "kept": later.kept_name}
                said = _(
                    "“%(merged)s” was merged into “%(kept)s” after that version, and what the "
                    "merge moved would be lost. Undo the merge first: its link stands on this page."
                )
                self.message_user(request, said % told, messages.ERROR)
                return HttpResponseRedirect(self._address("history", record))
        return super().restore_view(request, object_id, version)

    def _told(self, request, record, merges) -> list[dict]:
        """The merges of a page and into it, in words; with the way to undo those that stand."""
        found = []
        for one in merges.about(record)[:MERGES_TOLD]:
            told = {"merged": one.merged_name, "kept": one.kept_name, "when": moment(one.at)}
            told["who"] = who(one.by) or _("a command")
            said = _("“%(merged)s” was merged into “%(kept)s” on %(when)s by %(who)s.") % told
            if one.undone_at:
                said += " " + _("That was undone on %(when)s.") % {"when": moment(one.undone_at)}
            may_undo = one.undone_at is None and self.has_merge_permission(request)
            address = self._address("undo_merge", record, one.pk) if may_undo else ""
            found.append({"words": said, "undo_address": address})
        return found

    # Merging

    def which_view(self, request):
        """Two that were ticked in the list: which one stays?"""
        if not self.has_merge_permission(request):
            raise PermissionDenied
        asked = [pk for pk in request.GET.getlist("of") if pk.isdecimal() and len(pk) < 19]
        found = self.model.objects.in_bulk(asked[:3])
        pages = [found[pk] for pk in sorted(found)]
        if len(pages) != 2:
            raise Http404
        names = apart(pages)
        choices = [self._choice(*pages, names[0]), self._choice(*pages[::-1], names[1])]
        title = _("Which one stays?")
        return self._respond(request, "admin/merge_two.html", pages[0], title=title, pages=choices)

    def _choice(self, stays, goes, name: str) -> dict:
        counts = [one.naming(stays).count() for one in relations(self.model)]
        return {
            "name": name,
            "standing": standing(stays)[1],
            "count": sum(counts),
            "goes": goes,
            "address": f"{self._address('merge', goes)}?{urlencode({'into': stays.pk})}",
            "change_address": self._address("change", stays),
        }

    def merge_view(self, request, object_id):
        merged = self._mergeable(request, object_id)
        asked = request.GET if "into" in request.GET else None
        form = ChooseForm(asked, model=self.model, site=self.admin_site)
        if asked is None or not form.is_valid():
            title = _("Merge “%(page)s” into another") % {"page": merged}
            context = {"form": form, "media": self.media + form.media, "title": title}
            return self._respond(request, "admin/merge_choose.html", merged, **context)
        kept = form.cleaned_data["into"]
        if merged.merged_into_id == kept.pk:
            return self._done_already(request, merged, kept)
        wrong: list[str] = []
        if request.method == "POST":
            try:
                return self._merge(request, merged, kept)
            except ValidationError as error:
                wrong = error.messages
        return self._review(request, Plan(merged, kept), wrong)

    def _merge(self, request, merged, kept):
        names = apart([merged, kept])  # as they are before one takes over of the other
        note = _("Merged “%(merged)s” into “%(kept)s”.") % {"merged": names[0], "kept": names[1]}
        with one_version(by=request.user, note=note, way="merge"):
            done = merge(
                merged,
                kept,
                by=request.user,
                take=request.POST.getlist("take"),
                name_kind=request.POST.get("name_kind", ""),
                seen=request.POST.get("seen", "-"),
            )
            done.merged_name, done.kept_name = names
            done.save(update_fields=["merged_name", "kept_name"])
        LogEntry.objects.log_actions(request.user.pk, [merged, kept], CHANGE, note)
        address = self._address("undo_merge", kept, done.pk)
        link = format_html('<a href="{}">{}</a>', address, _("Undo the merge…"))
        self.message_user(request, format_html("{} {}", note, link), messages.SUCCESS)
        return HttpResponseRedirect(self._address("change", kept))

    def _done_already(self, request, merged, kept):
        """Somebody pressed a moment before: what was asked for is done."""
        done = Merge.objects.standing().about(merged).filter(kept_uid=kept.uid).first()
        names = (done.merged_name, done.kept_name) if done else apart([merged, kept])
        told = {"merged": names[0], "kept": names[1]}
        said = _("“%(merged)s” is merged into “%(kept)s” already.")
        if done:
            told |= {"who": who(done.by) or _("a command"), "when": moment(done.at)}
            said = _("“%(merged)s” was merged into “%(kept)s” by %(who)s, on %(when)s.")
        said = said % told
        self.message_user(request, said, messages.INFO)
        return HttpResponseRedirect(self._address("change", kept))

    def _review(self, request, plan: Plan, wrong: list[str]):
        told = {"merged": plan.merged_name, "kept": plan.kept_name}
        posted = request.POST if request.method == "POST" else None
        chosen = plan.name_kind_at_first if posted is None else posted.get("name_kind", "")
        swapped = f"{self._address('merge', plan.kept)}?{urlencode({'into': plan.merged.pk})}"
        can_be_swapped = not Plan(plan.kept, plan.merged).refusals
        return self._respond(
            request,
            "admin/merge.html",
            plan.merged,
            title=_("Merge “%(merged)s” into “%(kept)s”") % told,
            plan=plan,
            wrong=wrong,
            taken=plan.taken_at_first if posted is None else posted.getlist("take"),
            name_kind=chosen,
            button=_("Merge %(merged)s into %(kept)s") % told,
            kept_address=self._address("change", plan.kept),
            choose_address=self._address("merge", plan.merged),
            swapped_address=swapped if can_be_swapped else "",
        )

    # Undoing

    def undo_view(self, request, object_id, number):
        record = self._mergeable(request, object_id)
        done = Merge.objects.about(record).filter(pk=number).first()
        if done is None:
            raise Http404
        wrong: list[str] = []
        if request.method == "POST":
            try:
                return self._undo(request, done)
            except ValidationError as error:
                wrong = error.messages
        work = Undoing(done)
        return self._respond(
            request,
            "admin/merge_undo.html",
            record,
            title=_("Undo the merge of “%(merged)s” into “%(kept)s”")
            % {"merged": done.merged_name, "kept": done.kept_name},
            work=work,
            wrong=wrong or work.refusals,
            first=self._to_undo_first(done) if work.refusals else [],
        )

    def _to_undo_first(self, done: Merge) -> list[tuple[str, str]]:
        """The later merges into the same page: what each is called, and where it is undone."""
        kept = done.kept
        if kept is None or done.undone_at is not None:
            return []
        later = Merge.objects.standing().filter(pk__gt=done.pk, model=done.model).about(kept)
        said = _("Undo the merge of “%(merged)s” into “%(kept)s”")
        return [
            (
                said % {"merged": one.merged_name, "kept": one.kept_name},
                self._address("undo_merge", kept, one.pk),
            )
            for one in later[:MERGES_TOLD]
        ]

    def _undo(self, request, done: Merge):
        lost = undo(done, by=request.user)
        told = {"merged": done.merged_name, "kept": done.kept_name}
        note = _("Undid the merge of “%(merged)s” into “%(kept)s”.") % told
        LogEntry.objects.log_actions(request.user.pk, [done.merged, done.kept], CHANGE, note)
        self.message_user(request, note, messages.SUCCESS)
        for sentence in lost:
            self.message_user(request, sentence, messages.WARNING)
        return HttpResponseRedirect(self._address("change", done.merged))

    def _mergeable(self, request, object_id):
        record = self._record(request, object_id)
        if not self.has_merge_permission(request):
            raise PermissionDenied
        return record


def _with_what_moved(entry: Entry, merges: list[Merge]) -> Entry:
    """What a merge did besides changing fields of the page itself."""
    revision = entry.version.revision
    if not is_merge(revision):
        return entry
    merge, is_undone = at(merges, revision.date_created)
    said = what_moved(merge, is_undone) if merge else ""
    return replace(entry, sentences=[*entry.sentences, said]) if said else entry
