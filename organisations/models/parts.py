"""What stands on the pages of areas: ongoing work, words that were said, further reading."""

from datetime import datetime

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.models.area import AreaOfWork
from organisations.models.organisation import Organisation, State
from organisations.models.place import Place
from organisations.models.source import Sourced
from peaceportal.core.constraints import LARGEST_SMALL_INTEGER, FieldCheck
from peaceportal.core.dates import DatesInOrder, EDTFField
from peaceportal.core.plain_text import shortened
from peaceportal.core.publishing import Part, PartQuerySet
from peaceportal.core.search.texts import SearchTexts
from peaceportal.core.vocabularies import VocabularyField
from peaceportal.core.weblinks import WebAddressField


class ActivityQuerySet(PartQuerySet):
    def at_places(self, places, at: datetime | None = None):
        """What anyone may see of the work at `places`; withheld places match nothing."""
        at = at or timezone.now()
        links = self.model.places.through.objects.filter(place__in=places)
        here = self.telling_places(at).filter(pk__in=links.values("activity"))
        return here.select_related("area").for_page(at)

    def telling_places(self, at: datetime | None = None):
        """Work that anyone may see, and where it is: neither it nor a body at it withholds that."""
        told = self.published(at).filter(withhold_places=False)
        return told.exclude(organisations__withhold_places=True)

    def for_page(self, at: datetime):
        """With the organisations and places of each activity that anyone may see.

        A body that withholds its places does so when it is itself no longer seen, too.
        """
        withholding = Organisation.objects.filter(activities=OuterRef("pk"), withhold_places=True)
        return self.annotate(is_withheld=Exists(withholding.order_by())).prefetch_related(
            Prefetch(
                "organisations", Organisation.objects.published(at), to_attr="public_organisations"
            ),
            Prefetch("places", Place.objects.published(at), to_attr="public_places"),
        )


class Activity(Part, Sourced):
    """Ongoing work. It has no date of an event and is none."""

    State = State
    page_fields = ("area",)
    owner_fields = ("area",)
    fragment = "activities"
    named_as = {
        "area": _("Activities on its page"),
        "organisations": _("Activities that it has a part in"),
        "places": _("Activities that go on there"),
    }
    search_number = 7

    area = models.ForeignKey(
        AreaOfWork,
        verbose_name=_("area of work"),
        on_delete=models.PROTECT,
        related_name="activities",
    )
    text = models.TextField(_("text"))
    organisations = models.ManyToManyField(
        Organisation, verbose_name=_("organisations"), blank=True, related_name="activities"
    )
    places = models.ManyToManyField(
        Place, verbose_name=_("places"), blank=True, related_name="activities"
    )
    state = VocabularyField(_("state"), choices=State, default=State.ACTIVE)
    as_of = EDTFField(_("as of"), help_text=_("When what is said here was true."))
    since = EDTFField(_("since"))
    until = EDTFField(_("until"))
    order = models.PositiveSmallIntegerField(
        _("order"), default=0, validators=[MaxValueValidator(LARGEST_SMALL_INTEGER)]
    )
    withhold_places = models.BooleanField(
        _("withhold places"),
        default=False,
        help_text=_("For the safety of people: its places then appear nowhere in public."),
    )

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering = ["area_id", "order", "pk"]
        constraints = [
            DatesInOrder(
                start="since",
                end="until",
                name="organisations_activity_dates_in_order",
                violation_error_message=_("It would end before it begins. Correct either date."),
            ),
        ]

    def __str__(self):
        return shortened(self.text, 80)

    @property
    def shown_places(self) -> list[Place]:
        """Of those that `for_page` read; none where they are withheld, or a body of it is so."""
        return [] if self.withhold_places or self.is_withheld else self.public_places

    def search_texts(self):
        return SearchTexts(body=self.text)


class Quotation(Part, Sourced):
    """What somebody said, in their own words."""

    page_fields = ("areas",)
    named_as = {"areas": _("Quotations on its page")}
    search_number = 8

    text = models.TextField(_("text"), help_text=_("Without quotation marks."))
    speaker = models.CharField(_("speaker"), max_length=300, blank=True)
    office_held = models.CharField(
        _("office held then"), max_length=300, blank=True, help_text=_("When it was said.")
    )
    occasion = models.CharField(_("occasion"), max_length=500, blank=True)
    date = EDTFField(_("date"))
    areas = models.ManyToManyField(
        AreaOfWork, verbose_name=_("areas of work"), blank=True, related_name="quotations"
    )

    class Meta:
        verbose_name = _("quotation")
        verbose_name_plural = _("quotations")
        ordering = [F("date_earliest").asc(nulls_last=True), "pk"]

    def __str__(self):
        return shortened(self.text, 80)

    def clean(self):
        super().clean()
        text = self.text.strip()
        if text[:1] + text[-1:] in {"“”", '""'} and not set(text[1:-1]) & set('“”"'):
            text = text[1:-1].strip()
        self.text = text

    def search_texts(self):
        said_by = (self.speaker, self.office_held, self.occasion)
        return SearchTexts(names=tuple(filter(None, said_by)), body=self.text)


class Resource(Part, Sourced):
    """Further reading, listening or data. Its title and address may be lost."""

    class Medium(models.TextChoices):
        ARTICLE = "article", _("article")
        REPORT = "report", _("report")
        PODCAST = "podcast", _("podcast")
        VIDEO = "video", _("video")
        DATABASE = "database", _("database")
        WEB_PAGE = "web-page", _("web page")

    page_fields = ("areas", "organisations")
    fragment = "reading"
    named_as = {
        "areas": _("Further reading on its page"),
        "organisations": _("Further reading on its page"),
    }
    search_number = 5

    title = models.CharField(
        _("title"), max_length=500, blank=True, help_text=_("Empty where it was lost.")
    )
    summary = models.TextField(_("summary"), blank=True)
    medium = VocabularyField(_("medium"), choices=Medium, default=Medium.WEB_PAGE)
    url = WebAddressField(_("web address"), blank=True, help_text=_("Empty where it was lost."))
    date = EDTFField(_("date"))
    as_of = EDTFField(_("as of"), help_text=_("When what is said here was true."))
    areas = models.ManyToManyField(
        AreaOfWork, verbose_name=_("areas of work"), blank=True, related_name="resources"
    )
    organisations = models.ManyToManyField(
        Organisation, verbose_name=_("organisations"), blank=True, related_name="resources"
    )

    class Meta:
        verbose_name = _("resource")
        verbose_name_plural = _("resources")
        ordering = ["title", "pk"]
        constraints = [
            FieldCheck(
                beside="title",
                name="organisations_resource_says_something",
                condition=~Q(title="") | ~Q(summary=""),
                violation_error_message=_("Write a title, or a summary where the title is lost."),
            ),
        ]

    def __str__(self):
        return self.title or shortened(self.summary, 80)

    def search_texts(self):
        return SearchTexts(title=self.title, summary=self.summary)
