"""Versions at the desk: each request that changes something makes one; they are read, compared
and restored where Django has its history.
"""

from __future__ import annotations

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from peaceportal.core.roles import may_publish
from peaceportal.core.standing import moment
from peaceportal.core.versions.capture import changed, one_version
from peaceportal.core.versions.differences import compare
from peaceportal.core.versions.history import entries, who
from peaceportal.core.versions.restoring import restore
from peaceportal.core.versions.snapshots import snapshot, versions_of

A_PAGE = 20
LONGEST_NOTE = 500  # characters


class Versioned:
    """For the admin of a record of which versions are kept."""

    # Whether a change of it can be told to readers.
    tells_readers = False

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        wrap = self.admin_site.admin_view
        return [
            path(
                "<path:object_id>/history/compare/",
                wrap(require_safe(self.compare_view)),
                name=f"{name}_compare",
            ),
            path(
                "<path:object_id>/history/<int:version>/restore/",
                wrap(require_POST(self.restore_view)),
                name=f"{name}_restore",
            ),
            *super().get_urls(),
        ]

    # What makes a version

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        note = request.POST.get("_note", "").replace("\0", "").strip()[:LONGEST_NOTE]
        public = request.POST.get("_public_note", "").replace("\0", "").strip()[:LONGEST_NOTE]
        told = {"note": note, "public_note": public if self.tells_readers else ""}
        with one_version(by=request.user, way="edit", **told):
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request, obj, form, change):
        """A form in which nothing was changed saves nothing, and makes no version."""
        if change and not form.has_changed():
            return
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        with one_version() as work:
            if work.note or work.public_note:  # which is kept though nothing else changed
                work.about = form.instance.uid if work.public_note else None
                changed([form.instance], form.instance._state.db)

    def changelist_view(self, request, extra_context=None):
        if request.method != "POST":
            return super().changelist_view(request, extra_context)
        with one_version(by=request.user, way="action"):
            return super().changelist_view(request, extra_context)

    def delete_view(self, request, object_id, extra_context=None):
        if request.method != "POST":
            return super().delete_view(request, object_id, extra_context)
        with one_version(by=request.user, way="edit"):
            return super().delete_view(request, object_id, extra_context)

    def render_change_form(self, request, context, *args, **kwargs):
        obj = kwargs.get("obj")
        context["has_versions"] = obj is None or self.has_change_permission(request, obj)
        context["tells_readers"] = self.tells_readers
        context["note_typed"] = request.POST.get("_note", "")
        context["public_note_typed"] = request.POST.get("_public_note", "")
        return super().render_change_form(request, context, *args, **kwargs)

    # What reads them

    def history_view(self, request, object_id, extra_context=None):
        record = self._record(request, object_id)
        versions = versions_of(record)
        pages = Paginator(versions, A_PAGE)
        page = pages.get_page(request.GET.get("page"))
        first = page.start_index() - 1
        with_next = list(versions[max(first, 0) : max(first, 0) + A_PAGE + 1])
        told = entries(with_next, is_from_the_first=not page.has_next())
        return self._respond(
            request,
            "admin/history.html",
            record,
            title=_("History of “%(record)s”") % {"record": record},
            entries=told[:A_PAGE],
            page=page,
            latest=with_next[0].pk if with_next and page.number == 1 else None,
        )

    def compare_view(self, request, object_id):
        """Of two versions, whichever was first; one alone is compared with how it is now."""
        record = self._record(request, object_id)
        versions = versions_of(record)
        latest = versions.first()
        asked = [self._asked(request, versions, name) for name in ("from", "to")]
        one, other = (version or latest for version in asked)
        if latest is None or one.pk == other.pk:
            self.message_user(request, _("Choose two versions that differ."), messages.WARNING)
            return HttpResponseRedirect(self._address("history", record))
        older, newer = sorted((one, other), key=lambda version: version.pk)
        return self._respond(
            request,
            "admin/compare.html",
            record,
            title=_("Two versions of “%(record)s”") % {"record": record},
            differences=compare(snapshot(older), snapshot(newer)),
            older=_told(older),
            newer=_told(newer),
            is_latest=newer.pk == latest.pk,
            may_restore=self.has_change_permission(request, record),
            restore_address=self._address("restore", record, older.pk),
        )

    def restore_view(self, request, object_id, version):
        record = self._record(request, object_id)
        if not self.has_change_permission(request, record):
            raise PermissionDenied
        then = versions_of(record).filter(pk=version).first()
        if then is None:
            raise Http404
        when = moment(then.revision.date_created)
        try:
            lost = restore(
                snapshot(then),
                by=request.user,
                note=_("Restored as it was on %(moment)s.") % {"moment": when},
                may_publish=may_publish(request.user),
            )
        except ValidationError as error:
            sentences = format_html_join(" ", "{}", ((text,) for text in _sentences(error)))
            self.message_user(request, sentences, messages.ERROR)
            return HttpResponseRedirect(self._address("history", record))
        record.refresh_from_db()
        done = _("“%(record)s” is as it was on %(moment)s. Who sees it has not changed.")
        self.message_user(request, done % {"record": record, "moment": when}, messages.SUCCESS)
        for sentence in lost:
            self.message_user(request, sentence, messages.WARNING)
        return HttpResponseRedirect(self._address("change", record))

    def _record(self, request, object_id):
        record = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404
        if not self.has_view_permission(request, record):
            raise PermissionDenied
        return record

    def _asked(self, request, versions, name):
        """The version that a parameter names; None if it is empty. Raises Http404."""
        text = request.GET.get(name, "")
        if not text:
            return None
        found = versions.filter(pk=text).first() if text.isdecimal() and len(text) < 19 else None
        if found is None:
            raise Http404
        return found

    def _respond(self, request, template, record, **context):
        return TemplateResponse(
            request,
            template,
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "object": record,
                "module_name": capfirst(str(self.opts.verbose_name_plural)),
                "change_address": self._address("change", record),
                "history_address": self._address("history", record),
                "compare_address": self._address("compare", record),
                **context,
            },
        )

    def _address(self, view, record, *more):
        name = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_{view}"
        return reverse(name, args=[record.pk, *more])


def _told(version) -> dict:
    return {"when": moment(version.revision.date_created), "who": who(version.revision.user)}


def _sentences(error: ValidationError) -> list[str]:
    """Each beside the name of its field, since there is no form to stand in."""
    if not hasattr(error, "error_dict"):
        return error.messages
    return [
        text if name == "__all__" else f"{name}: {text}"
        for name, texts in error.message_dict.items()
        for text in texts
    ]
