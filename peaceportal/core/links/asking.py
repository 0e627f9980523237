"""Asks a web address whether it answers: politely, and never an address inside a network.

At most one question at a time goes to a site, with a pause between two; robots.txt is obeyed
(RFC 9309). No body is read. The name of a site is looked up once and what was found is asked, so
that no name can lead elsewhere in between.
"""

from __future__ import annotations

import socket
import threading
import time
from collections import defaultdict
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

from django.conf import settings
from django.utils import timezone
from protego import Protego

from peaceportal.core.links.store import Outcome
from peaceportal.core.links.targets import Target, Unanswered, addresses_of, target_of

NAME = "PeacePortalLinkCheck"
MOST_REDIRECTS = 8
LARGEST_ROBOTS = 500 * 1024  # bytes: what RFC 9309 asks to read at least
LONGEST_PAUSE = 30  # seconds, of those that a robots.txt may ask for
LONGEST_WAIT = timedelta(days=30)  # of those that an answer may ask for
ADDRESSES_TRIED = 3
REDIRECTS = {301, 302, 303, 307, 308}


@dataclass(frozen=True)
class Answer:
    outcome: str
    status: int | None = None
    leads_to: str = ""
    not_before: datetime | None = None


@dataclass(frozen=True)
class Reply:
    status: int
    location: str
    retry_after: str
    body: bytes = b""


def agent() -> str:
    """Names the program, and the site whose links it checks."""
    return f"{NAME}/1.0 (+{settings.SITE_URL}/about/)"


class LinkAsker:
    """Asks for many addresses from several threads, and keeps what sites have said meanwhile."""

    def __init__(
        self, *, timeout: float = 10, pause: float = 1, may_be_private: bool | None = None
    ):
        self.timeout = timeout
        self.pause = pause
        if may_be_private is None:
            may_be_private = settings.LINK_CHECK_MAY_BE_PRIVATE
        self.may_be_private = may_be_private
        self._robots: dict[str, Protego | Outcome] = {}
        self._turns: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._asked: dict[str, float] = {}
        self._lock = threading.Lock()

    def ask(self, url: str) -> Answer:
        try:
            return self._follow(url)
        except Unanswered as why:
            return Answer(why.outcome)

    def _follow(self, url: str) -> Answer:
        seen = set()
        for _step in range(MOST_REDIRECTS + 1):
            target = target_of(url)
            if target.url in seen:
                raise Unanswered(Outcome.REDIRECTS)
            seen.add(target.url)
            target = self._found(target)
            self._may_ask(target)
            reply = self._request("HEAD", target)
            if reply.status >= 400 and reply.status != 429:  # some answer only what is read
                reply = self._request("GET", target)
            if reply.status not in REDIRECTS or not reply.location:
                return _answer(reply, target.url if len(seen) > 1 else "")
            url = _joined(target.url, reply.location)
        raise Unanswered(Outcome.REDIRECTS)

    def _found(self, target: Target) -> Target:
        addresses = addresses_of(target.host, target.port, may_be_private=self.may_be_private)
        return Target(target.scheme, target.host, target.port, target.path, addresses)

    # robots.txt

    def _may_ask(self, target: Target) -> None:
        """Raises Unanswered where the site wants no programs, or does not answer at all."""
        site = f"{target.scheme}://{target.site}"
        if site not in self._robots:
            try:
                self._robots[site] = self._read_robots(target)
            except Unanswered as why:
                self._robots[site] = why.outcome
        rules = self._robots[site]
        if isinstance(rules, Outcome):
            raise Unanswered(rules)
        if not rules.can_fetch(target.url, NAME):
            raise Unanswered(Outcome.ROBOTS)

    def _read_robots(self, target: Target) -> Protego | Outcome:
        where = target
        for _step in range(MOST_REDIRECTS):
            address = urljoin(where.url, "/robots.txt") if where is target else where.url
            where = self._found(target_of(address))
            reply = self._request("GET", where, read=LARGEST_ROBOTS)
            if reply.status not in REDIRECTS or not reply.location:
                break
            where = target_of(_joined(where.url, reply.location))
        else:
            return Outcome.ROBOTS
        if reply.status in {401, 403, 429} or reply.status >= 500:
            return Outcome.BUSY if reply.status == 429 else Outcome.ROBOTS
        text = reply.body.decode("utf-8-sig", "replace") if reply.status == 200 else ""
        return Protego.parse(text)

    # Questions

    @contextmanager
    def _turn(self, target: Target):
        """One question at a time to a site, and a pause since the last one."""
        with self._lock:
            turn = self._turns[target.host]
        with turn:
            pause = self._pause(target)
            wait = self._asked.get(target.host, -pause) + pause - time.monotonic()
            if target.host in self._asked and wait > 0:
                time.sleep(wait)
            try:
                yield
            finally:
                self._asked[target.host] = time.monotonic()

    def _pause(self, target: Target) -> float:
        rules = self._robots.get(f"{target.scheme}://{target.site}")
        asked = rules.crawl_delay(NAME) if isinstance(rules, Protego) else None
        return max(self.pause, min(float(asked or 0), LONGEST_PAUSE))

    def _request(self, method: str, target: Target, *, read: int = 0) -> Reply:
        with self._turn(target):
            *others, last = target.addresses[:ADDRESSES_TRIED]
            for number in others:
                with suppress(Unanswered):
                    return self._request_at(number, method, target, read)
            return self._request_at(last, method, target, read)

    def _request_at(self, number: str, method: str, target: Target, read: int) -> Reply:
        from urllib3.exceptions import (
            ConnectTimeoutError,
            HTTPError,
            NewConnectionError,
            ReadTimeoutError,
        )

        connection = _connection(number, target, self.timeout)
        # What comes in drops never times out by itself.
        end = threading.Timer(self.timeout * 2, _hang_up, [connection])
        end.daemon = True
        end.start()
        try:
            headers = {"Host": target.site, "User-Agent": agent(), "Accept": "*/*"}
            connection.request(method, target.path, headers=headers, preload_content=False)
            response = connection.getresponse()
            body = response.read(read) if read else b""
            told = response.headers
            return Reply(
                response.status, _readable(told.get("Location")), told.get("Retry-After", ""), body
            )
        except NewConnectionError:  # for urllib3 a kind of time-out
            raise Unanswered(Outcome.NO_CONNECTION) from None
        except (ConnectTimeoutError, ReadTimeoutError, TimeoutError):
            raise Unanswered(Outcome.TIMEOUT) from None
        except (OSError, HTTPError, ValueError, _http_error()) as error:
            raise Unanswered(_why(error, is_over=not end.is_alive())) from None
        finally:
            end.cancel()
            connection.close()


