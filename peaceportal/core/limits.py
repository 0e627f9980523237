"""How much one address may ask for of what is dear to answer: whole results, and searches.

Each process counts, in windows of fixed length, and tells the others by a table that all share.
Nobody who asks waits for that: where the table is held, what was counted is told later. Addresses
are kept as keyed hashes alone, no longer than their window.
"""

from __future__ import annotations

import ipaddress
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from django.conf import settings
from django.core.cache import caches
from django.db import Error, connections, transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from peaceportal.core.formats.answers import Problem

WINDOW = 600  # seconds
MOST = 500_000  # rows in a window; whoever is below may have one more result, however long
FEE = 1_000  # rows that even an empty result counts for
MOST_SEARCHES = 300  # in a window
TOLD = 20  # searches that a process counts by itself before it tells the others: that is a write
BRIEFLY = 200  # milliseconds that one request waits for the table
LATER = 2  # seconds until another one tries
COUNTING = 7_330_118  # the number of these locks, beside a hash of what is counted

WITH_PORT = re.compile(r"\[([^\]]*)\](?::\d+)?|([\d.]+):\d+")  # [2001:db8::1]:443, 192.0.2.7:5555
TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # addresses of IPv4, as NAT64 writes them

MOST_COUNTED = 10_000  # addresses and windows that a process counts
SHARED = caches["visitors"]


@dataclass
class Count:
    told: int = 0  # what all processes had counted when this one told them last
    untold: int = 0  # and what it has counted since


_counts: dict[str, Count] = {}
_lock = Lock()
_telling = Lock()
_held_until = 0.0


def spend(request: HttpRequest, rows: int) -> None:
    """Count a result of so many rows. Raises Problem (429) when there were too many before it."""
    key, wait = _key("limit", request)
    cost = FEE + rows
    if _count(key, cost, wait, MOST) - cost >= MOST:
        raise Problem(
            429,
            _(
                "Your address has asked for too many whole results within %(minutes)d minutes. "
                "Ask again in %(wait)d seconds. What has not changed is not counted: ask for it "
                "with If-None-Match."
            )
            % {"minutes": WINDOW // 60, "wait": wait},
            headers={"Retry-After": str(wait)},
        )


def count_search(request: HttpRequest) -> None:
    """Count a search. Raises Problem (429) when there were too many, in all processes."""
    key, wait = _key("search", request)
    if _count(key, 1, wait, MOST_SEARCHES, told_from=TOLD) > MOST_SEARCHES:
        raise Problem(
            429,
            _(
                "Your address has searched too often within %(minutes)d minutes. Search again in "
                "%(wait)d seconds, or take the data as a whole."
            )
            % {"minutes": WINDOW // 60, "wait": wait},
            headers={"Retry-After": str(wait)},
        )


def forget() -> None:
    """As another process would, which has counted nothing."""
    global _held_until
    _counts.clear()
    _held_until = 0.0


def _count(key: str, amount: int, wait: int, most: int, told_from: int = 1) -> int:
    """What is counted of this key with `amount`, as far as this process knows.

    The others are told from `told_from` on, and no more once all know that it was too much.
    """
    with _lock:
        if len(_counts) >= MOST_COUNTED:
            _counts.clear()
        count = _counts.setdefault(key, Count())
        count.untold += amount
    if told_from <= count.untold and count.told <= most and time.monotonic() >= _held_until:
        _tell(key, count, wait)
    return count.told + count.untold


def _tell(key: str, count: Count, wait: int) -> None:
    """Add to what all have counted, until their window ends in `wait` seconds."""
    global _held_until
    if not _telling.acquire(blocking=False):  # another request does: this one asks the next time
        return
    try:
        with _lock:
            amount = count.untold
        total = _add(key, amount, wait)
    except Error:
        _held_until = time.monotonic() + LATER
    else:
        with _lock:
            count.told = total
            count.untold -= amount
    finally:
        _telling.release()


def _add(key: str, amount: int, wait: int) -> int:
    """What all processes have counted with that. Raises Error where others hold the table."""
    with _briefly(), transaction.atomic():
        _alone(key)
        total = (SHARED.get(key) or 0) + amount
        SHARED.set(key, total, wait)
    return total


@contextmanager
def _briefly() -> Iterator[None]:
    """SQLite has one lock for all who write, and an import may hold it for long."""
    connection = connections["default"]
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    raw = connection.connection
    before = raw.execute("PRAGMA busy_timeout").fetchone()[0]
    raw.execute(f"PRAGMA busy_timeout = {BRIEFLY}")
    try:
        yield
    finally:
        raw.execute(f"PRAGMA busy_timeout = {before}")


def _alone(key: str) -> None:
    """Let no other process count this key until the transaction ends, or raise OperationalError.

    On SQLite a transaction has begun with the one lock that there is.
    """
    connection = connections["default"]
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{BRIEFLY}ms"])
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [COUNTING, key])


def _key(kind: str, request: HttpRequest) -> tuple[str, int]:
    """Under which name the window of this address is counted, and in how many seconds it ends."""
    window, passed = divmod(int(time.time()), WINDOW)
    who = salted_hmac(f"{kind} {window}", client_address(request)).hexdigest()[:32]
    return f"{kind}:{window}:{who}", WINDOW - passed


def client_address(request: HttpRequest) -> str:
    """Who asks; of IPv6 the network, of which one household has 2^64 addresses.

    Behind a trusted proxy that is the last address in its header, which the proxy has added: those
    before it anyone can write. What cannot be read is nobody's: then it is who has connected.
    """
    connected = request.META.get("REMOTE_ADDR", "")
    number = _number(connected)
    if settings.TRUST_PROXY:
        # WSGI tells no `-` from `_`: of a name without either nobody can send another spelling.
        name = settings.PROXY_ADDRESS_HEADER.upper().replace("-", "_")
        number = _number(request.META.get(f"HTTP_{name}", "").rpartition(",")[2]) or number
    if number is None:
        return connected
    if number.version == 6:
        return str(ipaddress.ip_network((number, 64), strict=False))
    return str(number)


def _number(written: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that is written so, with a port or without; None if it is none.

    One of IPv4 that comes in a form of IPv6 (RFC 4291, 2.5.5.2, and RFC 6052) is that of IPv4:
    all of them together would else be one network.
    """
    written = written.strip()
    if found := WITH_PORT.fullmatch(written):
        written = found[1] or found[2]
    try:
        number = ipaddress.ip_address(written.partition("%")[0])
    except ValueError:
        return None
    if isinstance(number, ipaddress.IPv6Address):
        if number.ipv4_mapped:
            return number.ipv4_mapped
        if number in TRANSLATED:
            return ipaddress.IPv4Address(int(number) & 0xFFFFFFFF)
    return number
