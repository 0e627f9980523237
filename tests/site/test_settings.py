"""Odd settings stop the start with one sentence. Each start is a process of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from peaceportal import environment

ROOT = Path(__file__).resolve().parent.parent.parent
SECRET = "only-for-tests-" + "".join(chr(97 + number % 26) for number in range(60))


def manage(folder, *arguments, **variables):
    """Run manage.py with nothing set but `variables`; its data folder is `folder`."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = {"PYTHONUTF8": "1", "DATA_DIR": str(folder)} | variables
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=kept | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({}, "SECRET_KEY is missing."),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too short."),
        ({"SECRET_KEY": SECRET, "DEBUG": "maybe"}, "DEBUG is “maybe”; write yes or no."),
        ({"SECRET_KEY": SECRET, "DATABASE_URL": "nonsense"}, "DATABASE_URL cannot be read."),
        ({"SECRET_KEY": SECRET, "DATABASE_URL": "mysql://host/name"}, "DATABASE_URL cannot be"),
        ({"SECRET_KEY": SECRET, "SITE_URL": "peace.example.org"}, "SITE_URL is “peace.example"),
        ({"SECRET_KEY": SECRET, "SITE_URL": "http://peace.example.org"}, "plain http serves this"),
        ({"SECRET_KEY": SECRET, "TIME_ZONE": "Mars/Base"}, "TIME_ZONE is “Mars/Base”"),
        ({"SECRET_KEY": SECRET, "EMAIL_URL": "nonsense"}, "EMAIL_URL cannot be read."),
        ({"SECRET_KEY": SECRET, "SENTRY_DSN": "nonsense"}, "SENTRY_DSN cannot be read."),
        ({"SECRET_KEY": SECRET, "PROXY_ADDRESS_HEADER": "X_Real"}, "PROXY_ADDRESS_HEADER is “X_"),
        ({"SECRET_KEY": SECRET, "PAGE_CACHE_MB": "-1"}, "write a whole number from 0."),
        ({"SECRET_KEY": SECRET, "SIGN_INS_KEPT_DAYS": "0"}, "write a whole number from 1."),
        (
            {
                "SECRET_KEY": SECRET,
                "REQUIRE_SECOND_FACTOR": "no",
                "SITE_URL": "https://peace.example.org",
            },
            "REQUIRE_SECOND_FACTOR may be no only where SITE_URL is plain http",
        ),
        (
            {
                "SECRET_KEY": SECRET,
                "REQUIRE_SECOND_FACTOR": "no",
                "SITE_URL": "http://peace.example.org",
                "DEBUG": "yes",
            },
            "REQUIRE_SECOND_FACTOR may be no only where SITE_URL is plain http",
        ),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else None,
)
def test_start_stops_with_one_sentence(tmp_path, variables, sentence):
    ended = manage(tmp_path, "check", **variables)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert re.fullmatch(r"Peace Portal cannot start: .+\n", ended.stderr)
    assert sentence in ended.stderr
    assert SECRET not in ended.stderr


def test_start_takes_the_secret_that_make_run_made(tmp_path):
    (tmp_path / "secret_key").write_text(SECRET + "\n")
    ended = manage(tmp_path, "check")
    assert ended.returncode == 0, ended.stderr


def test_deployment_check_of_an_https_site_has_nothing_to_say(tmp_path):
    ended = manage(
        tmp_path,
        "check",
        "--deploy",
        "--fail-level=WARNING",
        SECRET_KEY=SECRET,
        SITE_URL="https://peace.example.org",
    )
    assert ended.returncode == 0, ended.stderr
    assert "WARNING" not in ended.stderr


def test_readme_lists_every_variable_that_is_read():
    read = set()
    for name in ("settings.py", "serve.py"):
        code = (ROOT / "peaceportal" / name).read_text()
        read |= set(re.findall(r'(?:environment|env)\.\w+\(\s*"([A-Z][A-Z_]+)"', code))
        read |= set(re.findall(r'environ\.get\("([A-Z][A-Z_]+)"', code))
    listed = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "README.md").read_text(), re.M))
    assert {"SECRET_KEY", "DATA_DIR", "SITE_URL", "PORT"} <= read
    assert listed == read == set(environment.NAMES)
    assert set(environment.SECRET_NAMES) <= read


def test_no_variable_from_outside_reaches_the_tests():
    cleared = set(re.findall(r"-u ([A-Z_]+)", (ROOT / "Makefile").read_text()))
    assert cleared >= set(environment.NAMES) - {"HOST", "PORT"}


def test_folders_may_be_named_from_where_the_command_is_run(tmp_path):
    here = Path(os.path.relpath(tmp_path, ROOT))
    named = {"SECRET_KEY": SECRET, "BACKUP_DIR": str(here / "backups")}
    assert manage(here, "migrate", "--verbosity", "0", **named).returncode == 0
    said = manage(here, "backup", "--keep", "1", **named).stdout
    [kept] = (tmp_path / "backups").glob("*.tar")
    assert kept.name in said and "Removed" not in said
    assert (tmp_path / "peaceportal.sqlite3").is_file()
