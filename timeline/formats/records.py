"""An event as a record: the fields that JSON and CSV have alike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Case, F, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.formats.sources import sources
from peaceportal.core.formats.queries import absolute
from peaceportal.core.formats.records import (
    address,
    address_or_title,
    day,
    grouped,
    identifiers,
    link,
    links,
    moment,
)
from peaceportal.core.formats.spreadsheets import joined
from peaceportal.core.publishing import PUBLIC_STATUSES, visible
from timeline.models import Document, Event, Participation
from timeline.models.document import text_address

# In their order, with what each says: the header of the CSV and the codebook.
FIELDS = {
    "uid": _("The permanent identity (UUID). It never changes, and /id/ leads from it."),
    "url": _("Where the event is now."),
    "title": _("The title."),
    "kind": _("What it was: one word of a list."),
    "happened": _(
        "When it happened, as exactly as the source says, in EDTF (ISO 8601-2): 1945, 2024-07, "
        "2023-11-30/2023-12-01, 1953~ (about), 2008/.. (since). Empty: unknown."
    ),
    "happened_earliest": _("The first day that this may mean; empty if open or unknown."),
    "happened_latest": _("The last day that this may mean; empty if open or unknown."),
    "happened_inferred": _("Whether that date is taken from the posting."),
    "posted": _("When it was posted, in EDTF."),
    "areas": _("The areas of work."),
    "organisations": _("The organisations that had any part in it, each once."),
    "participants": _("The organisations with their roles; in JSON also who represented them."),
    "places": _("The places."),
    "place_codes": _("The codes (ISO 3166-1 alpha-3) of those places that have one."),
    "documents": _(
        "The documents; in CSV their addresses, or titles where there is none. In JSON “url” is "
        "the file, or where on the web it is; “size” is in bytes; “version_of” is the uid of the "
        "document of which it is a version; “text_url” is where its full text is read, empty if "
        "none is kept."
    ),
    "series": _("The series that it belongs to, as a peace process; in CSV its slug."),
    "ordinal": _("Its number in that series, if it has one."),
    "identifiers": _("What others call it, as scheme:value."),
    "summary": _("The summary."),
    "sources": _("Where this comes from; in CSV addresses, or titles where there is none."),
    "updated": _("When the record was last changed (UTC)."),
}

COLUMNS = (
    *("pk", "uid", "slug", "title", "kind", "happened", "happened_earliest", "happened_latest"),
    *("happened_inferred", "posted", "ordinal", "summary", "updated_at"),
    *("series__uid", "series__slug", "series__name", "series__status", "series__removed_at"),
    *("series__publish_at", "series__unpublish_at"),
)


def records(pks: list[int], at: datetime | None = None) -> Iterator[dict]:
    """The events `pks` in that order, as far as anyone may see them. Seven queries."""
    at = at or timezone.now()
    rows = Event.objects.published(at).filter(pk__in=pks).order_by().select_related("series")
    events = {event.pk: event for event in rows.only(*COLUMNS)}
    areas = links(Event.areas.through, "event", "areaofwork", pks, at)
    places = _places(pks, at)
    participants = _participants(pks, at)
    documents = _documents(pks)
    names = identifiers(Event, pks)
    read = sources(Event, pks)
    for pk in pks:
        if pk not in events:
            continue  # taken down since the query was asked
        event = events[pk]
        series = event.series if event.series and event.series.is_public(at) else None
        taking_part = participants.get(pk, [])
        bodies = {row[1]: link(*row[:3]) for row in taking_part}
        yield {
            "uid": str(event.uid),
            "url": absolute(event.get_absolute_url()),
            "title": event.title,
            "kind": event.kind,
            "happened": event.happened.edtf,
            "happened_earliest": day(event.happened_earliest),
            "happened_latest": day(event.happened_latest),
            "happened_inferred": event.happened_inferred,
            "posted": event.posted.edtf,
            "areas": [link(*row) for row in areas.get(pk, [])],
            "organisations": list(bodies.values()),
            "participants": [
                link(*row[:3]) | {"role": row[3], "represented_by": row[4]} for row in taking_part
            ],
            "places": [link(*row[:3]) for row in places.get(pk, [])],
            "place_codes": [code for *_row, code in places.get(pk, []) if code],
            "documents": [_document(event.slug, *row) for row in documents.get(pk, [])],
            "series": link(series.uid, series.slug, series.name) if series else None,
            "ordinal": event.ordinal if series else None,
            "identifiers": [
                {"scheme": scheme, "value": value} for scheme, value in names.get(pk, [])
            ],
            "summary": event.summary,
            "sources": read.get(pk, []),
            "updated": moment(event.updated_at),
        }


def row(record: dict) -> dict:
    """A record as cells: of relations their slugs."""
    slugs = {
        name: joined(page["slug"] for page in record[name])
        for name in ("areas", "organisations", "places")
    }
    return (
        record
        | slugs
        | {
            "participants": joined(
                f"{page['slug']}:{page['role']}" for page in record["participants"]
            ),
            "place_codes": joined(record["place_codes"]),
            "documents": joined(map(address_or_title, record["documents"])),
            "series": record["series"] and record["series"]["slug"],
            "identifiers": joined(
                f"{name['scheme']}:{name['value']}" for name in record["identifiers"]
            ),
            "sources": joined(map(address_or_title, record["sources"])),
        }
    )


def _places(pks, at):
    rows = Event.places.through.objects.filter(visible(at, page="place"), event__in=pks)
    columns = ("uid", "slug", "name", "iso_code")
    return grouped(
        rows.order_by("place__sort_name", "place_id").values_list(
            "event", *(f"place__{name}" for name in columns)
        )
    )


def _participants(pks, at):
    rows = Participation.objects.shown(at).filter(event__in=pks)
    columns = ("organisation__uid", "organisation__slug", "organisation__name")
    rows = rows.order_by("organisation__sort_name", "pk")
    return grouped(rows.values_list("event", *columns, "role", "represented_by"))


def _documents(pks) -> dict[int, list[tuple]]:
    shown = Document.objects.shown().filter(event__in=pks)
    above = Case(  # one that is hidden, or another event's, is not named
        When(
            version_of__event=F("event"),
            version_of__status__in=PUBLIC_STATUSES,
            then="version_of__uid",
        )
    )
    columns = ("uid", "title", "kind", "language", "file", "file_size", "url", "pages", "text_from")
    return grouped(shown.order_by("title", "pk").values_list("event", *columns, above))


def _document(slug, uid, title, kind, language, file, size, url, pages, text_from, above) -> dict:
    storage = Document._meta.get_field("file").storage
    return {
        "uid": str(uid),
        "title": title,
        "kind": kind,
        "language": language,
        "version_of": str(above) if above else None,
        "url": absolute(storage.url(file)) if file else address(url),
        "size": size,
        "pages": pages,
        "text_url": absolute(text_address(slug, uid)) if text_from else "",
    }
