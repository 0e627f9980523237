"""The bodies of an organisation as a tree, each with when it existed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from organisations.models import Organisation
from peaceportal.core.charts import Lifespan, Scale, Stroke, Tick

# A page draws no more bodies than these; the nearest come first.
MOST_ROWS = 60


@dataclass
class Row:
    """A body and what of its life can be drawn; the bodies that are part of it."""

    body: Organisation
    lifespan: Lifespan
    depth: int
    strokes: list[Stroke] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


@dataclass
class BodiesInTime:
    """A tree of lifespans on one axis, and the kinds of stroke that are drawn.

    Without any date there are neither ticks nor strokes.
    """

    top: Row
    ticks: list[Tick] = field(default_factory=list)
    left_out: int = 0
    kinds: set[str] = field(default_factory=set)


def bodies_in_time(
    organisation: Organisation, within: Iterable[Organisation], today: date
) -> BodiesInTime | None:
    """`within` is all that is public beneath it; None if that is nothing.

    A body whose parent is not among them hangs from the organisation itself.
    """
    children: dict[int, list[Organisation]] = {}
    by_pk = {body.pk: body for body in within}
    if not by_pk:
        return None
    for body in by_pk.values():
        parent = body.parent_id if body.parent_id in by_pk else organisation.pk
        children.setdefault(parent, []).append(body)
    top = _row(organisation, 0)
    shown = [top]
    for row in shown:  # grows while it is read: the nearest bodies first
        for body in children.get(row.body.pk, ()):
            if len(shown) < MOST_ROWS:
                row.rows.append(_row(body, row.depth + 1))
                shown.append(row.rows[-1])
    chart = BodiesInTime(top, left_out=len(by_pk) + 1 - len(shown))
    days = [day for row in shown for day in row.lifespan.days()]
    if days:
        scale = Scale.of_years([*days, today])
        chart.ticks = scale.ticks()
        for row in shown:
            row.strokes = row.lifespan.strokes(scale)
            chart.kinds |= {stroke.kind for stroke in row.strokes}
    return chart


def _row(body: Organisation, depth: int) -> Row:
    lifespan = Lifespan(body.founded, body.ended, body.has_ended, body.as_of)
    return Row(body, lifespan, depth)
