"""How often one address may ask for what is dear to answer.

Counted in the cache that all processes share, in windows of fixed length. Addresses are kept as
keyed hashes alone, no longer than their window.
"""

from __future__ import annotations

import ipaddress
import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from peaceportal.core.formats.answers import Problem

WINDOW = 600  # seconds
MOST = {"csv": 20, "ics": 60}  # whole results in a window; 304 is not counted


def not_too_often(request: HttpRequest, what: str) -> None:
    """Count a request. Raises Problem (429) when there were too many."""
    now = time.time()
    window, passed = divmod(int(now), WINDOW)
    who = salted_hmac(f"limit {window}", client_address(request)).hexdigest()[:32]
    key = f"limit:{what}:{window}:{who}"
    if cache.add(key, 1, WINDOW):
        return
    try:
        count = cache.incr(key)
    except ValueError:  # it has just run out, or was dropped
        return
    if count > MOST[what]:
        wait = WINDOW - passed
        raise Problem(
            429,
            _(
                "Your address has asked for %(most)d whole results within %(minutes)d minutes. "
                "Ask again in %(wait)d seconds, or ask with If-None-Match, which is not counted."
            )
            % {"most": MOST[what], "minutes": WINDOW // 60, "wait": wait},
            headers={"Retry-After": str(wait)},
        )


def client_address(request: HttpRequest) -> str:
    """Who asks; of IPv6 the network, of which one household has 2^64 addresses.

    Behind a trusted proxy that is the last address in X-Forwarded-For, which the proxy has added:
    those before it anyone can write.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.TRUST_PROXY:
        address = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or address
    try:
        number = ipaddress.ip_address(address.partition("%")[0].strip("[]"))
    except ValueError:
        return address
    if number.version == 6:
        return str(ipaddress.ip_network((number, 64), strict=False))
    return str(number)
