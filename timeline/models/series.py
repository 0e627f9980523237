from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from organisations.models.source import Sourced
from peaceportal.core.publishing import NamedPage
from peaceportal.core.search.texts import SearchTexts
from peaceportal.core.vocabularies import VocabularyField


class EventSeries(NamedPage, Sourced):
    """Events that belong together: the sessions of a forum, the rounds of a peace process."""

    class Kind(models.TextChoices):
        MEETINGS = "meetings", _("series of meetings")
        PEACE_PROCESS = "peace-process", _("peace process")

    kind_of_page = "series"
    search_number = 10
    search_related = ("identifiers",)
    versioned_rows = ("identifiers",)

    kind = VocabularyField(_("kind"), choices=Kind, default=Kind.MEETINGS)
    summary = models.TextField(_("summary"), blank=True)

    class Meta(NamedPage.Meta):
        verbose_name = _("series of events")
        verbose_name_plural = _("series of events")

    def get_absolute_url(self):
        return reverse("series:detail", kwargs={"slug": self.slug})

    def search_texts(self):
        return SearchTexts(title=self.name, names=self.identifier_values, summary=self.summary)
