import re
from urllib.parse import quote

from django.core.validators import (
    FileExtensionValidator,
    MaxLengthValidator,
    MaxValueValidator,
)
from django.db import models
from django.db.models import F, Q
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from organisations.models.source import Sourced
from peaceportal.core.constraints import LARGEST_INTEGER, FieldCheck
from peaceportal.core.file_texts import MOST_CHARACTERS, SUFFIXES, WhyUnread
from peaceportal.core.files import FileSizeField, LargestFile, file_type
from peaceportal.core.languages import language_name
from peaceportal.core.plain_text import pages_of, without_nul
from peaceportal.core.publishing import Part, PartQuerySet
from peaceportal.core.search.texts import SearchTexts
from peaceportal.core.vocabularies import VocabularyField
from peaceportal.core.weblinks import WebAddressField, host_of
from timeline.models.event import Event

FILE_TYPES = ["pdf", "txt", "docx", "odt", "rtf", "epub"]
MOST_MEGABYTES = 50


class DocumentQuerySet(PartQuerySet):
    def without_text(self):
        """The text can be a book: `text_from` tells whether there is one."""
        return self.defer("text")

    def of_event(self, event: Event):
        return self.filter(event=event)

    def unread(self):
        """Documents with a file whose text was not read yet, and that have none."""
        ours = Q()
        for suffix in SUFFIXES:
            ours |= Q(file__iendswith=f".{suffix}")
        return self.filter(ours, text_from="", unread_because="")

    def slow(self):
        """Those whose file took too long to read."""
        return self.filter(text_from="", unread_because=WhyUnread.TOO_SLOW)

    def with_text(self):
        return self.exclude(text_from="")

    def textless(self):
        return self.filter(text_from="")

    def unreadable(self):
        """Documents without a text because their file did not yield one."""
        return self.filter(text_from="").exclude(unread_because="")


class Document(Part, Sourced):
    """A text that belongs to an event: an agreement, guidance, a report, a record."""

    class Kind(models.TextChoices):
        AGREEMENT_TEXT = "agreement-text", _("text of an agreement")
        GUIDANCE = "guidance", _("guidance")
        REPORT = "report", _("report")
        RECORD = "record", _("record")

    class TextFrom(models.TextChoices):
        NOWHERE = "", _("no text is kept")
        PASTED = "pasted", _("pasted or edited by staff")
        FILE = "file", _("read from the file")

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
    text = models.TextField(
        _("full text"), blank=True, validators=[MaxLengthValidator(MOST_CHARACTERS)]
    )
    text_from = VocabularyField(
        _("text taken from"), choices=TextFrom, default=TextFrom.NOWHERE, blank=True, editable=False
    )
    unread_because = VocabularyField(
        _("why the file has no text"),
        choices=WhyUnread,
        default=WhyUnread.NOTHING,
        blank=True,
        editable=False,
    )
    version_of = models.ForeignKey(
        "self",
        verbose_name=_("version of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="versions",
        help_text=_("The document of which this is a translation or a later state."),
    )

    objects = DocumentQuerySet.as_manager()

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
    def in_short(self) -> str:
        """What to expect of it, in brackets. Texts of an agreement stand under their language."""
        facts = [] if self.is_agreement_text else [self.get_kind_display()]
        facts.append(self.file_type)
        if self.file_size is not None:
            facts.append(filesizeformat(self.file_size))
        if not self.is_agreement_text:
            facts.append(language_name(self.language))
        if self.pages:
            facts.append(ngettext("%d page", "%d pages", self.pages) % self.pages)
        told = ", ".join(filter(None, facts))
        return f"({told})" if told else ""

    @property
    def is_agreement_text(self) -> bool:
        return self.kind == self.Kind.AGREEMENT_TEXT

    @property
    def file_type(self) -> str:
        """PDF, DOCX and so on; empty where there is no file."""
        return file_type(self.file.name) if self.file else ""

    @property
    def host(self) -> str:
        """The site that its web address leads to; empty where there is none."""
        return host_of(self.url)

    @property
    def text_address(self) -> str:
        """Where its text is read; empty where none is kept."""
        if not self.text_from:
            return ""
        return text_address(self.event.slug, self.uid)

    @property
    def text_pages(self) -> list[str]:
        return pages_of(self.text)

    def page_of(self, place: int) -> int:
        """The number of the page on which this place of the text is."""
        return len(pages_of(self.text[:place]))

    def address_of(self, place: int) -> str:
        """Where this place of the text is read: its page, and on it the words themselves.

        Browsers that do not know text fragments (https://wicg.github.io/scroll-to-text-fragment/)
        show the page; so does an address of words that stand further up as well, where all others
        would go.
        """
        address = f"{self.text_address}#page-{self.page_of(place)}"
        line = re.split(r"[\n\f\r]", self.text[place : place + 100])[0]
        words = line.split()
        if len(line) == 100 and len(words) > 1:
            words.pop()  # it may be cut
        said = " ".join(words)
        if said.casefold() in self.text[:place].casefold():
            return address
        return f"{address}:~:text={quote(said, safe='').replace('-', '%2D')}"

    @property
    def has_pages(self) -> bool:
        return len(self.text_pages) > 1

    @property
    def text_provenance(self) -> str:
        """In words for readers; empty where no text is kept."""
        match self.text_from, self.file_type:
            case self.TextFrom.FILE, "PDF":
                said = gettext(
                    "This text was read from the PDF by a program, without its pictures and tables "
                    "as they were. Where the two differ, the PDF is right."
                )
                if self.direction == "rtl":
                    said += " " + gettext("Words that read from right to left may be out of order.")
                return said
            case self.TextFrom.FILE, _kind:
                return gettext("This text was read from the file of the document.")
            case self.TextFrom.PASTED, _kind:
                return gettext(
                    "This text was put in or edited by the staff of this site. Where it differs "
                    "from the document itself, the document is right."
                )
        return ""

    @classmethod
    def prepared_names(cls, fields):
        names = super().prepared_names(fields)
        if {"file", "text", "text_from"} & set(fields):
            names |= {"text", "text_from", "unread_because", "pages"}
        return names

    def prepare(self, stored):
        super().prepare(stored)
        is_another = stored is not None and stored.file.name != self.file.name
        if is_another and not self.is_restored:
            self._forget_what_was_read(stored)
        self.text = without_nul(self.text)
        if not self.text:
            self.text_from = self.TextFrom.NOWHERE
        else:
            self.unread_because = WhyUnread.NOTHING
            self.text_from = self.text_from or self.TextFrom.PASTED

    def _forget_what_was_read(self, stored) -> None:
        """Of the file that it had before, unless staff have edited it."""
        was_counted = stored.text_from == self.TextFrom.FILE or stored.unread_because
        if was_counted and self.pages == stored.pages:
            self.pages = None
        if self.text_from == self.TextFrom.FILE and self.text == stored.text:
            self.text = ""
        self.unread_because = WhyUnread.NOTHING

    def search_texts(self):
        return SearchTexts(title=self.title, body=self.text)


def text_address(slug: str, uid) -> str:
    """Where the full text of the document `uid` is read, on the event with this slug."""
    return reverse("timeline:document", kwargs={"slug": slug, "uid": uid})
