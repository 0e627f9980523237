from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from organisations.models import Source
from peaceportal.core.editing import Editing, Kept, RecordAdmin
from peaceportal.core.listing import date_column


@admin.register(Source)
class SourceAdmin(Kept, RecordAdmin):
    help_texts = Editing.help_texts | {
        "note": _("What you corrected or concluded that the source itself does not say.")
    }
    list_display = (
        "title",
        "publisher",
        date_column("published", _("published")),
        date_column("read_on", _("read on")),
    )
    search_fields = ("title", "publisher", "url", "note")
    search_help_text = _("Search in titles, publishers, web addresses and notes.")
    fieldsets = ((None, {"fields": ("title", "publisher", "url", "published", "read_on", "note")}),)
