"""Times what the site promises to do quickly, on a made world of many events: `make bench`.

    python -m tests.benchmarks [--events 100000] [--database sqlite|postgresql] [--keep FOLDER]

Medians of several runs through the whole of Django, in one process; “x bare” is how often as long
as a request that only asks whether the database answers. A folder that is kept spares the next run
from making the world again.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from tests.on_postgres import server

DATABASES = ["sqlite", "postgresql"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--database", choices=DATABASES, action="append")
    parser.add_argument("--keep", metavar="FOLDER")
    parser.add_argument("--index", action="store_true", help="make the index of a kept world anew")
    asked = parser.parse_args()
    for database in asked.database or DATABASES:
        print(f"== {asked.events} events on {database}", flush=True)
        with folder(asked.keep) as place, address(database, place) as url:
            command = [sys.executable, "-m", "tests.benchmarks.measure", str(asked.events)]
            command += ["index"] if asked.index else []
            if failed := subprocess.call(command, env=os.environ | {"DATABASE_URL": url}):
                return failed
    return 0


@contextmanager
def folder(kept: str | None):
    if kept:
        Path(kept).mkdir(parents=True, exist_ok=True)
        yield Path(kept).resolve()
    else:
        with tempfile.TemporaryDirectory(prefix="pp-bench-", dir="/tmp") as made:
            yield Path(made)


@contextmanager
def address(database: str, place: Path):
    if database == "sqlite":
        yield f"sqlite:///{place / 'bench.sqlite3'}"
    else:
        with server(place) as url:
            yield url


if __name__ == "__main__":
    sys.exit(main())
