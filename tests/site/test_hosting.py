"""What lies in `docs/hosting`: units that systemd takes, and proxies in front of the site."""

import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from peaceportal import environment, serve
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
    assert len(units) == 7
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


@pytest.mark.parametrize("name", ["install", "peaceportal", "rollback", "upgrade"])
def test_programs_of_the_guide_are_what_a_shell_takes(name):
    assert os.access(FOLDER / name, os.X_OK)
    said = subprocess.run(["sh", "-n", FOLDER / name], capture_output=True, text=True)
    assert (said.returncode, said.stderr) == (0, "")


STAND_INS = {
    "systemctl": 'echo "systemctl $*"',
    "peaceportal": 'echo "peaceportal $*"; [ "$1" = wait ] || [ "$1" = restore ] || : > "$2"',
    "date": "echo made-$(ls {backups} | wc -l)",
    "curl": 'printf "%s\\n" "$@"',
}


class Installed:
    """A server with the programs of the guide, in a folder; what they call is stood in for."""

    def __init__(self, folder):
        self.folder, self.code, self.backups = folder, folder / "opt", folder / "backups"
        self.origin, self.note = folder / "origin", folder / "etc" / "before-upgrade"
        for made in (self.backups, self.note.parent, folder / "bin", self.origin / "docs/hosting"):
            made.mkdir(parents=True)
        for name, lines in STAND_INS.items():
            stand_in = folder / "bin" / name
            stand_in.write_text(f"#!/bin/sh\n{lines.replace('{backups}', str(self.backups))}\n")
            stand_in.chmod(0o755)
        self.git("init", "--quiet", "--initial-branch=main", ".")
        self.release("1")
        self.git("clone", "--quiet", str(self.origin), str(self.code))

    def git(self, *arguments):
        who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        subprocess.run(["git", *who, *arguments], cwd=self.origin, check=True, capture_output=True)

    def release(self, version, *, installs="true"):
        (self.origin / "version").write_text(version)
        (self.origin / "docs/hosting/install").write_text(f"{installs}\n")
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", version)
        self.git("tag", version)

    def run(self, name, *arguments):
        """Whether that program came to its end."""
        places = {"/opt/peaceportal": self.code, "/etc/peaceportal": self.note.parent}
        places["/var/backups/peaceportal"] = self.backups
        text = (FOLDER / name).read_text()
        for ours, here in places.items():
            text = text.replace(ours, str(here))
        (self.folder / name).write_text(text)
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        ended = subprocess.run(
            ["sh", self.folder / name, *arguments],
            env={"PATH": path, "HOME": str(self.folder)},
            capture_output=True,
            text=True,
        )
        self.said = ended.stdout + ended.stderr
        return ended.returncode == 0

    @property
    def version(self):
        return (self.code / "version").read_text()


@pytest.fixture
def installed(tmp_path):
    return Installed(tmp_path)


def test_rollback_goes_back_to_before_the_upgrade(installed):
    assert installed.run("upgrade"), "to what is there"
    assert not installed.run("rollback") and "nothing to go back to" in installed.said
    installed.release("2")
    assert installed.run("upgrade") and installed.version == "2"
    assert installed.run("upgrade"), "a needless one"
    assert installed.run("rollback") and installed.version == "1"
    assert f"restore --replace {installed.backups}/before-upgrade-made-1.tar" in installed.said


def test_rollback_goes_back_to_before_the_first_upgrade_that_failed(installed):
    installed.release("2", installs="exit 1")
    assert not installed.run("upgrade")
    assert "run “rollback” beside it" in installed.said
    assert not installed.run("upgrade"), "tried again"
    installed.release("3")
    assert installed.run("upgrade")
    assert "An earlier upgrade did not come to its end" in installed.said
    assert installed.version == "3"
    assert installed.run("rollback") and installed.version == "1"
    assert f"restore --replace {installed.backups}/before-upgrade-made-0.tar" in installed.said

    # That is the end of it: the next one is noted anew.
    assert installed.run("upgrade") and installed.run("rollback")
    assert "before-upgrade-made-0.tar" not in installed.said


def test_folder_of_the_sites_user_says_nothing_to_root(installed):
    target = installed.folder / "of-root"
    (installed.backups / "before-upgrade").symlink_to(target)
    installed.release("2")
    assert installed.run("upgrade") and installed.run("rollback")
    assert not target.exists() and installed.version == "1"


