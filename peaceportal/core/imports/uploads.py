"""Files that staff have chosen to import: kept in the database, where every server finds them.

The bytes go when they have been imported, or after a day; who imported what stays, with its report.
"""

from __future__ import annotations

import uuid
import zlib
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from peaceportal.core.imports.planned import CREATED, REFUSED, UPDATED
from peaceportal.core.imports.running import Told, grouped

KEPT = timedelta(days=1)


class UploadQuerySet(models.QuerySet):
    def of(self, model: type[models.Model]):
        return self.filter(model=model._meta.label_lower)

    def waiting(self):
        return self.filter(imported_at__isnull=True)

    def imported(self):
        """The latest first, without their files and reports."""
        done = self.filter(imported_at__isnull=False).order_by("-imported_at", "-pk")
        return done.select_related("by").defer("content", "mapping", "pages", "report")

    def purge(self, *, at=None) -> None:
        """Drop what nobody came back to."""
        outdated = self.waiting().filter(at__lt=(at or timezone.now()) - KEPT)
        if outdated.exists():  # to delete is to wait for whoever saves
            outdated.delete()


class Upload(models.Model):
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    model = models.CharField(max_length=80)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now, db_index=True)
    imported_at = models.DateTimeField(null=True)
    file_name = models.CharField(max_length=200)
    content = models.BinaryField(default=b"")
    mapping_name = models.CharField(max_length=200, blank=True)
    mapping = models.BinaryField(default=b"")
    create_missing = models.BooleanField(default=False)
    skip_bad_rows = models.BooleanField(default=False)
    status = models.CharField(max_length=20, blank=True)  # empty: as the mapping says, or draft
    # What it would do or did: counts, sentences on the file as a whole, and the packed report.
    counts = models.JSONField(default=dict)
    notes = models.JSONField(default=list)
    unknown = models.JSONField(default=list)  # sentences, and whether each could be made
    made = models.JSONField(default=list)
    pages = models.JSONField(default=dict)  # by the number of a row, the primary key of its page
    report = models.BinaryField(default=b"")
    fingerprint = models.CharField(max_length=64, blank=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("imported file")
        verbose_name_plural = _("imported files")

    def __str__(self):
        return self.file_name

    @property
    def is_imported(self) -> bool:
        return self.imported_at is not None

    @property
    def rows(self) -> int:
        return sum(self.counts.values())

    @property
    def to_save(self) -> int:
        """How many rows would be saved, or were."""
        if self.counts[REFUSED] and not self.skip_bad_rows:
            return 0
        return self.counts[CREATED] + self.counts[UPDATED]

    def tell(self, told: Told, report: bytes) -> None:
        """Keep what an import said of it."""
        self.counts, self.notes = told.counts, told.notes
        self.unknown = list(told.unknown_names())
        self.made = list(grouped(told.made, most=200))
        self.pages = told.pages
        self.report, self.fingerprint = zlib.compress(report), told.fingerprint

    @property
    def unknown_names(self) -> list[str]:
        return [one if isinstance(one, str) else one[0] for one in self.unknown]

    @property
    def can_create(self) -> bool:
        """Whether some of what is unknown would be created if that were asked for."""
        return not self.create_missing and any(
            one[1] for one in self.unknown if not isinstance(one, str)
        )

    def finish(self) -> None:
        self.imported_at = timezone.now()
        self.content = self.mapping = b""

    def report_csv(self) -> bytes:
        return zlib.decompress(bytes(self.report))
