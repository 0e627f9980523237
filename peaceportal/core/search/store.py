"""The index in the database: an FTS5 table on SQLite, a tsvector with GIN on PostgreSQL.

Who may see what is not known here: whoever asks joins the result to what is public.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

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

WEIGHTS = dict(zip(COLUMNS, "ABCD", strict=True))
FTS = "core_search_fts"
ENTRIES = "core_searchentry"
# `ascii` takes every character beyond ASCII as part of a term, as the terms are meant.
MAKE_FTS = f"CREATE VIRTUAL TABLE {FTS} USING fts5({', '.join(COLUMNS)}, tokenize = 'ascii')"
BATCH = 500


class SearchEntry(models.Model):
    """Which record an entry of the index is of, and a digest of its terms.

    Its terms are in a column `vector` of this table, or in a table of FTS5 with the same numbers.
    """

    id = models.BigIntegerField(primary_key=True)
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
                f"INSERT INTO {ENTRIES} (id, uid, digest) VALUES (%s, %s, %s)",  # noqa: S608
                [
                    (entry.id, uid.get_db_prep_value(entry.uid, connections[using]), entry.digest)
                    for entry in entries
                ],
            )
        else:
            cursor.executemany(
                f"INSERT INTO {ENTRIES} (id, uid, digest, vector)"  # noqa: S608
                " VALUES (%s, %s, %s, %s::tsvector)",
                [(entry.id, entry.uid, entry.digest, vector(entry)) for entry in entries],
            )


def erase(ids: Collection[int], using: str) -> None:
    ids = list(ids)
    if ids and is_sqlite(using):
        with connections[using].cursor() as cursor:
            cursor.executemany(f"DELETE FROM {FTS} WHERE rowid = %s", [(pk,) for pk in ids])  # noqa: S608
    for start in range(0, len(ids), BATCH):
        SearchEntry.objects.using(using).filter(pk__in=ids[start : start + BATCH]).delete()


def erase_all(using: str) -> None:
    if is_sqlite(using):  # to delete the rows would take as long as to write them
        with connections[using].cursor() as cursor:
            cursor.execute(f"DROP TABLE {FTS}")
            cursor.execute(MAKE_FTS)
    for model in (SearchEntry, SearchWord):
        model.objects.using(using).all().delete()


def settle(using: str) -> None:
    """After much was written: make the index as quick to read as it can be."""
    with connections[using].cursor() as cursor:
        if is_sqlite(using):
            cursor.execute(f"INSERT INTO {FTS} ({FTS}) VALUES ('optimize')")  # noqa: S608
            cursor.execute(f"ANALYZE {ENTRIES}")
        else:
            cursor.execute(f"SELECT gin_clean_pending_list('{ENTRIES}_vector')")
            cursor.execute(f"ANALYZE {ENTRIES}")


def keep_words(words: Iterable[str], using: str) -> None:
    """In one order, so that two who write the same words do not wait for each other."""
    sql = "INSERT INTO core_searchword (word, length) VALUES (%s, %s) ON CONFLICT DO NOTHING"
    rows = [(word, len(word)) for word in sorted(words)]
    if rows:
        with connections[using].cursor() as cursor:
            cursor.executemany(sql, rows)


def vector(entry: Entry) -> str:
    """The terms of an entry as PostgreSQL writes a tsvector: `'peac':1A,7D 'build':2A`."""
    places: dict[str, list[str]] = {}
    place = 0
    for name in COLUMNS:
        for term in entry.terms[name]:
            place += 1
            if term != GAP:
                places.setdefault(term, []).append(f"{place}{WEIGHTS[name]}")
        place += 1
    return " ".join(f"{_literal(term)}:{','.join(found)}" for term, found in places.items())


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
    low, high = entry_range(model)
    mask = (1 << MODEL_SHIFT - PK_SHIFT) - 1
    if is_sqlite(using):
        sql = (
            f"SELECT (rowid >> {PK_SHIFT}) & {mask} FROM {FTS}"  # noqa: S608
            f" WHERE {FTS} MATCH %s AND rowid BETWEEN {low} AND {high}"
        )
        return sql, [fts_expression(clauses, within)]
    sql = (
        f"SELECT (id >> {PK_SHIFT}) & {mask} FROM {ENTRIES}"  # noqa: S608
        f" WHERE vector @@ %s::tsquery AND id BETWEEN {low} AND {high}"
    )
    return sql, [tsquery(clauses, within)]


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


def tsquery(clauses: Iterable[Clause], within: Sequence[str]) -> str:
    """As PostgreSQL writes a tsquery: `('peac' <-> 'build' | 'peacebuild':*)`."""
    weights = "" if tuple(within) == COLUMNS else "".join(WEIGHTS[name] for name in within)
    return " & ".join(
        "(" + " | ".join(_ts_phrase(phrase, weights) for phrase in clause.either) + ")"
        for clause in clauses
    )


def _ts_phrase(phrase: Phrase, weights: str) -> str:
    suffixes = [weights] * len(phrase.terms)
    if phrase.is_beginning:
        suffixes[-1] = f"*{weights}"
    terms = [
        _literal(term) + (f":{suffix}" if suffix else "")
        for term, suffix in zip(phrase.terms, suffixes, strict=True)
    ]
    return "(" + " <-> ".join(terms) + ")"
