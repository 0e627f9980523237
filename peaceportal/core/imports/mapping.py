"""What the columns of a file mean: theirs by a mapping, and our own."""

from __future__ import annotations

from dataclasses import dataclass, field

from peaceportal.core.imports.shapes import Shape
from peaceportal.core.publishing import Status

PRECISIONS = ("day", "month", "year", "decade", "unknown")


@dataclass
class DateMapping:
    column: str
    end_column: str = ""
    format: str = ""
    precision: str = ""
    precision_column: str = ""
    precisions: dict[str, str] = field(default_factory=dict)
    day_one: str = ""

    @property
    def columns(self) -> list[str]:
        return list(filter(None, [self.column, self.end_column, self.precision_column]))


@dataclass
class ListMapping:
    name: str
    column: list[str] = field(default_factory=list)
    ids_column: str = ""
    ids_scheme: str = ""
    separator: str = ""
    brackets: bool = False
    role: str = ""
    kind: str = ""
    slugs: bool = False
    with_roles: bool = False  # each entry is `slug:role`, as our own files write it

    @property
    def columns(self) -> list[str]:
        return [*self.column, *filter(None, [self.ids_column])]


@dataclass
class Mapping:
    scheme: str = ""
    status: str = Status.DRAFT
    kind: str = ""
    areas: list[str] = field(default_factory=list)
    source: dict[str, str] = field(default_factory=dict)
    sheet: str = ""
    delimiter: str = ","
    encoding: str = "utf-8-sig"
    comment: str = ""
    missing: list[str] = field(default_factory=list)
    duplicates: str = ""
    columns: dict[str, list[str]] = field(default_factory=dict)
    dates: dict[str, DateMapping] = field(default_factory=dict)
    lists: list[ListMapping] = field(default_factory=list)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    is_own: bool = False  # of our own columns: those that a file lacks are left alone
    is_settled: bool = False  # and these have been taken out

    def places_of_columns(self) -> list[tuple[str, str]]:
        """Where the mapping names which column of the file."""
        found = [
            (f"[columns] {name}", column)
            for name, columns in self.columns.items()
            for column in columns
        ]
        for name, one in self.dates.items():
            found += [(f"[dates.{name}]", column) for column in one.columns]
        for entry in self.lists:
            found += [(f"[lists.{entry.name}]", column) for column in entry.columns]
        return found


def own_mapping(shape: Shape) -> Mapping:
    """Of a file in our own columns, as the site itself writes them."""
    plain = [name for name in shape.columns if name != "identifier"]
    lists = []
    for name, one in shape.lists.items():
        if one.roles:  # first, for they say more than the names alone
            said = ["participants"]
            lists.append(ListMapping(name, said, separator="|", slugs=True, with_roles=True))
        lists.append(ListMapping(name, [name], separator="|", slugs=True))
    return Mapping(
        columns={name: [shape.own_names.get(name, name)] for name in plain},
        dates={name: DateMapping(name) for name in shape.dates},
        lists=lists,
        is_own=True,
    )
