"""The other forms of what a page shows, how it is cited, and what search engines read of it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django import template
from django.utils.translation import gettext as _

from peaceportal.core.finder import Finder
from peaceportal.core.formats.citations import Citation, cite_query, cite_record
from peaceportal.core.formats.linked_data import block, one_of_its_pages, site
from peaceportal.core.formats.queries import address_of
from peaceportal.core.publishing import Page

register = template.Library()

TYPES = {
    "atom": "application/atom+xml",
    "ics": "text/calendar",
    "csv": "text/csv",
    "json": "application/json",
}


@dataclass(frozen=True)
class Form:
    label: str
    address: str
    type: str


@register.simple_tag
def forms_of(finder: Finder, *, to_follow: bool = True) -> list[Form]:
    """The forms of a query; with `to_follow` also the address by which calendars subscribe."""
    labels = {
        "atom": _("Follow (feed)"),
        "ics": _("Calendar (file)"),
        "csv": _("Spreadsheet (CSV)"),
        "json": _("For programs (JSON)"),
    }
    forms = []
    for form in finder.forms:
        unordered = ("order",) if form in {"atom", "ics"} else ()
        address = address_of(finder, form, without=unordered)
        if form == "ics" and to_follow:
            follow = urlsplit(address)._replace(scheme="webcal").geturl()
            forms.append(Form(_("Calendar (follow)"), follow, TYPES[form]))
        forms.append(Form(labels[form], address, TYPES[form]))
    return forms


@register.simple_tag
def citation(page: Page | None = None, finder: Finder | None = None, count: int = 0) -> Citation:
    """Of a page, or of a query that found so much."""
    return cite_record(page) if page else cite_query(finder, count)


@register.simple_tag
def page_linked_data(kind: str, name: str, path: str) -> str:
    """What search engines read of a page that is no record."""
    return block(*one_of_its_pages(kind, name, path))


@register.simple_tag
def site_linked_data() -> str:
    """What search engines read of the site, on its home page."""
    return block(site())
