"""Settings from the environment: read by type, and a plain sentence where one is odd or missing."""

from __future__ import annotations

import os
import re
import secrets
import sys
import warnings
from email.utils import parseaddr
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import environ

env = environ.Env()

# Every variable that is read, here or by `serve.py`: a backup keeps those that are set. The values
# of the second list may hold passwords: it keeps them apart.
NAMES = [
    "ALLOWED_HOSTS",
    "BACKUP_DIR",
    "CORRECTIONS_EMAIL",
    "DATABASE_URL",
    "DATA_DIR",
    "DEBUG",
    "DEFAULT_FROM_EMAIL",
    "EMAIL_URL",
    "HOST",
    "OPERATOR_EMAIL",
    "PAGE_CACHE_MB",
    "PORT",
    "PROXY_ADDRESS_HEADER",
    "PUBLIC_QUERY_SECONDS",
    "REQUIRE_SECOND_FACTOR",
    "SECRET_KEY",
    "SENTRY_DSN",
    "SIGN_INS_KEPT_DAYS",
    "SITE_URL",
    "SLOW_QUERY_MS",
    "SLOW_REQUEST_MS",
    "TIME_ZONE",
    "TRUST_PROXY",
]
SECRET_NAMES = ["DATABASE_URL", "EMAIL_URL", "SECRET_KEY", "SENTRY_DSN"]

YES = {"1", "true", "yes", "on"}
NO = {"0", "false", "no", "off"}


def stop(sentence: str) -> NoReturn:
    """End the start with one sentence, and no traceback."""
    sys.exit(f"Peace Portal cannot start: {sentence}")


def is_restoring() -> bool:
    """Whether this process is `manage.py restore`, which brings the secret of the site along."""
    return sys.argv[1:2] == ["restore"]


def flag(name: str, *, default: bool) -> bool:
    value = os.environ.get(name, "").strip().lower() or ("yes" if default else "no")
    if value not in YES | NO:
        stop(f"{name} is “{value}”; write yes or no.")
    return value in YES


def number(name: str, *, default: int, least: int) -> int:
    value = os.environ.get(name, "").strip() or str(default)
    if not (value.isascii() and value.isdecimal() and least <= int(value) <= 1_000_000):
        stop(f"{name} is “{value}”; write a whole number from {least}.")
    return int(value)


def secret(name: str, *, file: Path, required: bool) -> str:
    """The secret from the environment, or else from `file`, which `make run` makes.

    Where it is not required and not there, it is a new one, until the process ends.
    """
    value = os.environ.get(name, "").strip()
    if not value and file.is_file():
        value = file.read_text().strip()
    if not value and not required:
        return secrets.token_urlsafe(50)
    if not value:
        stop(
            f"{name} is missing. Set it to a long random text, or use “make run”, which makes one."
        )
    if len(value) < 32:
        stop(f"{name} is too short. Set it to a random text of at least 50 characters.")
    return value


def site_url(name: str, *, default: str) -> str:
    """An http or https address without a path and without a slash at its end."""
    value = os.environ.get(name, "").strip() or default
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
        stop(f"{name} is “{value}”; write it as https://peace.example.org.")
    return f"{parts.scheme}://{parts.netloc}"


def database(name: str, *, default: str) -> dict:
    value = os.environ.get(name, "").strip() or default
    try:
        # A warning would print the address, password and all.
        with warnings.catch_warnings(action="error"):
            config = env.db_url_config(value)
    except Exception:
        config = {}
    if config.get("ENGINE") not in {"django.db.backends.sqlite3", "django.db.backends.postgresql"}:
        stop(f"{name} cannot be read. Write sqlite:////path/to/file or postgres://user@host/name.")
    if config["ENGINE"].endswith("sqlite3"):
        # IMMEDIATE: a transaction that will write waits its turn at its start, not half-way.
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # FULL: an edit that was saved outlives a power cut, for one to three milliseconds each.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        }
        config["CONN_MAX_AGE"] = 60  # seconds: to open it takes longer than most pages
    else:
        config |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
        # Seconds after which a host that is off is given up; milliseconds for one that went off.
        config["OPTIONS"] = {
            "connect_timeout": 3,
            "tcp_user_timeout": 10_000,
            **config.get("OPTIONS", {}),
        }
    return config


def mail(name: str, *, default: str) -> dict:
    value = os.environ.get(name, "").strip() or default
    try:
        return env.email_url_config(value)
    except Exception:
        stop(f"{name} cannot be read. Write smtp+tls://user:password@host:587.")


def address(name: str, *, default: str) -> str:
    """The bare address of e-mail in “Peace Office <office@example.org>”; empty if there is none."""
    value = os.environ.get(name, "").strip() or default
    found = parseaddr(value)[1]
    if value and "@" not in found:
        stop(f"{name} is “{value}”; write it as office@example.org.")
    return found


def time_zone(name: str, *, default: str) -> str:
    value = os.environ.get(name, "").strip() or default
    if value not in available_timezones():
        stop(f"{name} is “{value}”; write a time zone as America/New_York or Europe/Zurich.")
    return value


def header(name: str, *, default: str) -> str:
    """The name of a header of HTTP."""
    value = os.environ.get(name, "").strip() or default
    if not re.fullmatch("[A-Za-z][A-Za-z0-9-]*", value):
        stop(f"{name} is “{value}”; write the name of a header, as X-Forwarded-For or Visitor.")
    return value


def error_reports(name: str) -> str:
    """Where errors are sent to, as Sentry writes it; empty if not set."""
    value = os.environ.get(name, "").strip()
    parts = urlsplit(value)
    is_whole = parts.scheme in {"http", "https"} and parts.username and parts.hostname
    if value and not (is_whole and parts.path.rpartition("/")[2].isdecimal()):
        stop(f"{name} cannot be read. Write https://key@sentry.example.org/1.")
    return value


def names(name: str) -> list[str]:
    """A comma-separated list; empty if not set."""
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]
