"""Public addresses that were asked for and do not exist: how often, and whether we lead there.

Counted in each process, and written at most once a minute, after the visitor was answered. Kept is
nothing of who asked. Of programs that try doors, as for `wp-login.php`, nothing is kept at all.
"""

from __future__ import annotations

import atexit
import logging
import re
import threading
import time
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, unquote, urlsplit

from django.conf import settings
from django.db import DatabaseError, models, transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from peaceportal.core.waiting import short_waits

LONGEST = 200  # characters of an address
MOST_WAITING = 500  # addresses that a process holds until it writes
MOST_KEPT = 3000  # addresses in the database of which staff have decided nothing
MOST_IGNORED = 10_000
EVERY = 60  # seconds

# What nobody who reads asks for: programs look there for doors.
NOISE = re.compile(
    r"^/(admin|media|static|login)(/|$)"
    r"|/(\.|wp-|phpmyadmin)"
    r"|/(wp|wordpress|xmlrpc|cgi-bin|pma|vendor|actuator|autodiscover|\w*config)([./]|$)"
    r"|/apple-touch-icon",
    re.I,
)
# Of files only those that we have, or that other sites have as pages.
FILE = re.compile(r"\.(?!(?:atom|csv|html?|ics|json|pdf|xml|rss)$)[^/.]*$", re.I)

logger = logging.getLogger(__name__)


class MissedQuerySet(models.QuerySet):
    def to_look_at(self):
        return self.filter(is_ignored=False, leads_to="")

    def ignored(self):
        return self.filter(is_ignored=True, leads_to="")

    def drop_to_look_at(self, most: int) -> None:
        """Keep so many: the half that was asked for last, and of the others the most asked for.

        So what is asked for again and again stays, however many others come once and never again.
        """
        rows = self.to_look_at()
        too_many = rows.count() - most
        if too_many > 0:
            older = rows.order_by("-last_at", "-pk").values("pk")[most // 2 :]
            least = rows.filter(pk__in=older).order_by("times", "last_at", "pk")
            self.filter(pk__in=list(least.values_list("pk", flat=True)[:too_many])).delete()

    def drop_ignored(self, most: int) -> None:
        """Keep so many: those that were asked for last."""
        older = self.ignored().order_by("-last_at", "-pk").values_list("pk", flat=True)[most:]
        if pks := list(older[:MOST_WAITING]):
            self.filter(pk__in=pks).delete()

    def ignore(self) -> int:
        return self.filter(leads_to="").update(is_ignored=True)

    def unignore(self) -> int:
        return self.update(is_ignored=False)


class MissedAddress(models.Model):
    path = models.CharField(_("address"), max_length=LONGEST, unique=True)
    times = models.PositiveBigIntegerField(_("asked for"), default=0, db_index=True)
    first_at = models.DateTimeField(_("first"), default=timezone.now)
    last_at = models.DateTimeField(_("last"), default=timezone.now)
    linked_on = models.CharField(
        _("our page that leads there"), max_length=LONGEST, blank=True, default=""
    )
    is_ignored = models.BooleanField(_("ignored"), default=False)
    leads_to = models.CharField(_("now leads to"), max_length=500, blank=True, default="")
    # The page to which it leads (`core/leading`).
    page_model = models.CharField(max_length=80, blank=True, default="", editable=False)
    page_uid = models.UUIDField(null=True, editable=False)

    objects = MissedQuerySet.as_manager()

    class Meta:
        verbose_name = _("address that was not found")
        verbose_name_plural = _("addresses that were not found")
        ordering = ["-times", "pk"]

    def __str__(self):
        return self.path

    @property
    def our_address(self) -> str:
        """Where the page of ours that leads here is; empty where we have none.

        What visitors say is never trusted to stay within this site.
        """
        if self.linked_on.startswith("//") or "\\" in self.linked_on:
            return ""
        try:
            resolve(self.linked_on)
        except Resolver404:
            return ""
        return quote(self.linked_on)


@dataclass
class Miss:
    times: int
    first_at: datetime
    last_at: datetime
    linked_on: str = ""


_waiting: dict[str, Miss] = {}
_lock = threading.Lock()
_written_at: float | None = None


def noting(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Count that the address of a request has no answer. It is written after it was answered."""
    path = plausible(request)
    if path:
        _count(path, _own_page(request))
        if _is_time():
            response._resource_closers.append(write)
    return response


def plausible(request: HttpRequest) -> str:
    """The path that somebody may have meant; empty for what nobody would type or link."""
    if request.method != "GET":
        return ""
    path = unicodedata.normalize("NFC", request.path_info)
    if NOISE.search(path) or FILE.search(path):
        return ""
    if any(unicodedata.category(char) in {"Cc", "Cs", "Cn", "Co"} for char in path):
        return ""
    return path[:LONGEST]


def _own_page(request: HttpRequest) -> str:
    """The page of this site that led here, if it says so; empty for any other."""
    try:
        parts = urlsplit(request.headers.get("Referer", ""))
        page = unquote(parts.path, errors="strict")
    except (UnicodeError, ValueError):
        return ""
    is_own = parts.netloc == urlsplit(settings.SITE_URL).netloc
    is_odd = page.startswith("//") or "\\" in page or "\0" in page  # “//host/” is another site
    if not is_own or is_odd or page.startswith("/admin/") or page == request.path_info:
        return ""
    return page[:LONGEST]


def _count(path: str, linked_on: str) -> None:
    now = timezone.now()
    with _lock:
        miss = _waiting.get(path)
        if miss is None:
            if len(_waiting) >= MOST_WAITING:
                return
            miss = _waiting[path] = Miss(0, now, now)
        miss.times += 1
        miss.last_at = now
        miss.linked_on = linked_on or miss.linked_on


def _is_time() -> bool:
    """Whether it was not written for a while. Says so to one alone of those who ask at once."""
    global _written_at
    with _lock:
        now = time.monotonic()
        if _written_at is not None and now - _written_at < EVERY:
            return False
        _written_at = now
        return True


def write() -> None:
    """Write what this process has counted, and drop what there is too much of."""
    with _lock:
        taken = dict(_waiting)
        _waiting.clear()
    if not taken:
        return
    try:
        with short_waits("default"), transaction.atomic():
            _add(taken)
    except DatabaseError as error:  # counts are not worth an error to anybody
        logger.warning("What was asked for and not found could not be written: %s", error)


def _add(taken: dict[str, Miss]) -> None:
    rows = MissedAddress.objects
    new = [
        MissedAddress(path=path, first_at=miss.first_at, last_at=miss.last_at)
        for path, miss in sorted(taken.items())
    ]
    rows.bulk_create(new, ignore_conflicts=True)
    for path, miss in sorted(taken.items()):
        values = {"times": F("times") + miss.times, "last_at": miss.last_at}
        if miss.linked_on:
            values["linked_on"] = miss.linked_on
        rows.filter(path=path).update(**values)
    rows.drop_to_look_at(MOST_KEPT)
    rows.drop_ignored(MOST_IGNORED)


def forget(written_at: float | None = None) -> None:
    """What was counted and not written yet; and when it was written last."""
    global _written_at
    with _lock:
        _waiting.clear()
        _written_at = written_at


atexit.register(write)
