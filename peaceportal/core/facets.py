"""How many rows a query would find with one value as all that a parameter asks.

Every count is exact: it is what the list at that address says. Where this process holds which row
has which value (`core/held.py`), the database only says which rows the queries find. Where it does
not, all that a page needs comes in one query, which works out what the other parameters ask once
for all for which that is the same. Tests hold the two against each other.
"""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from peaceportal.core.finder import Finder
from peaceportal.core.held import LARGEST_PK, Marks, compiled
from peaceportal.core.remembered import Remembered, State

# Of the pages that many rows name, how many come with their names.
LARGEST = 10

# In numbers: some 30 MB at the most.
KEPT = Remembered(200_000)

# `top` with `id` for each page and each that lies beneath it, hidden ones between them included.
# UNION ends at a cycle, which forms refuse but a database cannot.
BENEATH_EACH = """(top, id) AS (
    SELECT id, id FROM {table} WHERE id IN ({tops})
    UNION
    SELECT {name}.top, child.id FROM {table} child JOIN {name} ON child.parent_id = {name}.id
)"""
# Rows of a page that several links name, or several pages beneath it, count once.
COUNTED = """(page, found, place) AS (
    SELECT {page}, COUNT(DISTINCT item),
        ROW_NUMBER() OVER (ORDER BY COUNT(DISTINCT item) DESC, {page})
    FROM {links} WHERE item IN (SELECT id FROM {base}) GROUP BY {page}
)"""
OF_PAGES = """SELECT {number}, CAST(page AS text), found, slug, name, sort_name
    FROM {counted} LEFT JOIN {table} ON place <= {largest} AND {table}.id = page"""
OF_WORDS = """SELECT {number}, CAST({column} AS text), COUNT(*), NULL, NULL, NULL
    FROM {base} GROUP BY {column}"""
OF_ALL = "SELECT {number}, NULL, COUNT(*), NULL, NULL, NULL FROM {rows}"


class Offered(NamedTuple):
    """As much of a page as an option says."""

    pk: int
    slug: str
    name: str
    sort_name: str


@dataclass(frozen=True)
class WordFacet:
    """A parameter that asks for words of a vocabulary, in a column of the same name.

    `held` is the name of the relation that holds its values.
    """

    name: str
    held: str = ""

    @property
    def left_out(self) -> tuple[str, ...]:
        return (self.name,)


@dataclass(frozen=True)
class PageFacet:
    """A parameter that asks for pages: `links` are pairs of a public page and a row.

    If `with_beneath`, a page stands for all that lies beneath it as well. `held` is the name of the
    relation that holds the links of all pages, public or not.
    """

    name: str
    links: QuerySet
    pages: QuerySet
    with_beneath: bool = False
    held: str = ""

    @property
    def left_out(self) -> tuple[str, ...]:
        return (self.name,)


@dataclass(frozen=True)
class Total:
    """All that the query finds without what these groups of parameters ask."""

    name: str
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Beside:
    """The rows of another query, which nothing decides that this one does not ask."""

    name: str
    rows: QuerySet
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class HeldFacet:
    """Values that are no parameter. Only what is held knows them: SQL leaves them out."""

    name: str
    left_out: tuple[str, ...] = ()

    @property
    def held(self) -> str:
        return self.name


Facet = WordFacet | PageFacet | HeldFacet | Total | Beside


@dataclass
class Counted:
    """The counts of a facet by word or primary key, without those that would find nothing.

    `largest` are the first pages of most rows; `total` is the count of what has no values.
    """

    counts: dict = field(default_factory=dict)
    largest: list[Offered] = field(default_factory=list)
    total: int = 0

    def of(self, value) -> int:
        return self.counts.get(getattr(value, "pk", value), 0)


