"""How an address of a page answers: the page, where it lives now, gone for good, or not found."""

from __future__ import annotations

import unicodedata

from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import register_converter
from django.views.generic import DetailView

from peaceportal.core.publishing import Page
from peaceportal.core.slugs import OldSlug
from peaceportal.core.sourcing import read_sources


class SlugConverter:
    """Letters of any script, in NFC; no slash and no control character."""

    regex = r"[^/\x00-\x1f\x7f]{1,200}"

    def to_python(self, value: str) -> str:
        return unicodedata.normalize("NFC", value)

    def to_url(self, value: str) -> str:
        return value


class Moved(Exception):
    """The page lives at another address now."""

    def __init__(self, page: Page):
        self.page = page


class Gone(Exception):
    """The page was public once and has been removed."""


def one_or_none(queryset, **unique):
    """The one record, if any. Unlike `first()` it asks for no order, and so for the right index."""
    try:
        return queryset.get(**unique)
    except queryset.model.DoesNotExist:
        return None


def find_page(queryset, slug: str) -> Page:
    """The public page with this slug. Raises Moved, Gone or Http404."""
    model = queryset.model
    page = one_or_none(queryset.published(), slug=slug)
    if page is not None:
        return page
    page = one_or_none(model.objects, slug=slug)
    if page is None:
        old = one_or_none(OldSlug.objects, model=model._meta.label_lower, slug=slug)
        if old is None:
            raise Http404
        page = one_or_none(model.objects, uid=old.page_uid)
        if page is None:  # deleted past all care: its address still was public
            raise Gone
        if page.is_public():
            raise Moved(page)
    raise Moved(where_it_went(page))


def where_it_went(page: Page) -> Page:
    """The public page that a removed one was merged into. Raises Gone or Http404."""
    if page.removed_at is None or not page.was_public():
        raise Http404
    page = page.where_merged
    if page.is_public():
        return page
    raise Gone


class PublicPageView(DetailView):
    """A page for anyone, by its slug."""

    http_method_names = ["get", "head"]

    # Relations of the page whose records are shown on it with sources of their own.
    sourced_parts: tuple[str, ...] = ()

    def get_context_data(self, **kwargs):
        return super().get_context_data(sources=self.sources(), **kwargs)

    def sources(self) -> list:
        """The sources of everything that the page shows, each once."""
        shown = [self.object]
        for name in self.sourced_parts:
            shown += getattr(self.object, name)
        return read_sources(shown)

    def get(self, request, *args, **kwargs):
        try:
            self.object = find_page(self.get_queryset(), kwargs["slug"])
        except Moved as moved:
            return moved_permanently(moved.page)
        except Gone:
            return gone(request)
        return self.render_to_response(self.get_context_data(object=self.object))


def moved_permanently(page: Page, fragment: str = "") -> HttpResponse:
    """To the page, and the element on it that has `fragment` as its id."""
    address = page.get_absolute_url()
    return revisited(
        HttpResponsePermanentRedirect(f"{address}#{fragment}" if fragment else address)
    )


def gone(request) -> HttpResponse:
    return revisited(render(request, "410.html", status=410))


def revisited(response: HttpResponse) -> HttpResponse:
    """Browsers would keep a 301 or 410 for ever; but a page can be put back, or renamed back."""
    response.headers["Cache-Control"] = "no-cache"
    return response


register_converter(SlugConverter, "page")
