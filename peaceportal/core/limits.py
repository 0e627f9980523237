"""How much one address may ask for of what is dear to answer: whole results, and searches.

Counted in the cache that all processes share, in windows of fixed length. Addresses are kept as
keyed hashes alone, no longer than their window.
"""

from __future__ import annotations

import ipaddress
import re
import time
from contextlib import suppress
from threading import Lock

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from peaceportal.core.formats.answers import Problem

WINDOW = 600  # seconds
MOST = 500_000  # rows in a window; whoever is below may have one more result, however long
FEE = 1_000  # rows that even an empty result counts for
MOST_SEARCHES = 300  # in a window
TOLD = 20  # searches that a process counts by itself before it tells the others: that is a write

WITH_PORT = re.compile(r"\[([^\]]*)\](?::\d+)?|([\d.]+):\d+")  # [2001:db8::1]:443, 192.0.2.7:5555
TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # addresses of IPv4, as NAT64 writes them

MOST_COUNTED = 10_000  # addresses and windows that a process counts

_searches: dict[str, int] = {}
_lock = Lock()


def spend(request: HttpRequest, rows: int) -> None:
    """Count a result of so many rows. Raises Problem (429) when there were too many before it."""
    key, wait = _key("limit", request)
    spent = cache.get(key)
    if spent is None:
        cache.add(key, 0, WINDOW)
    elif spent >= MOST:
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
    with suppress(ValueError):  # it has run out or was dropped in this moment
        cache.incr(key, FEE + rows)


def count_search(request: HttpRequest) -> None:
    """Count a search. Raises Problem (429) when there were too many before it, in all processes."""
    key, wait = _key("search", request)
    with _lock:
        if len(_searches) >= MOST_COUNTED:
            _searches.clear()
        mine = _searches[key] = _searches.get(key, 0) + 1
    if mine % TOLD == 0:
        cache.add(key, 0, WINDOW)
        with suppress(ValueError):
            cache.incr(key, TOLD)
    if mine >= TOLD and cache.get(key, 0) >= MOST_SEARCHES:
        raise Problem(
            429,
            _(
                "Your address has searched too often within %(minutes)d minutes. Search again in "
                "%(wait)d seconds, or take the data as a whole."
            )
            % {"minutes": WINDOW // 60, "wait": wait},
            headers={"Retry-After": str(wait)},
        )


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
