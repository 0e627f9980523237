"""Which rows have which value, held in this process for counting: areas, kinds, years of events.

To count them all in SQL takes half a second at 100,000 events, after every edit. What is held here
costs some 80 bytes a row. It is no cache: it follows the log of changes, record by record, before
it is asked, so that every process is right at once. Who may see what is not held, but asked of the
database each time, as the rows of a query.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import Case, QuerySet, Value, When
from django.db.models.functions import Coalesce

from peaceportal.core.changes import Change
from peaceportal.core.publishing import visible

# Of more changes it is quicker to begin anew.
MOST_CHANGES = 1000
# The largest primary key, by which rows are marked, a byte each. Beyond it, SQL counts.
LARGEST_PK = 5_000_000

Values = Mapping[Hashable, array]
Logged = tuple[int, str, UUID, int]
Select = tuple[str, Sequence]  # with its parameters


@dataclass(frozen=True)
class Relation:
    """Pairs of a value and a row, of all rows whether seen or not; `row` is the lookup of the row.

    Values are read from text. If they are pages of a `tree`, each that may be seen
    stands for all above it, too.
    """

    name: str
    pairs: Callable[[], QuerySet]
    row: str
    read: Callable[[str], Hashable] = int
    tree: type[models.Model] | None = None


class Held:
    """The relations of one model, each as the rows of each value, in no order and none twice."""

    def __init__(self, model: type[models.Model], relations: Iterable[Relation]):
        self.model = model
        self.relations = list(relations)
        self.trees = list(dict.fromkeys(each.tree for each in self.relations if each.tree))
        self._lock = Lock()
        self.clear()

    def clear(self) -> None:
        self._latest: Logged | None = None  # the change that was read last
        self._values: dict[str, dict[Hashable, array]] = {}
        self._above: dict[type, dict[int, list[int]]] = {}
        self._largest = 0

    def values(
        self, asked: Sequence[Select] = ()
    ) -> tuple[Mapping[str, Values], list[list[str]], int]:
        """The rows of each value, by the name of the relation, what is `asked` beside it, and the
        largest number of a row.

        That are SELECTs of one column, given as texts. One query if nothing has changed, two more
        if something has. The values are never changed afterwards.
        """
        with self._lock:
            texts = self._follow(asked)
            return self._values, texts, self._largest

    @property
    def is_small_enough(self) -> bool:
        """Whether rows can be marked, as far as is known; else SQL has to count."""
        return self._largest <= LARGEST_PK

    def _follow(self, asked: Sequence[Select]) -> list[list[str]]:
        """Each change has a token, by which the last one that was read tells another log."""
        since = self._latest[0] if self._latest else 0
        trees = [(3, _pages(tree)) for tree in self.trees]
        log, *found = aggregate([(4, _log(since)), *trees, *((1, select) for select in asked)])
        above = {tree: _above(pages) for tree, pages in zip(self.trees, found, strict=False)}
        changes = sorted(
            (int(seq), model, UUID(uid), int(token))
            for seq, model, uid, token in zip(*log, strict=True)
        )
        known, *new = changes or [None]
        is_whole = [change[0] for change in new] == list(range(since + 1, since + 1 + len(new)))
        is_known = self._latest is not None and known == self._latest
        if not (is_known and is_whole and len(new) <= MOST_CHANGES and self._holds(above)):
            self._begin(above)
        else:
            self._above = above
            if new:
                self._read(new)
        return [texts for (texts,) in found[len(self.trees) :]]

    def _holds(self, above: dict[type, dict[int, list[int]]]) -> bool:
        """Whether all pages that there were lie where they lay, seen or unseen as before."""
        return all(
            above[tree].get(page) == chain
            for tree, chains in self._above.items()
            for page, chain in chains.items()
        )

    def _begin(self, above: dict[type, dict[int, list[int]]]) -> None:
        """Read everything. What changes meanwhile is read again."""
        log = Change.objects.order_by("-seq").values_list("seq", "model", "uid", "token")
        latest = log.first()
        self._latest = None  # if the reading breaks off, the next begins anew
        self._above, self._largest = above, 0
        self._values = {
            name: {value: array("q", rows) for value, rows in found.items()}
            for name, found in self._gathered(each.pairs() for each in self.relations)
        }
        self._latest = latest

    def _read(self, new: Sequence[Logged]) -> None:
        """The rows that these changes may have touched are taken out, and read again."""
        manager, label = self.model._base_manager, self.model._meta.label_lower
        uids = {uid for _seq, model, uid, _token in new if model == label}
        pks = set(manager.filter(uid__in=uids).order_by().values_list("pk", flat=True))
        if pks:
            again = (e.pairs().filter(**{f"{e.row}__in": pks}) for e in self.relations)
            values = {}
            for name, found in self._gathered(again):
                kept = {
                    value: rows
                    if pks.isdisjoint(rows)
                    else array("q", [row for row in rows if row not in pks])
                    for value, rows in self._values[name].items()
                }
                for value, rows in found.items():
                    kept[value] = kept.get(value, array("q")) + array("q", rows)
                values[name] = kept
            self._values = values
        self._latest = new[-1]

    def _gathered(self, querysets: Iterable[QuerySet]):
        """The name of each relation with the rows of each value, and of each page above it."""
        texts = aggregate([(2, compiled(queryset)) for queryset in querysets])
        for relation, (values, pks) in zip(self.relations, texts, strict=True):
            above = self._above.get(relation.tree, {})
            found: dict[Hashable, set[int]] = {}
            read: dict[str, list[set[int]]] = {}
            for text, row in zip(values, map(int, pks), strict=True):
                places = read.get(text)
                if places is None:
                    value = relation.read(text)
                    all_above = above.get(value, []) if relation.tree else [value]
                    places = read[text] = [found.setdefault(each, set()) for each in all_above]
                for place in places:
                    place.add(row)
            self._largest = max([self._largest, *map(max, filter(None, found.values()))])
            yield relation.name, found


class Marks:
    """The rows of a query, to be found among those that are held."""

    def __init__(self, rows: Sequence[int], largest: int):
        self.total = len(rows)
        self._marks = bytearray(max(largest, max(rows, default=0)) + 1)
        for row in rows:
            self._marks[row] = 1

    def counts(self, values: Values) -> dict[Hashable, int]:
        """How many of the rows have each value; what none has is left out."""
        mark = self._marks.__getitem__
        found = {value: sum(map(mark, rows)) for value, rows in values.items()}
        return {value: number for value, number in found.items() if number}


def _log(since: int) -> tuple[str, tuple]:
    log = Change.objects.filter(seq__gte=since).order_by("seq")
    return compiled(log.values_list("seq", "model", "uid", "token")[: MOST_CHANGES + 2])


def _pages(tree: type[models.Model]) -> tuple[str, tuple]:
    """Each page, what it is part of (0: of none), and whether anyone may see it now (0 or 1)."""
    seen = Case(When(visible(), then=Value(1)), default=Value(0))
    parent = Coalesce("parent_id", Value(0))
    return compiled(tree._base_manager.order_by().values_list("pk", parent, seen))


def _above(pages: list[list[str]]) -> dict[int, list[int]]:
    """Each page and all above it; none for a page that nobody may see, as it counts for none.

    Ends at a cycle, which forms refuse but a database cannot.
    """
    pks, parents, seen = (list(map(int, column)) for column in pages)
    parent_of = dict(zip(pks, parents, strict=True))
    above = {}
    for page, is_seen in zip(pks, seen, strict=True):
        chain, higher = [page], parent_of[page]
        while higher and higher not in chain:
            chain.append(higher)
            higher = parent_of.get(higher, 0)
        above[page] = chain if is_seen else []
    return above


def aggregate(selects: Sequence[tuple[int, Select]]) -> list[list[list[str]]]:
    """What each SELECT gives, of which the number of columns is known, column by column as texts.

    Joined by the database: to fetch 100,000 rows one by one takes ten times as long. One query.
    """
    joined = "group_concat({0})" if connection.vendor == "sqlite" else "string_agg({0}::text, ',')"
    most = max(columns for columns, _select in selects)
    tables, asked, parameters = [], [], []
    for number, (columns, (sql, values)) in enumerate(selects):
        names = [f"c{place}" for place in range(columns)]
        texts = [joined.format(name) for name in names] + ["NULL"] * (most - columns)
        tables.append(f"t{number} ({', '.join(names)}) AS ({sql})")
        asked.append(f"SELECT {number}, {', '.join(texts)} FROM t{number}")  # noqa: S608
        parameters += values
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(tables)} {' UNION ALL '.join(asked)}", parameters)
        rows = sorted(cursor.fetchall(), key=lambda row: row[0])
    return [
        [text.split(",") if text else [] for text in row[1 : columns + 1]]
        for row, (columns, _select) in zip(rows, selects, strict=True)
    ]


def compiled(rows: QuerySet) -> tuple[str, tuple]:
    """The SELECT of a QuerySet of primary keys or pairs; of one that can find nothing, too."""
    try:
        return rows.query.sql_with_params()
    except EmptyResultSet:
        columns = len(rows.query.values_select) + len(rows.query.annotation_select)
        return f"SELECT {', '.join(['NULL'] * columns)} WHERE 1 = 0", ()
