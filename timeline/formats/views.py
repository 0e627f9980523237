"""The addresses of events for programs."""

from __future__ import annotations

from django.http import HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from peaceportal.core.addresses import find_page
from peaceportal.core.caching import freshness
from peaceportal.core.formats.answers import Problem, as_json, for_programs, json_answer
from peaceportal.core.formats.calendars import TYPE as CALENDAR
from peaceportal.core.formats.citations import cite_query
from peaceportal.core.formats.queries import json_list, pieces, readable
from peaceportal.core.formats.spreadsheets import csv_answer, lines
from peaceportal.core.limits import spend
from timeline.finder import EventFinder
from timeline.formats.calendars import calendar_of_event, calendar_of_query, why_not
from timeline.formats.feed import feed
from timeline.formats.records import FIELDS, records, row
from timeline.models import Event


def asked(request) -> EventFinder:
    return readable(EventFinder(request.GET, Event.objects.published()))


def in_form(form: str):
    return lambda page: reverse(f"timeline:detail-{form}", kwargs={"slug": page.slug})


@for_programs(as_json)
def list_json(request):
    finder = asked(request)
    count, _undated = finder.totals()
    return json_answer(json_list(finder, count, records))


@for_programs()
def list_csv(request):
    finder = asked(request)
    count, _undated = finder.totals()
    spend(request, count)
    rows = (map(row, records(pks)) for pks in pieces(finder.qs))
    return csv_answer(request, "timeline.csv", lines(FIELDS, rows))


@for_programs()
def list_atom(request):
    return feed(asked(request), freshness()).answer()


@for_programs()
def list_ics(request):
    finder = asked(request)
    count, _undated = finder.totals()
    spend(request, count)
    changed_at = freshness().changed_at
    response = StreamingHttpResponse(
        () if request.method == "HEAD" else calendar_of_query(finder, changed_at),
        content_type=CALENDAR,
    )
    response.headers["Content-Disposition"] = 'attachment; filename="timeline.ics"'
    return response


@for_programs()
def list_cited(request, form):
    finder = asked(request)
    count, _undated = finder.totals()
    return cite_query(finder, count).answer(form)


@for_programs(as_json, in_form("json"))
def detail_json(request, slug):
    event = find_page(Event.objects, slug)
    (record,) = records([event.pk])
    return json_answer(record)


@for_programs(address_of=in_form("ics"))
def detail_ics(request, slug):
    event = find_page(Event.objects.for_list(), slug)
    if why_not(event.happened):
        raise Problem(
            404,
            _("A calendar holds whole days alone, and the date of this event is: %(date)s.")
            % {"date": event.happened},
        )
    response = HttpResponse(b"".join(calendar_of_event(event)), content_type=CALENDAR)
    response.headers["Content-Disposition"] = (
        f'attachment; filename="event-{str(event.uid)[:8]}.ics"'
    )
    return response
