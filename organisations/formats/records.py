"""An organisation as a record: the fields that JSON and CSV have alike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.formats.sources import sources
from organisations.models import Engagement, Organisation, OrganisationName, Succession
from peaceportal.core.folding import fold
from peaceportal.core.formats.queries import absolute
from peaceportal.core.formats.records import (
    address,
    address_or_title,
    day,
    grouped,
    identifiers,
    link,
    moment,
)
from peaceportal.core.formats.spreadsheets import joined
from peaceportal.core.publishing import visible

# In their order, with what each says: the header of the CSV and the codebook.
FIELDS = {
    "uid": _("The permanent identity (UUID). It never changes, and /id/ leads from it."),
    "url": _("Where the organisation is now."),
    "title": _("Its name."),
    "acronym": _("Its acronym."),
    "kind": _("What it is: one word of a list."),
    "state": _("Whether it still exists, as far as the source says: active or ended."),
    "founded": _("When it was founded, in EDTF. Empty: unknown."),
    "founded_earliest": _("The first day that this may mean; empty if open or unknown."),
    "founded_latest": _("The last day that this may mean; empty if open or unknown."),
    "ended": _("When it ended, in EDTF. Empty does not mean that it is active."),
    "ended_earliest": _("The first day that this may mean; empty if open or unknown."),
    "ended_latest": _("The last day that this may mean; empty if open or unknown."),
    "as_of": _("When what is said here was true, in EDTF."),
    "names": _("Other names; in JSON with their kind and language."),
    "parents": _("What it is part of."),
    "predecessors": _("What came before it; in JSON with how and when."),
    "successors": _("What came after it; in JSON with how and when."),
    "areas": _("The areas of work in which it is engaged."),
    "places": _("The places where it is, unless they are withheld for the safety of people."),
    "place_codes": _("The codes (ISO 3166-1 alpha-3) of those places that have one."),
    "website": _("Its website."),
    "identifiers": _("What others call it, as scheme:value."),
    "summary": _("The summary."),
    "sources": _("Where this comes from; in CSV addresses, or titles where there is none."),
    "updated": _("When the record was last changed (UTC)."),
}


def records(pks: list[int], at: datetime | None = None) -> Iterator[dict]:
    """The organisations `pks` in that order, as far as anyone may see them. Nine queries."""
    at = at or timezone.now()
    rows = Organisation.objects.published(at).filter(pk__in=pks).order_by().defer("body")
    bodies = {body.pk: body for body in rows.select_related("parent")}
    names = _names(pks)
    before, after = _successions(pks, at)
    areas = _areas(pks, at)
    places = _places(pks, at)
    others = identifiers(Organisation, pks)
    read = sources(Organisation, pks)
    for pk in pks:
        if pk not in bodies:
            continue  # taken down since the query was asked
        body = bodies[pk]
        parents = [body.parent] if body.parent and body.parent.is_public(at) else []
        yield {
            "uid": str(body.uid),
            "url": absolute(body.get_absolute_url()),
            "title": body.name,
            "acronym": body.acronym,
            "kind": body.kind,
            "state": body.state,
            "founded": body.founded.edtf,
            "founded_earliest": day(body.founded_earliest),
            "founded_latest": day(body.founded_latest),
            "ended": body.ended.edtf,
            "ended_earliest": day(body.ended_earliest),
            "ended_latest": day(body.ended_latest),
            "as_of": body.as_of.edtf,
            "names": [
                {"name": name, "kind": kind, "language": language}
                for name, kind, language in names.get(pk, [])
                if fold(name) != fold(body.name)
            ],
            "parents": [link(parent.uid, parent.slug, parent.name) for parent in parents],
            "predecessors": before.get(pk, []),
            "successors": after.get(pk, []),
            "areas": list({row[1]: link(*row) for row in areas.get(pk, [])}.values()),
            "places": [link(*row[:3]) for row in places.get(pk, [])],
            "place_codes": [code for *_row, code in places.get(pk, []) if code],
            "website": address(body.website),
            "identifiers": [
                {"scheme": scheme, "value": value} for scheme, value in others.get(pk, [])
            ],
            "summary": body.summary,
            "sources": read.get(pk, []),
            "updated": moment(body.updated_at),
        }


def row(record: dict) -> dict:
    """A record as cells: of relations their slugs."""
    linked = ("parents", "predecessors", "successors", "areas", "places")
    slugs = {name: joined(page["slug"] for page in record[name]) for name in linked}
    return (
        record
        | slugs
        | {
            "names": joined(one["name"] for one in record["names"]),
            "place_codes": joined(record["place_codes"]),
            "identifiers": joined(
                f"{one['scheme']}:{one['value']}" for one in record["identifiers"]
            ),
            "sources": joined(map(address_or_title, record["sources"])),
        }
    )


def _names(pks):
    rows = OrganisationName.objects.filter(organisation__in=pks)
    rows = rows.order_by("kind", "name", "pk")
    return grouped(rows.values_list("organisation", "name", "kind", "language"))


def _areas(pks, at):
    rows = Engagement.objects.filter(visible(at, page="area"), organisation__in=pks)
    rows = rows.order_by("area__sort_name", "pk")
    return grouped(rows.values_list("organisation", "area__uid", "area__slug", "area__name"))


def _places(pks, at):
    """None of those that withhold them."""
    rows = Organisation.places.through.objects.filter(
        visible(at, page="place"), organisation__in=pks, organisation__withhold_places=False
    )
    rows = rows.order_by("place__sort_name", "place_id")
    columns = ("place__uid", "place__slug", "place__name", "place__iso_code")
    return grouped(rows.values_list("organisation", *columns))


def _successions(pks, at) -> tuple[dict[int, list[dict]], dict[int, list[dict]]]:
    """What came before and after each, as far as anyone may see it; both in order of time."""
    rows = Succession.objects.filter(
        Q(predecessor__in=pks) | Q(successor__in=pks),
        visible(at, page="predecessor"),
        visible(at, page="successor"),
    ).order_by("date_earliest", "pk")
    before: dict[int, list[dict]] = {}
    after: dict[int, list[dict]] = {}
    for one in rows.select_related("predecessor", "successor"):
        how = {"kind": one.kind, "date": one.date.edtf}
        for others, here, there in (
            (before, one.successor, one.predecessor),
            (after, one.predecessor, one.successor),
        ):
            page = link(there.uid, there.slug, there.name) | how
            others.setdefault(here.pk, []).append(page)
    return before, after
