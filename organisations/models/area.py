from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from organisations.models.other_names import OtherNames
from organisations.models.source import Sourced
from organisations.querysets import AreaQuerySet, EngagementQuerySet
from peaceportal.core.dates import DatesInOrder, EDTFField
from peaceportal.core.plain_text import shortened
from peaceportal.core.records import Record
from peaceportal.core.rich_text import RichTextField, plain_text
from peaceportal.core.search.texts import SearchTexts
from peaceportal.core.trees import TreePage


class AreaOfWork(OtherNames, TreePage, Sourced):
    """A field of peace work, perhaps within a wider one."""

    kind_of_page = "area"
    search_number = 3
    search_related = ("identifiers",)
    named_as = {**TreePage.named_as, "related_areas": _("Related areas")}
    versioned_rows = ("engagements", "identifiers")
    versioned_parts = ("activities",)

    summary = models.TextField(_("summary"), blank=True)
    body = RichTextField(_("text"))
    related_areas = models.ManyToManyField("self", verbose_name=_("related areas"), blank=True)
    as_of = EDTFField(_("as of"), help_text=_("When what is said here was true."))

    objects = AreaQuerySet.as_manager()

    class Meta(TreePage.Meta):
        verbose_name = _("area of work")
        verbose_name_plural = _("areas of work")

    def get_absolute_url(self):
        return reverse("areas:detail", kwargs={"slug": self.slug})

    def search_texts(self):
        return SearchTexts(
            title=self.name,
            names=(*self.other_names_list, *self.identifier_values),
            summary=self.summary,
            body=plain_text(self.body),
        )


class Engagement(Record, Sourced):
    """What an organisation does in an area of work."""

    owner_fields = ("organisation", "area")
    fragment = "work"
    named_as = {
        "organisation": _("Areas that it works in"),
        "area": _("Organisations at work in it"),
    }
    search_number = 9

    organisation = models.ForeignKey(
        "organisations.Organisation",
        verbose_name=_("organisation"),
        on_delete=models.CASCADE,
        related_name="engagements",
    )
    area = models.ForeignKey(
        AreaOfWork,
        verbose_name=_("area of work"),
        on_delete=models.PROTECT,
        related_name="engagements",
    )
    text = models.TextField(_("what it does there"), blank=True)
    since = EDTFField(_("since"))
    until = EDTFField(_("until"))

    objects = EngagementQuerySet.as_manager()

    class Meta:
        verbose_name = _("engagement")
        verbose_name_plural = _("engagements")
        ordering = ["organisation_id", "area_id", "pk"]
        constraints = [
            DatesInOrder(
                start="since",
                end="until",
                name="organisations_engagement_dates_in_order",
                violation_error_message=_("It would end before it begins. Correct either date."),
            ),
        ]

    def __str__(self):
        return shortened(self.text, 80) or str(self.uid)

    def search_texts(self):
        return SearchTexts(body=self.text)
