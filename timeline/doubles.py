"""Which events may be doubles of each other."""

from collections import defaultdict
from datetime import date
from difflib import SequenceMatcher

from peaceportal.core.doubles import MOST_ALIKE, Because, figures, found_by
from timeline.models import Event, Participation

ALIKE = 0.8  # of the letters of two titles, in their order


def like_events(model, uids):
    """Pairs with at least one of these events. Five queries, however many there are."""
    kept = model.objects.filter(removed_at__isnull=True).order_by()
    fields = ("uid", "sort_name", "happened_key", "happened_earliest", "happened_latest", "pk")
    some = list(kept.filter(uid__in=uids).values_list(*fields))
    names = {row[1] for row in some if row[1]}
    keys = {row[2] for row in some if row[2] is not None}
    yield from _near_titles(kept.filter(happened_key__in=keys), fields, {*uids})
    by_name = defaultdict(list)
    for row in kept.filter(sort_name__in=names).values_list(*fields):
        by_name[row[1]].append(row)
    for group in by_name.values():
        for one, other in _pairs(group, {*uids}):
            if _overlap(one[3:5], other[3:5]):
                yield one[0], other[0], Because.TITLE


def _near_titles(same_day, fields, wanted):
    bodies = defaultdict(set)
    rows = list(same_day.values_list(*fields))
    links = Participation.objects.filter(event__in=same_day.values("pk")).order_by()
    for event, body in links.values_list("event", "organisation"):
        bodies[event].add(body)
    together = defaultdict(list)
    for row in rows:
        if bodies[row[5]]:
            together[row[2], frozenset(bodies[row[5]])].append(row)
    for group in together.values():
        for one, other in _pairs(group, wanted):
            if _near(one[1], other[1]):
                yield one[0], other[0], Because.NEAR_TITLE


def _pairs(group, wanted):
    if not 1 < len(group) <= MOST_ALIKE:
        return
    for place, one in enumerate(group):
        for other in group[place + 1 :]:
            if one[0] in wanted or other[0] in wanted:
                yield one, other


def _near(one: str, other: str) -> bool:
    if figures(one) != figures(other):
        return False
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


def _overlap(one, other) -> bool:
    """Of two spans with ends that may be open; an unknown date may be any."""
    (start, end), (its_start, its_end) = one, other
    return (start or date.min) <= (its_end or date.max) and (its_start or date.min) <= (
        end or date.max
    )


found_by(Event, like_events)
