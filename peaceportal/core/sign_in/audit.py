"""Sign-ins and changes of accounts, written down. Nothing here is ever edited.

Kept are who, when, what and the address: no browser, no place, and of a name that no account has
nothing at all, since people type passwords there. Entries older than SIGN_INS_KEPT_DAYS go when a
new one is written.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from peaceportal.core.limits import client_address
from peaceportal.core.vocabularies import VocabularyField


class AuditQuerySet(models.QuerySet):
    def outdated(self, *, at=None):
        days = timedelta(days=settings.SIGN_INS_KEPT_DAYS)
        return self.filter(at__lt=(at or timezone.now()) - days)


class AuditEntry(models.Model):
    class Kind(models.TextChoices):
        SIGNED_IN = "signed-in", _("signed in")
        REFUSED = "refused", _("sign-in refused")
        SIGNED_OUT = "signed-out", _("signed out")
        PASSWORD = "password", _("password changed")
        FACTOR = "factor", _("second factor changed")
        LINK = "link", _("one-time link made")
        ACCOUNT = "account", _("account changed")
        ROLE = "role", _("role changed")

    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    kind = VocabularyField(_("what"), choices=Kind)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("account"),
    )
    # As it was called then.
    account_name = models.CharField(_("account"), max_length=150, blank=True)
    by_name = models.CharField(_("by"), max_length=150, blank=True)
    detail = models.CharField(_("detail"), max_length=500, blank=True)
    address = models.CharField(_("address"), max_length=60, blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("entry on sign-ins and accounts")
        verbose_name_plural = _("sign-ins and accounts")

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.account_name} {self.kind}"


Kind = AuditEntry.Kind


def write(kind: str, *, account=None, request: HttpRequest | None = None, detail="", by=""):
    """Add an entry, and drop those that were kept long enough.

    `by` is said where nobody has signed in: otherwise it is who asks.
    """
    user = getattr(request, "user", None)
    if not by and user is not None and user.is_authenticated:
        by = user.get_username()
    entry = AuditEntry.objects.create(
        kind=kind,
        account=account,
        account_name=account.get_username() if account else "",
        by_name=by,
        detail=str(detail)[:500],
        address=client_address(request) if request else "",
    )
    AuditEntry.objects.outdated().delete()
    return entry