def _connection(number: str, target: Target, timeout: float):
    from urllib3.connection import HTTPConnection, HTTPSConnection

    if target.scheme == "http":
        return HTTPConnection(number, target.port, timeout=timeout)
    return HTTPSConnection(
        number,
        target.port,
        timeout=timeout,
        server_hostname=target.host,
        assert_hostname=target.host,
        cert_reqs="CERT_REQUIRED",
    )


def _http_error() -> type[Exception]:
    from http.client import HTTPException

    return HTTPException


def _why(error: Exception, *, is_over: bool) -> Outcome:
    import ssl

    from urllib3.exceptions import SSLError

    if is_over:
        return Outcome.TIMEOUT
    if isinstance(error, SSLError | ssl.SSLError | ssl.CertificateError):
        return Outcome.NOT_SECURE
    return Outcome.NO_CONNECTION


def _joined(base: str, location: str) -> str:
    try:
        return urljoin(base, location)
    except ValueError:  # as “http://[”
        raise Unanswered(Outcome.UNREADABLE) from None


def _hang_up(connection) -> None:
    sock = connection.sock
    if sock is not None:
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)


def _readable(location: str | None) -> str:
    """Headers come as Latin-1, though sites write UTF-8 into them."""
    if not location:
        return ""
    try:
        return location.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return location


def _answer(reply: Reply, leads_to: str) -> Answer:
    status = reply.status
    if status < 400:
        return Answer(Outcome.ANSWERED, status, leads_to)
    if status in {404, 410}:
        return Answer(Outcome.NOT_FOUND, status, leads_to)
    if status == 429 or (status == 503 and reply.retry_after):
        return Answer(Outcome.BUSY, status, leads_to, _moment(reply.retry_after))
    if status in {401, 402, 403, 407, 451}:
        return Answer(Outcome.REFUSED, status, leads_to)
    return Answer(Outcome.ERROR, status, leads_to)


def _moment(retry_after: str) -> datetime | None:
    """Of seconds or a date, as RFC 9110 has it; None where it says neither."""
    now = timezone.now()
    text = retry_after.strip()
    try:
        if text.isascii() and text.isdecimal():
            at = now + min(timedelta(seconds=int(text[:9])), LONGEST_WAIT)
        else:
            at = parsedate_to_datetime(text)
            at = at if timezone.is_aware(at) else at.replace(tzinfo=now.tzinfo)
    except (TypeError, ValueError, OverflowError):
        return None
    return min(max(at, now), now + LONGEST_WAIT)
