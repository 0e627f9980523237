"""What may be asked of the records that are searched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.db import models
from django.db.models import BooleanField, Case, F, Func, IntegerField, Q, Value, When

from peaceportal.core.answering import unsettle
from peaceportal.core.folding import fold
from peaceportal.core.search.following import STATE, catch_up, lacking
from peaceportal.core.search.query import Clause, Query, parse
from peaceportal.core.search.store import Asked, found, read
from peaceportal.core.search.texts import COLUMNS

# Of so many, the first in a list are found soonest by walking it.
MANY = 5000


class Among(Func):
    """Whether a primary key is among these, which are given as a text with commas.

    If `is_walked`, each row of a list is asked in its order: of many, that soon has the first.
    SQLite would look up all of them and put them in order; PostgreSQL sees for itself.
    """

    output_field = BooleanField()

    def __init__(self, pks: str, *, is_walked: bool = False):
        super().__init__(F("pk"))
        self.pks, self.is_walked = pks, is_walked

    def as_sqlite(self, compiler, connection, **more):
        column, params = compiler.compile(self.source_expressions[0])
        no_index = "+" if self.is_walked else ""
        sql = f"{no_index}{column} IN (SELECT value FROM json_each(%s))"  # noqa: S608
        return sql, [*params, f"[{self.pks}]"]

    def as_postgresql(self, compiler, connection, **more):
        column, params = compiler.compile(self.source_expressions[0])
        return f"{column} = ANY(%s::bigint[])", [*params, f"{{{self.pks}}}"]


def ask(words: str | Query, using: str = "default", *, in_order: bool = False) -> Query:
    """What was typed, understood, and asked of the index. Asked once, it can be used often.

    One query, unless the index has to be brought up to date first. What is needed to put it
    `in_order` of relevance comes with it.
    """
    if isinstance(words, Query):
        return words
    query = parse(words)
    if not query:
        return query
    state = read(query, _in_order(query) if in_order else _whole(query), using, STATE)
    if not any(lacking(state, using)):
        return query
    unread = catch_up(using)
    if unread:
        unsettle()
    return replace(query, unread=unread, found={})


def _whole(query: Query) -> list[Asked]:
    return [(query.clauses, COLUMNS)]


def _in_order(query: Query) -> list[Asked]:
    """Each more relevant than the next: as a phrase where it tells most, then column by column."""
    phrase = [((Clause((query.as_phrase,)),), COLUMNS[:2])] if query.as_phrase else []
    return [*phrase, *((query.clauses, COLUMNS[:most]) for most in (1, 2, 3)), *_whole(query)]


class SearchedQuerySet(models.QuerySet):
    """The index knows nothing of who may see what: say `published()` as well."""

    def matching(self, words: str | Query, at: datetime | None = None, *, count: int = 0):
        """Records with all these words, in their own texts or in those of their parts.

        `count` is how many there are, where that is known and the first in some order are wanted.
        A part counts if it may be seen at the moment `at` (now, if None) wherever its page may.
        """
        query = ask(words, self.db)
        if not query:
            return self.none()
        pks = self._found(query, at)
        return self.filter(Among(pks, is_walked=count >= MANY)) if pks else self.none()

    def _found(self, query: Query, at: datetime | None) -> str:
        """Asked once a query, however many QuerySets are made of it."""
        key = (self.db, self.model, at)
        if key not in query.found:
            [own] = found(query, _whole(query), self.model, self.db)
            parts = [
                pages.order_by().using(self.db)
                for pages in self.pages_of_parts(query, at)
                if not pages.query.is_empty()
            ]
            rows = parts[0].union(*parts[1:], all=True) if parts else ()
            pages = [str(pk) for row in rows for pk in row.values()]
            query.found[key] = ",".join(filter(None, [own, *pages]))
        return query.found[key]

    def pages_of_parts(self, query: Query, at: datetime | None) -> Iterable[models.QuerySet]:
        """For pages: queries of the primary keys of those that have a part that meets `query`."""
        return []

    def most_relevant_first(self, words: str | Query):
        """Of what matches: named so; with the words in title, names, summary; then elsewhere.

        Both databases give the same order. Records that are alike in this keep the order they had.
        """
        query = ask(words, self.db)
        then = self.query.order_by or self.model._meta.ordering
        return self.annotate(relevance=self._relevance(query)).order_by("relevance", *then)

    def _relevance(self, query: Query):
        """A number, the lower the more relevant."""
        if not query:
            return Value(0)
        steps = []
        fields = {field.name for field in self.model._meta.concrete_fields}
        for name in ("sort_name", "acronym"):
            if name in fields:
                wanted = fold(query.typed) if name == "sort_name" else query.typed.strip()
                steps.append(Q(**{f"{name}__iexact" if name == "acronym" else name: wanted}))
        *before, _anywhere = found(query, _in_order(query), self.model, self.db)
        steps += [Among(pks) for pks in before]
        cases = [When(step, then=Value(number)) for number, step in enumerate(steps)]
        return Case(*cases, default=Value(len(steps)), output_field=IntegerField())