def counts(finder: Finder, facets: Iterable[Facet], state: State) -> Mapping[str, Counted]:
    """For each facet by its name, what each of its values would find.

    At most one query, or one more than `Held.values` where that counts.
    """
    found, missing = {}, []
    for facet in facets:
        try:
            found[facet.name] = KEPT.get(state, _key(finder, facet))
        except KeyError:
            missing.append(facet)
    if missing:
        made = _tallied(finder, missing) if finder.held else None
        if made is None:
            missing = [facet for facet in missing if not isinstance(facet, HeldFacet)]
            made = _counted(finder, missing)
        for facet, counted in zip(missing, made, strict=True):
            KEPT.keep(state, _key(finder, facet), counted, len(counted.counts) + 1)
            found[facet.name] = counted
    return found


def others_asked(finder: Finder, *groups: str) -> tuple:
    """What is asked apart from these groups, as a key: where it is the same, so are the rows.

    An index that lacks something finds other rows than it will.
    """
    without = _names(finder, groups)
    asked = sorted(pair for pair in finder.parameters if pair[0] not in without)
    return (finder.path, finder.words.unread, *asked)


def others_found(finder: Finder, *groups: str) -> QuerySet:
    """What the query finds without what these groups ask, in no order."""
    return finder.filter_queryset(finder.queryset, without=_names(finder, groups)).order_by()


def _names(finder: Finder, groups: Iterable[str]) -> set[str]:
    return {name for group in groups for name in finder.groups[group]} | {"order"}


def _key(finder: Finder, facet: Facet) -> tuple:
    with_beneath = isinstance(facet, PageFacet) and facet.with_beneath
    return (type(facet), facet.name, with_beneath, others_asked(finder, *facet.left_out))


def _tallied(finder: Finder, facets: list[Facet]) -> list[Counted] | None:
    """By what this process holds; None if it is too much. One query beside its own, of names."""
    if not finder.held.is_small_enough:
        return None
    selects: list[tuple] = []
    numbers: dict[Hashable, int] = {}

    def number(key: Hashable, sql: str, parameters) -> None:
        if key not in numbers:
            numbers[key] = len(selects)
            selects.append((sql, parameters))

    for facet in facets:
        if isinstance(facet, Beside):
            sql, parameters = compiled(facet.rows.order_by().values_list("pk"))
            number(facet.name, f"SELECT COUNT(*) FROM ({sql}) AS beside", parameters)  # noqa: S608
            continue
        rows = others_found(finder, *facet.left_out).values_list("pk")
        number(others_asked(finder, *facet.left_out), *compiled(rows))
        if isinstance(facet, PageFacet):
            number(facet.pages.model, *compiled(facet.pages.order_by().values_list("pk")))
    values, texts, largest = finder.held.values(selects)
    if largest > LARGEST_PK:  # too many to mark: SQL has to count
        return None
    found = {key: list(map(int, pks)) for key, pks in zip(numbers, texts, strict=True)}
    marks: dict[Hashable, Marks] = {}
    made = []
    for facet in facets:
        if isinstance(facet, Beside):
            made.append(Counted(total=found[facet.name][0]))
            continue
        asked = others_asked(finder, *facet.left_out)
        if asked not in marks:
            marks[asked] = Marks(found[asked], largest)
        if isinstance(facet, Total):
            made.append(Counted(total=marks[asked].total))
            continue
        counted = Counted(marks[asked].counts(values[facet.held]))
        if isinstance(facet, PageFacet):
            public = set(found[facet.pages.model])
            counted.counts = {pk: rows for pk, rows in counted.counts.items() if pk in public}
        made.append(counted)
    _name_largest(
        [pair for pair in zip(facets, made, strict=True) if isinstance(pair[0], PageFacet)]
    )
    return made


def _name_largest(pairs: list[tuple[PageFacet, Counted]]) -> None:
    """The first pages of most rows, by name. One query."""
    places: dict[tuple, int] = {}
    selects = []
    for number, (facet, counted) in enumerate(pairs):
        most = heapq.nsmallest(
            LARGEST, counted.counts.items(), key=lambda pair: (-pair[1], pair[0])
        )
        places |= {(number, pk): place for place, (pk, _rows) in enumerate(most)}
        if most:
            pks = ", ".join(str(pk) for pk, _rows in most)
            table = facet.pages.model._meta.db_table
            columns = ", ".join(Offered._fields).replace("pk", "id")
            selects.append(f"SELECT {number}, {columns} FROM {table} WHERE id IN ({pks})")  # noqa: S608
    if not selects:
        return
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(selects))
        rows = sorted(cursor.fetchall(), key=lambda row: places[row[0], row[1]])
    for number, *page in rows:
        pairs[number][1].largest.append(Offered(*page))


