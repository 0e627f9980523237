"""What every page must survive: long, hostile and missing words, too much, nothing at all."""

from dataclasses import dataclass

from tests.factories import (
    make_activity,
    make_area,
    make_document,
    make_engagement,
    make_event,
    make_organisation,
    make_organisation_name,
    make_participation,
    make_place,
    make_quotation,
    make_resource,
    make_series,
    make_source,
    make_succession,
)
from timeline.models import Event

ARABIC = "الحوار والمصالحة في سبيل السلام "
LONG = (ARABIC * 12)[:270] + "<script>alert('سلام')</script>"
UNBROKEN = "Friedensvermittlungsunterstützungsabteilung" * 6
LISTS = [
    "/",
    "/timeline/",
    "/areas/",
    "/organisations/",
    "/places/",
    "/search/",
    "/search/?q=level",
    "/search/?q=%D8%A7%D9%84%D8%B3%D9%84%D8%A7%D9%85",
    "/about/",
    "/data/",
]


@dataclass
class HardWorld:
    """Pages of each kind, by what is hard about them."""

    long: list
    many: list
    bare: list
    undated: object
    eighty_years: object
    deep: list

    @property
    def pages(self):
        return [*self.long, *self.many, *self.bare, self.undated, self.eighty_years, *self.deep]


def chain(make, length, **fields):
    """The lowest of `length` pages, each part of the one before."""
    page = None
    for number in range(length):
        page = make(name=f"Level {number + 1} {UNBROKEN[:60]}", parent=page, **fields)
    return page


def make_hard_world():
    words = {"language": "ar", "summary": LONG}
    source = make_source(
        title=LONG, publisher=LONG, note=LONG, url="https://example.org/" + "x" * 180
    )
    area = make_area(name=LONG, other_names=LONG, as_of="../2018", sources=[source], **words)
    place = make_place(name=LONG, language="ar", sources=[source])
    body = make_organisation(
        name=LONG,
        acronym="مسم" * 10,
        founded="1945~",
        as_of="../2018",
        places=[place],
        website="https://example.org/" + "y" * 180,
        press_contact=LONG,
        sources=[source],
        **words,
    )
    make_organisation_name(organisation=body, name=LONG, language="ar")
    make_succession(predecessor=body, note=LONG, sources=[source])
    make_engagement(organisation=body, area=area, text=LONG, sources=[source])
    series = make_series(name=LONG, sources=[source], **words)
    event = make_event(
        title=LONG,
        happened="1945/2025",
        areas=[area],
        places=[place],
        series=series,
        ordinal=32767,
        sources=[source],
        **words,
    )
    make_participation(event=event, organisation=body, represented_by=LONG)
    make_document(event=event, title=LONG, text=LONG, sources=[source])
    make_event(title=LONG, language="ar", commemorates=event)
    parts = {"language": "ar", "areas": [area], "sources": [source]}
    make_quotation(text=LONG, speaker=LONG, office_held=LONG, occasion=LONG, **parts)
    make_resource(title=LONG, summary=LONG, url="https://example.org/" + "z" * 180, **parts)
    make_activity(text=LONG, area=area, organisations=[body], places=[place], sources=[source])

    crowd = [
        make_organisation(
            name=f"Body {number:02d} of a crowd", parent=body, founded=f"{1980 + number}"
        )
        for number in range(40)
    ]
    crowded = make_event(title="A conference of forty", organisations=crowd, areas=[area])
    return HardWorld(
        long=[area, place, body, series, event],
        many=[crowded],
        bare=[
            make_organisation(name="An office of nothing"),
            make_area(name="An area of nothing"),
            make_place(name="A place of nothing"),
            make_series(name="A series of nothing"),
            make_event(title="An event of nobody"),
        ],
        undated=make_event(title="At some time", happened=""),
        eighty_years=event,
        deep=[
            chain(make, 7, status=Event.Status.PUBLISHED)
            for make in (make_area, make_place, make_organisation)
        ],
    )
