from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from organisations.models.place import Place
from organisations.models.source import Sourced
from organisations.querysets import OrganisationQuerySet, SuccessionQuerySet
from peaceportal.core.constraints import FieldCheck
from peaceportal.core.dates import DatesInOrder, EDTFField
from peaceportal.core.folding import fold
from peaceportal.core.languages import validate_language
from peaceportal.core.records import Record
from peaceportal.core.rich_text import RichTextField, plain_text
from peaceportal.core.search.texts import SearchTexts, related
from peaceportal.core.trees import TreePage
from peaceportal.core.vocabularies import VocabularyField
from peaceportal.core.weblinks import WebAddressField


class State(models.TextChoices):
    ACTIVE = "active", _("active")
    ENDED = "ended", _("ended")


class Organisation(TreePage, Sourced):
    """A body that works for peace, or takes part: what is listed is not thereby endorsed."""

    class Kind(models.TextChoices):
        UN_ORGAN = "un-organ", _("UN organ")
        UN_OFFICE = "un-office", _("UN office")
        PEACE_OPERATION = "peace-operation", _("peace operation or political mission")
        FUND = "fund", _("fund")
        EXPERT_TEAM = "expert-team", _("expert team")
        REGIONAL_ORGANISATION = "regional-organisation", _("regional organisation")
        GOVERNMENT = "government", _("government")
        NGO = "ngo", _("non-governmental organisation")
        NETWORK = "network", _("network")
        MOVEMENT = "movement", _("armed or political movement")
        OTHER = "other", _("other")

    State = State
    kind_of_page = "organisation"
    names_have_dates = True
    named_as = {
        "parent": _("Bodies that are part of it"),
        "places": _("Organisations that are there"),
    }
    search_number = 2
    search_related = ("names", "identifiers")
    versioned_rows = ("names", "preceded_by", "successions", "engagements", "identifiers")

    acronym = models.CharField(_("acronym"), max_length=40, blank=True)
    kind = VocabularyField(_("kind"), choices=Kind, default=Kind.OTHER)
    state = VocabularyField(
        _("state"),
        choices=State,
        default=State.ACTIVE,
        help_text=_("Whether the body still exists, as far as the source says."),
    )
    founded = EDTFField(_("founded"))
    ended = EDTFField(_("ended"))
    as_of = EDTFField(_("as of"), help_text=_("When what is said here was true."))
    summary = models.TextField(_("summary"), blank=True)
    body = RichTextField(_("text"))
    website = WebAddressField(_("website"), blank=True)
    press_contact = models.TextField(_("press contact"), blank=True)
    places = models.ManyToManyField(
        Place, verbose_name=_("places"), blank=True, related_name="organisations"
    )
    withhold_places = models.BooleanField(
        _("withhold places"),
        default=False,
        help_text=_("For the safety of people: its places then appear nowhere in public."),
    )

    objects = OrganisationQuerySet.as_manager()

    class Meta(TreePage.Meta):
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = [
            *TreePage.Meta.constraints,
            DatesInOrder(
                start="founded",
                end="ended",
                name="organisations_organisation_dates_in_order",
                violation_error_message=_(
                    "It would have ended before it was founded. Correct either date."
                ),
            ),
            FieldCheck(
                beside="state",
                name="organisations_organisation_end_means_ended",
                condition=Q(ended="") | Q(state="ended"),
                violation_error_message=_(
                    "An organisation with an end date has ended: set its state to ended."
                ),
            ),
        ]

    def get_absolute_url(self):
        return reverse("organisations:detail", kwargs={"slug": self.slug})

    @property
    def shown_places(self) -> list[Place]:
        """Of those that `for_list` or `for_detail` read: none where they are withheld."""
        return [] if self.withhold_places else self.public_places

    @property
    def has_ended(self) -> bool:
        return self.state == State.ENDED

    @property
    def shown_names(self) -> "list[OrganisationName]":
        """Its other names. One that it has again, after it was called otherwise, is none."""
        return [row for row in self.names.all() if fold(row.name) != fold(self.name)]

    def marks(self):
        return [*filter(None, [self.acronym]), *super().marks()]

    def merging_refusals(self, into):
        refusals = super().merging_refusals(into)
        for one, other in ((self, into), (into, self)):
            if other.pk in Succession.objects.later_than(one):
                said = _(
                    "“%(one)s” came before “%(other)s”: they are two bodies, one after the other. "
                    "If they are the same, delete what says that one succeeded the other first."
                )
                refusals.append(said % {"one": one, "other": other})
        return refusals

    def names_in_use(self):
        return [self.name, *(row.name for row in self.names.all())]

    def other_name_kinds(self):
        kind = OrganisationName.Kind
        first = (kind.ALIAS, kind.FORMER)
        rest = (one for one in kind if one not in first)
        return [(one.value, one.label) for one in (*first, *rest)]

    def keep_name(self, name, kind="", language="", until=""):
        """Without a kind as a former name, which it may have been given by hand already.

        One that began after that date is of another time, and stays as it is.
        """
        former = OrganisationName.Kind.FORMER
        for row in self.names.filter(kind=former) if not kind else ():
            if fold(row.name) == fold(name):
                row.to_date = row.to_date or until
                row.prepare(row)
                try:
                    row.validate_constraints()
                except ValidationError:
                    continue
                row.save()
                return row
        return OrganisationName.objects.create(
            organisation=self,
            name=name,
            kind=kind or former,
            language=language or self.language,
            to_date=until,
        )

    def says_already(self, rows):
        if rows.model is not OrganisationName:
            return []
        return [row.pk for row in rows if fold(row.name) == fold(self.name)]

    def names_besides(self, merged):
        """Its acronym, where this one has another."""
        used = {fold(name) for name in (self.acronym, *self.names_in_use())}
        is_another = self.acronym and merged.acronym and fold(merged.acronym) not in used
        return [merged.acronym] if is_another else []

    def keep_names_of(self, merged, kind):
        acronym = OrganisationName.Kind.ACRONYM
        besides = self.names_besides(merged)
        rows = super().keep_names_of(merged, kind)
        return rows + [self.keep_name(name, acronym, merged.language) for name in besides]

    def search_texts(self):
        others = [name.name for name in related(self, "names")]
        return SearchTexts(
            title=self.name,
            names=(*filter(None, [self.acronym]), *others, *self.identifier_values),
            summary=self.summary,
            body=plain_text(self.body),
        )


