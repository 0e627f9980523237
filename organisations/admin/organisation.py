from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from organisations.admin.area import WITHHELD, AreaFilter, EngagementRows
from organisations.imports.organisations import ORGANISATIONS
from organisations.models import Organisation, OrganisationName, Succession
from peaceportal.core.editing import FOLDED, Editing, RecordAdmin, RowForm
from peaceportal.core.import_admin import Importing
from peaceportal.core.inlines import IdentifierInline, StackedRows
from peaceportal.core.list_filters import TimeFilter
from peaceportal.core.listing import date_column
from peaceportal.core.merge_admin import MergeablePageAdmin
from peaceportal.core.renaming import Renames


class LifetimeFilter(TimeFilter):
    title = _("decade and year of its life")

    def years(self, queryset):
        return queryset.years()

    def within(self, queryset, after, before):
        return queryset.existing_within(after, before)


class OrganisationNameInline(StackedRows):
    model = OrganisationName
    add_text = _("Add a name")
    fields = ("name", ("kind", "language"), ("from_date", "to_date"))


WITHOUT_SUCCESSOR = Editing.help_texts | {
    "successor": _("Leave this empty only if its mandate was completed and no body took over.")
}


class CameAfter(StackedRows):
    model = Succession
    help_texts = WITHOUT_SUCCESSOR
    fk_name = "predecessor"
    autocomplete_fields = ("successor", "sources")
    fields = (("kind", "date"), "successor", "note", "sources")
    verbose_name = _("successor")
    verbose_name_plural = _("what came after it")
    add_text = _("Add a successor")

    def row_name(self, row):
        kind = row.get_kind_display()
        return f"→ {row.successor}: {kind}" if row.successor else kind


class CameBeforeForm(RowForm):
    """The successor is the record of the page, so what is wrong stands beside the predecessor."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        kind = self.fields["kind"]
        without_successor = Succession.Kind.MANDATE_COMPLETED
        kind.choices = [choice for choice in kind.choices if choice[0] != without_successor]

    def add_error(self, field, error):
        told = getattr(error, "error_dict", {})
        if "successor" in told:
            told.setdefault("predecessor", []).extend(told.pop("successor"))
        super().add_error(field, error)


class CameBefore(StackedRows):
    model = Succession
    form = CameBeforeForm
    fk_name = "successor"
    autocomplete_fields = ("predecessor", "sources")
    fields = (("kind", "date"), "predecessor", "note", "sources")
    verbose_name = _("predecessor")
    verbose_name_plural = _("what came before it")
    add_text = _("Add a predecessor")

    def row_name(self, row):
        return f"{row.predecessor}: {row.get_kind_display()}"


class AreasEngagedIn(EngagementRows):
    fields = ("area", "text", ("since", "until"), "sources")
    verbose_name = _("area that it works in")
    verbose_name_plural = _("areas that it works in")
    add_text = _("Add an area of work")

    def row_name(self, row):
        return str(row.area)


@admin.register(Organisation)
class OrganisationAdmin(Importing, Renames, MergeablePageAdmin):
    import_shape = ORGANISATIONS
    labels = WITHHELD
    list_display = (
        "name",
        "standing",
        "acronym",
        "kind",
        "parent",
        "state",
        date_column("founded", _("founded")),
        date_column("ended", _("ended")),
    )
    list_select_related = ("parent",)
    list_filter = (LifetimeFilter, AreaFilter, "kind", "state", *MergeablePageAdmin.list_filter)
    search_fields = ("name", "sort_name", "acronym", "names__name", "identifiers__value")
    search_help_text = _("Search in names, acronyms, other names and identifiers.")
    autocomplete_fields = ("parent", "places", "sources")
    fieldsets = (
        (None, {"fields": ("name", "acronym", "kind", "summary", "sources")}),
        (
            _("Its life"),
            {"fields": (("founded", "ended"), ("state", "as_of"), "parent")},
        ),
        (_("Where"), {"fields": ("places", "withhold_places")}),
        (_("Text"), {"fields": ("body",)}),
        (_("Contact"), {"classes": [FOLDED], "fields": ("website", "press_contact")}),
    )
    inlines = (
        OrganisationNameInline,
        CameBefore,
        CameAfter,
        AreasEngagedIn,
        IdentifierInline,
    )


@admin.register(Succession)
class SuccessionAdmin(RecordAdmin):
    help_texts = WITHOUT_SUCCESSOR
    list_display = ("predecessor", "kind", "successor", date_column("date", _("date")))
    list_select_related = ("predecessor", "successor")
    list_filter = ("kind",)
    search_fields = (
        "predecessor__name",
        "predecessor__acronym",
        "successor__name",
        "successor__acronym",
        "note",
    )
    search_help_text = _("Search in the names of both organisations and in notes.")
    autocomplete_fields = ("predecessor", "successor", "sources")
    fieldsets = (
        (None, {"fields": ("predecessor", "kind", "successor", "date", "note", "sources")}),
    )
