"""Addresses that were asked for and not found, and the pages to which staff lead them.

Unlike an address that a page once had, it can lead to another page later, or nowhere again.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from peaceportal.core.addresses import (
    Gone,
    Moved,
    PublicPageView,
    find_page,
    gone,
    moved_permanently,
    where_it_went,
)
from peaceportal.core.missed import FILE, LONGEST, NOISE, MissedAddress
from peaceportal.core.permanent import find_record
from peaceportal.core.publishing import Page
from peaceportal.core.slugs import LONGEST_SLUG


def led(request: HttpRequest) -> HttpResponse | None:
    """The answer of an address that is not found and leads to a page; None if it leads nowhere."""
    path = unicodedata.normalize("NFC", request.path_info)
    if request.method not in {"GET", "HEAD"} or not can_lead(path):
        return None
    try:
        row = MissedAddress.objects.filter(path=path, page_uid__isnull=False).first()
        page = row and page_of(row)
        if page is None:
            return None
        return moved_permanently(page if page.is_public() else where_it_went(page))
    except Gone:
        return gone(request)
    except (Http404, DatabaseError):  # nobody sees that page now; or nobody can say
        return None


def can_lead(path: str) -> bool:
    """Whether all of it is kept, and it is not of the kind that only programs ask for."""
    is_text = not any(unicodedata.category(char) in {"Cc", "Cs", "Cn", "Co"} for char in path)
    return is_text and len(path) < LONGEST and not NOISE.search(path) and not FILE.search(path)


def page_of(row: MissedAddress) -> Page | None:
    return read_pages([row]).get(row.page_uid)


def read_pages(rows: Iterable) -> dict[UUID, Page]:
    """The pages that rows name by model and permanent identity: one query a model."""
    uids: dict[str, set] = {}
    for row in rows:
        if row.page_uid:
            uids.setdefault(getattr(row, "page_model", "") or row.model, set()).add(row.page_uid)
    found = {}
    known = {model._meta.label_lower: model for model in apps.get_models()}
    for label, some in uids.items():
        if label not in known:
            continue
        for page in known[label]._base_manager.filter(uid__in=some):
            found[page.uid] = page
    return found


def lead(row: MissedAddress, page: Page) -> None:
    """Unsaved."""
    row.page_model, row.page_uid = page._meta.label_lower, page.uid
    row.leads_to = page.get_absolute_url()[:500]


def let_go(row: MissedAddress) -> None:
    """Unsaved."""
    row.page_model, row.page_uid, row.leads_to = "", None, ""


def page_meant(path: str) -> tuple[type[Page] | None, str]:
    """The kind of page of which it is an address, and the slug in it; of others None."""
    try:
        match = resolve(path)
    except Resolver404:
        return None, ""
    view = getattr(match.func, "view_class", None)
    slug = match.kwargs.get("slug", "")
    if view is None or not issubclass(view, PublicPageView) or set(match.kwargs) != {"slug"}:
        return None, ""
    model = view().get_queryset().model
    return (model, slug) if len(slug) <= LONGEST_SLUG else (None, "")


def is_of_the_site(path: str) -> bool:
    """Whether the site has something else there than a page of records: a list, say."""
    try:
        return not resolve(path).kwargs
    except Resolver404:
        return False


def page_at(address: str) -> Page | None:
    """The public page at an address as a browser shows it, whole or only its path."""
    try:
        parts = urlsplit(address.strip())
        path = unicodedata.normalize("NFC", unquote(parts.path, errors="strict"))
        if parts.netloc not in {"", urlsplit(settings.SITE_URL).netloc} or "\0" in path:
            return None
        match = resolve(path if path.endswith("/") else f"{path}/")
        if set(match.kwargs) == {"uid"}:
            return find_record(match.kwargs["uid"])[0]
        model, slug = page_meant(path if path.endswith("/") else f"{path}/")
        return find_page(model.objects, slug) if model else None
    except Moved as moved:
        return moved.page
    except (Gone, Http404, ValueError):  # Resolver404 is one of these
        return None
