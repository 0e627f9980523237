"""What an event is in JSON."""

from peaceportal.core.formats import schema
from timeline.formats.records import FIELDS
from timeline.models import Document, Event, Participation

NUMBER = {"type": ["integer", "null"], "minimum": 0}


def event() -> dict:
    document = {
        "uid": schema.UID,
        "title": schema.TEXT,
        "kind": schema.words(Document.Kind),
        "language": schema.TEXT,
        "version_of": schema.UID | {"type": ["string", "null"]},
        "url": schema.URL_OR_NOTHING,
        "size": NUMBER,
        "pages": NUMBER,
        "text_url": schema.URL_OR_NOTHING,
    }
    properties = {
        "uid": schema.UID,
        "url": schema.URL,
        "title": schema.TEXT,
        "kind": schema.words(Event.Kind),
        "happened": schema.EDTF,
        "happened_earliest": schema.DAY,
        "happened_latest": schema.DAY,
        "happened_inferred": schema.FLAG,
        "posted": schema.EDTF,
        "areas": schema.links(),
        "organisations": schema.links(),
        "participants": schema.links(
            role=schema.words(Participation.Role), represented_by=schema.TEXT
        ),
        "places": schema.links(),
        "place_codes": schema.PLACE_CODES,
        "documents": {"type": "array", "items": schema.record(document)},
        "series": schema.links()["items"] | {"type": ["object", "null"]},
        "ordinal": NUMBER,
        "identifiers": schema.IDENTIFIERS,
        "summary": schema.TEXT,
        "sources": schema.SOURCES,
        "updated": schema.MOMENT,
    }
    return schema.record(properties, FIELDS)
