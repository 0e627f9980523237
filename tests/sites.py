"""Sites of their own, each with a database and folders, beside the one that tests share."""

import os
import sqlite3
from contextlib import closing, contextmanager

import psycopg
from django.db import connection, connections

from peaceportal.core.backups import elsewhere
from tests.on_postgres import programs_installed


class Site:
    """A site of its own: its database, its folders. Work within `site.open()` is done there."""

    def __init__(self, folder, described, settings):
        self.folder, self.described, self.settings = folder, described, settings

    @contextmanager
    def open(self):
        self.settings.DATA_DIR = self.folder
        self.settings.MEDIA_ROOT = str(self.folder / "media")
        self.settings.BACKUP_DIR = self.folder / "backups"
        self.settings.SECRET_KEY_FILE = self.folder / "secret_key"
        # pytest gives templates a value of its own for what is invalid.
        self.settings.SILENCED_SYSTEM_CHECKS = ["templates.E002"]
        with elsewhere.default_is(self.described):
            yield self


@contextmanager
def sites(tmp_path, settings, monkeypatch):
    """Makes sites on the database that the tests run on, or where it is said on SQLite."""
    monkeypatch.setenv("PATH", f"{programs_installed()}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("SECRET_KEY", raising=False)
    made = []

    def make(name, *, empty=False, vendor=connection.vendor):
        folder = tmp_path / name
        folder.mkdir()
        if vendor == "sqlite":
            described = _sqlite(folder / "site.sqlite3", empty)
        else:
            database = f"{connection.settings_dict['NAME']}_{name}"
            made.append(database)
            described = _postgres(database, empty)
        return Site(folder, described, settings)

    try:
        yield make
    finally:
        for database in made:
            _on_server(f'DROP DATABASE "{database}" WITH (FORCE)')


def _sqlite(path, empty):
    if connection.vendor == "sqlite" and not empty:
        connection.ensure_connection()
        with closing(sqlite3.connect(path)) as to:
            connection.connection.backup(to)
    options = {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"}
    described = elsewhere.sqlite_file(path)
    described["OPTIONS"] |= options
    return described


def _postgres(database, empty):
    template = "template0" if empty else connection.settings_dict["NAME"]
    connections.close_all()  # a template must be left alone
    _on_server(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
    return {**connection.settings_dict, "NAME": database}


def _on_server(statement):
    given = connection.settings_dict
    host = given["HOST"] or given["OPTIONS"]["host"]
    with psycopg.connect(host=host, user=given["USER"], dbname="postgres", autocommit=True) as to:
        to.execute(statement)
