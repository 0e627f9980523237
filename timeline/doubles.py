"""Which events may be doubles of each other."""

from collections import defaultdict
from datetime import date
from difflib import SequenceMatcher

from peaceportal.core.doubles import Because, figures, found_by, pairs_of
from timeline.models import Event, Participation

ALIKE = 0.8  # of the letters of two titles, in their order


def like_events(model, uids):
    """Pairs with at least one of these events. Five queries, however many there are."""
    kept = model.objects.filter(removed_at__isnull=True).order_by()
    fields = ("uid", "sort_name", "happened_key", "happened_earliest", "happened_latest", "pk")
    some = list(kept.filter(uid__in=uids).values_list(*fields, named=True))
    names = {row.sort_name for row in some if row.sort_name}
    keys = {row.happened_key for row in some if row.happened_key is not None}
    yield from _near_titles(kept.filter(happened_key__in=keys), fields, {*uids})
    by_name = defaultdict(list)
    for row in kept.filter(sort_name__in=names).values_list(*fields, named=True):
        by_name[row.sort_name].append(row)
    for group in by_name.values():
        for one, other in pairs_of(group, {*uids}):
            if _overlap(one, other):
                yield one.uid, other.uid, Because.TITLE


def _near_titles(same_day, fields, wanted):
    bodies = defaultdict(set)
    rows = list(same_day.values_list(*fields, named=True))
    links = Participation.objects.filter(event__in=same_day.values("pk")).order_by()
    for event, body in links.values_list("event", "organisation"):
        bodies[event].add(body)
    together = defaultdict(list)
    for row in rows:
        if bodies[row.pk]:
            together[row.happened_key, frozenset(bodies[row.pk])].append(row)
    for group in together.values():
        for one, other in pairs_of(group, wanted):
            if _near(one.sort_name, other.sort_name):
                yield one.uid, other.uid, Because.NEAR_TITLE


def _near(one: str, other: str) -> bool:
    if figures(one) != figures(other):
        return False
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


def _overlap(one, other) -> bool:
    """Of two spans with ends that may be open; an unknown date may be any."""
    return _starts_by_end_of(one, other) and _starts_by_end_of(other, one)


def _starts_by_end_of(one, other) -> bool:
    return (one.happened_earliest or date.min) <= (other.happened_latest or date.max)


found_by(Event, like_events)
