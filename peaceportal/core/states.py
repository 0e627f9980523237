"""How a page goes from draft to public at the desk: buttons, actions, and who may use them."""

from __future__ import annotations

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from peaceportal.core.editing import RecordForm
from peaceportal.core.publishing import PUBLIC_STATUSES, Status
from peaceportal.core.roles import may_publish, others_publish
from peaceportal.core.standing import moment_here, zone_in_words
from peaceportal.core.versions.capture import one_version

# What a button of the form does, and the status that it sets.
STEPS = {
    "publish-now": Status.PUBLISHED,
    "publish-at": Status.PUBLISHED,
    "review": Status.IN_REVIEW,
    "draft": Status.DRAFT,
    "archive": Status.ARCHIVED,
}


DONE = {
    "publish-now": gettext_lazy("Published."),
    "publish-at": gettext_lazy("Scheduled."),
    "review": gettext_lazy("Sent for review."),
    "draft": gettext_lazy("Back to draft."),
    "archive": gettext_lazy("Archived."),
}


class PageForm(RecordForm):
    """The status is set by the button that was pressed; without one it stays as it is."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "status" in self.fields:
            self.fields["status"].widget = forms.HiddenInput()

    @property
    def step(self) -> str:
        """The button that was pressed; empty if it only saves."""
        step = self.data.get("_step", "")
        return step if step in STEPS and "status" in self.fields else ""

    def has_changed(self):
        return super().has_changed() or bool(self.step)

    def clean(self):
        told = super().clean()
        if self.step:
            told["status"] = STEPS[self.step]
            self._set_moment(told, self.step)
        elif self._would_vanish(told):
            self.add_error(
                "publish_at",
                _("Readers see this page now, and would not until then. Empty this field."),
            )
        return told

    def _would_vanish(self, told: dict) -> bool:
        """Whether a moment to come would take a page off the site until then."""
        at = told.get("publish_at")
        is_seen = self.instance.pk is not None and self.instance.is_public()
        return bool(is_seen and at and at > timezone.now())

    def _set_moment(self, told: dict, step: str) -> None:
        now = timezone.now()
        at, until = told.get("publish_at"), told.get("unpublish_at")
        if step == "publish-now":
            told["publish_at"] = None
            if until and until <= now:
                self.add_error(
                    "unpublish_at",
                    _("This moment is past: empty it, or nobody would see the page."),
                )
        elif step == "publish-at" and "publish_at" not in self.errors and (not at or at <= now):
            self.add_error("publish_at", _("Write a moment that is still to come."))


def _in_zone() -> str:
    return _("Time zone: %(zone)s.") % {"zone": zone_in_words()}


class States(admin.ModelAdmin):
    """For the admin of pages."""

    form = PageForm
    actions: tuple = ("publish", "send_for_review", "archive")

    def has_publish_permission(self, request):
        """Asked by the actions that name it."""
        return may_publish(request.user)

    def has_review_permission(self, request):
        """Review is for those who have somebody to review."""
        return super().has_change_permission(request) and others_publish(request.user)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(db_field, models.DateTimeField):
            field.help_text = format_lazy("{} {}", field.help_text, _in_zone())
            if db_field.name == "publish_at":
                field.widget.attrs["data-publishes"] = zone_in_words()
        return field

    def steps(self, request, page) -> list[tuple[str, str]]:
        """What can be done with a page besides saving it: the value of each button, and its words.

        `page` is None for one that is not there yet.
        """
        status = page.status if page else Status.DRAFT
        is_public_kind = status in PUBLIC_STATUSES
        is_waiting = bool(page and page.publish_at and page.publish_at > timezone.now())
        found = []
        if may_publish(request.user):
            if status == Status.ARCHIVED:
                found.append(("publish-now", _("Publish as maintained again")))
            elif is_waiting or not is_public_kind:
                found.append(("publish-now", _("Publish now")))
                found.append(("publish-at", self._publish_at_words(page if is_waiting else None)))
            if status == Status.PUBLISHED and not is_waiting:
                found.append(("archive", _("Archive")))
        if status == Status.DRAFT and self.has_review_permission(request):
            found.append(("review", _("Send for review")))
        if status != Status.DRAFT:
            found.append(("draft", _("Back to draft")))
        return found

    def response_add(self, request, obj, post_url_continue=None):
        self._say_step(request)
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        self._say_step(request)
        return super().response_change(request, obj)

    def _say_step(self, request) -> None:
        """What the button did, to whoever pressed it and in the history."""
        said = DONE.get(request.POST.get("_step", ""))
        if said:
            with one_version() as work:
                work.note = work.note or str(said)
            self.message_user(request, said, messages.SUCCESS)

    def _publish_at_words(self, page) -> str:
        if page is None:
            return _("Publish at a set moment")
        return _("Publish on %(moment)s") % {"moment": moment_here(page.publish_at)}

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj is None or self.has_change_permission(request, obj):
            context["steps"] = self.steps(request, obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    @admin.action(description=gettext_lazy("Publish now"), permissions=["publish"])
    def publish(self, request, queryset):
        self._step(request, queryset, queryset.to_publish(), queryset.publish, _("Published."))

    @admin.action(description=gettext_lazy("Archive"), permissions=["publish"])
    def archive(self, request, queryset):
        pages = queryset.filter(status=Status.PUBLISHED)
        self._step(request, queryset, pages, queryset.archive, _("Archived."))

    @admin.action(description=gettext_lazy("Send for review"), permissions=["review"])
    def send_for_review(self, request, queryset):
        pages = queryset.filter(status=Status.DRAFT)
        self._step(request, queryset, pages, queryset.send_for_review, _("Sent for review."))

    def _step(self, request, queryset, pages, change, note: str) -> None:
        """Take one step with those pages of `queryset` that can take it, and say how many did."""
        pages, chosen = list(pages), queryset.count()
        count = change()
        said = [note, ngettext("%d page.", "%d pages.", count) % count]
        if left := chosen - count:
            said.append(
                ngettext(
                    "%d page was left as it is: there it makes no difference, or cannot be.",
                    "%d pages were left as they are: there it makes no difference, or cannot be.",
                    left,
                )
                % left
            )
        self._tell(request, pages, count, " ".join(said), note)
