"""A long list, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import Http404

PER_PAGE = 20


@dataclass
class ResultPage:
    """One page of a list: its rows, where it stands, and how many rows there are in all."""

    rows: list
    number: int
    count: int
    per_page: int = PER_PAGE

    @property
    def last(self) -> int:
        return max(1, -(-self.count // self.per_page))

    @property
    def previous(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        return self.number + 1 if self.number < self.last else None


def result_page(found: QuerySet, rows: QuerySet, number: int, count: int) -> ResultPage:
    """Page `number` of `found`: primary keys from an index first, then their rows by `rows`.

    Raises Http404 past the end.
    """
    page = ResultPage([], number, count)
    if number > page.last:
        raise Http404
    if not count:
        return page
    start = (number - 1) * page.per_page
    pks = list(found.values_list("pk", flat=True)[start : start + page.per_page])
    by_pk = {row.pk: row for row in rows.filter(pk__in=pks)}
    page.rows = [by_pk[pk] for pk in pks if pk in by_pk]
    return page
