"""What a file can say of events."""

from __future__ import annotations

from organisations.imports.lists import AREAS, PLACES
from organisations.imports.names import NamedShape
from organisations.models import Organisation
from peaceportal.core.imports.shapes import ListShape
from timeline.models import Document, Event, EventSeries, Participation

# Of what kind the document at `document_url` is, by the kind of its event.
DOCUMENT_KINDS = {
    Event.Kind.AGREEMENT: Document.Kind.AGREEMENT_TEXT,
    Event.Kind.PUBLICATION: Document.Kind.REPORT,
}


class EventShape(NamedShape):
    def documents(self, pages):
        found: dict[int, set[str]] = {}
        rows = Document._base_manager.filter(event__in=pages).exclude(url="").order_by()
        for pk, url in rows.values_list("event_id", "url") if pages else ():
            found.setdefault(pk, set()).add(url)
        return found

    def make_documents(self, wanted):
        Document.objects.bulk_create(
            Document(
                event=event,
                title=event.title,
                url=url,
                kind=DOCUMENT_KINDS.get(event.kind, Document.Kind.RECORD),
                language=event.language,
                status=event.status,
            )
            for event, url in wanted
        )


EVENTS = EventShape(
    model=Event,
    texts=("title", "summary", "language"),
    vocabularies=("kind",),
    flags=("happened_inferred",),
    singles={"series": EventSeries},
    numbers={"ordinal": "series"},
    dates=("happened", "posted"),
    lists={
        "areas": AREAS,
        "places": PLACES,
        "organisations": ListShape(
            Organisation,
            rows="participations",
            target="organisation",
            role="role",
            roles=tuple(Participation.Role.values),
            can_create=True,
            kinds=tuple(Organisation.Kind.values),
        ),
    },
    areas="areas",
    has_documents=True,
    derived=("url", "happened_earliest", "happened_latest", "place_codes", "updated"),
    examples={
        "title": "Talks on water",
        "kind": "meeting",
        "happened": "30 Nov – 1 Dec 2023",
        "posted": "2023-12-04",
        "areas": "mediation|peacebuilding",
        "participants": "Office for Quiet Talks:convened|council-for-talks:took-part",
        "places": "Geneva",
        "series": "Talks on rivers",
        "ordinal": "2",
        "summary": "A second round, on who repairs the wells.",
        "language": "en",
    },
    not_taken=("documents", "sources"),
)
