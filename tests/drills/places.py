"""What drills share: sites in folders and databases of their own, run as others run them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import psycopg

from tests.on_postgres import programs_installed, server

ROOT = Path(__file__).resolve().parents[2]
SECRET = "of-a-drill-" + "x" * 40


@dataclass
class Place:
    """A site: its code, its folder and its database."""

    folder: Path
    url: str
    code: Path = ROOT

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
        return {
            **kept,
            "PATH": f"{programs_installed()}{os.pathsep}{os.environ['PATH']}",
            "PYTHONUTF8": "1",
            "DJANGO_SETTINGS_MODULE": "peaceportal.settings",
            "DATABASE_URL": self.url,
            "DATA_DIR": str(self.folder),
            "REQUIRE_SECOND_FACTOR": "no",
            "PYTHONPATH": str(self.code),
        }

    def start(self, *arguments: str, **how) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, *arguments], cwd=self.code, env=self.environment, **how
        )

    def manage(self, *arguments: object, ends_with: int = 0) -> str:
        command = [sys.executable, "manage.py", *map(str, arguments)]
        ended = subprocess.run(
            command, cwd=self.code, env=self.environment, capture_output=True, text=True
        )
        if ended.returncode != ends_with:
            raise SystemExit(f"{arguments}: {ended.returncode}\n{ended.stdout}{ended.stderr}")
        return ended.stdout + ended.stderr

    def run(self, module: str, *arguments: object) -> str:
        command = [sys.executable, "-m", module, *map(str, arguments)]
        ended = subprocess.run(
            command, cwd=self.code, env=self.environment, capture_output=True, text=True
        )
        if ended.returncode:
            raise SystemExit(f"{module} {arguments}\n{ended.stdout}{ended.stderr}")
        return ended.stdout


class Places:
    """Makes places, each empty."""

    def __init__(self, folder: Path, postgres: str):
        self.folder, self.postgres, self.made = folder, postgres, 0

    def make(self, kind: str, code: Path = ROOT) -> Place:
        self.made += 1
        folder = self.folder / f"site-{self.made}"
        folder.mkdir(mode=0o700)
        (folder / "secret_key").write_text(SECRET)
        if kind == "sqlite":
            return Place(folder, f"sqlite:///{folder / 'site.sqlite3'}", code)
        name = f"drill_{self.made}"
        parts = urlsplit(self.postgres)
        host = parse_qs(parts.query)["host"][0]
        with psycopg.connect(host=host, user="postgres", dbname="postgres", autocommit=True) as to:
            to.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        return Place(folder, f"postgres://postgres@/{name}?host={quote(host)}", code)

    def clone(self) -> Path:
        """The code as a fresh clone has it."""
        to = self.folder / "clone"
        shutil.rmtree(to, ignore_errors=True)
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(to)], check=True)
        return to

    def wipe(self, place: Place) -> None:
        shutil.rmtree(place.folder)
        if place.url.startswith("postgres"):
            parts = urlsplit(place.url)
            host = parse_qs(parts.query)["host"][0]
            name = parts.path.strip("/")
            to = psycopg.connect(host=host, user="postgres", dbname="postgres", autocommit=True)
            with to:
                to.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def places():
    with (
        tempfile.TemporaryDirectory(prefix="pp-drill-", dir="/tmp") as name,
        server(Path(name)) as url,
    ):
        folder = Path(name)
        folder.chmod(0o711)
        yield Places(folder, url)


def say(words: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {words}", flush=True)
