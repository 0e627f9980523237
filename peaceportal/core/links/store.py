"""What is known of each web address, and which records lead there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from peaceportal.core.vocabularies import VocabularyField

DEAD_AFTER = 2  # days on which it failed
CLAIMED_FOR = timedelta(hours=1)  # by a run that may have been cut short


class Outcome(models.TextChoices):
    NOT_ASKED = "", _("Not asked yet")
    ANSWERED = "answered", _("Answered")
    # Failures
    NOT_FOUND = "not-found", _("Not found")
    ERROR = "error", _("Answered with an error")
    NO_SUCH_NAME = "no-such-name", _("No site has this name")
    NO_CONNECTION = "no-connection", _("Nobody answers there")
    NOT_SECURE = "not-secure", _("The secure connection failed")
    TIMEOUT = "timeout", _("No answer in time")
    REDIRECTS = "redirects", _("Leads around in a circle")
    UNREADABLE = "unreadable", _("Not a web address")
    # What says nothing of the page
    REFUSED = "refused", _("the site refuses programs")
    BUSY = "busy", _("the site asks for patience")
    ROBOTS = "robots", _("the site asks programs to stay away (robots.txt)")
    PRIVATE = "private", _("it leads to an address that is not public")
    UNSURE = "unsure", _("the network did not say where the site is")


FAILURES = (
    *(Outcome.NOT_FOUND, Outcome.ERROR, Outcome.NO_SUCH_NAME, Outcome.NO_CONNECTION),
    *(Outcome.NOT_SECURE, Outcome.TIMEOUT, Outcome.REDIRECTS, Outcome.UNREADABLE),
)


def without_fragment(url: str) -> str:
    """As it is asked for: what follows “#” is for the browser alone."""
    return url.strip().partition("#")[0]


def key_of(url: str) -> str:
    return hashlib.sha256(without_fragment(url).encode()).hexdigest()


def host_of(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "")[:253]
    except ValueError:
        return ""


class LinkQuerySet(models.QuerySet):
    def at(self, urls: Iterable[str]):
        return self.filter(key__in={key_of(url) for url in urls if url})

    def dead(self):
        """Those that failed on several days, and failed when they were last asked."""
        return self.filter(outcome__in=FAILURES, failed_days__gte=DEAD_AFTER)

    def unused(self):
        return self.exclude(pk__in=LinkUse.objects.order_by().values("link"))

    def due(self, before: datetime, now: datetime):
        """Those not asked since `before`, nor claimed by another run, the longest ago first."""
        free = Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - CLAIMED_FOR)
        old = Q(asked_at__isnull=True) | Q(asked_at__lt=before)
        patient = Q(not_before__isnull=True) | Q(not_before__lte=now)
        return self.filter(free, old, patient).order_by(F("asked_at").asc(nulls_first=True), "pk")

    def claim(self, claim: str, most: int, before: datetime) -> list[Link]:
        """At most so many of the due ones, which no other run then asks."""
        now = timezone.now()
        due = self.due(before, now)
        busy = self.filter(claimed_at__gte=now - CLAIMED_FOR).exclude(claim=claim)
        pks = list(due.exclude(host__in=busy.values("host")).values_list("pk", flat=True)[:most])
        self.due(before, now).order_by().filter(pk__in=pks).update(claim=claim, claimed_at=now)
        return list(self.filter(claim=claim, claimed_at=now).order_by("pk"))

    def release(self, claim: str) -> int:
        return self.filter(claim=claim).update(claim="", claimed_at=None)


class Link(models.Model):
    """One web address, however many records lead there."""

    key = models.CharField(max_length=64, unique=True)  # of the address, which can be too long
    url = models.TextField(_("web address"))
    host = models.CharField(max_length=253, db_index=True)
    asked_at = models.DateTimeField(_("last asked"), null=True, db_index=True)
    outcome = VocabularyField(_("answer"), choices=Outcome, default=Outcome.NOT_ASKED, blank=True)
    status = models.PositiveSmallIntegerField(null=True)
    leads_to = models.TextField(blank=True)
    failing_since = models.DateTimeField(null=True)
    failed_times = models.PositiveIntegerField(default=0)
    failed_days = models.PositiveIntegerField(default=0)
    failed_on = models.DateField(null=True)
    not_before = models.DateTimeField(null=True)
    claim = models.CharField(max_length=32, blank=True)
    claimed_at = models.DateTimeField(null=True, db_index=True)

    objects = LinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("web address")
        verbose_name_plural = _("web addresses")
        ordering = ["pk"]

    def __str__(self):
        return self.url

    @property
    def is_failing(self) -> bool:
        return self.outcome in FAILURES

    @property
    def is_dead(self) -> bool:
        return self.is_failing and self.failed_days >= DEAD_AFTER

    def note(self, outcome: str, *, status=None, leads_to="", not_before=None, at=None) -> None:
        """Set what came of asking at the moment `at` (now, if None); it is not stored here.

        What could not be asked says nothing: then what was known of its failing stays.
        """
        at = at or timezone.now()
        today = timezone.localdate(at)
        self.asked_at, self.outcome, self.status = at, outcome, status
        self.leads_to = leads_to if leads_to != self.url else ""
        self.not_before = not_before
        if outcome in FAILURES:
            self.failing_since = self.failing_since or at
            self.failed_times += 1
            self.failed_days += self.failed_on != today
            self.failed_on = today
        elif outcome == Outcome.ANSWERED:
            self.failing_since = self.failed_on = None
            self.failed_times = self.failed_days = 0


class LinkUse(models.Model):
    """A field of a record that leads to a web address."""

    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="uses")
    model = models.CharField(max_length=80)
    uid = models.UUIDField(db_index=True)
    field = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["link", "uid", "field"], name="core_link_use_once")
        ]

    def __str__(self):
        return f"{self.model} {self.uid} {self.field}"
