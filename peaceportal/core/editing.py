"""What the admin of every record has in common; the admins of the apps declare the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import NotRelationField, get_fields_from_path
from django.contrib.admin.views.main import ChangeList
from django.contrib.contenttypes.admin import GenericTabularInline
from django.contrib.contenttypes.forms import BaseGenericInlineFormSet
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import DataError, models
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from peaceportal.core.choosing import Choosing, ChoosingForm
from peaceportal.core.dates import EDTFField, EDTFInput
from peaceportal.core.identifiers import Identifier
from peaceportal.core.publishing import PUBLIC_STATUSES, Status
from peaceportal.core.staff_files import StaffFileInput, StaffFiles

LONGEST_SEARCH = 200  # characters
LONGEST_FILE_NAME = 200  # bytes; the storage adds some where a name is taken


class UnknownLast(models.F):
    """Orders a column of dates: what is unknown stays last in both directions."""

    def asc(self, **kwargs):
        return super().asc(nulls_last=True)

    def desc(self, **kwargs):
        return super().desc(nulls_last=True)


def date_column(name: str, description: str) -> Callable[[models.Model], str | None]:
    """A column of changelists that prints date `name` in words, and a dash where it is empty."""

    @admin.display(description=description, ordering=UnknownLast(f"{name}_earliest"))
    def column(record):
        value = getattr(record, name)
        return str(value) if value else None

    column.__name__ = name
    return column


class Rows(ChangeList):
    """A changelist that reads many-to-many columns at once and takes any address."""

    def apply_select_related(self, qs):
        rows = super().apply_select_related(qs)
        return rows.prefetch_related(*self.model_admin.list_prefetch_related)

    def get_results(self, request):
        try:
            super().get_results(request)
        except (DataError, OverflowError, ValueError) as error:  # the database could not read it
            raise IncorrectLookupParameters(error) from error


class ListAdmin(admin.ModelAdmin):
    """Lists whatever is asked for: nothing that stands in an address is an error of the server."""

    # Many-to-many relations that a column shows.
    list_prefetch_related: tuple[str, ...] = ()
    show_full_result_count = False

    def get_changelist(self, request, **kwargs):
        return Rows

    def lookup_allowed(self, lookup, value, request=None):
        """Filters compare fields; other lookups, as `__regex`, could fail in the database."""
        path = lookup.removesuffix("__exact").removesuffix("__isnull")
        if "__" in path:
            try:
                get_fields_from_path(self.model, path)
            except (FieldDoesNotExist, NotRelationField):
                return False
        return super().lookup_allowed(lookup, value, request)

    def response_action(self, request, queryset):
        try:
            return super().response_action(request, queryset)
        except (DataError, OverflowError, ValueError):  # no row has such a number
            self.message_user(request, _("Nothing was done: choose rows first."), messages.WARNING)
            return None

    def get_search_results(self, request, queryset, search_term):
        """Each record once, by semi-join. Used by lists and by autocomplete."""
        term = search_term.replace("\0", "")[:LONGEST_SEARCH]
        found, may_repeat = super().get_search_results(request, queryset, term)
        if not may_repeat:
            return found, False
        matches, _repeats = super().get_search_results(request, self.model.objects.all(), term)
        return queryset.filter(pk__in=matches.order_by().values("pk")), False


def validate_file_name(file) -> None:
    """File systems count bytes: 255 in most, and a letter may take up to four."""
    if len(file.name.encode()) > LONGEST_FILE_NAME:
        raise ValidationError(_("The name of this file is too long. Rename it and add it again."))


class Editing(Choosing):
    """How fields are edited, on a record's own page and in rows."""

    form = ChoosingForm
    formfield_overrides = {
        EDTFField: {"widget": EDTFInput(attrs={"size": 36})},
        models.FileField: {"widget": StaffFileInput, "validators": [validate_file_name]},
        models.ImageField: {"widget": StaffFileInput, "validators": [validate_file_name]},
    }


