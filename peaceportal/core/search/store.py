"""The index in the database: an FTS5 table on SQLite, a tsvector with GIN on PostgreSQL.

Who may see what is not known here: whoever asks joins the result to what is public.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from django.db import connections, models
from django.utils.translation import gettext_lazy as _

from peaceportal.core.search.analysis import GAP
from peaceportal.core.search.query import Clause, Phrase, Query
from peaceportal.core.search.texts import (
    COLUMNS,
    MODEL_SHIFT,
    PK_SHIFT,
    Entry,
    entry_range,
)

# On PostgreSQL a vector of its own for each beginning of COLUMNS, because a GIN index does not
# know weights: to ask for terms of the title alone in one vector, it would read every match.
# They lie apart from the rows (TOAST), which stay small: most answers come from the index alone.
# PostgreSQL does not see what it costs to read vectors, and would read them all for a word that
# many have: functions `core_search_…` keep it to the index.
VECTORS = dict(zip(COLUMNS, ["titles", "heads", "leads", "vector"], strict=True))
WEIGHTS = dict(zip(COLUMNS, "ABCD", strict=True))
FTS = "core_search_fts"
ENTRIES = "core_searchentry"
# `ascii` takes every character beyond ASCII as part of a term, as the terms are meant.
MAKE_FTS = f"CREATE VIRTUAL TABLE {FTS} USING fts5({', '.join(COLUMNS)}, tokenize = 'ascii')"
BATCH = 500


class SearchEntry(models.Model):
    """Which record an entry of the index is of, and a digest of its terms.

    Its terms are in a table of FTS5 with the same numbers, or in columns of this table which
    Django does not know: see `VECTORS`.
    """

    id = models.BigIntegerField(primary_key=True)
    record_pk = models.BigIntegerField()
    uid = models.UUIDField(db_index=True)
    digest = models.CharField(max_length=16)

    class Meta:
        verbose_name = _("entry of the search index")
        verbose_name_plural = _("entries of the search index")

    def __str__(self):
        return f"{self.id} {self.uid}"


class SearchWord(models.Model):
    """A word that some record has or had, seen or unseen; nearness to it proves nothing."""

    word = models.CharField(max_length=60, primary_key=True)
    length = models.PositiveSmallIntegerField(db_index=True)

    class Meta:
        verbose_name = _("word of the search index")
        verbose_name_plural = _("words of the search index")

    def __str__(self):
        return self.word


def is_sqlite(using: str) -> bool:
    return connections[using].vendor == "sqlite"


# Writing


def write(entries: Sequence[Entry], using: str) -> None:
    """Add entries whose numbers are free."""
    with connections[using].cursor() as cursor:
        if is_sqlite(using):
            cursor.executemany(
                f"INSERT INTO {FTS} (rowid, {', '.join(COLUMNS)}) VALUES (%s, %s, %s, %s, %s)",  # noqa: S608
                [
                    (entry.id, *(" ".join(entry.terms[name]) for name in COLUMNS))
                    for entry in entries
                ],
            )
            uid = SearchEntry._meta.get_field("uid")
            cursor.executemany(
                f"INSERT INTO {ENTRIES} (id, record_pk, uid, digest) VALUES (%s, %s, %s, %s)",  # noqa: S608
                [
                    (
                        entry.id,
                        entry.record_pk,
                        uid.get_db_prep_value(entry.uid, connections[using]),
                        entry.digest,
                    )
                    for entry in entries
                ],
            )
        else:
            names = ", ".join(VECTORS.values())
            with cursor.copy(
                f"COPY {ENTRIES} (id, record_pk, uid, digest, {names}) FROM STDIN"
            ) as rows:
                for entry in entries:
                    rows.write_row(
                        (entry.id, entry.record_pk, entry.uid, entry.digest, *vectors(entry))
                    )


def erase(ids: Collection[int], using: str) -> None:
    ids = list(ids)
    if ids and is_sqlite(using):
        with connections[using].cursor() as cursor:
            cursor.executemany(f"DELETE FROM {FTS} WHERE rowid = %s", [(pk,) for pk in ids])  # noqa: S608
    for start in range(0, len(ids), BATCH):
        SearchEntry.objects.using(using).filter(pk__in=ids[start : start + BATCH]).delete()


def erase_all(using: str) -> None:
    """To delete row by row would take as long as to write them."""
    with connections[using].cursor() as cursor:
        if is_sqlite(using):
            cursor.execute(f"DROP TABLE {FTS}")
            cursor.execute(MAKE_FTS)
            cursor.execute(f"DELETE FROM {ENTRIES}")  # noqa: S608
            cursor.execute("DELETE FROM core_searchword")
        else:
            cursor.execute(f"TRUNCATE {ENTRIES}, core_searchword")


def prepare_for_much(using: str) -> None:
    """Searches are slow, and right, until `settle`: to index rows one by one takes far longer."""
    if not is_sqlite(using):
        with connections[using].cursor() as cursor:
            for name in VECTORS.values():
                cursor.execute(f"DROP INDEX IF EXISTS {ENTRIES}_{name}")


def settle(using: str) -> None:
    """After much was written: make the index as quick to read as it can be."""
    with connections[using].cursor() as cursor:
        if is_sqlite(using):
            cursor.execute(f"INSERT INTO {FTS} ({FTS}) VALUES ('optimize')")  # noqa: S608
        else:
            cursor.execute("SET maintenance_work_mem = '256MB'")
            for name in VECTORS.values():
                cursor.execute(
                    f"CREATE INDEX IF NOT EXISTS {ENTRIES}_{name} ON {ENTRIES} USING gin ({name})"
                )
            cursor.execute("RESET maintenance_work_mem")
            cursor.execute(f"ANALYZE {ENTRIES}")


def keep_words(words: Iterable[str], using: str) -> None:
    """In one order, so that two who write the same words do not wait for each other."""
    sql = "INSERT INTO core_searchword (word, length) VALUES (%s, %s) ON CONFLICT DO NOTHING"
    rows = [(word, len(word)) for word in sorted(words)]
    if rows:
        with connections[using].cursor() as cursor:
            cursor.executemany(sql, rows)


def vectors(entry: Entry) -> Iterator[str]:
    """The terms up to each column as PostgreSQL writes a tsvector: `'peac':1A,7D 'build':2A`."""
    places: dict[str, list[str]] = {}
    place = 0
    for name in COLUMNS:
        for term in entry.terms[name]:
            place += 1
            if term != GAP:
                places.setdefault(term, []).append(f"{place}{WEIGHTS[name]}")
        place += 1
        yield " ".join(f"{_literal(term)}:{','.join(found)}" for term, found in places.items())


def _literal(term: str) -> str:
    return "'" + term.replace("\\", "\\\\").replace("'", "''") + "'"


# Reading


def matching_sql(
    model, query: Query, using: str, *, within: Sequence[str] = COLUMNS
) -> tuple[str, list]:
    """A SELECT of the primary keys of records of `model` that meet `query` in these columns."""
    if not query:
        return "SELECT NULL WHERE 1 = 0", []
    if getattr(model, "is_searched_in_parts", False):  # the clauses may lie in several parts
        selects = [_select(model, [clause], using, within) for clause in query.clauses]
    else:
        selects = [_select(model, query.clauses, using, within)]
    return (
        " INTERSECT ".join(sql for sql, _params in selects),
        [value for _sql, params in selects for value in params],
    )


def phrase_sql(model, phrase: Phrase, using: str, within: Sequence[str]) -> tuple[str, list]:
    """The same for one phrase."""
    return _select(model, [Clause((phrase,))], using, within)


def _select(model, clauses: Sequence[Clause], using: str, within: Sequence[str]):
    if is_sqlite(using):
        low, high = entry_range(model)
        mask = (1 << MODEL_SHIFT - PK_SHIFT) - 1
        sql = (
            f"SELECT (rowid >> {PK_SHIFT}) & {mask} FROM {FTS}"  # noqa: S608
            f" WHERE {FTS} MATCH %s AND rowid BETWEEN {low} AND {high}"
        )
        return sql, [fts_expression(clauses, within)]
    sql = f"SELECT core_search_{VECTORS[within[-1]]}(%s::tsquery, %s)"
    return sql, [tsquery(clauses), model.search_number]


def fts_expression(clauses: Iterable[Clause], within: Sequence[str]) -> str:
    """As FTS5 reads it: every term in quotation marks, so that none is an operator."""
    met = [
        "(" + " OR ".join(_fts_phrase(phrase) for phrase in clause.either) + ")"
        for clause in clauses
    ]
    expression = " AND ".join(met)
    if tuple(within) == COLUMNS:
        return expression
    return f"{{{' '.join(within)}}} : ({expression})"


def _fts_phrase(phrase: Phrase) -> str:
    terms = " ".join(phrase.terms).replace('"', '""')
    return f'"{terms}"{" *" if phrase.is_beginning else ""}'


def tsquery(clauses: Iterable[Clause]) -> str:
    """As PostgreSQL writes a tsquery: `('peac' <-> 'build' | 'peacebuild':*)`."""
    return " & ".join(
        "(" + " | ".join(_ts_phrase(phrase) for phrase in clause.either) + ")" for clause in clauses
    )


def _ts_phrase(phrase: Phrase) -> str:
    terms = " <-> ".join(_literal(term) for term in phrase.terms)
    return f"({terms}{':*' if phrase.is_beginning else ''})"
