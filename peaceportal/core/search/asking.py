"""What may be asked of the records that are searched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.db import models
from django.db.models import BooleanField, Case, F, Func, IntegerField, Q, Value, When
from django.db.models.expressions import RawSQL

from peaceportal.core.folding import fold
from peaceportal.core.search.following import catch_up
from peaceportal.core.search.query import Query, parse
from peaceportal.core.search.store import matching_sql, phrase_sql
from peaceportal.core.search.texts import COLUMNS

# Of so many, the first in a list are found soonest by walking it.
MANY = 5000


class Among(Func):
    """Whether a primary key is among those that a SELECT gives.

    PostgreSQL takes IN for 200 different values and looks each up alone; of an array it takes
    all at once.
    """

    output_field = BooleanField()
    template = "%(expressions)s"
    arg_joiner = " IN "

    @classmethod
    def found(cls, sql: str, params: list) -> Among:
        return cls(F("pk"), RawSQL(sql, params))  # noqa: S611 - the values are parameters

    def as_postgresql(self, compiler, connection, **more):
        array = {"arg_joiner": " = ANY(ARRAY", "template": "%(expressions)s)"}
        return self.as_sql(compiler, connection, **array, **more)


class AmongMany(Among):
    """The same, where so many are among them that a list in order soon has its first rows.

    It is walked and each row asked. To look up all of them and put them in order takes longer, and
    neither database knows how many an index of words will find.
    """

    template = "+%(expressions)s"  # SQLite: not by the index of primary keys

    def as_postgresql(self, compiler, connection, **more):
        asked = "CASE WHEN %(expressions)s THEN TRUE END"
        return self.as_sql(compiler, connection, template=asked, **more)


def ask(words: str | Query, using: str = "default") -> Query:
    """What was typed, understood, with the index up to date. Read once, it can be asked often."""
    if isinstance(words, Query):
        return words
    query = parse(words)
    return replace(query, unread=catch_up(using)) if query else query


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
        sql, params = matching_sql(self.model, query, self.db)
        for parts in self.pages_of_parts(query, at):
            more, values = parts.order_by().query.get_compiler(self.db).as_sql()
            sql, params = f"{sql} UNION ALL {more}", [*params, *values]
        among = AmongMany if count >= MANY else Among
        return self.filter(among.found(sql, params))

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
        """A number, the lower the more relevant. Here IN is better: it is asked row by row."""
        if not query:
            return Value(0)
        steps = []
        fields = {field.name for field in self.model._meta.concrete_fields}
        for name in ("sort_name", "acronym"):
            if name in fields:
                wanted = fold(query.typed) if name == "sort_name" else query.typed.strip()
                steps.append(Q(**{f"{name}__iexact" if name == "acronym" else name: wanted}))
        if query.as_phrase:
            found = phrase_sql(self.model, query.as_phrase, self.db, COLUMNS[:2])
            steps.append(Q(pk__in=RawSQL(*found)))  # noqa: S611
        for most in (1, 2, 3):
            found = matching_sql(self.model, query, self.db, within=COLUMNS[:most])
            steps.append(Q(pk__in=RawSQL(*found)))  # noqa: S611
        cases = [When(step, then=Value(number)) for number, step in enumerate(steps)]
        return Case(*cases, default=Value(len(steps)), output_field=IntegerField())