@pytest.mark.parametrize(
    ("site", "host", "name", "at"),
    [
        ("https://peace.example.org", "", "peace.example.org", "127.0.0.1:8000"),
        ("https://peace.example.org/", "10.0.0.11", "peace.example.org", "10.0.0.11:8000"),
        ("https://peace.example.org:444/", "::1", "peace.example.org:444", "[::1]:8000"),
        ("https://peace.example.org", "[::1]", "peace.example.org", "[::1]:8000"),
    ],
)
def test_site_is_waited_for_by_its_name_and_where_it_listens(installed, site, host, name, at):
    settings = installed.note.with_name("settings.env")
    settings.write_text(f"SITE_URL={site}\nHOST='{host}'\n")
    assert installed.run("peaceportal", "wait")
    asked = installed.said.splitlines()
    assert f"Host: {name}" in asked and f"http://{at}/healthz" in asked


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
            (r"listen 80\b", f"listen 127.0.0.1:{http}"),
            (r"listen 443\b", f"listen 127.0.0.1:{https}"),
            ("/var/log/nginx", str(certificate)),
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
        wait_for(https)
        return http, https

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
def caddy(tmp_path):
    """Starts Caddy with our file, for plain http, in front of a port, and gives its port."""
    started = []

    def start(port):
        [http] = free_ports(1)
        text = (FOLDER / "Caddyfile").read_text()
        for ours, theirs in (
            (r"^peace\.example\.org {", f"http://{SITE}:{http} {{\n\tbind 127.0.0.1"),
            (r"127\.0\.0\.1:8000", f"127.0.0.1:{port}"),
            (r"^{$", "{\n\tadmin off"),
        ):
            text, changed = re.subn(ours, theirs, text, flags=re.MULTILINE)
            assert changed, ours
        (tmp_path / "Caddyfile").write_text(text)
        command = [program("caddy"), "run", "--config", tmp_path / "Caddyfile"]
        home = {**os.environ, "HOME": str(tmp_path)}
        log = (tmp_path / "caddy.log").open("w")
        started.append(subprocess.Popen(command, env=home, stderr=log))
        wait_for(http)
        return http

    yield start
    for running in started:
        running.terminate()
        running.wait()


def wait_for(port):
    until = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            assert time.monotonic() < until
            time.sleep(0.05)
        else:
            return


class Echo(BaseHTTPRequestHandler):
    """Says which headers it was sent, by the names that a site knows them by."""

    def do_GET(self):
        told = [(name.upper().replace("-", "_"), value) for name, value in self.headers.items()]
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *said):
        pass


@pytest.fixture
def echo():
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as told:
        threading.Thread(target=told.serve_forever, daemon=True).start()
        yield told.server_address[1]
        told.shutdown()


FORGED = [
    *("X-Forwarded-For", "X_Forwarded_For", "X_Forwarded-For", "X-Forwarded_For"),
    *("X-Forwarded-Proto", "X_Forwarded_Proto", "x_forwarded-proto", "X-Forwarded_Proto"),
    *("X-Request-ID", "X_Request_ID", "X-Request_ID", "X_Request-Id"),
]


@pytest.mark.parametrize("behind", ["caddy", "nginx"])
def test_visitors_cannot_write_what_a_proxy_says_of_them(behind, request, echo, certificate):
    lie = dict.fromkeys(FORGED, "192.0.2.66")
    if behind == "caddy":
        port = request.getfixturevalue("caddy")(echo)
        status, _, text = ask(port, "/", headers=lie)
    else:
        _, port = request.getfixturevalue("proxy")(echo)
        status, _, text = ask(port, "/", trusted=certificate, headers=lie)
    told = json.loads(text)
    assert status == 200
    assert not [pair for pair in told if "192.0.2.66" in pair[1]]
    names = [name for name, _ in told]
    assert names.count("X_FORWARDED_FOR") == 1
    assert dict(told)["X_FORWARDED_FOR"] == "127.0.0.1"
    assert dict(told)["X_FORWARDED_PROTO"] == ("http" if behind == "caddy" else "https")
    assert names.count("X_REQUEST_ID") == 1


PATIENT = """
def application(environ, start_response):
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return (b"x" * 65536 for _ in range(256)) if environ["PATH_INFO"] == "/file" else [b"ok"]
"""
FEWEST = serve.MOST_THREADS // serve.MOST_WORKERS  # threads that a start gives a worker


@pytest.fixture
def patient(tmp_path):
    """A site that waits for whoever sends and reads, as ours does, with as many threads."""
    (tmp_path / "patient.py").write_text(PATIENT)
    [port] = free_ports(1)
    command = [sys.executable, "-m", "granian", *serve.ALWAYS, "--log-level", "error"]
    command += ["--blocking-threads", str(FEWEST), "--port", str(port), "patient:application"]
    running = subprocess.Popen(command, cwd=tmp_path)
    wait_for(port)
    yield port
    running.terminate()
    running.wait()


@pytest.mark.parametrize("behind", ["caddy", "nginx"])
def test_slow_readers_and_senders_stop_nobody_else(behind, request, patient, certificate):
    if behind == "caddy":
        port, trusted = request.getfixturevalue("caddy")(patient), None
    else:
        (_, port), trusted = request.getfixturevalue("proxy")(patient), certificate
    head = f"HTTP/1.1\r\nHost: {SITE}\r\n"
    with ExitStack() as slow:

        def begin(text):
            one = slow.enter_context(connected(port, trusted))
            one.sendall(text.encode())
            return one

        for _ in range(2 * FEWEST):
            begin(f"POST /admin/login/ {head}Content-Length: 900000\r\n\r\nlogin=")
        for _ in range(FEWEST - 2):
            assert begin(f"GET /file {head}\r\n").recv(12) == b"HTTP/1.1 200"
        for _ in range(10):
            assert ask(port, "/", trusted=trusted)[::2] == (200, "ok")


def connected(port, trusted):
    """A connection that takes in little of what is not read."""
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plain.settimeout(60)
    plain.connect(("127.0.0.1", port))
    if not trusted:
        return plain
    context = ssl.create_default_context(cafile=trusted / "fullchain.pem")
    return context.wrap_socket(plain, server_hostname=SITE)


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
