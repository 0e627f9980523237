"""Sites of older versions are brought up to date, and what would harm one is refused."""

import gzip
import json
from datetime import UTC
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.core.management.color import no_style
from django.db import connection, migrations, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.utils.dateparse import parse_datetime

from peaceportal.core import doctor, upgrades
from peaceportal.core.backups import copying, tables
from peaceportal.core.records import Record
from tests.sites import sites

pytestmark = pytest.mark.django_db(transaction=True)

DUMPS = sorted(Path(__file__).parent.glob("*.json.gz"))
# What follows from other columns, or counts: migrations may fill it anew.
DERIVED = {"sort_name", "search_number"}


@pytest.fixture
def make_site(tmp_path, settings, monkeypatch):
    with sites(tmp_path, settings, monkeypatch) as make:
        yield make


def python_value(field, stored):
    """A value as SQLite stored it."""
    if stored is None:
        return None
    if isinstance(field, models.DateTimeField):
        moment = parse_datetime(stored) if isinstance(stored, str) else stored
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if isinstance(field, models.JSONField):
        return json.loads(stored)
    return field.to_python(stored)


def fill(dump):
    """Make the tables as they were then, with the rows."""
    executor = MigrationExecutor(connection)
    # To the last of each app.
    state = executor.migrate(list(dict(sorted(dump["migrations"])).items()))
    old = {
        model._meta.label_lower: model
        for model in state.apps.get_models(include_auto_created=True)
        if model._meta.label_lower in dump["rows"]
    }
    with transaction.atomic(), connection.cursor() as cursor:
        for model in old.values():
            cursor.execute(f'DELETE FROM "{model._meta.db_table}"')  # noqa: S608
        for label, (names, *rows) in dump["rows"].items():
            fields = tables.columns(old[label])
            assert {field.attname for field in fields} == set(names)
            values = (
                tuple(python_value(field, row[names.index(field.attname)]) for field in fields)
                for row in rows
            )
            copying.insert(old[label], values, cursor)
        for statement in connection.ops.sequence_reset_sql(no_style(), list(old.values())):
            cursor.execute(statement)
    return old


def contents(label, names):
    """The rows that a model has now, of the columns that it had then."""
    model = apps.get_model(label)
    kept = [f for f in tables.columns(model) if f.attname in names and f.attname not in DERIVED]
    values = models.QuerySet(model).values_list("pk", *(f.attname for f in kept))
    return {row[0]: dict(zip([f.attname for f in kept], row[1:], strict=True)) for row in values}


def failing(apps, schema_editor):
    raise RuntimeError("stopped half-way")


@pytest.mark.parametrize("path", DUMPS, ids=lambda path: path.name)
def test_older_site_is_brought_up_to_date_and_loses_nothing(make_site, path, monkeypatch):
    dump = json.loads(gzip.decompress(path.read_bytes()))
    with make_site("old", empty=True).open():
        fill(dump)

        # Stopped half-way: the database is at the last whole migration, and the next run goes on.
        executor = MigrationExecutor(connection)
        middle = executor.loader.get_migration("core", "0010_merges")
        with monkeypatch.context() as patch:
            stopped = [*type(middle).operations, migrations.RunPython(failing)]
            patch.setattr(type(middle), "operations", stopped)
            with pytest.raises(RuntimeError, match="stopped half-way"):
                call_command("migrate", verbosity=0)
        applied = {name for app, name in recorded() if app == "core"}
        assert "0009_narrow_search_entries" in applied and "0010_merges" not in applied
        assert "core_merge" not in tables.existing()
        assert not upgrades.newer_database()

        call_command("migrate", verbosity=0)
        for label, (names, *rows) in dump["rows"].items():
            if not issubclass(apps.get_model(label), Record):
                continue
            now = contents(label, set(names))
            assert len(now) >= len(rows), label
            for row in rows:
                then = dict(zip(names, row, strict=True))
                found = now[then["id"]]
                for name, value in found.items():
                    field = apps.get_model(label)._meta.get_field(name)
                    assert value == python_value(field, then[name]), (label, name)
        with transaction.atomic():
            connection.check_constraints()
        before, number = tables.digests(), len(recorded())
        call_command("migrate", verbosity=0)
        assert (tables.digests(), len(recorded())) == (before, number)
        assert [f.words for f in doctor.examine() if f.kind == doctor.Kind.MEND] == []

        # Newer code was here.
        MigrationRecorder(connection).record_applied("core", "9999_of_another_year")
        MigrationRecorder(connection).record_applied("reversion", "9999_not_ours")
        reason = upgrades.reason_not_to_serve()
        assert "newer than this code" in reason and "core.9999_of_another_year" in reason
        with pytest.raises(SystemCheckError, match="Install the version that the site ran on"):
            call_command("migrate", verbosity=0, skip_checks=False)
        assert reason in [finding.words for finding in doctor.examine(quick=True)]


def recorded():
    return MigrationRecorder(connection).applied_migrations().keys()
