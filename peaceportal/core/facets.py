"""How many rows a query would find with one value as all that a parameter asks.

Every count is exact: it is what the list at that address says. All of them come in one query, which
works out what the other parameters ask once for all parameters that it is the same for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from peaceportal.core.finder import Finder
from peaceportal.core.remembered import Remembered, State

# In numbers: some 30 MB at the most.
KEPT = Remembered(200_000)

# `top` with `id` for each page and each that lies beneath it, hidden ones between them included.
# UNION ends at a cycle, which forms refuse but a database cannot.
BENEATH_EACH = """(top, id) AS (
    SELECT id, id FROM {table} WHERE id IN ({tops})
    UNION
    SELECT {name}.top, child.id FROM {table} child JOIN {name} ON child.parent_id = {name}.id
)"""


@dataclass(frozen=True)
class WordFacet:
    """A parameter that asks for words of a vocabulary, in a column of the same name."""

    name: str


@dataclass(frozen=True)
class PageFacet:
    """A parameter that asks for pages: `links` are pairs of a public page and a row.

    If `with_beneath`, a page stands for all that lies beneath it as well.
    """

    name: str
    links: QuerySet
    pages: QuerySet
    with_beneath: bool = False


Facet = WordFacet | PageFacet
# By the word, or by the primary key of the page; without those that would find nothing.
Counts = dict[str, int] | dict[int, int]


def counts(finder: Finder, facets: Iterable[Facet], state: State) -> dict[str, Counts]:
    """For each facet, how many rows each of its values would find. At most one query."""
    found, missing = {}, []
    for facet in facets:
        try:
            found[facet.name] = KEPT.get(state, _key(finder, facet))
        except KeyError:
            missing.append(facet)
    if missing:
        for facet, numbers in zip(missing, _counted(finder, missing), strict=True):
            KEPT.keep(state, _key(finder, facet), numbers, len(numbers) + 1)
            found[facet.name] = numbers
    return found


def others_asked(finder: Finder, *groups: str) -> tuple:
    """What is asked apart from these groups, as a key: the same rows, the same key."""
    without = {name for group in groups for name in finder.groups[group]} | {"order"}
    asked = [pair for pair in finder.parameters if pair[0] not in without]
    return (finder.path, *sorted(asked))


def others_found(finder: Finder, *groups: str) -> QuerySet:
    """What the query finds without what these groups ask, in no order."""
    without = {name for group in groups for name in finder.groups[group]} | {"order"}
    return finder.filter_queryset(finder.queryset, without=without).order_by()


def _key(finder: Finder, facet: Facet) -> tuple:
    with_beneath = isinstance(facet, PageFacet) and facet.with_beneath
    return (facet.name, with_beneath, others_asked(finder, facet.name))


def _counted(finder: Finder, facets: list[Facet]) -> list[Counts]:
    sql, parameters = _query(finder, facets)
    found: list[dict] = [{} for _facet in facets]
    if sql:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            for number, value, rows in cursor:
                is_word = isinstance(facets[number], WordFacet)
                found[number][value if is_word else int(value)] = rows
    return found


def _query(finder: Finder, facets: list[Facet]) -> tuple[str, list]:
    """A SELECT for each facet of its number, the value as text, and how many rows there are."""
    words = [facet.name for facet in facets if isinstance(facet, WordFacet)]
    tables: dict[str, str] = {}
    parameters: list = []
    bases: dict[tuple, str] = {}
    counted = []
    for number, facet in enumerate(facets):
        asked = others_asked(finder, facet.name)
        if asked not in bases:
            try:
                rows = others_found(finder, facet.name).values_list("pk", *words)
                sql, values = _compiled(rows)
            except EmptyResultSet:
                continue
            bases[asked] = f"base_{len(bases)}"
            tables[bases[asked]] = f"({', '.join(['id', *words])}) AS ({sql})"
            parameters += values
        base = bases[asked]
        if isinstance(facet, WordFacet):
            counted.append(
                f"SELECT {number}, CAST({facet.name} AS text), COUNT(*) FROM {base}"  # noqa: S608
                f" GROUP BY {facet.name}"
            )
            continue
        sql, values = _compiled(facet.links)
        links = f"links_{number}"
        tables[links] = f"(page, item) AS ({sql})"
        parameters += values
        page, joined = f"{links}.page", ""
        if facet.with_beneath:
            name = f"beneath_{number}"
            tops, values = _compiled(facet.pages.order_by().values_list("pk"))
            table = facet.pages.model._meta.db_table
            tables[name] = BENEATH_EACH.format(table=table, name=name, tops=tops)
            parameters += values
            page, joined = f"{name}.top", f"JOIN {name} ON {name}.id = {links}.page"
        counted.append(
            f"SELECT {number}, CAST({page} AS text), COUNT(DISTINCT {links}.item)"  # noqa: S608
            f" FROM {links} {joined} WHERE {links}.item IN (SELECT id FROM {base}) GROUP BY {page}"
        )
    if not counted:
        return "", []
    named = ", ".join(f"{name}{table}" for name, table in tables.items())
    return f"WITH RECURSIVE {named} {' UNION ALL '.join(counted)}", parameters


def _compiled(rows: QuerySet) -> tuple[str, tuple]:
    return rows.query.sql_with_params()
