"""All rows of one database into the tables of another, by the models of both."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from django.core.management.color import no_style
from django.db import DatabaseError, connection, transaction

from peaceportal.core.backups import tables
from peaceportal.core.backups.problems import Refused
from peaceportal.core.search.rebuilding import rebuild

AT_ONCE = 1000  # rows


def copy_into_default(source: str) -> Iterator[str]:
    """Fill the default database, whose tables are up to date, with the rows of another; yields
    what is being done.

    Signals, defaults and derived columns have no say: each row is stored as it was read.
    """
    models = tables.kept_models()
    quote = connection.ops.quote_name
    with transaction.atomic(), connection.cursor() as cursor:
        # Migrations have put rows of their own there: types of content, rights, the counter.
        cursor.execute(f"TRUNCATE {', '.join(quote(m._meta.db_table) for m in models)} CASCADE")
        for model in models:
            yield f"Copying {model._meta.verbose_name_plural}"
            try:
                insert(model, tables.rows(model, source), cursor)
            except (DatabaseError, ValueError) as error:
                said = str(error).strip().splitlines()[0]
                raise Refused(
                    f"PostgreSQL does not take a row of {model._meta.db_table}: {said}. Mend it "
                    "on the old site, and make another backup."
                ) from error
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
        connection.check_constraints()
    for model in models:
        yield f"Comparing {model._meta.verbose_name_plural}"
        if tables.digest(model) != tables.digest(model, source):
            raise Refused(f"The rows of {model._meta.db_table} are not what they were.")
    yield "Making the search index"
    for _progress in rebuild():
        pass


def insert(model, rows: Iterator[tuple], cursor) -> None:
    """Store rows of values as Python knows them, one for each of its columns."""
    fields = tables.columns(model)
    quote = connection.ops.quote_name
    names = ", ".join(quote(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({places})"  # noqa: S608
    while some := list(islice(rows, AT_ONCE)):
        cursor.executemany(
            statement,
            [
                tuple(
                    field.get_db_prep_save(value, connection)
                    for field, value in zip(fields, row, strict=True)
                )
                for row in some
            ],
        )
