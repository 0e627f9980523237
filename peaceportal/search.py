"""Everything that is found by words, by kind, and from there on into the lists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django import forms
from django.db.models import Count, OuterRef, Prefetch, Subquery, Window
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from organisations.models import AreaOfWork, Organisation, OrganisationName, Place, Resource
from peaceportal.core.counting import count_all
from peaceportal.core.query_fields import QueryCharField, QueryForm
from peaceportal.core.search.asking import SearchedQuerySet, ask
from peaceportal.core.search.excerpts import best_excerpt, marked
from peaceportal.core.search.query import Query
from peaceportal.core.search.spelling import nearest
from peaceportal.core.search.texts import leave_related
from timeline.models import Document, Event, EventSeries, Participation

SHOWN = 5
MOST_ALONE = 5  # words of which each is tried by itself where no record has them all


class SearchForm(QueryForm):
    q = QueryCharField(label=_("Search"), widget=forms.TextInput(attrs={"type": "search"}))


@dataclass(frozen=True)
class Kind:
    """A group of results: what it is called, what it holds, and the list that has the rest."""

    name: str
    heading: str
    records: Callable[[], SearchedQuerySet]
    path: str = ""  # of a list that takes `q`
    all_path: str = ""  # of a list of all that there is of this kind
    is_light: bool = False  # few of them, of few words: read in one query
    # What an excerpt is taken from besides the record itself.
    read: Callable[[SearchedQuerySet, Query], SearchedQuerySet] = lambda records, _query: records


KINDS = [
    Kind(
        "event",
        _("Events"),
        lambda: Event.objects.published(),
        "timeline:list",
        read=lambda events, query: events.annotate(
            people=Subquery(
                Participation.objects.shown()
                .matching(query)
                .filter(event=OuterRef("pk"))
                .order_by("pk")
                .values("represented_by")[:1]
            )
        ),
    ),
    Kind(
        "organisation",
        _("Organisations"),
        lambda: Organisation.objects.published(),
        "organisations:list",
        is_light=True,
        read=lambda bodies, _query: bodies.prefetch_related(
            Prefetch("names", OrganisationName.objects.all(), "searched_names")
        ),
    ),
    Kind(
        "area",
        _("Areas of work"),
        lambda: AreaOfWork.objects.published(),
        all_path="areas:list",
        is_light=True,
    ),
    Kind(
        "place",
        _("Places"),
        lambda: Place.objects.published(),
        all_path="places:list",
        is_light=True,
    ),
    Kind("series", _("Series of events"), lambda: EventSeries.objects.published(), is_light=True),
    Kind("resource", _("Further reading"), lambda: Resource.objects.published(), is_light=True),
    Kind(
        "document",
        _("Documents"),
        lambda: Document.objects.published().select_related("event"),
    ),
]


@dataclass(frozen=True)
class Result:
    record: object
    address: str
    title: SafeString
    excerpt: SafeString
    page: int | None = None  # of the full text of a document, where the words stand in it


@dataclass
class Group:
    """The best results of one kind, and how many there are in all."""

    kind: Kind
    total: int = 0
    results: list[Result] = field(default_factory=list)
    address: str = ""

    @property
    def others(self) -> int:
        return self.total - len(self.results)


@require_safe
def search(request):
    form = SearchForm(request.GET)
    form.is_valid()
    query = ask(form.cleaned_data.get("q") or "", in_order=True)
    groups = [group for kind in KINDS if (group := _found(kind, query)).total]
    total = sum(group.total for group in groups)
    better = "" if groups or not query else nearest(query, [kind.records() for kind in KINDS])
    context = {
        "form": form,
        "query": query.typed,
        "groups": groups,
        "total": total,
        "sentence": _sentence(query, total),
        "unread": query.unread_said,
        "alone": [] if groups or not query else _alone(query),
        "better": better,
        "better_address": _address(reverse("search"), better) if better else "",
        "path": _address(reverse("search"), query.typed) if query.typed else reverse("search"),
    }
    return render(request, "search.html", context)


def _sentence(query: Query, total: int) -> str:
    if not query.typed:
        return ""
    text = ngettext("%(count)d result for “%(words)s”", "%(count)d results for “%(words)s”", total)
    return text % {"count": total, "words": query.typed}


def _alone(query: Query) -> list[dict]:
    """Each of several words with how much it finds by itself, if anything. A query a word."""
    words = list(dict.fromkeys(query.typed.replace('"', " ").split()))
    if len(words) < 2:
        return []
    found = []
    for word in words[:MOST_ALONE]:
        asked = ask(word)
        records = [kind.records().matching(asked) for kind in KINDS] if asked else []
        if count := sum(count_all(*records)):
            number = ngettext("%(count)d result", "%(count)d results", count) % {"count": count}
            address = _address(reverse("search"), word)
            found.append({"word": word, "address": address, "number": number})
    return found


def _found(kind: Kind, query: Query) -> Group:
    """Two queries at most, and one for what is related."""
    group = Group(kind)
    if not query:
        return group
    records = kind.records()
    best = records.matching(query).most_relevant_first(query).annotate(total=Window(Count("*")))
    if kind.is_light:
        rows = list(kind.read(best, query)[:SHOWN])
        group.total = rows[0].total if rows else 0
    else:
        pairs = list(best.values_list("pk", "total")[:SHOWN])
        if not pairs:
            return group
        group.total = pairs[0][1]
        read = kind.read(records, query)
        by_pk = {row.pk: row for row in read.filter(pk__in=[pk for pk, _total in pairs])}
        rows = [by_pk[pk] for pk, _total in pairs if pk in by_pk]
    group.results = [_result(row, query) for row in rows]
    if kind.path and group.others:
        group.address = _address(reverse(kind.path), query.typed)
    return group


def _result(record, query: Query) -> Result:
    leave_related(record)
    found, page = best_excerpt(record, query), None
    if isinstance(record, Document):
        page = record.page_of(found.place) if found.place is not None else None
        address = record.event.get_absolute_url()
        if found.place is not None:
            address = record.address_of(found.place)
    elif isinstance(record, Resource):  # it stands on pages of others, the address knows on which
        address = reverse("permanent", args=[record.uid])
    else:
        address = record.get_absolute_url()
    text = found.html
    if isinstance(record, Event) and found.place is None and record.people:
        text = marked(record.people, query)  # who signed it, or was there
    return Result(record, address, marked(str(record), query), text, page)


def _address(path: str, words: str) -> str:
    return f"{path}?{urlencode({'q': words})}"
