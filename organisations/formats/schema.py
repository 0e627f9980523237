"""What an organisation is in JSON."""

from organisations.formats.records import FIELDS
from organisations.models import Organisation, OrganisationName, Succession
from peaceportal.core.formats import schema


def organisation() -> dict:
    how = {"kind": schema.words(Succession.Kind), "date": schema.EDTF}
    name = {
        "name": schema.TEXT,
        "kind": schema.words(OrganisationName.Kind),
        "language": schema.TEXT,
    }
    properties = {
        "uid": schema.UID,
        "url": schema.URL,
        "title": schema.TEXT,
        "acronym": schema.TEXT,
        "kind": schema.words(Organisation.Kind),
        "state": schema.words(Organisation.State),
        "founded": schema.EDTF,
        "founded_earliest": schema.DAY,
        "founded_latest": schema.DAY,
        "ended": schema.EDTF,
        "ended_earliest": schema.DAY,
        "ended_latest": schema.DAY,
        "as_of": schema.EDTF,
        "names": {"type": "array", "items": schema.record(name)},
        "parents": schema.links(),
        "predecessors": schema.links(**how),
        "successors": schema.links(**how),
        "areas": schema.links(),
        "places": schema.links(),
        "place_codes": schema.PLACE_CODES,
        "website": schema.URL_OR_NOTHING,
        "identifiers": schema.IDENTIFIERS,
        "summary": schema.TEXT,
        "sources": schema.SOURCES,
        "updated": schema.MOMENT,
    }
    return schema.record(properties, FIELDS)
