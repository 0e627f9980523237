"""A query of events as a feed: what was added last comes first, however long ago it happened."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from peaceportal.core.caching import Freshness
from peaceportal.core.dates import display
from peaceportal.core.formats.atom import Category, Entry, Feed
from peaceportal.core.formats.queries import Slice, absolute, address_of
from timeline.finder import EventFinder
from timeline.models import Event

PER_PAGE = 50


def feed(finder: EventFinder, state: Freshness) -> Feed:
    """The page asked for. Raises Http404 past the end."""
    finder.asked["order"] = "added"
    count, _undated = finder.totals()
    page = Slice(finder.page_number, count, PER_PAGE)
    pks = page.pks(finder.qs)
    events = Event.objects.published().for_list().latest_added().filter(pk__in=pks)
    entries = [_entry(event) for event in events]

    def at(number: int) -> str:
        return address_of(finder, "atom", page=number, without=("order",))

    asked = [pair for pair in finder.parameters if pair[0] != "order"]
    links = {"self": at(page.number), "alternate": absolute(finder.address(asked))}
    links |= {relation: at(number) for relation, number in page.others.items()}
    return Feed(
        id=at(1),
        title=finder.sentence(count),
        author=_("Peace Portal"),
        updated=max((entry.updated for entry in entries), default=state.changed_at),
        language=(get_language() or settings.LANGUAGE_CODE),
        total=count,
        per_page=PER_PAGE,
        links=links,
        entries=entries,
    )


def _entry(event: Event) -> Entry:
    published = event.first_public_at or event.created_at
    kind = Category(event.kind, str(event.get_kind_display()), absolute("/timeline/"))
    areas = [Category(area.slug, area.name, absolute("/areas/")) for area in event.public_areas]
    return Entry(
        id=event.uid.urn,
        title=event.title,
        address=absolute(event.get_absolute_url()),
        published=published,
        updated=max(event.updated_at, published),  # with no edit, when the clock made it public
        summary="\n\n".join(filter(None, [when(event), event.summary])),
        language=event.language,
        categories=[kind, *areas],
    )


def when(event: Event) -> str:
    """The date in words, and whether it is taken from the posting."""
    words = display(event.happened)
    return f"{words} {_('(from its posting)')}" if event.happened_inferred else words
