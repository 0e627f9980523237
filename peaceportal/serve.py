"""Make the site ready and serve it: `make run`, and with `--dev` also `make dev`.

With `--unattended`, for a service manager, an empty database stays empty: no first content, and no
first account, whose password would stand in a log. With `--check` it only says whether the address
is free. That part runs before anything is installed, so nothing beyond the standard library is
imported at the top.
"""

from __future__ import annotations

import argparse
import errno
import hashlib
import ipaddress
import os
import secrets
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, NoReturn

BASE_DIR = Path(__file__).resolve().parent.parent
ALWAYS = ["--interface", "wsgi", "--no-ws"]  # whatever else is said to granian
MOST_WORKERS = 4  # each takes 60 to 130 MB; GRANIAN_WORKERS in the environment says otherwise
# Each who reads a large file slowly holds a thread. One takes 2 to 4 MB when it has worked, and a
# connection to PostgreSQL, which has 100. Of as many granian warns, as if all of them computed:
# so its errors alone are shown.
MOST_THREADS = 32
MOST_OF_A_WORKER = 16

MIGRATING = 7_330_117  # the number of the lock, which nothing else in the database takes


class Address(NamedTuple):
    host: str
    port: int

    @property
    def url(self) -> str:
        """Where a browser on this machine reaches it: 0.0.0.0 is where one listens, not goes."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104
        return f"http://{_bracketed(host)}:{self.port}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m peaceportal.serve", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only see whether the address is free")
    parser.add_argument("--dev", action="store_true", help="serve with debug pages and reloading")
    parser.add_argument(
        "--unattended", action="store_true", help="make no first content and no first account"
    )
    options = parser.parse_args()
    address = address_from_environment()
    refuse_if_taken(address)
    if not options.check:
        set_environment(address, debug=options.dev)
        make_ready(static=not options.dev, first=not options.unattended)
        serve(address, debug=options.dev)


def address_from_environment() -> Address:
    host = os.environ.get("HOST", "").strip().strip("[]") or "127.0.0.1"
    port = os.environ.get("PORT", "").strip() or "8000"
    if not (port.isascii() and port.isdecimal() and 1 <= int(port) <= 65535):
        _stop(f"PORT is “{port}”; write a number from 1 to 65535.")
    return Address(host, int(port))


def refuse_if_taken(address: Address) -> None:
    host, port = address
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            _stop(f"port {port} is in use. Choose another, for example PORT={_another(port)}.")
        if error.errno == errno.EACCES:
            _stop(f"port {port} is not open to you. Choose one above 1023, for example PORT=8000.")
        _stop(f"HOST is “{host}”, which is not an address of this machine.")


def set_environment(address: Address, *, debug: bool) -> None:
    """Fill in what is not set: the address of the site, and a secret of its own."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "peaceportal.settings"
    os.environ["DEBUG"] = "yes" if debug else "no"
    _default("SITE_URL", address.url)
    if os.environ["SITE_URL"].startswith("http://"):
        _default("REQUIRE_SECOND_FACTOR", "no")  # this machine alone reaches it
    _default("DATA_DIR", str(BASE_DIR / "var"))
    data = Path(os.environ["DATA_DIR"])
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not os.environ.get("SECRET_KEY", "").strip():
        make_secret(data / "secret_key")


def make_secret(path: Path) -> None:
    """A random secret that its owner alone can read, whole from the first moment it is there.

    One that is there already is kept: without it nobody stays signed in.
    """
    if path.is_file():
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(50) + "\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another start was a moment faster
    else:
        _say(f"Made a secret key in {_short(path)}")
    finally:
        draft.unlink()


def make_ready(*, static: bool, first: bool) -> None:
    """Everything that can have changed since the last start, one line each."""
    import django
    from django.core.management import call_command
    from django.db import DatabaseError, OperationalError, connections

    django.setup()
    from peaceportal.core import upgrades
    from peaceportal.core.backups import journal, known

    if not journal.hold_while_serving():
        _stop("a restore is running here. Wait until it has ended.")
    try:
        reason = upgrades.reason_not_to_serve()
    except DatabaseError:
        reason = ""  # migrating says more
    if reason:
        _stop(reason)
    try:
        migrate()
    except OperationalError as error:
        sentence = (str(error).strip().splitlines() or [""])[0]
        if not may_come_back(sentence):
            _stop(f"the database does not answer: {sentence}")
        _say(f"The database does not answer: {sentence}")
        _say("The site starts without it and answers 503 until it is back. After an upgrade, start")
        _say("it again then: the database is brought up to date at a start.")
    except DatabaseError as error:
        _stop(f"the database cannot be used: {error}. See “manage.py doctor”.")
    else:
        known.remember()
        if first:
            call_command("load_content")
            call_command("first_staff")
    if static:
        collect_static()
    connections.close_all()


