from collections.abc import Iterator

from django.http import Http404, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from organisations.alongside import Alongside
from peaceportal.core.addresses import (
    Gone,
    Moved,
    PublicPageView,
    find_page,
    gone,
    moved_permanently,
    revisited,
)
from peaceportal.core.crawling import spare_crawlers
from peaceportal.core.options import to_choose
from peaceportal.core.remembered import content_state
from peaceportal.core.sourcing import read_sources
from timeline import documents, facets
from timeline.finder import EventFinder
from timeline.models import Document, Event, EventSeries
from timeline.nearby import nearby
from timeline.processes import standing


@require_safe
def event_list(request):
    """The finder: the whole timeline, or what the address asks of it."""
    finder = EventFinder(request.GET, Event.objects.published())
    state = content_state()
    if name := to_choose(request.GET, facets.LARGE):
        choice = facets.offered(finder, name, request.GET, state)
        return render(request, "choose.html", {"choice": choice})
    alongside = Alongside(finder.asked["area"], finder.asked["place"])
    beside = alongside.queries
    counted = facets.counted(finder, beside, state)
    count = counted[facets.ALL].total
    alongside.read([counted[str(number)].total for number in range(len(beside))])
    page = finder.result_page(Event.objects.for_list(), count)
    context = {
        "finder": finder,
        "heading": _("Agreements") if finder.is_of_agreements else _("Timeline"),
        "page": page,
        "undated": counted[facets.UNDATED].total,
        "sentence": finder.sentence(count),
        "number": finder.number(count),
        "qualities": finder.qualities(count),
        "alongside": alongside,
        "nearby": nearby(finder) if finder.is_filtered and not count else None,
        "next_address": finder.next_address(page),
        "previous_address": finder.previous_address(page),
        "groups": facets.groups(finder, counted),
        "years": facets.years(finder, counted, state),
        "years_address": finder.address_without("after", "before"),
        "orders": finder.other_orders() if count > 1 else [],
    }
    return spare_crawlers(render(request, "timeline/list.html", context), finder)


class EventDetail(PublicPageView):
    template_name = "timeline/detail.html"
    context_object_name = "event"
    sourced_parts = ("public_documents",)

    def get_queryset(self):
        return Event.objects.for_detail()

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            neighbours=list(neighbours(self.object)),
            documents=documents.groups(self.object.public_documents),
            standing=standing(self.object),
            **kwargs,
        )


def neighbours(event: Event) -> Iterator[tuple[str, str, Event]]:
    """The public events next to it in the timeline, each with its relation (HTML) and in words.

    Where their dates overlap nobody knows which was first, and the words say no more.
    """
    events = Event.objects.published()
    before, after = events.earlier_than(event).first(), events.later_than(event).first()
    same = _("Around the same time")
    if before:
        yield "prev", _("Earlier") if before.is_before(event) else same, before
    if after:
        yield "next", _("Later") if event.is_before(after) else same, after


@require_safe
def document_text(request, slug, uid):
    """The full text of a document: it may be seen wherever its event may."""
    try:
        event = find_page(Event.objects, slug)
    except Gone:
        return gone(request)
    except Moved as moved:
        event = moved.page
    document = Document.objects.published().select_related("event").filter(uid=uid).first()
    if document is None:
        raise Http404
    if not document.text_from:  # it may have had one
        return moved_permanently(document.event)
    if document.event != event or event.slug != slug:
        return revisited(HttpResponsePermanentRedirect(document.text_address))
    beside = event.documents.shown().without_text()
    context = {
        "document": document,
        "event": event,
        "other_languages": documents.other_languages(document, beside),
        "sources": read_sources([document]),
    }
    return render(request, "timeline/text.html", context)


class SeriesDetail(PublicPageView):
    template_name = "timeline/series.html"
    context_object_name = "series"

    def get_queryset(self):
        return EventSeries.objects.prefetch_related("identifiers")
