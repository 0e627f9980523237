"""The pages that belong to no one app: home, about, health, errors."""

import logging
import sys

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from organisations.models import AreaOfWork, Organisation
from peaceportal import bodies
from peaceportal.core import leading, missed
from peaceportal.core.addresses import Gone, gone, moved_permanently
from peaceportal.core.caching import state_now
from peaceportal.core.dates import UNKNOWN, EDTFDate
from peaceportal.core.formats.answers import Problem, as_json, as_text
from peaceportal.core.permanent import find_record
from peaceportal.core.remembered import content_state
from peaceportal.core.trouble import trouble
from peaceportal.sitemaps import SITEMAPS
from timeline import facets
from timeline.finder import EventFinder
from timeline.models import Event

ON_HOME = 6

logger = logging.getLogger(__name__)

# One date of each kind of mark, for the page that explains them.
DRAWN = [
    "1953-07-27",
    "2023-11-30/2023-12-01",
    "2024-07",
    "1946/1949",
    "1953~",
    "2008/..",
    "../1960",
]


@require_safe
def home(request):
    events = Event.objects.published()
    finder, state = EventFinder({}, events), content_state()
    counted = facets.at_a_glance(finder, [Organisation.objects.published()], state)
    context = {
        "coming_up": list(events.to_come().oldest_first().for_list()[:ON_HOME]),
        "latest": list(events.not_to_come().newest_first().for_list()[:ON_HOME]),
        "areas": list(AreaOfWork.objects.published().tops()),
        "years": facets.years(finder, counted, state),
        "event_count": counted[facets.ALL].total,
        "agreement_count": counted["kind"].of(Event.Kind.AGREEMENT),
        "organisation_count": counted["0"].total,
    }
    return render(request, "home.html", context)


@require_safe
def about(request):
    context = {
        "dates": [*map(EDTFDate.from_edtf, DRAWN), UNKNOWN],
        "corrections_email": settings.CORRECTIONS_EMAIL,
    }
    return render(request, "about.html", context)


@require_safe
def permanent(request, uid):
    """The address that is cited: it leads to where the record lives now."""
    try:
        return moved_permanently(*find_record(uid))
    except Gone:
        return gone(request)


@require_safe
def favicon(request):
    """Browsers ask for it on pages that name no icon, as the admin's."""
    return redirect(static("icon.svg"))


@require_safe
def robots(request):
    lines = [
        "User-agent: *",
        "Disallow: /admin/",
        f"Sitemap: {settings.SITE_URL}{reverse('sitemap-index')}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def sitemap_index(request):
    """The sitemaps by the address of the site: Django's own view believes the host asked for."""
    sections = [
        {
            "location": settings.SITE_URL
            + reverse("django.contrib.sitemaps.views.sitemap", kwargs={"section": section}),
            "last_mod": sitemap.get_latest_lastmod(),
        }
        for section, sitemap in SITEMAPS.items()
    ]
    context = {"sitemaps": sections}
    return render(request, "sitemap_index.xml", context, content_type="application/xml")


@require_safe
def health(request):
    """200 `ok` when the database answers, and is ours; 503 otherwise."""
    try:
        state_now(timezone.now())
    except DatabaseError:
        response = HttpResponse("database unavailable", status=503, content_type="text/plain")
        response._has_been_logged = True  # who asks each minute needs no line each
        return response
    return HttpResponse("ok", content_type="text/plain")


def bad_request(request, exception):
    if isinstance(exception, RequestDataTooBig):
        return bodies.too_large(request)
    return render(request, "400.html", status=400)


def not_found(request, exception):
    answer = leading.led(request)
    return answer or missed.noting(request, render(request, "404.html", status=404))


def server_error(request):
    """What fails outside of the program is no error of ours, and passes: 503."""
    found = trouble(sys.exc_info()[1])
    return unavailable(request, found) if found else render(request, "500.html", status=500)


def unavailable(request, found):
    """In the form that was asked for: a page, or words for programs."""
    facts = {"trouble": found.name, "error": _first_line(sys.exc_info()[1])}
    logger.error(found.logged, extra={"status_code": 503, "facts": facts})
    name = request.path_info.rpartition("/")[2]
    if request.path_info.startswith("/admin/") or "." not in name:
        context = {"sentence": found.said, "is_unsaved": request.method == "POST"}
        response = render(request, "503.html", context, status=503)
    else:
        say = as_json if name.endswith(".json") else as_text
        response = say(Problem(503, str(found.said)))
    response.headers["Retry-After"] = str(found.wait)
    response.headers["Cache-Control"] = "no-store"
    response._has_been_logged = True  # in a sentence, which a traceback would not make clearer
    return response


def _first_line(error):
    return (str(error).strip().splitlines() or [""])[0]
