"""The admin of pages, and of the parts that they show: who sees them, and how that changes."""

from __future__ import annotations

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import IS_POPUP_VAR
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from peaceportal.core.editing import Kept, RecordAdmin
from peaceportal.core.list_filters import RemovedFilter
from peaceportal.core.preview import Previews
from peaceportal.core.publishing import PUBLIC_STATUSES
from peaceportal.core.roles import may_publish
from peaceportal.core.standing import advice, standing
from peaceportal.core.states import States
from peaceportal.core.versions.capture import one_version

WHO_SEES = _(
    "Draft and in review: only staff see it. Published: visitors see it. Archived: visitors see "
    "it too, with a note that it is no longer kept up to date; it never means that a body ended."
)
WHO_SEES_A_PART = format_lazy(
    "{} {}", WHO_SEES, _("A part is seen only where the page that it stands on is seen.")
)
WHO_SEES_A_PAGE = format_lazy(
    "{} {}",
    WHO_SEES,
    _(
        "To take a page off the site, choose “Remove from the site…” at the end of its form: "
        "nothing of it is lost, and it can be put back."
    ),
)


MERGED_NAMED = 5  # of those that an action did not put back


class PartAdmin(Kept, RecordAdmin):
    status_help = WHO_SEES_A_PART
    publication_fields = ("status",)
    rare_fields = ("language",)
    told_fields = ("uid", "created_at", "updated_at")
    list_filter = ("status",)

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        if db_field.name == "status":
            kwargs["help_text"] = self.status_help
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        record = form.instance
        if record.status in PUBLIC_STATUSES and not record.sources.exists():
            reminder = _("This names no source. Please say where it comes from.")
            self.message_user(request, reminder, messages.WARNING)


class PageAdmin(Previews, States, PartAdmin):
    tells_readers = True
    status_help = WHO_SEES_A_PAGE
    publication_fields = ("status", "publish_at", "unpublish_at")
    rare_fields = ("slug", "language")
    rare_title = _("Address and language")
    told_fields = (
        "uid",
        "revision",
        "first_public_at",
        "removed_at",
        "merged_into",
        "created_at",
        "updated_at",
    )
    list_filter = ("status", RemovedFilter)
    actions = (*States.actions, "remove", "put_back")

    def get_view_on_site_url(self, obj=None):
        """For what anyone may see. It leads there by number, as a form may hold a wrong slug."""
        return super().get_view_on_site_url(obj) if obj and obj.is_public() else None

    @admin.display(description=_("status"), ordering="status")
    def standing(self, page):
        key, words = standing(page)
        return format_html('<span class="standing standing-{}">{}</span>', key, words)

    @admin.action(description=_("Remove from the site"), permissions=["publish"])
    def remove(self, request, queryset):
        pages = [page for page in queryset if page.removed_at is None]
        count = queryset.remove()
        done = ngettext("%d page was removed.", "%d pages were removed.", count) % count
        if count == len(pages) == 1:
            named = _("“{}” was removed from the site. {}")
            done = self._naming(pages[0], named, _("Open it to put it back"))
        self._tell(request, pages, count, done, _("Removed from the site."))

    @admin.action(description=_("Put back"), permissions=["publish"])
    def put_back(self, request, queryset):
        removed = [page for page in queryset if page.removed_at]
        pages = [page for page in removed if not page.merged_into_id]
        count = queryset.put_back()
        done = ngettext("%d page was put back.", "%d pages were put back.", count) % count
        if count == len(pages) == 1:
            done = self._naming(pages[0], _("“{}” was put back. {}"), _("Open it"))
        merged = [page for page in removed if page.merged_into_id]
        if pages or not merged:
            self._tell(request, pages, count, done, _("Put back on the site."))
        for page in merged[:MERGED_NAMED]:
            self.message_user(request, self._why_merged_stays(page), messages.WARNING)

    def _why_merged_stays(self, page) -> str:
        said = _("“{}” was not put back, for it was merged into “%(into)s”. {}")
        into = escape(str(page.merged_into)).replace("{", "{{").replace("}", "}}")
        return self._naming(page, said % {"into": into}, _("Open it to undo the merge"))

    def _naming(self, page, sentence: str, link: str) -> str:
        options = self.opts
        name = f"{self.admin_site.name}:{options.app_label}_{options.model_name}_change"
        link = format_html('<a href="{}">{}</a>', reverse(name, args=[page.pk]), link)
        return format_html(sentence, page, link)

    def _tell(self, request, pages, count: int, done: str, note: str) -> None:
        with one_version() as work:
            work.note = str(note)
        LogEntry.objects.log_actions(request.user.pk, pages, CHANGE, str(note))
        self.message_user(request, done, messages.SUCCESS if count else messages.WARNING)

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj is not None:
            context["standing"], _words = standing(obj)
            context["advice"] = advice(obj)
            context["takes_off"] = obj.is_public()
            may_change = may_publish(request.user) and self.has_change_permission(request, obj)
            context["can_be_removed"] = may_change and obj.removed_at is None
            context["can_be_put_back"] = (
                may_change and obj.removed_at is not None and not obj.merged_into_id
            )
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def response_add(self, request, obj, post_url_continue=None):
        self._say_who_sees(request, obj)
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        self._say_who_sees(request, obj)
        return super().response_change(request, obj)

    def _say_who_sees(self, request, page) -> None:
        """After a save. A window for one field closes at once: nobody could read it there."""
        if IS_POPUP_VAR in request.POST:
            return
        if page.is_public():
            seen = format_html(
                '{} <a href="{}">{}</a>',
                _("Visitors see this."),
                page.get_absolute_url(),
                _("Open its page on the site"),
            )
            self.message_user(request, seen, messages.SUCCESS)
        else:
            self.message_user(request, advice(page), messages.WARNING)
