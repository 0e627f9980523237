"""The page that explains the data, and the schema that it keeps."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

import organisations.formats.records
import organisations.formats.schema
import timeline.formats.records
import timeline.formats.schema
from organisations.models import Organisation
from peaceportal.core.caching import LONGEST
from peaceportal.core.formats.answers import as_json, for_programs, json_answer
from peaceportal.core.formats.linked_data import block, trail
from peaceportal.core.formats.queries import PER_PAGE, absolute
from peaceportal.core.formats.schema import list_of
from peaceportal.core.formats.spreadsheets import cell
from peaceportal.core.limits import FEE, MOST, WINDOW
from timeline.finder import ORDERS
from timeline.formats.feed import PER_PAGE as FEED_PER_PAGE
from timeline.models import Event


@dataclass(frozen=True)
class Explained:
    """A field or a parameter: its name, what it means, and an example, perhaps with a link."""

    name: str
    means: str
    example: str = ""
    address: str = ""


PARAMETERS = {
    "q": _(
        "Words that stand in the record: its title, names, identifiers, summary and text, and the "
        "texts of its documents."
    ),
    "area": _("An area of work, by its slug; the areas within it are included."),
    "organisation": _("An organisation, by its slug."),
    "bodies": _("1: organisations include the bodies that are part of them."),
    "place": _("A place, by its slug; the places within it are included."),
    "kind": _("A kind of event, or of organisation."),
    "state": _("Organisations alone: active or ended."),
    "after": _("Events with a day from this year, month or day on, itself included."),
    "before": _("Events with a day up to this year, month or day, itself included."),
    "order": _("Events alone, one of %(orders)s; the first unless another is named."),
    "page": _("The number of a page of results, in JSON and Atom."),
}

LONGEST_EXAMPLE = 120


@require_safe
def about(request):
    event = _newest_event()
    body = _newest_organisation()
    context = {
        "parameters": _parameters(event),
        "forms": _forms(event),
        "event_fields": _codebook(timeline.formats.records, event),
        "organisation_fields": _codebook(organisations.formats.records, body),
        "event": event,
        "cited_forms": _cited_forms(event),
        "linked_data": block(_data_set(), trail([(str(_("Data")), reverse("data"))])),
        "per_page": PER_PAGE,
        "feed_per_page": FEED_PER_PAGE,
        "most": MOST,
        "fee": FEE,
        "minutes": WINDOW // 60,
        "kept_minutes": LONGEST // 60,
    }
    return render(request, "data.html", context)


@for_programs(as_json)
def schema(request):
    """JSON Schema, draft 2020-12: a list of events or of organisations, or one event."""
    names = {"events": "event", "organisations": "organisation"}
    definitions = {
        "event": timeline.formats.schema.event(),
        "organisation": organisations.formats.schema.organisation(),
        **{name: list_of(one) for name, one in names.items()},
    }
    body = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": absolute(reverse("schema")),
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in ("events", "organisations", "event")],
        "$defs": definitions,
    }
    return json_answer(body, content_type="application/schema+json")


def _newest_event() -> dict | None:
    newest = Event.objects.published().newest_first().values_list("pk", flat=True)[:1]
    return next(timeline.formats.records.records(list(newest)), None)


def _newest_organisation() -> dict | None:
    newest = Organisation.objects.published().order_by("-pk").values_list("pk", flat=True)[:1]
    return next(organisations.formats.records.records(list(newest)), None)


def _codebook(form, record: dict | None) -> list[Explained]:
    """The fields of a record, each with what stands in that of an example."""
    row = form.row(record) if record else {}
    return [
        Explained(name, str(means), _short(cell(row.get(name))))
        for name, means in form.FIELDS.items()
    ]


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_EXAMPLE else text[: LONGEST_EXAMPLE - 1] + "…"


def _parameters(event: dict | None) -> list[Explained]:
    """Each with an address that works, made of what is recorded."""
    values = {"order": next(name for name in ORDERS if name != "newest"), "state": "active"}
    if event:
        values |= {"kind": event["kind"]}
        for name, relation in (
            ("area", "areas"),
            ("organisation", "organisations"),
            ("place", "places"),
        ):
            if event[relation]:
                values[name] = event[relation][0]["slug"]
        if event["happened_earliest"]:
            values |= {"after": event["happened_earliest"][:4]}
        if event["happened_latest"]:
            values |= {"before": event["happened_latest"][:7]}
    if "organisation" in values:
        values["bodies"] = "1"
    said = {name: str(means) for name, means in PARAMETERS.items()}
    said["order"] %= {"orders": ", ".join(ORDERS)}
    return [_parameter(name, means, values) for name, means in said.items()]


def _parameter(name: str, means: str, values: dict[str, str]) -> Explained:
    if name not in values:
        return Explained(name, means)
    pairs = {name: values[name]}
    if name == "bodies":
        pairs = {"organisation": values["organisation"], **pairs}
    path = reverse("organisations:list" if name == "state" else "timeline:list")
    address = f"{path}?{urlencode(pairs)}"
    return Explained(name, means, address, address)


def _forms(event: dict | None) -> list[Explained]:
    """The forms of a query and of a record; each address works."""
    areas = event["areas"] if event else []
    query = f"?{urlencode({'area': areas[0]['slug']})}" if areas else ""
    forms = {
        reverse("timeline:csv"): _("Events as a table, the whole result (UTF-8)."),
        reverse("timeline:json"): _("Events as JSON, a hundred at a time."),
        reverse("timeline:atom"): _("A feed of events: what was added last comes first."),
        reverse("timeline:ics"): _("A calendar of the events of which the days are known."),
    }
    found = [
        Explained(path, str(means), path + query, path + query) for path, means in forms.items()
    ]
    for name, means in (
        ("organisations:csv", _("Organisations as a table.")),
        ("organisations:json", _("Organisations as JSON.")),
    ):
        found.append(Explained(reverse(name), str(means), reverse(name), reverse(name)))
    if event:
        slug = event["url"].rstrip("/").rpartition("/")[2]
        path = f"{reverse('timeline:list')}{slug}.json"
        found.append(Explained("/timeline/….json", str(_("One event, also as .ics.")), path, path))
        path = reverse("permanent", args=[event["uid"]])
        found.append(
            Explained("/id/…/", str(_("A record wherever it lives, for ever.")), path, path)
        )
    return found


def _data_set() -> dict:
    """The data in the words of schema.org."""
    forms = {"timeline:csv": "text/csv", "timeline:json": "application/json"}
    forms |= {name.replace("timeline", "organisations"): kind for name, kind in forms.items()}
    return {
        "@type": "Dataset",
        "@id": absolute(reverse("data")),
        "name": str(_("Peace Portal: events and organisations")),
        "description": str(
            _("A public record of who works for peace, on what, and when: dated events and bodies.")
        ),
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": str(_("Peace Portal")), "url": absolute("/")},
        "distribution": [
            {"@type": "DataDownload", "contentUrl": absolute(reverse(name)), "encodingFormat": kind}
            for name, kind in forms.items()
        ],
    }


def _cited_forms(event: dict | None) -> list[str]:
    if not event:
        return []
    query = urlencode({"kind": event["kind"]})
    return [
        reverse("cite", args=[event["uid"], "bib"]),
        f"{reverse('timeline:cite', args=['ris'])}?{query}",
    ]
