"""Feeds: Atom (RFC 4287) in pages (RFC 5005), with the total as OpenSearch 1.1 says it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from xml.etree import ElementTree as Xml

from django.http import HttpResponse

from peaceportal.core.formats.plain_text import one_line, plain
from peaceportal.core.formats.records import moment

ATOM = "http://www.w3.org/2005/Atom"
OPEN_SEARCH = "http://a9.com/-/spec/opensearch/1.1/"
XML = "http://www.w3.org/XML/1998/namespace"
TYPE = "application/atom+xml; charset=utf-8"


@dataclass
class Category:
    term: str
    label: str
    scheme: str


@dataclass
class Entry:
    id: str
    title: str
    address: str
    published: datetime
    updated: datetime
    summary: str
    language: str
    categories: list[Category] = field(default_factory=list)


@dataclass
class Feed:
    """`links` are addresses by their relations; `page` shows `per_page` entries of `total`."""

    id: str
    title: str
    author: str
    updated: datetime
    language: str
    total: int
    per_page: int
    links: dict[str, str]
    entries: list[Entry]

    def answer(self) -> HttpResponse:
        return HttpResponse(self.xml(), content_type=TYPE)

    def xml(self) -> bytes:
        root = Xml.Element("feed", {"xmlns": ATOM, "xmlns:os": OPEN_SEARCH})
        root.set(f"{{{XML}}}lang", self.language)
        _texts(root, {"id": self.id, "title": self.title, "updated": moment(self.updated)})
        _texts(Xml.SubElement(root, "author"), {"name": self.author})
        _texts(root, {"os:totalResults": str(self.total), "os:itemsPerPage": str(self.per_page)})
        for relation, address in self.links.items():
            kind = "text/html" if relation == "alternate" else "application/atom+xml"
            Xml.SubElement(root, "link", {"rel": relation, "type": kind, "href": address})
        for entry in self.entries:
            root.append(_entry(entry))
        return Xml.tostring(root, encoding="utf-8", xml_declaration=True)


def _entry(entry: Entry) -> Xml.Element:
    found = Xml.Element("entry", {f"{{{XML}}}lang": entry.language})
    _texts(
        found,
        {
            "id": entry.id,
            "title": entry.title,
            "published": moment(entry.published),
            "updated": moment(entry.updated),
        },
    )
    link = {"rel": "alternate", "type": "text/html", "href": entry.address}
    Xml.SubElement(found, "link", link)
    for category in entry.categories:
        facts = {"term": category.term, "scheme": category.scheme, "label": category.label}
        Xml.SubElement(found, "category", {name: one_line(text) for name, text in facts.items()})
    Xml.SubElement(found, "summary").text = plain(entry.summary)
    return found


def _texts(parent: Xml.Element, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        Xml.SubElement(parent, name).text = one_line(text)
