"""What this process holds of events, to count them by."""

from __future__ import annotations

from django.db.models import TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat

from organisations.models import AreaOfWork, Organisation, Place
from peaceportal.core.held import Held, Relation
from timeline.models import Event, Participation

# The organisations of an event and all that they are part of; the years from its first to its last.
BODIES, SPANS = "bodies", "spans"


def _kinds():
    return Event._base_manager.order_by().values_list("kind", "pk")


def _spans():
    first, last = (
        Coalesce(Cast(f"happened_{end}", TextField()), Value(""), output_field=TextField())
        for end in ("earliest", "latest")
    )
    span = Concat(first, Value("/"), last, output_field=TextField())
    return Event._base_manager.order_by().values_list(span, "pk")


def _span(text: str) -> tuple[int | None, int | None]:
    first, _, last = text.partition("/")
    return int(first[:4]) if first else None, int(last[:4]) if last else None


def _areas():
    return Event.areas.through._base_manager.order_by().values_list("areaofwork", "event")


def _places():
    return Event.places.through._base_manager.order_by().values_list("place", "event")


def _bodies():
    return Participation._base_manager.order_by().values_list("organisation", "event")


HELD = Held(
    Event,
    [
        Relation("kind", _kinds, "pk", str),
        Relation(SPANS, _spans, "pk", _span),
        Relation("area", _areas, "event", tree=AreaOfWork),
        Relation("place", _places, "event", tree=Place),
        Relation("organisation", _bodies, "event"),
        Relation(BODIES, _bodies, "event", tree=Organisation),
    ],
)
