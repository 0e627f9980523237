"""What others call a page: a symbol, a number, a key in another data set."""

from __future__ import annotations

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _

from peaceportal.core.records import Record


class Identifier(Record):
    """`scheme:value` names one page; a page may have several.

    Fixtures name the page by its uid: its primary key is another one on every installation.
    """

    owner_fields = ("page",)
    fragment = "facts"
    named_as = {"page": _("Its identifiers")}

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    object_id = models.PositiveBigIntegerField(serialize=False)
    page = GenericForeignKey()
    page_uid = models.UUIDField(editable=False)
    scheme = models.CharField(
        _("scheme"), max_length=60, help_text=_("Who gave it, for example un-symbol or ucdp.")
    )
    value = models.CharField(_("value"), max_length=200)

    class Meta:
        verbose_name = _("identifier")
        verbose_name_plural = _("identifiers")
        ordering = ["scheme", "value", "pk"]
        indexes = [models.Index(fields=["content_type", "object_id"])]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "value"],
                name="core_identifier_unique_in_scheme",
                violation_error_message=_("Another page already has this identifier."),
            ),
        ]

    def __str__(self):
        return f"{self.scheme}:{self.value}"

    def natural_key(self):  # one of its own, on which the app names the pages it depends on
        return super().natural_key()

    @classmethod
    def prepared_names(cls, fields):
        names = super().prepared_names(fields)
        return names | {"page_uid"} if {"content_type", "object_id"} & set(fields) else names

    def prepare(self, stored):
        super().prepare(stored)
        if self.object_id is None:
            pages = self.content_type.model_class()._base_manager
            self.object_id = pages.values_list("pk", flat=True).get(uid=self.page_uid)
        self.page_uid = self.page.uid
