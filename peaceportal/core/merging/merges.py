"""What was merged into what, when and by whom, and all that moved: so that it can go back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from peaceportal.core.publishing import Page


class MergeQuerySet(models.QuerySet):
    def standing(self):
        """Those that were not undone."""
        return self.filter(undone_at__isnull=True)

    def about(self, page: Page):
        """The merges of this page, and those into it; the latest first, to be told of."""
        told = self.filter(Q(kept_uid=page.uid) | Q(merged_uid=page.uid))
        return told.select_related("by").defer("moved")

    def into(self, pages: Iterable[Page]):
        """Of others into one of these."""
        return self.filter(kept_uid__in=[page.uid for page in pages])

    def dropping(self, uid: UUID):
        """Those that may have dropped the row with this permanent identity; the latest first."""
        return (
            self.standing()
            .annotate(told=Cast("moved", models.TextField()))
            .filter(told__contains=str(uid))
        )

    def since(self, moment: datetime):
        return self.filter(at__gt=moment)


class Merge(models.Model):
    """`moved` names records by their permanent identity, which is the same wherever they go."""

    model = models.CharField(max_length=80)
    kept_uid = models.UUIDField(db_index=True)
    merged_uid = models.UUIDField(db_index=True)
    # As they were called then.
    kept_name = models.CharField(max_length=500)
    merged_name = models.CharField(max_length=500)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)
    moved = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    counts = models.JSONField(default=dict)  # of what moved, by the key of the relation

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.merged_name} → {self.kept_name}"

    def pages_of_dropped(self, uid: UUID) -> list[str]:
        """The permanent identities of the pages that a row named which was dropped as a double."""
        for key, _pk, told in self.moved["dropped"]:
            if told["uid"] == str(uid):
                names = apps.get_model(key.rpartition(".")[0]).owner_fields
                return [told[name] for name in (*names, "page_uid") if told.get(name)]
        return []

    @property
    def kept(self) -> Page | None:
        return self._page(self.kept_uid)

    @property
    def merged(self) -> Page | None:
        return self._page(self.merged_uid)

    def _page(self, uid) -> Page | None:
        return apps.get_model(self.model)._base_manager.filter(uid=uid).first()
