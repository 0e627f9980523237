"""What becomes of one row, and what of it is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import models

from peaceportal.core.dates import EDTFDate
from peaceportal.core.imports.problems import Problem
from peaceportal.core.imports.rows import Wanted

CREATED, UPDATED, UNCHANGED, REFUSED = "created", "updated", "unchanged", "refused"


class Difference(NamedTuple):
    name: str
    before: str
    after: str


@dataclass
class Planned:
    wanted: Wanted
    outcome: str = UNCHANGED
    page: models.Model | None = None
    fields: list[str] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    identifiers: list[tuple[str, str]] = field(default_factory=list)  # to be added
    links: dict[str, tuple[set[int], set[int]]] = field(default_factory=dict)  # added, removed
    rows_added: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    rows_removed: dict[str, list[int]] = field(default_factory=dict)
    document_url: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def problems(self) -> list[Problem]:
        return self.wanted.problems

    def show(self, name: str, value: str) -> None:
        """Of a new page, what it says before anybody asks."""
        if self.outcome == CREATED and value:
            self.differences.append(Difference(name, "", value))

    def differ(self, name: str, before: str, after: str) -> None:
        if self.outcome != CREATED:
            self.outcome = UPDATED
            self.differences.append(Difference(name, before, after))


def told(value: Any) -> str:
    """A value as the report shows it."""
    if isinstance(value, EDTFDate):
        return value.edtf
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
