"""Where a web address leads: the site, and its numbers, of which none may be inside a network."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from peaceportal.core.links.store import Outcome, without_fragment

SAFE = "!#$%&'()*+,/:;=?@[]~"
# Numbers of IPv6 that reach one of IPv4: translated (RFC 6052) and compatible (RFC 4291, 2.5.5.1).
WITH_IPV4_AT_THE_END = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::/96"))
LOCAL_TRANSLATION = ipaddress.IPv6Network("64:ff9b:1::/48")  # RFC 8215


class Unanswered(Exception):
    def __init__(self, outcome: Outcome):
        self.outcome = outcome


@dataclass(frozen=True)
class Target:
    """Where a web address is asked for."""

    scheme: str
    host: str
    port: int
    path: str
    addresses: tuple[str, ...] = ()

    @property
    def site(self) -> str:
        default = {"http": 80, "https": 443}[self.scheme]
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == default else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.site}{self.path}"


def target_of(url: str) -> Target:
    """Raises Unanswered for what is no http or https address."""
    try:
        parts = urlsplit(without_fragment(url))
        host, port = parts.hostname or "", parts.port
        host = host if ":" in host else host.rstrip(".").encode("idna").decode("ascii")
    except (UnicodeError, ValueError):
        raise Unanswered(Outcome.UNREADABLE) from None
    if parts.scheme not in {"http", "https"} or not host or any(char <= " " for char in host):
        raise Unanswered(Outcome.UNREADABLE)
    path = quote(parts.path or "/", safe=SAFE)
    path += f"?{quote(parts.query, safe=SAFE)}" if parts.query else ""
    return Target(parts.scheme, host, port or {"http": 80, "https": 443}[parts.scheme], path)


def addresses_of(host: str, port: int, *, may_be_private: bool) -> tuple[str, ...]:
    """The numbers of a site. All of them are public, or Unanswered is raised."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        is_passing = error.errno == socket.EAI_AGAIN
        raise Unanswered(Outcome.UNSURE if is_passing else Outcome.NO_SUCH_NAME) from None
    except (OSError, UnicodeError):
        raise Unanswered(Outcome.NO_SUCH_NAME) from None
    numbers = tuple(dict.fromkeys(str(one[4][0]) for one in found))
    if not may_be_private and not all(map(is_public, numbers)):
        raise Unanswered(Outcome.PRIVATE)
    return numbers


def is_public(number: str) -> bool:
    address = ipaddress.ip_address(number.partition("%")[0])
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast
    if address.is_site_local or address in LOCAL_TRANSLATION:
        return False
    inner = address.ipv4_mapped or address.sixtofour
    if any(address in network for network in WITH_IPV4_AT_THE_END):
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    is_outside = address.is_global and not address.is_multicast
    return is_outside and (inner is None or is_public(str(inner)))
