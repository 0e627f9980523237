"""What is known of a web address, in words for staff."""

from __future__ import annotations

from datetime import datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from peaceportal.core.links.store import Link, Outcome


def told(link: Link) -> str:
    """As “Answered on 3 May 2026.”, or “Not found (404) since 2 May 2026, asked 3 times.”"""
    if link.asked_at is None:
        return _("Not asked yet whether this answers.")
    day = _day(link.asked_at)
    words = link.get_outcome_display()
    if link.status and link.outcome != Outcome.ANSWERED:
        words = _("%(words)s (%(status)d)") % {"words": words, "status": link.status}
    if link.is_failing:
        asked = ngettext("asked once", "asked %d times", link.failed_times)
        asked = asked % link.failed_times if "%d" in asked else asked
        since = {"words": words, "day": _day(link.failing_since), "asked": asked}
        return _("%(words)s since %(day)s, %(asked)s.") % since
    if link.outcome != Outcome.ANSWERED:
        return _("Could not be asked on %(day)s: %(words)s.") % {"day": day, "words": words}
    if link.leads_to:
        there = {"day": day, "address": link.leads_to}
        return _("Answered on %(day)s, and leads to %(address)s.") % there
    return _("Answered on %(day)s.") % {"day": day}


def _day(at: datetime) -> str:
    return formats.date_format(timezone.localtime(at), "DATE_FORMAT")
