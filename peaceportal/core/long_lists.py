"""Lists of the admin that are longer than anybody reads: what they ask does not grow with them.

A list that nothing narrows is counted, which an index answers. Of one that a filter or a search
narrows, primary keys are read in its order, up to `MOST_COUNTED`: they are its count and its pages
at once. To count them all and then find a page took two walks through the whole table.
"""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db import models
from django.utils.functional import cached_property

A_PAGE = 50
MOST_COUNTED = 2000


class LongList(Paginator):
    @property
    def is_narrowed(self) -> bool:
        return bool(self.object_list.query.where)

    @cached_property
    def _first(self) -> list[int]:
        return list(self.object_list.values_list("pk", flat=True)[: MOST_COUNTED + 1])

    @cached_property
    def count(self) -> int:
        if not self.is_narrowed:
            return self.object_list.order_by().count()
        return min(len(self._first), MOST_COUNTED)

    @property
    def is_cut(self) -> bool:
        """Whether there is more of it than can be leafed through."""
        return self.is_narrowed and len(self._first) > MOST_COUNTED

    def keys(self, number: int, per_page: int) -> list[int]:
        """The primary keys of page `number`, in order. Raises `InvalidPage`."""
        start = (self.validate_number(number) - 1) * per_page
        end = min(start + per_page, self.count)
        if self.is_narrowed:
            return self._first[start:end]
        return list(self.object_list.values_list("pk", flat=True)[start:end])

    def page(self, number):
        number = self.validate_number(number)
        found = self.object_list.model._default_manager.all()
        return self._get_page(rows(found, self.keys(number, self.per_page)), number, self)


def rows(queryset: models.QuerySet, keys: list[int]) -> list[models.Model]:
    """Those of `queryset` with these primary keys, in their order."""
    found = {row.pk: row for row in queryset.filter(pk__in=keys).order_by()} if keys else {}
    return [found[key] for key in keys if key in found]
