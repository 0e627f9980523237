from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from reversion.models import Revision

from peaceportal.core.vocabularies import VocabularyField


class VersionDetailQuerySet(models.QuerySet):
    def latest_note(self, uid) -> VersionDetail | None:
        """The latest words for readers about the page with this permanent identity."""
        told = self.filter(about=uid).exclude(public_note="").select_related("revision")
        return told.order_by("-pk").first()


class VersionDetail(models.Model):
    """How a version came about, and what readers are told of it.

    The note for staff is the comment of the revision itself.
    """

    class Way(models.TextChoices):
        EDIT = "edit", _("edited in a form")
        ACTION = "action", _("changed from a list")
        RESTORE = "restore", _("restored")
        MERGE = "merge", _("merged")
        IMPORT = "import", _("imported")
        COMMAND = "command", _("changed by a command")

    revision = models.OneToOneField(
        Revision, on_delete=models.CASCADE, related_name="detail", primary_key=True
    )
    way = VocabularyField(_("way"), choices=Way)
    # Which page the words for readers are about; a revision may hold several.
    about = models.UUIDField(null=True, db_index=True)
    public_note = models.CharField(_("note for readers"), max_length=500, blank=True)

    objects = VersionDetailQuerySet.as_manager()

    class Meta:
        verbose_name = _("detail of a version")
        verbose_name_plural = _("details of versions")

    def __str__(self):
        return self.get_way_display()
