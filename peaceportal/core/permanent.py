"""Where the record with a permanent identity is read now: on which page, and where on it.

A page is read at its own address; a part on the first of its pages that anyone may see; a row on
the page that it is a piece of, if everything that it names may be seen, for otherwise no page shows
it; so is one that a merge dropped as a double; a former slug leads where its page is. A source is
read with the first public record that names it: pages come before parts and parts before rows, each
of them in the order of their numbers in the search (events, organisations, areas, places, series),
and of one kind the oldest.
"""

from __future__ import annotations

from functools import cache
from uuid import UUID

from django.apps import apps
from django.db.models import Min, Q, QuerySet, Value
from django.http import Http404

from peaceportal.core.addresses import Gone, where_it_went
from peaceportal.core.merging.merges import Merge
from peaceportal.core.publishing import PUBLIC_STATUSES, Page, Part, visible
from peaceportal.core.records import Record
from peaceportal.core.slugs import OldSlug

LAST = 1000  # of what has no number in the search


def find_record(uid: UUID) -> tuple[Page, str]:
    """The public page of the record, and the id of what holds it there, if anything has one.

    Raises Gone or Http404.
    """
    named = {model: model._base_manager.filter(uid=uid) for model in _models()}
    record = _first(named)
    if record is None:
        pages = _pages_of_double(uid)
        if pages:
            return pages[0], ""
        raise Gone if OldSlug.objects.filter(page_uid=uid).exists() else Http404
    if isinstance(record, OldSlug):
        return find_record(record.page_uid)
    citing = _citing(record)
    if citing:
        found = _first(citing)
        if found is None:
            raise Http404
        return _page_of(found)[0], f"source-{uid}"
    return _page_of(record)


def _pages_of_double(uid: UUID) -> list[Page]:
    """Of a row that a merge dropped, as another says the same: what it named, all of it public."""
    for merge in Merge.objects.dropping(uid):
        if pages := merge.pages_of_dropped(uid):
            return [find_record(UUID(page))[0] for page in pages]
    return []


@cache
def _models() -> list[type[Record]]:
    """Pages, parts, rows, in this order."""

    def rank(model):
        kind = 0 if issubclass(model, Page) else 1 if issubclass(model, Part) else 2
        return kind, getattr(model, "search_number", LAST)

    return sorted((model for model in apps.get_models() if issubclass(model, Record)), key=rank)


def _first(found: dict[type[Record], QuerySet]) -> Record | None:
    """The oldest record of the first model of which there is one. Two queries."""
    if not found:
        return None
    models = list(found)
    oldest = [
        rows.order_by().values(number=Value(number)).annotate(oldest=Min("pk"))
        for number, rows in enumerate(found.values())
    ]
    rows = oldest[0].union(*oldest[1:], all=True)
    pks = {row["number"]: row["oldest"] for row in rows if row["oldest"] is not None}
    if not pks:
        return None
    number = min(pks)
    return models[number]._base_manager.filter(pk=pks[number]).first()


def _page_of(record: Record) -> tuple[Page, str]:
    if isinstance(record, Page):
        return record if record.is_public() else where_it_went(record), ""
    return _page_of_part(record) if isinstance(record, Part) else _page_of_row(record)


def _page_of_part(part: Part) -> tuple[Page, str]:
    if part.status not in PUBLIC_STATUSES:
        raise Http404
    pages = part.stands_on()
    for page in pages:
        if page.is_public():
            return page, part.fragment
    was_public = False
    for page in pages:
        try:
            return where_it_went(page), ""
        except Gone:
            was_public = True
        except Http404:
            continue
    raise Gone if was_public else Http404


def _page_of_row(row: Record) -> tuple[Page, str]:
    pages = row.owners()
    if not pages:
        raise Http404
    if not pages[0].is_public():
        return where_it_went(pages[0]), ""
    for other in pages[1:]:
        if not other.is_public():
            where_it_went(other)
            raise Http404
    return pages[0], row.fragment


def _citing(source: Record) -> dict[type[Record], QuerySet]:
    """Of each model whose records name sources of this kind, those anyone may see that name it."""
    found = {}
    for model in _models():
        field = next((one for one in model._meta.many_to_many if one.name == "sources"), None)
        if field is not None and field.related_model is type(source):
            links = field.remote_field.through._base_manager
            named = links.filter(**{field.m2m_reverse_field_name(): source.pk})
            found[model] = _seen(model).filter(pk__in=named.values(field.m2m_field_name()))
    return found


def _seen(model: type[Record]) -> QuerySet:
    """The records that stand on a page that anyone may see."""
    if issubclass(model, Page | Part):
        return model.objects.published()
    may_be_seen = Q()
    for name in model.owner_fields:
        is_named = Q(**{f"{name}__isnull": False})
        may_be_seen &= ~is_named | visible(page=name)
    return model.objects.filter(may_be_seen)
