"""What search engines read of a page: JSON-LD with the words of schema.org.

In a data block, which no browser runs, so that the strict policy for scripts need not be loosened.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from peaceportal.core.dates import EDTFDate
from peaceportal.core.formats.queries import absolute
from peaceportal.core.publishing import Page

SCHEMA = "https://schema.org"
# Of what could end the block or begin another; all three are allowed within strings of JSON.
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def block(*things: dict) -> SafeString:
    """The things as one block, without what is empty in them."""
    graph = {"@context": SCHEMA, "@graph": [_filled(thing) for thing in things]}
    text = json.dumps(graph, ensure_ascii=False).translate(ESCAPES)
    return format_html(
        '<script type="application/ld+json">{}</script>', mark_safe(text)
    )  # escaped for the one context in which it stands


def _filled(value):
    if isinstance(value, dict):
        filled = {name: _filled(one) for name, one in value.items()}
        return {name: one for name, one in filled.items() if one not in ("", None, [], {})}
    return [_filled(one) for one in value] if isinstance(value, list) else value


def identity(page: Page) -> dict:
    """What every page says of itself. Its language is that of its text, not of the thing."""
    return {
        "@id": absolute(reverse("permanent", args=[page.uid])),
        "url": absolute(page.get_absolute_url()),
        "name": page.title_text,
        "identifier": [
            {"@type": "PropertyValue", "propertyID": one.scheme, "value": one.value}
            for one in page.identifiers.all()
        ],
    }


def named(kind: str, page: Page) -> dict:
    """Another page, as a thing of this kind."""
    return {
        "@type": kind,
        "@id": absolute(reverse("permanent", args=[page.uid])),
        "url": absolute(page.get_absolute_url()),
        "name": page.title_text,
    }


def plain_ends(date: EDTFDate) -> tuple[str, str]:
    """Both ends as ISO 8601 at their own precision; empty for what that cannot say.

    A date that is open, about, uncertain or a decade is left out rather than made exact.
    """
    if not date.is_plain or date.start.is_decade or date.end.is_decade:
        return "", ""
    return date.start.plain, date.end.plain


def plain_moment(date: EDTFDate) -> str:
    """The date, if it is one that ISO 8601 can say; of a range nobody knows which end it was."""
    start, end = plain_ends(date)
    return start if start == end else ""


def trail(pages: Iterable[tuple[str, str]]) -> dict:
    """The way to a page from the home page: pairs of a name and a path."""
    ways = [(_("Peace Portal"), "/"), *pages]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": name, "item": absolute(path)}
            for number, (name, path) in enumerate(ways, start=1)
        ],
    }


def site() -> dict:
    """The site itself, and how an address asks its search."""
    words = "{search_term_string}"
    return {
        "@type": "WebSite",
        "@id": absolute("/"),
        "url": absolute("/"),
        "name": _("Peace Portal"),
        "inLanguage": get_language(),
        "potentialAction": {
            "@type": "SearchAction",
            "target": {
                "@type": "EntryPoint",
                "urlTemplate": absolute(f"{reverse('search')}?q={words}"),
            },
            "query-input": "required name=search_term_string",
        },
    }


def one_of_its_pages(kind: str, name: str, path: str) -> list[dict]:
    """A page of the site that is no record, as a thing of this kind, and the way to it."""
    about = {
        "@type": kind,
        "@id": absolute(path),
        "url": absolute(path),
        "name": name,
        "inLanguage": get_language(),
        "isPartOf": {"@type": "WebSite", "@id": absolute("/"), "name": _("Peace Portal")},
    }
    return [about, trail([(name, path)])]
