"""The site as drills start it: as on a server, on a PostgreSQL of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode

from urllib3 import encode_multipart_formdata

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90  # seconds that a server may take to start
PASSWORD = "only-for-drills-1953"


class Site:
    def __init__(self, port: int, process: subprocess.Popen):
        self.port, self.process = port, process

    def ask(self, address: str, method="GET", body=None, headers=None) -> tuple[int, str, bytes]:
        """Status, header lines and content. Raises OSError or HTTPException without an answer."""
        to = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            to.request(method, address, body, headers or {})
            answer = to.getresponse()
            return answer.status, str(answer.headers), answer.read()
        finally:
            to.close()

    def status(self, address: str) -> int:
        """0 where there was no answer at all."""
        try:
            return self.ask(address)[0]
        except (OSError, HTTPException):
            return 0

    def memory(self) -> float:
        """Megabytes of all its processes that no other process shares."""
        pids = [self.process.pid, *children(self.process.pid)]
        return sum(_private(pid) for pid in pids) / 1000


class Desk:
    """Somebody who has signed in and edits."""

    def __init__(self, site: Site, name: str):
        self.site, self.cookies = site, {}
        self.post("/admin/login/", {"login": name, "password": PASSWORD}, first="/admin/login/")

    def get(self, address: str) -> str:
        status, headers, content = self.site.ask(address, headers=self._sent())
        self._take(headers)
        assert status == 200, (address, status)
        return content.decode()

    def post(self, address: str, fields: dict, first: str = "") -> int:
        if first:
            self.get(first)
        return self.send(address, fields)[0]

    def send(self, address: str, fields: dict, files: dict | None = None) -> tuple[int, bytes]:
        """Status and content. Each file is a name, its content and its type."""
        fields = {**fields, "csrfmiddlewaretoken": self.cookies.get("csrftoken", "")}
        if files:
            several = {k: v if isinstance(v, list) else [v] for k, v in fields.items()}
            parts = [(name, one) for name, values in several.items() for one in values]
            body, kind = encode_multipart_formdata([*parts, *files.items()])
        else:
            body, kind = urlencode(fields, True), "application/x-www-form-urlencoded"
        headers = {**self._sent(), "Content-Type": kind}
        status, told, content = self.site.ask(address, "POST", body, headers)
        self._take(told)
        return status, content

    def _sent(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    def _take(self, headers: str) -> None:
        self.cookies |= dict(re.findall(r"^set-cookie: ([^=]+)=([^;]*)", headers, re.M | re.I))


def environment(url: str, folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "peaceportal.settings",
        "DATABASE_URL": url,
        "DATA_DIR": str(folder),
        "SECRET_KEY": "only-for-drills-" + "x" * 40,
        "SITE_URL": "http://127.0.0.1:8000",
        "REQUIRE_SECOND_FACTOR": "no",
        "DEBUG": "no",
    }


@contextmanager
def short_folder():
    """The name of a socket has at most about 100 bytes."""
    with tempfile.TemporaryDirectory(prefix="pp-trouble-", dir="/tmp") as folder:
        yield Path(folder)


def manage(variables: dict, *arguments: str) -> None:
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(command, cwd=ROOT, env=variables, check=True, stdout=subprocess.DEVNULL)


def python(variables: dict, code: str) -> str:
    """What it prints."""
    command = [sys.executable, "-c", f"import django\ndjango.setup()\n{code}"]
    how = {"cwd": ROOT, "env": variables, "stdout": subprocess.PIPE, "text": True}
    return subprocess.run(command, check=True, **how).stdout


def fill(variables: dict, staff: int = 1) -> None:
    """The first content, the static files and some who may edit."""
    manage(variables, "migrate", "-v0")
    manage(variables, "load_content")
    manage(variables, "collectstatic", "-v0", "--no-input")
    python(
        variables,
        "from peaceportal.core.models import User\n"
        f"for number in range({staff}):\n"
        f"    User.objects.create_superuser(f'drill{{number}}', '', {PASSWORD!r})\n",
    )


@contextmanager
def running(variables: dict, workers: int = 1, log=subprocess.DEVNULL):
    """A site whose processes have begun to answer, in whatever words."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"]
    command += ["--log-level", "error", "--workers", str(workers), "--blocking-threads", "4"]
    command += ["--workers-kill-timeout", "30"]
    command += ["--port", str(port), "peaceportal.workers:application"]
    process = subprocess.Popen(command, cwd=ROOT, env=variables, stderr=log)
    site = Site(port, process)
    try:
        until = time.monotonic() + PATIENCE
        while not site.status("/healthz"):
            assert process.poll() is None, "The site did not start."
            assert time.monotonic() < until, "The site did not answer."
            time.sleep(0.1)
        yield site
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


class Load:
    """Asks so many times a second, each request in a thread of its own, and notes the answers."""

    def __init__(self, site: Site, addresses: list[str], per_second: float):
        self.site, self.addresses, self.per_second = site, addresses, per_second
        self.answers: list[tuple[float, float, int, str]] = []  # began, took, status, address
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self):
        self._clock = threading.Thread(target=self._go_on)
        self._clock.start()
        return self

    def __exit__(self, *_error):
        self._ended.set()
        self._clock.join()
        for thread in self._threads:
            thread.join()

    def _go_on(self) -> None:
        start, number = time.monotonic(), 0
        while not self._ended.wait(max(0, start + number / self.per_second - time.monotonic())):
            address = self.addresses[number % len(self.addresses)]
            thread = threading.Thread(target=self._ask, args=(address,))
            thread.start()
            self._threads.append(thread)
            number += 1

    def _ask(self, address: str) -> None:
        began = time.monotonic()
        status = self.site.status(address)
        self.answers.append((began, time.monotonic() - began, status, address))


def children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found += [child, *children(child)]
    return found


def _private(pid: int) -> int:
    """Kilobytes."""
    with suppress(OSError):
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        return sum(map(int, re.findall(r"^Private_\w+:\s+(\d+) kB", text, re.M)))
    return 0


def verdict(name: str, failures: list[str]) -> int:
    for failure in failures:
        print(f"FAILED: {failure}")
    print(f"{name}: {'did not hold' if failures else 'holds'}.", flush=True)
    return 1 if failures else 0