def may_come_back(sentence: str) -> bool:
    """Whether a server of a database is only off; a wrong name or password stays wrong."""
    is_server = "connection" in sentence or "resolve host" in sentence
    is_refused = "FATAL" in sentence and not any(
        word in sentence for word in ("starting up", "shutting down", "recovery", "too many")
    )
    return is_server and not is_refused


def migrate() -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    with one_at_a_time():
        executor = MigrationExecutor(connection)
        steps = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        call_command("migrate", verbosity=0, interactive=False)
    done = f"{steps} migration{'' if steps == 1 else 's'} applied" if steps else "up to date"
    _say(f"The database is ready: {done}.")


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let servers that start together on one PostgreSQL migrate it one after the other."""
    from django.db import connection

    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATING])


def collect_static() -> None:
    """Compressing takes seconds, so it is done only where a file has changed."""
    from django.conf import settings
    from django.contrib.staticfiles import finders
    from django.core.management import call_command

    root = Path(settings.STATIC_ROOT)
    files = [settings.STORAGES["staticfiles"]["BACKEND"]]
    for finder in finders.get_finders():
        for name, storage in finder.list([]):
            facts = Path(storage.path(name)).stat()
            files.append(f"{name} {facts.st_size} {facts.st_mtime_ns}")
    now = hashlib.sha256("\n".join(sorted(files)).encode()).hexdigest()
    seen = root.with_name("static.sha256")
    if seen.is_file() and seen.read_text() == now and (root / "staticfiles.json").is_file():
        _say("The static files are up to date.")
        return
    call_command("collectstatic", verbosity=0, interactive=False)
    seen.write_text(now)
    _say(f"Collected and compressed {len(files) - 1} static files.")


def serve(address: Address, *, debug: bool) -> NoReturn:
    """Become the server, so that Ctrl-C and signals reach it and nothing in between."""
    from django.conf import settings

    host, port = address
    if not debug and not settings.IS_HTTPS and not _is_loopback(host):
        _say("Plain http answers this machine alone. For others, set SITE_URL to an https address.")
    _say("")
    _say(f"Peace Portal is at  {settings.SITE_URL}/")
    _say(f"Staff sign in at    {settings.SITE_URL}/admin/")
    _say("Ctrl-C ends it.")
    _say("")
    if debug:
        command = ["manage.py", "runserver", f"{_bracketed(host)}:{port}"]
        os.chdir(BASE_DIR)
    else:
        workers = min(os.cpu_count() or 1, MOST_WORKERS)
        _default("GRANIAN_WORKERS", str(workers))
        _default("GRANIAN_BLOCKING_THREADS", str(min(MOST_THREADS // workers, MOST_OF_A_WORKER)))
        _default("GRANIAN_LOG_LEVEL", "error")
        _default("GRANIAN_WORKERS_KILL_TIMEOUT", "30")  # seconds that running requests may take
        command = ["-m", "granian", *ALWAYS, "--respawn-failed-workers"]
        command += ["--host", host, "--port", str(port), "peaceportal.workers:application"]
    os.execv(sys.executable, [sys.executable, *command])  # noqa: S606


def _default(name: str, value: str) -> None:
    """Set a variable of the environment that is missing or empty."""
    if not os.environ.get(name, "").strip():
        os.environ[name] = value


def _another(port: int) -> int:
    return port + 1 if port < 65535 else 8000


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _short(path: Path) -> Path:
    return path.relative_to(BASE_DIR) if path.is_relative_to(BASE_DIR) else path


def _say(line: str) -> None:
    print(line, flush=True)


def _stop(sentence: str) -> NoReturn:
    sys.exit(f"Peace Portal cannot start: {sentence}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
