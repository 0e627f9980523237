from django.core.validators import FileExtensionValidator, MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organisations.models.source import Sourced
from peaceportal.core.constraints import LARGEST_INTEGER, FieldCheck
from peaceportal.core.files import FileSizeField, LargestFile, file_type
from peaceportal.core.publishing import Part
from peaceportal.core.search.texts import SearchTexts
from peaceportal.core.vocabularies import VocabularyField
from peaceportal.core.weblinks import WebAddressField, host_of
from timeline.models.event import Event

FILE_TYPES = ["pdf", "txt", "docx", "odt", "rtf", "epub"]
MOST_MEGABYTES = 50


class Document(Part, Sourced):
    """A text that belongs to an event: an agreement, guidance, a report, a record."""

    class Kind(models.TextChoices):
        AGREEMENT_TEXT = "agreement-text", _("text of an agreement")
        GUIDANCE = "guidance", _("guidance")
        REPORT = "report", _("report")
        RECORD = "record", _("record")

    page_fields = ("event",)
    owner_fields = ("event",)
    search_number = 6
    is_searched_in_parts = True

    event = models.ForeignKey(
        Event, verbose_name=_("event"), on_delete=models.PROTECT, related_name="documents"
    )
    title = models.CharField(_("title"), max_length=500)
    file = models.FileField(
        _("file"),
        upload_to="documents/%Y/",
        max_length=255,
        blank=True,
        validators=[FileExtensionValidator(FILE_TYPES), LargestFile(MOST_MEGABYTES)],
        help_text=_("PDF, TXT, DOCX, ODT, RTF or EPUB, of at most 50 MB."),
    )
    file_size = FileSizeField(of="file")
    url = WebAddressField(_("web address"), blank=True)
    kind = VocabularyField(_("kind"), choices=Kind)
    pages = models.PositiveIntegerField(
        _("pages"), null=True, blank=True, validators=[MaxValueValidator(LARGEST_INTEGER)]
    )
    text = models.TextField(_("full text"), blank=True)
    version_of = models.ForeignKey(
        "self",
        verbose_name=_("version of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="versions",
        help_text=_("The document of which this is a translation or a later state."),
    )

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["event_id", "title", "pk"]
        # A file is asked for by its name.
        indexes = [models.Index(fields=["file"], name="timeline_document_by_file")]
        constraints = [
            FieldCheck(
                beside="file",
                name="timeline_document_can_be_had",
                condition=~Q(file="") | ~Q(url=""),
                violation_error_message=_("Add a file, or the web address of the document."),
            ),
            FieldCheck(
                beside="version_of",
                name="timeline_document_of_another",
                condition=Q(version_of__isnull=True) | ~Q(version_of=F("pk")),
                violation_error_message=_("A document cannot be a version of itself."),
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def file_type(self) -> str:
        """PDF, DOCX and so on; empty where there is no file."""
        return file_type(self.file.name) if self.file else ""

    @property
    def host(self) -> str:
        """The site that its web address leads to; empty where there is none."""
        return host_of(self.url)

    def search_texts(self):
        return SearchTexts(title=self.title, body=self.text)