class OrganisationName(Record):
    """Another name of an organisation: former, translated, or simply also in use."""

    class Kind(models.TextChoices):
        FORMER = "former", _("former name")
        ALIAS = "alias", _("also known as")
        ACRONYM = "acronym", _("acronym")
        TRANSLATION = "translation", _("translation")

    owner_fields = ("organisation",)
    fragment = "names"
    named_as = {"organisation": _("Its other names")}

    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        on_delete=models.CASCADE,
        related_name="names",
    )
    name = models.CharField(_("name"), max_length=500)
    kind = VocabularyField(_("kind"), choices=Kind)
    language = models.CharField(
        _("language"), max_length=35, default="en", validators=[validate_language]
    )
    # "from" is a word of Python: the columns are named after the document's "from" and "to".
    from_date = EDTFField(_("from"))
    to_date = EDTFField(_("to"))

    class Meta:
        verbose_name = _("other name")
        verbose_name_plural = _("other names")
        ordering = ["organisation_id", "kind", "name", "pk"]
        constraints = [
            DatesInOrder(
                start="from_date",
                end="to_date",
                name="organisations_organisationname_dates_in_order",
                violation_error_message=_("It would end before it begins. Correct either date."),
            ),
        ]

    def __str__(self):
        return self.name


class Succession(Record, Sourced):
    """How a body ended or changed, and what came after it."""

    class Kind(models.TextChoices):
        RENAMED = "renamed", _("renamed")
        MERGED = "merged", _("merged")
        SPLIT = "split", _("split")
        ABSORBED = "absorbed", _("absorbed")
        FUNCTIONS_TRANSFERRED = "functions-transferred", _("functions transferred")
        MANDATE_COMPLETED = "mandate-completed", _("mandate completed")

    owner_fields = ("predecessor", "successor")
    fragment = "successions"
    one_way = (("predecessor", "successor"),)
    named_as = {
        "predecessor": _("What came after it"),
        "successor": _("What came before it"),
    }

    predecessor = models.ForeignKey(
        Organisation,
        verbose_name=_("predecessor"),
        on_delete=models.CASCADE,
        related_name="successions",
    )
    successor = models.ForeignKey(
        Organisation,
        verbose_name=_("successor"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="preceded_by",
        help_text=_("Empty exactly where a mandate was completed."),
    )
    kind = VocabularyField(_("kind"), choices=Kind)
    date = EDTFField(_("date"))
    note = models.TextField(_("note"), blank=True)

    objects = SuccessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("succession")
        verbose_name_plural = _("successions")
        ordering = ["predecessor_id", F("date_earliest").asc(nulls_last=True), "pk"]
        constraints = [
            FieldCheck(
                beside="successor",
                name="organisations_succession_needs_successor",
                condition=Q(kind="mandate-completed", successor__isnull=True)
                | ~Q(kind="mandate-completed") & Q(successor__isnull=False),
                violation_error_message=_(
                    "A completed mandate has no successor; every other kind needs one."
                ),
            ),
            FieldCheck(
                beside="successor",
                name="organisations_succession_of_another",
                condition=Q(successor__isnull=True) | ~Q(successor=F("predecessor")),
                violation_error_message=_("A body cannot succeed itself."),
            ),
        ]

    def __str__(self):
        return self.get_kind_display()

    def clean(self):
        super().clean()
        if self.predecessor_id and self.successor_id:
            self._refuse_cycle()

    def _refuse_cycle(self):
        others = Succession._base_manager.exclude(pk=self.pk)
        if self.predecessor_id in others.later_than(self.successor):
            raise ValidationError(
                {
                    "successor": _(
                        "%(successor)s already comes before this body, directly or through others."
                    )
                    % {"successor": self.successor}
                }
            )
