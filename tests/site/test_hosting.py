"""What lies in `docs/hosting`: units that systemd takes, and proxies in front of the site."""

import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from http.client import HTTPConnection, HTTPSConnection

import pytest

from peaceportal import environment
from tests.drills.hosting import GUIDE, OURS, WAY, commands
from tests.factories import make_event
from tests.site.test_processes import ROOT, database_url, server  # noqa: F401

FOLDER = ROOT / "docs" / "hosting"
SITE = "peace.example.org"


def program(name):
    """The path of a program; where all are required, its lack is an error."""
    found = shutil.which(name, path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
    if not found and os.environ.get("REQUIRE_PROGRAMS") == "1":
        pytest.fail(f"REQUIRE_PROGRAMS is set, but {name} is not installed.")
    return found or pytest.skip(f"{name} is not installed")


def test_units_are_what_systemd_takes(tmp_path):
    for unit in [*FOLDER.glob("*.service"), *FOLDER.glob("*.timer")]:
        text = unit.read_text()
        assert "/opt/peaceportal/" in text or unit.suffix == ".timer"
        (tmp_path / unit.name).write_text(
            text.replace("/opt/peaceportal/.venv/bin/python", sys.executable)
        )
    units = sorted(tmp_path.iterdir())
    assert len(units) == 5
    verify = [program("systemd-analyze"), "verify", "--man=no", *units]
    said = subprocess.run(verify, capture_output=True, text=True)
    assert (said.returncode, said.stderr) == (0, "")


def test_settings_of_the_example_are_settings_of_the_site():
    text = (FOLDER / "settings.env").read_text()
    names = re.findall(r"^#?([A-Z_]+)=", text, flags=re.MULTILINE)
    assert {"SITE_URL", "DATA_DIR", "DATABASE_URL"} < set(names) <= set(environment.NAMES)


def test_guide_leads_a_drill_through_commands_and_names_files_that_are_there():
    text = GUIDE.read_text()
    blocks = commands(text)
    for heading in WAY:
        assert any(blocks[heading]), heading
    said = [line for block in blocks["1. The program"] for line in block]
    assert {line.partition("=")[0] for line in said if "=" in line.split()[0]} == set(OURS)
    for path in re.findall(r"/opt/peaceportal/(docs/hosting/[\w.-]+)", text):
        assert (ROOT / path).is_file(), path


def test_caddy_takes_its_file(tmp_path):
    check = [program("caddy"), "validate", "--adapter", "caddyfile", "--config"]
    said = subprocess.run(
        [*check, FOLDER / "Caddyfile"],
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert said.returncode == 0, said.stderr


@pytest.fixture
def certificate(tmp_path):
    make = [program("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt"]
    make += ["ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", f"/CN={SITE}"]
    make += ["-addext", f"subjectAltName=DNS:{SITE}"]
    make += ["-keyout", tmp_path / "privkey.pem", "-out", tmp_path / "fullchain.pem"]
    subprocess.run(make, check=True, capture_output=True)
    return tmp_path


def free_ports(number):
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


@pytest.fixture
def proxy(certificate):
    """Starts nginx with our file, in front of a port, and gives its ports for http and https."""
    started = []

    def start(port):
        http, https = free_ports(2)
        site = (FOLDER / "nginx.conf").read_text()
        for ours, theirs in (
            (r"^ *listen \[::\].*$", ""),
            (r"listen 80;", f"listen 127.0.0.1:{http};"),
            (r"listen 443 ", f"listen 127.0.0.1:{https} "),
            (f"/etc/letsencrypt/live/{SITE}", str(certificate)),
            (r"127\.0\.0\.1:8000", f"127.0.0.1:{port}"),
        ):
            site, changed = re.subn(ours, theirs, site, flags=re.MULTILINE)
            assert changed, ours
        whole = certificate / "whole.conf"
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        folders = "\n".join(f"{kind}_temp_path {certificate}/{kind};" for kind in kinds)
        whole.write_text(
            f"pid {certificate}/pid; worker_processes 1; daemon off; error_log {certificate}/log;\n"
            f"events {{}}\nhttp {{ access_log off; {folders}\n{site} }}"
        )
        command = [program("nginx"), "-p", certificate, "-c", whole, "-e", certificate / "log"]
        subprocess.run([*command, "-t"], check=True, capture_output=True)
        started.append(subprocess.Popen(command))
        until = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", https)).close()
                return http, https
            except OSError:
                assert time.monotonic() < until, (certificate / "log").read_text()
                time.sleep(0.05)

    yield start
    for running in started:
        running.terminate()
        running.wait()


def ask(port, address, *, method="GET", trusted=None, headers=None, body=None):
    """What a visitor gets from a proxy: over https with the folder of the certificate it trusts."""
    if trusted:
        context = ssl.create_default_context(cafile=trusted / "fullchain.pem")
        to = HTTPSConnection("127.0.0.1", port, context=context, timeout=60)
        to._create_connection = lambda *args: socket.create_connection(("127.0.0.1", port), 60)
        to.host = SITE  # the name that the certificate is for
    else:
        to = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        to.request(method, address, body=body, headers={"Host": SITE, **(headers or {})})
        answer = to.getresponse()
        return answer.status, answer.headers, answer.read().decode()
    finally:
        to.close()


@pytest.fixture
def event():
    return make_event(title="Round of talks", slug="talks")


@pytest.mark.django_db(transaction=True)
@pytest.mark.one_database
def test_site_stands_behind_nginx(event, proxy, certificate, database_url, tmp_path):  # noqa: F811
    settings = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": database_url,
        "DATA_DIR": str(tmp_path),
        "SECRET_KEY": "of-a-test-" + "x" * 40,
        "ALLOWED_HOSTS": f"{SITE},127.0.0.1",
        "SITE_URL": f"https://{SITE}",
        "TRUST_PROXY": "yes",
    }
    with server(settings) as port:
        http, https = proxy(port)
        status, headers, _ = ask(http, "/timeline.json?page=1")
        assert (status, headers["Location"]) == (301, f"https://{SITE}/timeline.json?page=1")

        status, headers, text = ask(
            https,
            "/timeline.json",
            trusted=certificate,
            headers={"X-Forwarded-Proto": "http", "X-Forwarded-For": "192.0.2.1"},
        )
        assert status == 200, "what a visitor says of the scheme went through"
        found = json.loads(text)
        assert found["results"][0]["url"] == f"https://{SITE}/timeline/talks/"
        assert headers["Strict-Transport-Security"]
        tag = {"If-None-Match": headers["ETag"]}
        assert ask(https, "/timeline.json", trusted=certificate, headers=tag)[0] == 304

    status, headers, text = ask(https, "/timeline.json", trusted=certificate)
    assert (status, headers["Retry-After"]) == (503, "30")
    assert "started anew" in text
    assert headers["Cache-Control"] == "no-store"
