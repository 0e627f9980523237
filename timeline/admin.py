"""How staff edit events, the series they belong to, and their documents."""

from functools import partial

from django.contrib import admin, messages
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from organisations.admin import AreaFilter
from peaceportal.core.editing import FOLDED, Editing, Kept, RecordForm
from peaceportal.core.import_admin import Importing
from peaceportal.core.inlines import IdentifierInline, StackedRows
from peaceportal.core.list_filters import TimeFilter
from peaceportal.core.listing import UnknownLast, names
from peaceportal.core.page_admin import PageAdmin, PartAdmin
from peaceportal.core.plain_text import clean
from peaceportal.core.states import PageForm
from timeline import care, doubles  # noqa: F401
from timeline.imports.events import EVENTS
from timeline.models import Document, Event, EventSeries, Participation
from timeline.reading import read_all


class ReadsDocuments:
    """For an admin whose form takes documents: reads the texts of new files, and says what came."""

    def documents_of(self, record):
        raise NotImplementedError

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        unread = self.documents_of(form.instance).unread().without_text().order_by("pk")
        if documents := list(unread):
            # After all is saved, so that nobody else who saves waits for it.
            transaction.on_commit(partial(self._read, request, documents))

    def _read(self, request, documents):
        for told in read_all(documents, by=request.user):
            is_well = told.is_read and not told.needs_care
            level = messages.SUCCESS if is_well else messages.WARNING
            self.message_user(request, told.words, level)


class HappenedFilter(TimeFilter):
    title = _("decade and year")

    def years(self, queryset):
        return queryset.years()

    def within(self, queryset, after, before):
        return queryset.happened_within(after, before)


class ParticipationInline(StackedRows):
    model = Participation
    autocomplete_fields = ("organisation",)
    fields = (("organisation", "role"), "represented_by")
    verbose_name = _("organisation")
    verbose_name_plural = _("organisations and their roles")
    add_text = _("Add an organisation")

    def row_name(self, row):
        return f"{row.organisation} – {row.get_role_display()}"


class DocumentInline(Kept, StackedRows):
    """Without the full text, which can be a book: the document's own page has it."""

    model = Document
    add_text = _("Add a document")
    autocomplete_fields = ("version_of", "sources")
    fields = (
        "title",
        ("kind", "language", "pages"),
        "file",
        "url",
        "version_of",
        "sources",
        "status",
    )
    help_texts = Editing.help_texts | {
        "file": _(
            "PDF, TXT, DOCX, ODT, RTF or EPUB, of at most 50 MB. The text of a PDF or TXT file is "
            "read when you save, so that it can be searched."
        ),
    }


class EventForm(PageForm):
    """Words about a picture that is not there: it was lost with an error, or never chosen.

    Those that are stored already are left alone.
    """

    OF_PICTURE = (
        "image_alt",
        "image_is_decorative",
        "image_caption",
        "image_credit",
        "image_licence",
    )

    def clean(self):
        told = super().clean()
        if "image" in self.fields and "image" not in self.errors and not self._has_picture():
            for name in self.OF_PICTURE:
                if told.get(name) and (name in self.changed_data or "image" in self.changed_data):
                    self.add_error(name, _("There is no picture. Choose it, or take this out."))
        return told

    def _has_picture(self) -> bool:
        chosen = self.cleaned_data.get("image")  # False where it is taken out
        return bool(self.instance.image if chosen is None else chosen)


