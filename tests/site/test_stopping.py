"""A site that is told to end lets requests end that run, and takes no new ones."""

import signal
import socket
import subprocess
import sys
import threading
import time
from http.client import HTTPConnection
from pathlib import Path

import pytest

from peaceportal import serve

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds, on a busy machine


def wait_for(is_so):
    until = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.02)


def is_open(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "tests.settings")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # what is killed leaves its folders behind
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "granian", *serve.ALWAYS, "--log-level", "error"]
    command += ["--port", str(port), "tests.slow:application"]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        wait_for(lambda: is_open(port) or process.poll() is not None)
        yield port, process
    finally:
        process.kill()
        process.wait()


def test_running_request_ends_and_no_other_begins(site, tmp_path):
    port, process = site
    answers = []

    def ask():
        to = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        to.request("GET", "/healthz-slow")
        answer = to.getresponse()
        answers.append((answer.status, answer.read()))

    asking = threading.Thread(target=ask)
    asking.start()
    wait_for((tmp_path / "began").exists)
    process.send_signal(signal.SIGTERM)
    wait_for(lambda: not is_open(port))
    assert not answers
    (tmp_path / "go-on").touch()
    asking.join()
    assert answers == [(200, b"whole " * 50_000)]
    assert process.wait(PATIENCE) == 0
