"""The addresses of organisations for programs."""

from __future__ import annotations

from organisations.finder import OrganisationFinder
from organisations.formats.records import FIELDS, records, row
from organisations.models import Organisation
from peaceportal.core.formats.answers import as_json, for_programs, json_answer
from peaceportal.core.formats.citations import cite_query
from peaceportal.core.formats.queries import json_list, pieces, readable
from peaceportal.core.formats.spreadsheets import csv_answer, lines
from peaceportal.core.limits import spend


def asked(request) -> OrganisationFinder:
    return readable(OrganisationFinder(request.GET, Organisation.objects.published()))


@for_programs(as_json)
def list_json(request):
    finder = asked(request)
    return json_answer(json_list(finder, finder.qs.count(), records))


@for_programs()
def list_csv(request):
    finder = asked(request)
    spend(request, finder.qs.count())
    rows = (map(row, records(pks)) for pks in pieces(finder.qs))
    return csv_answer(request, "organisations.csv", lines(FIELDS, rows))


@for_programs()
def list_cited(request, form):
    finder = asked(request)
    return cite_query(finder, finder.qs.count()).answer(form)
