from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from organisations.models import AreaOfWork, Organisation, Place
from organisations.models.source import Sourced
from peaceportal.core.constraints import LARGEST_SMALL_INTEGER, FieldCheck
from peaceportal.core.dates import EDTFField
from peaceportal.core.folding import SortNameField
from peaceportal.core.images import PictureField
from peaceportal.core.indexes import OrderIndex
from peaceportal.core.publishing import VISIBILITY, Page
from peaceportal.core.records import Record
from peaceportal.core.rich_text import RichTextField, plain_text
from peaceportal.core.search.texts import SearchTexts
from peaceportal.core.vocabularies import VocabularyField
from timeline.models.series import EventSeries
from timeline.querysets import ADDED, NEWEST, EventQuerySet, ParticipationQuerySet

MOST_NAMED = 6  # in one role, that an item of a list names


class Event(Page, Sourced):
    """Something that happened. When it was posted, and what it looks back to, are other facts."""

    class Kind(models.TextChoices):
        MEETING = "meeting", _("meeting")
        STATEMENT = "statement", _("statement")
        AGREEMENT = "agreement", _("agreement")
        PUBLICATION = "publication", _("publication")
        MILESTONE = "milestone", _("milestone")
        OBSERVANCE = "observance", _("observance")

    title_field = "title"
    kind_of_page = "event"
    search_number = 1
    search_related = ("identifiers",)
    named_as = {"areas": _("Events in this area"), "places": _("Events that were there")}
    versioned_rows = ("participations", "identifiers")
    versioned_parts = ("documents",)

    title = models.CharField(_("title"), max_length=500)
    sort_name = SortNameField(of="title", db_index=True)
    kind = VocabularyField(_("kind"), choices=Kind, default=Kind.MEETING)
    happened = EDTFField(_("happened"), with_key=True)
    happened_inferred = models.BooleanField(
        _("date taken from the posting"),
        default=False,
        help_text=_(
            "For a statement or publication of which only the posting date is known: the same "
            "date then stands in both fields, and readers are told."
        ),
    )
    posted = EDTFField(_("posted"))
    commemorates = models.ForeignKey(
        "self",
        verbose_name=_("commemorates"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="commemorated_by",
        help_text=_("The past event that it looks back to."),
    )
    series = models.ForeignKey(
        EventSeries,
        verbose_name=_("series"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="events",
    )
    ordinal = models.PositiveSmallIntegerField(
        _("number in the series"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(LARGEST_SMALL_INTEGER)],
    )
    summary = models.TextField(_("summary"), blank=True)
    body = RichTextField(_("text"))
    areas = models.ManyToManyField(
        AreaOfWork, verbose_name=_("areas of work"), blank=True, related_name="events"
    )
    places = models.ManyToManyField(
        Place, verbose_name=_("places"), blank=True, related_name="events"
    )
    organisations = models.ManyToManyField(
        Organisation,
        verbose_name=_("organisations"),
        through="timeline.Participation",
        related_name="events",
    )
    image = PictureField(
        _("picture"),
        upload_to="images/%Y/",
        max_length=255,
        blank=True,
        width_field="image_width",
        height_field="image_height",
        help_text=_(
            "A JPEG, PNG, WebP or GIF file of at most 20 MB and 50 million pixels. What a camera "
            "writes into it, as the place where it was taken, is not kept."
        ),
    )
    image_width = models.PositiveIntegerField(null=True, editable=False, serialize=False)
    image_height = models.PositiveIntegerField(null=True, editable=False, serialize=False)
    image_alt = models.CharField(
        _("alternative text"),
        max_length=500,
        blank=True,
        help_text=_(
            "What the picture shows, for those who do not see it. Required, unless the picture is "
            "decorative. After an error, choose the file again."
        ),
    )
    image_is_decorative = models.BooleanField(
        _("decorative"), default=False, help_text=_("The picture adds nothing to the text.")
    )
    image_caption = models.TextField(_("caption"), blank=True)
    image_credit = models.CharField(_("credit"), max_length=300, blank=True)
    image_licence = models.CharField(_("licence"), max_length=200, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta(Page.Meta):
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = NEWEST
        indexes = [
            OrderIndex("happened_key", "id", *VISIBILITY, name="timeline_event_oldest"),
            OrderIndex(*NEWEST, *VISIBILITY, name="timeline_event_newest"),
            OrderIndex(*ADDED, *VISIBILITY, name="timeline_event_added"),
            # Of one kind, of which the desk reads as many as it counts.
            OrderIndex("kind", *NEWEST, name="timeline_event_of_kind"),
            # The few that need care.
            models.Index("id", name="timeline_event_inferred", condition=Q(happened_inferred=True)),
            models.Index(
                "id", name="timeline_event_decorative", condition=Q(image_is_decorative=True)
            ),
        ]
        constraints = [
            *Page.Meta.constraints,
            FieldCheck(
                beside="happened_inferred",
                name="timeline_event_inferred_from_posting",
                condition=Q(happened_inferred=False) | ~Q(posted="") & Q(happened=F("posted")),
                violation_error_message=_(
                    "A date taken from the posting is the posting date itself: "
                    "write the same in “happened” and “posted”."
                ),
            ),
            FieldCheck(
                beside="image_alt",
                name="timeline_event_picture_described",
                condition=Q(image="") | ~Q(image_alt="") | Q(image_is_decorative=True),
                violation_error_message=_(
                    "Describe the picture in the alternative text, or tick “decorative”."
                ),
            ),
            FieldCheck(
                beside="commemorates",
                name="timeline_event_commemorates_another",
                condition=Q(commemorates__isnull=True) | ~Q(commemorates=F("pk")),
                violation_error_message=_("An event cannot commemorate itself."),
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("timeline:detail", kwargs={"slug": self.slug})

    def marks(self):
        return [str(self.happened)] if self.happened else []

    @property
    def is_agreement(self) -> bool:
        return self.kind == self.Kind.AGREEMENT

    @property
    def process(self) -> EventSeries | None:
        """The peace process of an agreement, if anyone may see it."""
        series = self.series if self.is_agreement else None
        if series is None or series.kind != EventSeries.Kind.PEACE_PROCESS:
            return None
        return series if series.is_public() else None

    @property
    def chip_organisations(self) -> list[Organisation]:
        """Of the participations that `for_list` read, each body once.

        An agreement can have many parties and witnesses: who made it is listed in words.
        """
        apart = Participation.SAID_OF_AGREEMENT if self.is_agreement else ()
        found = [part for part in self.public_participations if part.role not in apart]
        return list({part.organisation_id: part.organisation for part in found}.values())

    @property
    def makers_in_short(self) -> list[tuple[str, list[Organisation], int]]:
        """Of an agreement what each role is called, who had it first, and how many did besides.

        Witnesses are named only where they are few.
        """
        if not self.is_agreement:
            return []
        role = Participation.Role
        found = []
        for one in (role.PARTY, role.MEDIATED, role.WITNESSED):
            bodies = [part.organisation for part in self.public_participations if part.role == one]
            most = MOST_NAMED if len(bodies) > MOST_NAMED + 1 else len(bodies)
            if bodies and (most == len(bodies) or one != role.WITNESSED):
                found.append((role_of(one, len(bodies)), bodies[:most], len(bodies) - most))
        return found

    def roles_of(self, organisation: Organisation) -> list[str]:
        """What this body was in it, of the participations that `for_list` read."""
        parts = self.public_participations
        return [role_of(part.role, 1) for part in parts if part.organisation_id == organisation.pk]

    @property
    def commemorations(self) -> list["Event"]:
        """What looks back to it, as `for_detail` read it, newest first.

        Sorted here: asked for the order, SQLite would walk the whole timeline in it.
        """
        found = self.public_commemorations
        return sorted(found, key=lambda event: (event.happened_key or 0, event.pk), reverse=True)

    def is_before(self, other: "Event") -> bool:
        """Whether it certainly was over before `other` began: 1945 is not before May 1945."""
        end, start = self.happened.latest, other.happened.earliest
        return end is not None and start is not None and end < start

    @property
    def participations_by_role(self) -> list[tuple[str, list["Participation"]]]:
        """Of those that `for_list` read: the words for each role, and who had it."""
        roles = Participation.OF_AGREEMENT if self.is_agreement else list(Participation.Role)
        found = {
            role: [part for part in self.public_participations if part.role == role]
            for role in roles
        }
        return [(role_of(role, len(parts)), parts) for role, parts in found.items() if parts]

    @property
    def year(self) -> str:
        """The year in which it begins, in four figures; empty if unknown."""
        start = self.happened.start
        return f"{start.year:04d}" if start else ""

    @property
    def year_heading(self) -> str:
        """The year under which it stands in a timeline: a range under the year it starts in."""
        return self.year or (_("Beginning unknown") if self.happened else _("Date unknown"))

    def search_texts(self):
        return SearchTexts(
            title=self.title,
            names=self.identifier_values,
            summary=self.summary,
            body=plain_text(self.body),
        )


class Participation(Record):
    """The part that an organisation had in an event."""

    class Role(models.TextChoices):
        SUBJECT = "subject", _("what it is about")
        ISSUED = "issued", _("issued it")
        CONVENED = "convened", _("convened it")
        TOOK_PART = "took-part", _("took part")
        PARTY = "party", _("party")
        MEDIATED = "mediated", _("mediated")
        SIGNED = "signed", _("signed")
        WITNESSED = "witnessed", _("witnessed")
        MANDATED = "mandated", _("mandated it")

    # Those of an agreement in the order in which it names them; and those that are no chips of it.
    OF_AGREEMENT = [
        *(Role.PARTY, Role.MEDIATED, Role.SIGNED, Role.WITNESSED),
        *(Role.MANDATED, Role.CONVENED, Role.TOOK_PART, Role.ISSUED, Role.SUBJECT),
    ]
    SAID_OF_AGREEMENT = (Role.PARTY, Role.MEDIATED, Role.SIGNED, Role.WITNESSED)

    owner_fields = ("event", "organisation")
    fragment = "organisations"
    named_as = {"organisation": _("Events it took part in")}
    search_number = 11

    event = models.ForeignKey(
        Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="participations"
    )
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        related_name="participations",
    )
    role = VocabularyField(_("role"), choices=Role, default=Role.TOOK_PART)
    represented_by = models.CharField(
        _("represented by"), max_length=500, blank=True, help_text=_("Name and office.")
    )

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        ordering = ["event_id", "pk"]
        indexes = [
            models.Index(fields=["organisation", "event"], name="timeline_participation_by_body"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "organisation", "role"],
                name="timeline_participation_once_a_role",
                violation_error_message=_("This organisation already has this role in the event."),
            ),
        ]

    def __str__(self):
        return self.get_role_display()

    def search_texts(self):
        return SearchTexts(body=self.represented_by)


def role_of(role: str, count: int) -> str:
    """What those are called who had a role in an event."""
    match role:
        case Participation.Role.PARTY:
            return ngettext("Party", "Parties", count)
        case Participation.Role.MEDIATED:
            return ngettext("Mediator", "Mediators", count)
        case Participation.Role.SIGNED:
            return ngettext("Signatory", "Signatories", count)
        case Participation.Role.WITNESSED:
            return ngettext("Witness", "Witnesses", count)
    return capfirst(str(Participation.Role(role).label))