class RecordAdmin(StaffFiles, Editing, ListAdmin):
    """`fieldsets` are the record's own; who may read it, and what it says of itself, come after."""

    publication_fields: tuple = ()
    # Nobody edits these.
    told_fields: tuple[str, ...] = ("uid",)

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), *self.told_fields]

    def get_fieldsets(self, request, obj=None):
        fieldsets = [*super().get_fieldsets(request, obj)]
        if self.publication_fields:
            fieldsets.append((_("Publication"), {"fields": self.publication_fields}))
        if obj is not None:
            told = {"classes": ["collapse"], "fields": self.told_fields}
            fieldsets.append((_("About this record"), told))
        return fieldsets

    def get_changeform_initial_data(self, request):
        """Of what the address of an add form suggests, what its fields can read."""
        readable = {}
        for name, value in super().get_changeform_initial_data(request).items():
            try:
                field = self.opts.get_field(name).formfield()
                readable[name] = field.clean(value)
            except (AttributeError, FieldDoesNotExist, OverflowError, ValidationError):
                continue
        return readable


class Kept:
    """Nothing is lost: what visitors may have read is never deleted."""

    def has_delete_permission(self, request, obj=None):
        return False


class PartAdmin(Kept, RecordAdmin):
    publication_fields = ("status", "language")
    told_fields = ("uid", "created_at", "updated_at")
    list_filter = ("status",)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        record = form.instance
        if record.status in PUBLIC_STATUSES and not record.sources.exists():
            reminder = _("This is public and names no source. Please say where it comes from.")
            self.message_user(request, reminder, messages.WARNING)


class RemovedFilter(admin.SimpleListFilter):
    title = _("removed or not")
    parameter_name = "removed"

    def lookups(self, request, model_admin):
        return [("no", _("on the site")), ("yes", _("removed"))]

    def queryset(self, request, queryset):
        if self.value() in {"no", "yes"}:
            return queryset.filter(removed_at__isnull=self.value() == "no")
        return queryset


class PageAdmin(PartAdmin):
    publication_fields = ("status", "language", "slug", ("publish_at", "unpublish_at"))
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
    actions = ("remove", "put_back")

    def get_view_on_site_url(self, obj=None):
        """For what anyone may see. It leads there by number, as a form may hold a wrong slug."""
        return super().get_view_on_site_url(obj) if obj and obj.is_public() else None

    @admin.display(description=_("public"), boolean=True)
    def public(self, page):
        return page.is_public()

    @admin.action(description=_("Remove from the site"), permissions=["change"])
    def remove(self, request, queryset):
        pages = [page for page in queryset if page.removed_at is None]
        count = queryset.remove()
        done = ngettext("%d page was removed.", "%d pages were removed.", count) % count
        self._tell(request, pages, count, done, _("Removed from the site."))

    @admin.action(description=_("Put back"), permissions=["change"])
    def put_back(self, request, queryset):
        pages = [page for page in queryset if page.removed_at and not page.merged_into_id]
        count = queryset.put_back()
        done = ngettext("%d page was put back.", "%d pages were put back.", count) % count
        self._tell(request, pages, count, done, _("Put back on the site."))

    def _tell(self, request, pages, count: int, done: str, note: str) -> None:
        LogEntry.objects.log_actions(request.user.pk, pages, CHANGE, str(note))
        self.message_user(request, done, messages.SUCCESS if count else messages.WARNING)


class ConstraintSentences:
    """Two rows of one form that a constraint forbids: said in the words of the constraint."""

    def get_unique_error_message(self, unique_check):
        for constraint in self.model._meta.total_unique_constraints:
            if set(constraint.fields) == set(unique_check):
                return constraint.violation_error_message
        return super().get_unique_error_message(unique_check)


class RowFormSet(ConstraintSentences, BaseInlineFormSet):
    pass


class GenericRowFormSet(ConstraintSentences, BaseGenericInlineFormSet):
    pass


class RowInline(Editing):
    """Rows on the form of their page. What they relate to is read once for all of them."""

    extra = 0
    formset = RowFormSet

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        if db_field.name == "status":  # a part is seen only with its page: that one decides
            kwargs["initial"] = Status.PUBLISHED
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def get_queryset(self, request):
        fields = [self.opts.get_field(name) for name in self.autocomplete_fields]
        one = [field.name for field in fields if not field.many_to_many]
        many = [field.name for field in fields if field.many_to_many]
        rows = super().get_queryset(request).prefetch_related(*many)
        return rows.select_related(*one) if one else rows


class TabularRows(RowInline, admin.TabularInline):
    pass


class StackedRows(RowInline, admin.StackedInline):
    show_change_link = True


class IdentifierInline(RowInline, GenericTabularInline):
    model = Identifier
    formset = GenericRowFormSet
    fields = ("scheme", "value")


def names(records: Iterable[models.Model]) -> str | None:
    """The names of related records in one column; None, shown as a dash, where there are none."""
    return ", ".join(str(record) for record in records) or None
