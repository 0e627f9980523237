"""What goes back when a merge is undone, to be told before."""

from __future__ import annotations

from dataclasses import dataclass

from peaceportal.core.merging.plan import SHOWN, title_of
from peaceportal.core.merging.relations import Relation


@dataclass(frozen=True)
class Returning:
    """The records of one relation: those that go back, and how many do not any more."""

    relation: Relation
    pks: list[int]
    lost: int

    @property
    def words(self) -> str:
        return self.relation.words

    @property
    def count(self) -> int:
        return len(self.pks)

    @property
    def titles(self) -> list[str]:
        rows = self.relation.model._base_manager.filter(pk__in=self.pks[:SHOWN]).order_by("pk")
        beside = self.relation.named_beside()
        rows = rows.select_related(*beside) if beside else rows
        return [title_of(row, self.relation) for row in rows]

    @property
    def more(self) -> int:
        return self.count - min(self.count, SHOWN)