def _counted(finder: Finder, facets: list[Facet]) -> list[Counted]:
    query = _Query(finder, [facet.name for facet in facets if isinstance(facet, WordFacet)])
    for number, facet in enumerate(facets):
        query.add(number, facet)
    found = [Counted() for _facet in facets]
    for number, value, rows, *page in query.rows():
        facet, counted = facets[number], found[number]
        if isinstance(facet, WordFacet):
            counted.counts[value] = rows
        elif isinstance(facet, PageFacet):
            counted.counts[int(value)] = rows
            if page[0] is not None:
                counted.largest.append(Offered(int(value), *page))
        else:
            counted.total = rows
    return found


class _Query:
    """One SELECT for each facet: its number, the value as text, and how many rows there are."""

    def __init__(self, finder: Finder, words: list[str]):
        self.finder, self.words = finder, words
        self.tables: list[str] = []
        self.parameters: list = []
        self.selects: list[str] = []
        self.bases: dict[tuple, str] = {}

    def rows(self) -> list[tuple]:
        if not self.selects:
            return []
        tables, selects = ", ".join(self.tables), " UNION ALL ".join(self.selects)
        sql = f"WITH RECURSIVE {tables} {selects}" if tables else selects
        with connection.cursor() as cursor:
            cursor.execute(sql, self.parameters)
            return cursor.fetchall()

    def add(self, number: int, facet: Facet) -> None:
        try:
            if isinstance(facet, Beside):
                rows = self.table(f"rows_{number} (id)", facet.rows.order_by().values_list("pk"))
                self.selects.append(OF_ALL.format(number=number, rows=rows))
                return
            base = self.base(facet.left_out)
            if isinstance(facet, Total):
                self.selects.append(OF_ALL.format(number=number, rows=base))
            elif isinstance(facet, WordFacet):
                self.selects.append(OF_WORDS.format(number=number, column=facet.name, base=base))
            else:
                self.add_pages(number, facet, base)
        except EmptyResultSet:  # Django knows that a query can find nothing
            return

    def add_pages(self, number: int, facet: PageFacet, base: str) -> None:
        table = facet.pages.model._meta.db_table
        links = self.table(f"links_{number} (page, item)", facet.links)
        page = "page"
        if facet.with_beneath:
            name, page = f"beneath_{number}", f"beneath_{number}.top"
            tops, parameters = _compiled(facet.pages.order_by().values_list("pk"))
            self.tables.append(name + BENEATH_EACH.format(table=table, name=name, tops=tops))
            self.parameters += parameters
            links = f"{links} JOIN {name} ON {name}.id = {links}.page"
        counted = f"counted_{number}"
        self.tables.append(counted + COUNTED.format(page=page, links=links, base=base))
        self.selects.append(
            OF_PAGES.format(number=number, counted=counted, table=table, largest=LARGEST)
        )

    def base(self, left_out: tuple[str, ...]) -> str:
        """The table of what the other groups ask."""
        asked = others_asked(self.finder, *left_out)
        if asked not in self.bases:
            rows = others_found(self.finder, *left_out).values_list("pk", *self.words)
            name = f"base_{len(self.bases)}"
            self.bases[asked] = self.table(f"{name} ({', '.join(['id', *self.words])})", rows)
        return self.bases[asked]

    def table(self, head: str, rows: QuerySet) -> str:
        sql, parameters = _compiled(rows)
        self.tables.append(f"{head} AS ({sql})")
        self.parameters += parameters
        return head.partition(" ")[0]


def _compiled(rows: QuerySet) -> tuple[str, tuple]:
    return rows.query.sql_with_params()
