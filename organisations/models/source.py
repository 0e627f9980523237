from django.db import models
from django.utils.translation import gettext_lazy as _

from peaceportal.core.dates import EDTFField
from peaceportal.core.records import Record
from peaceportal.core.weblinks import WebAddressField


class Source(Record):
    """Where a record comes from, when that was read, and what was repaired on the way."""

    title = models.CharField(_("title"), max_length=500)
    publisher = models.CharField(_("publisher"), max_length=300, blank=True)
    url = WebAddressField(_("web address"), blank=True)
    published = EDTFField(_("published"))
    read_on = EDTFField(_("read on"), help_text=_("The day on which somebody read it."))
    note = models.TextField(
        _("note"), blank=True, help_text=_("Repairs and inferences: what the source itself lacks.")
    )

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["title", "pk"]

    def __str__(self):
        return self.title


class Sourced(models.Model):
    """A record that says where it comes from."""

    sources = models.ManyToManyField(
        Source,
        verbose_name=_("sources"),
        blank=True,
        related_name="%(app_label)s_%(class)s_set",
        help_text=_("Where this comes from. The + adds one."),
    )

    class Meta:
        abstract = True
