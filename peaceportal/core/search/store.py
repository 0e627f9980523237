"""The index in the database: an FTS5 table on SQLite, a tsvector with GIN on PostgreSQL.

Who may see what is not known here: whoever asks joins the result to what is public.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from django.db import connections, models
from django.utils.translation import gettext_lazy as _

from peaceportal.core.search.analysis import FORM, GAP
from peaceportal.core.search.query import Clause, Phrase, Query
from peaceportal.core.search.texts import (
    COLUMNS,
    MODEL_SHIFT,
    PK_SHIFT,
    Entry,
    entry_range,
    searched_models,
)

# A GIN index of PostgreSQL knows which terms an entry has, but neither their weights nor their
# places: for these, the vector of every entry with the terms would be read. So a vector also has
# each term of title, names and summary with the letter of its column before it, and, marked, a
# number for each two terms that follow on each other: few other pairs have the same. Terms hold
# no capital letters.
WEIGHTS = dict(zip(COLUMNS, "ABCD", strict=True))
PAIR = "P"
FTS = "core_search_fts"
ENTRIES = "core_searchentry"
# `ascii` takes every character beyond ASCII as part of a term, as the terms are meant.
MAKE_FTS = f"CREATE VIRTUAL TABLE {FTS} USING fts5({', '.join(COLUMNS)}, tokenize = 'ascii')"
BATCH = 500


class SearchEntry(models.Model):
    """Which record an entry of the index is of, and a digest of its terms.

    Its terms are in a table of FTS5 with the same numbers, or in a column of this table which
    Django does not know, a tsvector. That lies apart from its row (TOAST), which stays small, so
    that a word of many entries is found by reading little. PostgreSQL does so only with rows of
    more than 2 kB: `filler` makes each one that long, and takes 31 bytes of it, compressed.
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
            with cursor.copy(
                f"COPY {ENTRIES} (id, record_pk, uid, digest, vector) FROM STDIN"
            ) as rows:
                for entry in entries:
                    rows.write_row(
                        (entry.id, entry.record_pk, entry.uid, entry.digest, vector(entry))
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
            cursor.execute(f"DROP INDEX IF EXISTS {ENTRIES}_vector")


def settle(using: str) -> None:
    """After much was written: make the index as quick to read as it can be."""
    with connections[using].cursor() as cursor:
        if is_sqlite(using):
            cursor.execute(f"INSERT INTO {FTS} ({FTS}) VALUES ('optimize')")  # noqa: S608
        else:
            cursor.execute("SET maintenance_work_mem = '256MB'")
            cursor.execute(
                f"CREATE INDEX IF NOT EXISTS {ENTRIES}_vector ON {ENTRIES} USING gin (vector)"
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


def vector(entry: Entry) -> str:
    """The terms as PostgreSQL writes a tsvector: `'peac':1A,7D 'Apeac' 'P1f0e' 'build':2A`."""
    places: dict[str, list[str]] = {}
    marks: set[str] = set()
    place = 0
    for name in COLUMNS:
        weight = WEIGHTS[name]
        terms = entry.terms[name]
        for term in terms:
            place += 1
            if term != GAP:
                places.setdefault(term, []).append(f"{place}{weight}")
        place += 1
        if name != COLUMNS[-1]:
            marks.update(weight + term for term in terms)
        marks.update(_pair(*two) for two in pairwise(terms) if two[1][0] != FORM != two[0][0])
    placed = (f"{_literal(term)}:{','.join(found)}" for term, found in places.items())
    return " ".join([*placed, *map(_literal, marks)])


def _pair(term: str, following: str) -> str:
    return f"{PAIR}{zlib.crc32(f'{term} {following}'.encode()) & 0xFFFF:04x}"


def _literal(term: str) -> str:
    return "'" + term.replace("\\", "\\\\").replace("'", "''") + "'"


# Reading


Asked = tuple[tuple[Clause, ...], Sequence[str]]  # all of these, within these columns


def found(query: Query, asked: Sequence[Asked], model, using: str) -> list[str]:
    """For each that is asked the primary keys of records of `model` that meet it, with commas.

    `query` keeps the answers for all models: one query at most.
    """
    read(query, asked, using)
    return [query.found[_key(each, using)].get(model.search_number) or "" for each in asked]


def read(query: Query, asked: Iterable[Asked], using: str, beside: str = "") -> list[str]:
    """Have `query` keep what answers it lacks. Returns the texts of a SELECT `beside` them."""
    missing = [each for each in asked if _key(each, using) not in query.found]
    selects = [f"SELECT -1, 0, beside.text FROM ({beside}) AS beside"] if beside else []  # noqa: S608
    parameters = []
    for number, (clauses, within) in enumerate(missing):
        for sql, values in _selects(clauses, within, using):
            selects.append(f"SELECT {number}, {sql}")
            parameters += values
    if not selects:
        return []
    with connections[using].cursor() as cursor:
        cursor.execute(" UNION ALL ".join(selects), parameters)
        rows = cursor.fetchall()
    query.found.update({_key(each, using): {} for each in missing})
    for number, model_number, text in rows:
        if number >= 0:
            query.found[_key(missing[number], using)][model_number] = text
    return [text for number, _zero, text in rows if number < 0]


def _key(asked: Asked, using: str) -> tuple:
    clauses, within = asked
    return using, clauses, tuple(within)


def _selects(clauses: Sequence[Clause], within: Sequence[str], using: str):
    """SELECTs of the number of a model, and of the primary keys of its records joined by commas."""
    joined = "group_concat({})" if is_sqlite(using) else "string_agg(({})::text, ',')"
    pk = f"(id >> {PK_SHIFT}) & {(1 << MODEL_SHIFT - PK_SHIFT) - 1}"
    some, values = _entries(clauses, within, using)
    if len(clauses) == 1:
        in_parts = []
    else:  # the clauses may lie in several parts
        in_parts = [m for m in searched_models() if getattr(m, "is_searched_in_parts", False)]
    for model in in_parts:
        low, high = entry_range(model)
        each = [_entries([clause], within, using) for clause in clauses]
        pks = " INTERSECT ".join(
            f"SELECT {pk} AS pk FROM ({sql}) AS e WHERE id BETWEEN {low} AND {high}"  # noqa: S608
            for sql, _values in each
        )
        yield (
            f"{model.search_number}, {joined.format('pk')} FROM ({pks}) AS pks",
            [value for _sql, asked in each for value in asked],
        )
    others = " AND ".join(
        ["1 = 1", *("id NOT BETWEEN {} AND {}".format(*entry_range(m)) for m in in_parts)]
    )
    yield (
        f"id >> {MODEL_SHIFT}, {joined.format(pk)} FROM ({some}) AS e WHERE {others} GROUP BY 2",
        values,
    )


def _entries(clauses: Sequence[Clause], within: Sequence[str], using: str) -> tuple[str, list]:
    """A SELECT of the numbers of entries that meet all clauses."""
    if is_sqlite(using):
        sql = f"SELECT rowid AS id FROM {FTS} WHERE {FTS} MATCH %s"  # noqa: S608
        return sql, [fts_expression(clauses, within)]
    # PostgreSQL does not see what it costs to read vectors, and would read them all for a word
    # that many have: the function keeps it to the index.
    return "SELECT core_search(%s::tsquery) AS id", [tsquery(clauses, within)]


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


def tsquery(clauses: Iterable[Clause], within: Sequence[str] = COLUMNS) -> str:
    """As PostgreSQL writes a tsquery: `('P1f0e' & ('peac' <-> 'build') | 'peacebuild':*)`."""
    weights = "" if tuple(within) == COLUMNS else "".join(WEIGHTS[name] for name in within)
    return " & ".join(
        f"({' | '.join(_ts_phrase(phrase, weights) for phrase in clause.either)})"
        for clause in clauses
    )


def _ts_phrase(phrase: Phrase, weights: str) -> str:
    """`weights` are the letters of the columns in which it is to stand; none, of any."""
    *before, last = phrase.terms
    beginning = "*" if phrase.is_beginning else ""
    if not before:
        marked = [f"{_literal(weight + last)}" for weight in weights] or [_literal(last)]
        return " | ".join(term + (f":{beginning}" if beginning else "") for term in marked)
    in_row = [_literal(term) + (f":{weights}" if weights else "") for term in before]
    asked = beginning + weights
    in_row.append(_literal(last) + (f":{asked}" if asked else ""))
    whole = before if phrase.is_beginning else phrase.terms
    pairs = [_literal(_pair(*two)) for two in pairwise(whole)]
    return " & ".join([*pairs, f"({' <-> '.join(in_row)})"])
