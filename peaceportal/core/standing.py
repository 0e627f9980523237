"""How a page stands: who sees it, in words, and what staff can do about it."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from peaceportal.core.publishing import PUBLIC_STATUSES, Page, Status


def standing(page: Page, at: datetime | None = None) -> tuple[str, str]:
    """A key and the words for it, at the moment `at` (now, if None)."""
    at = at or timezone.now()
    if page.removed_at is not None:
        if page.merged_into_id:
            return "removed", _("removed: merged into another page")
        return "removed", _("removed")
    if page.status not in PUBLIC_STATUSES:
        return page.status, page.get_status_display()
    if page.publish_at is not None and page.publish_at > at:
        return "scheduled", _("scheduled for %(moment)s") % {"moment": moment_here(page.publish_at)}
    if page.unpublish_at is not None and page.unpublish_at <= at:
        return "over", _("taken down on %(moment)s") % {"moment": moment_here(page.unpublish_at)}
    return page.status, _("archived") if page.status == Status.ARCHIVED else _("published")


def advice(page: Page, at: datetime | None = None) -> str:
    """What staff should know of a page that visitors do not see; empty if they see it."""
    at = at or timezone.now()
    key, words = standing(page, at)
    if key == "removed" and page.merged_into_id:
        return _("This page was merged into another one, to which its address leads.")
    return {
        "removed": _(
            "This page was removed: visitors do not see it. Nothing of it is lost: "
            "put back, it stands where it stood."
        ),
        "draft": _draft(page, at),
        "in-review": _("This is in review: only staff see it until somebody publishes it."),
        "scheduled": _("Visitors do not see this yet: it is %(words)s.") % {"words": words},
        "over": _("Visitors no longer see this: it was %(words)s.") % {"words": words},
    }.get(key, "")


def _draft(page: Page, at: datetime) -> str:
    sentence = _("This is a draft: only staff see it.")
    if page.publish_at is None or page.publish_at <= at:
        return sentence
    waits = _("The moment %(moment)s counts only once it is published by its button.")
    return f"{sentence} {waits % {'moment': moment_here(page.publish_at)}}"


def moment_here(at: datetime) -> str:
    """With the time zone in words, for a moment that is still to come."""
    return _("%(moment)s %(zone)s") % {"moment": moment(at), "zone": zone_in_words()}


def zone_in_words() -> str:
    """The time zone of the office as people say it: “New York time”, or “UTC”."""
    area, _slash, city = settings.TIME_ZONE.rpartition("/")
    if not area or area == "Etc":
        return city
    return _("%(city)s time") % {"city": city.replace("_", " ")}


def moment(at: datetime) -> str:
    return formats.date_format(timezone.localtime(at), "DATETIME_FORMAT")