@admin.register(Event)
class EventAdmin(Importing, ReadsDocuments, PageAdmin):
    import_shape = EVENTS
    form = EventForm
    help_texts = Editing.help_texts | {
        "image_alt": _(
            "What the picture shows, for those who do not see it. Required with a picture, unless "
            "it is decorative."
        )
    }
    list_display = (
        "title",
        "standing",
        "happened_in_words",
        "kind",
        "area_names",
        "organisation_names",
    )
    list_prefetch_related = ("areas", "organisations")
    list_filter = (HappenedFilter, AreaFilter, "kind", *PageAdmin.list_filter)
    search_fields = ("title", "sort_name", "summary", "identifiers__value")
    search_help_text = _("Search in titles, summaries and identifiers.")
    autocomplete_fields = ("areas", "places", "sources", "commemorates", "series")
    fieldsets = (
        (None, {"fields": ("title", "happened", "areas", "sources")}),
        (_("What happened"), {"fields": ("kind", "summary", "body", "places")}),
        (
            _("Series and other dates"),
            {
                "classes": [FOLDED],
                "fields": ("series", "ordinal", "commemorates", "posted", "happened_inferred"),
            },
        ),
        (
            _("Picture"),
            {
                "classes": [FOLDED],
                "fields": (
                    "image",
                    "image_alt",
                    "image_is_decorative",
                    "image_caption",
                    "image_credit",
                    "image_licence",
                ),
            },
        ),
    )
    inlines = (ParticipationInline, DocumentInline, IdentifierInline)

    def documents_of(self, event):
        return Document.objects.of_event(event)

    @admin.display(description=_("happened"), ordering=UnknownLast("happened_key"))
    def happened_in_words(self, event):
        words = str(event.happened)
        if event.happened_inferred:
            return gettext("%(date)s (from its posting)") % {"date": words}
        return words

    @admin.display(description=_("areas of work"))
    def area_names(self, event):
        return names(event.areas.all())

    @admin.display(description=_("organisations"))
    def organisation_names(self, event):
        return names({body.pk: body for body in event.organisations.all()}.values())


class EventsOfSeries(Kept, admin.TabularInline):
    """Which events belong to it; an event names its series itself."""

    model = Event
    template = "admin/listed_rows.html"
    fields = readonly_fields = ("title", "happened", "ordinal", "status")
    ordering = ("happened_key", "pk")
    extra = 0
    view_on_site = False
    verbose_name_plural = _("events in this series")

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(EventSeries)
class EventSeriesAdmin(PageAdmin):
    list_display = ("name", "standing", "kind")
    list_filter = ("kind", *PageAdmin.list_filter)
    search_fields = ("name", "sort_name", "summary")
    search_help_text = _("Search in names and summaries.")
    autocomplete_fields = ("sources",)
    fieldsets = ((None, {"fields": ("name", "kind", "summary", "sources")}),)
    inlines = (EventsOfSeries, IdentifierInline)


class DocumentForm(RecordForm):
    """Where its text is from, if somebody pastes or edits it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "text" in self.fields:
            self.fields["text"].strip = False  # a first page without text is a page

    def clean_text(self):
        text = clean(self.cleaned_data["text"])
        text = text if text.strip() else ""
        if text != self.instance.text:
            self.instance.text_from = Document.TextFrom.PASTED if text else ""
        return text


class HasText(admin.SimpleListFilter):
    title = _("full text")
    parameter_name = "text"

    def lookups(self, request, model_admin):
        return [("kept", _("kept")), ("none", _("none")), ("unreadable", _("file without text"))]

    def queryset(self, request, queryset):
        chosen = {
            "kept": queryset.with_text,
            "none": queryset.textless,
            "unreadable": queryset.unreadable,
        }.get(self.value())
        return chosen() if chosen else queryset


@admin.register(Document)
class DocumentAdmin(ReadsDocuments, PartAdmin):
    form = DocumentForm
    help_texts = DocumentInline.help_texts | {
        "text": _(
            "Left empty, it is read from a PDF or TXT file when you save. Paste it where that "
            "cannot be done."
        ),
    }
    list_display = ("title", "event", "kind", "language", "text_state", "status")
    list_select_related = ("event",)
    list_filter = ("kind", HasText, *PartAdmin.list_filter)
    search_fields = ("title", "url", "event__title")
    search_help_text = _("Search in titles, web addresses and the titles of events.")
    autocomplete_fields = ("event", "version_of", "sources")
    readonly_fields = ("text_state",)
    fieldsets = (
        (
            None,
            {"fields": ("title", "event", "kind", "language", "file", "url", "pages", "sources")},
        ),
        (_("Full text"), {"classes": [FOLDED], "fields": ("text_state", "text")}),
        (_("Version"), {"classes": [FOLDED], "fields": ("version_of",)}),
    )
    rare_fields = ()

    def get_queryset(self, request):
        documents = super().get_queryset(request)
        is_list = request.resolver_match.url_name.endswith("_changelist")
        return documents.without_text() if is_list else documents

    def documents_of(self, document):
        return Document.objects.filter(pk=document.pk)

    @admin.display(description=_("text"))
    def text_state(self, document):
        """Where it is from, or why there is none."""
        if document.text_from:
            return document.get_text_from_display()
        return document.get_unread_because_display() if document.unread_because else _("none")
