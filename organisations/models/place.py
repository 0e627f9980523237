from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from organisations.models.other_names import OtherNames
from organisations.models.source import Sourced
from organisations.querysets import PlaceQuerySet
from peaceportal.core.search.texts import SearchTexts
from peaceportal.core.trees import TreePage
from peaceportal.core.vocabularies import VocabularyField


class Place(OtherNames, TreePage, Sourced):
    """A country, a region or a city, in whatever lies around it."""

    class Kind(models.TextChoices):
        COUNTRY = "country", _("country")
        REGION = "region", _("region")
        CITY = "city", _("city")

    kind_of_page = "place"
    search_number = 4
    search_related = ("identifiers",)
    versioned_rows = ("identifiers",)

    kind = VocabularyField(_("kind"), choices=Kind)
    iso_code = models.CharField(
        _("country code"),
        max_length=3,
        blank=True,
        validators=[RegexValidator(r"^[A-Z]{3}\Z", _("Write three capital letters, as BDI."))],
        help_text=_("Three capital letters, after ISO 3166-1, where the place has one."),
    )

    objects = PlaceQuerySet.as_manager()

    class Meta(TreePage.Meta):
        verbose_name = _("place")
        verbose_name_plural = _("places")
        constraints = [
            *TreePage.Meta.constraints,
            models.UniqueConstraint(
                fields=["iso_code"],
                condition=~Q(iso_code=""),
                name="organisations_place_unique_code",
                violation_error_message=_("Another place already has this country code."),
            ),
        ]

    def get_absolute_url(self):
        return reverse("places:detail", kwargs={"slug": self.slug})

    def search_texts(self):
        codes = filter(None, [self.iso_code])
        names = (*self.other_names_list, *codes, *self.identifier_values)
        return SearchTexts(title=self.name, names=names)
