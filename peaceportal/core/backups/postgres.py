"""PostgreSQL: its own programs for dumps, and a schema in which a site is prepared."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg
from django.db import OperationalError, connection, transaction
from psycopg import sql
from psycopg.conninfo import make_conninfo

from peaceportal.core.backups import tables
from peaceportal.core.backups.problems import Refused

NEW, OLD = "peaceportal_new", "peaceportal_old"
PATIENCE = 5  # seconds to wait for those who hold the tables, or are connected
DEBIAN = Path("/usr/lib/postgresql")  # where it has each version of the programs


def copy(path: Path) -> dict:
    """Dump the tables of the site to a file, and say what the dumped state holds."""
    pg_dump = program("pg_dump", server_major())
    beside = connection.copy()
    try:
        with beside.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")  # limits are for pages
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone()
            what = [f"--schema={_quoted(current_schema())}", f"--snapshot={snapshot}"]
            how = ["--format=custom", "--no-owner", "--no-privileges", f"--file={path}"]
            _run([pg_dump, *how, *what])
            return tables.facts(cursor, set(connection.introspection.table_names(cursor)))
    finally:
        beside.close()


def load(dump: Path, major: int) -> None:
    """Load a dump into the schema `NEW`, all or nothing; the tables of the site stay as they are.

    A dump names the schema that its tables were in. So in one transaction the tables of the site
    step aside, the others are made, and both are put where they belong.
    """
    schema = current_schema()
    pg_restore, psql = program("pg_restore", major), program("psql", major)
    listed = _run([pg_restore, "--list", str(dump)], connects=False).stdout
    named = re.findall(r"^\d+; \d+ \d+ TABLE (?!DATA )(\S+) ", listed, re.M)
    if named and set(named) != {schema}:
        raise Refused(
            f"This backup has its tables in the schema “{named[0]}”, and this database in "
            f"“{schema}”. Set the search_path of the database user to {named[0]}."
        )
    # A schema that is there already, and comments on it, are not made again.
    listing, script = dump.with_suffix(".list"), dump.with_suffix(".sql")
    listing.write_text("\n".join(line for line in listed.splitlines() if " SCHEMA " not in line))
    how = ["--no-owner", "--no-privileges", f"--use-list={listing}", f"--file={script}"]
    _run([pg_restore, *how, str(dump)], connects=False)
    forget(NEW)
    before, after = dump.with_suffix(".before"), dump.with_suffix(".after")
    wait = f"SET lock_timeout = '{PATIENCE}s';\n"
    before.write_text(f"{wait}CREATE SCHEMA {NEW};\nCREATE SCHEMA {OLD};\n{_move_all(schema, OLD)}")
    after.write_text(f"{_move_all(schema, NEW)}{_move_all(OLD, schema)}DROP SCHEMA {OLD};\n")
    how = ["--set=ON_ERROR_STOP=1", "--no-psqlrc", "--quiet", "--output=/dev/null"]
    files = [f"--file={one}" for one in (before, script, after)]
    try:
        _run([psql, *how, "--single-transaction", *files])
    except Refused as error:
        if "lock timeout" in str(error):
            raise Refused(_held(schema)) from error
        raise
    script.unlink()


def put_in_place() -> None:
    """In one transaction: what is in `NEW` becomes the site, and what was the site is dropped."""
    schema = current_schema()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}s'")
            cursor.execute("SET LOCAL synchronous_commit = on")
            cursor.execute(_drop_all(schema))
            cursor.execute(_move_all(NEW, schema))
            cursor.execute(f"DROP SCHEMA {NEW}")
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != "55P03":
            raise
        raise Refused(_held(schema)) from error


def mark(number: int) -> None:
    """The mark of a restore, which a table takes with it from schema to schema."""
    with connection.cursor() as cursor:
        cursor.execute(f"COMMENT ON TABLE django_migrations IS 'restored {number:d}'")


def is_marked(number: int, schema: str = "") -> bool:
    """Whether a schema, or else the site, has the mark of a restore."""
    table = f"{_quoted(schema or current_schema())}.django_migrations"
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(to_regclass(%s), 'pg_class')", [table])
        return cursor.fetchone()[0] == f"restored {number:d}"


def refuse_others() -> None:
    """Refuse while anyone else is connected: a site that another server runs has no lock here.

    A session outlives its program by a moment. What a pooler keeps open for nobody is none; nor are
    sessions of users of whom ours may not see what they do, such as those that only measure.
    """
    until = time.monotonic() + PATIENCE
    while found := _sessions(OTHERS):
        if time.monotonic() > until:
            raise Refused(
                f"Others are connected to the database of the site: {_named(found)}. Stop the site "
                f"on every server (systemctl stop peaceportal){_way_to_end(found)} and restore "
                "again."
            )
        time.sleep(0.1)


OTHERS = """
    SELECT a.pid FROM pg_stat_activity a
    WHERE a.datname = current_database() AND a.backend_type = 'client backend'
      AND (a.state, a.query) IS DISTINCT FROM ('idle', 'DISCARD ALL')
"""
HOLDERS = """
    SELECT l.pid FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
    WHERE c.relnamespace = %s::regnamespace AND l.granted
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def _held(schema: str) -> str:
    """Who else has the tables of the site open."""
    found = _sessions(HOLDERS, [_quoted(schema)])
    return (
        f"Others hold the tables of the site: {_named(found) or 'they have just let go'}. Stop the "
        f"site{_way_to_end(found)} and restore again."
    )


def _sessions(which: str, values: Sequence[str] = ()) -> list[tuple]:
    """Sessions of others: process, user, program, address, what they do and since when."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT pid, usename, application_name, host(client_addr), state,
                   to_char(COALESCE(xact_start, state_change) AT TIME ZONE 'UTC',
                           'YYYY-MM-DD HH24:MI')
            FROM pg_stat_activity
            WHERE pid <> pg_backend_pid() AND pid IN ({which})
            ORDER BY pid
            """,  # noqa: S608
            values,
        )
        return cursor.fetchall()


def _named(sessions: list[tuple]) -> str:
    return "; ".join(
        f"process {pid} of {user}{f' ({program})' if program else ''}"
        f"{f' from {address}' if address else ''}, {state}, since {since} UTC"
        for pid, user, program, address, state, since in sessions
    )


def _way_to_end(sessions: list[tuple]) -> str:
    if not sessions:
        return ","
    return f", or end it in psql: SELECT pg_terminate_backend({sessions[0][0]});"


def make_schema() -> None:
    forget(NEW)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {NEW}")


def forget(schema: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")


def current_schema() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return cursor.fetchone()[0]


def server_major() -> int:
    connection.ensure_connection()
    return connection.pg_version // 10_000


def program(name: str, least: int) -> str:
    """Where a program of PostgreSQL is: the oldest that is new enough. Refuses in words."""
    places = [shutil.which(name), *DEBIAN.glob(f"*/bin/{name}")]
    versions = {}
    for place in filter(None, places):
        said = _run([str(place), "--version"], connects=False).stdout
        versions.setdefault(int(re.search(r"\) (\d+)", said)[1]), str(place))
    enough = [version for version in versions if version >= least]
    if enough:
        return versions[min(enough)]
    package = f"On Debian: apt install postgresql-client-{least} (from apt.postgresql.org, where "
    package += "Debian's own is older)."
    if versions:
        raise Refused(f"{name} is of version {max(versions)}, older than {least}. {package}")
    raise Refused(f"{name} is missing, which comes with PostgreSQL {least}. {package}")


# Tables, sequences of their own and functions; what belongs to an extension stays where it is.
OBJECTS = """
    SELECT CASE WHEN c.relkind = 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
           quote_ident(c.relname)
    FROM pg_class c
    WHERE c.relnamespace = {schema}::regnamespace AND c.relkind IN ('r', 'p', 'S')
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid
                      AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i', 'e'))
    UNION ALL
    SELECT 'FUNCTION', quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid)
           || ')'
    FROM pg_proc p
    WHERE p.pronamespace = {schema}::regnamespace
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid
                      AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e')
"""


def _move_all(schema: str, to: str) -> str:
    """A statement that moves what it finds when it is run."""
    return _each(schema, f"'ALTER %s %I.%s SET SCHEMA %I', kind, '{schema}', name, '{to}'")


def _drop_all(schema: str) -> str:
    return _each(schema, f"'DROP %s IF EXISTS %I.%s CASCADE', kind, '{schema}', name")


def _each(schema: str, statement: str) -> str:
    found = OBJECTS.replace("{schema}", f"'{_quoted(schema)}'")
    return f"""
        DO $each$ DECLARE kind text; name text; BEGIN
            FOR kind, name IN {found} LOOP EXECUTE format({statement}); END LOOP;
        END $each$;
    """


def _quoted(name: str) -> str:
    return sql.Identifier(name).as_string()


def _run(command: Sequence[str], *, connects: bool = True) -> subprocess.CompletedProcess:
    """Run a program of PostgreSQL on the database of the site; the password is in no argument."""
    environment = dict(os.environ)
    if connects:
        given = connection.get_connection_params()
        known = {each.keyword.decode() for each in psycopg.pq.Conninfo.get_defaults()}
        address = {key: value for key, value in given.items() if key in known and value}
        address.pop("client_encoding", None)
        environment["PGPASSWORD"] = str(address.pop("password", ""))
        command = [*command, f"--dbname={make_conninfo(**address)}"]
    ended = subprocess.run(  # noqa: S603
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if ended.returncode:
        lines = ended.stderr.strip().splitlines() or ["it was stopped"]
        said = next((line for line in lines if "ERROR:" in line), lines[-1])
        raise Refused(f"{Path(command[0]).name} failed: {said}")
    return ended
