"""What all tests share: no network, and Chromium for those that open pages."""

import gc
import ipaddress
import os
import shutil
import sys
import time

import pytest

CHROMIUM_NAMES = ["chromium", "chromium-browser", "google-chrome"]
CHROMIUM = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
NO_CHROMIUM = f"no Chromium was found on the PATH ({', '.join(CHROMIUM_NAMES)})"


class NetworkRefused(pytest.fail.Exception):
    """Fails the test. No `except Exception` of code that expects a bad network can hide it."""


def refuse_network(event, arguments):
    """An audit hook (PEP 578): it sees every socket of this process, whoever opens it."""
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a Unix socket has a path
    elif event == "socket.getaddrinfo" and not _is_number(arguments[0]):
        host = arguments[0]
    else:
        return
    if isinstance(host, bytes):
        host = host.decode()
    if isinstance(host, str) and not _is_here(host):
        raise NetworkRefused(f"Tests use no network, and this one wanted {host}.")


def _is_here(host: str) -> bool:
    return _is_number(host, loopback=True) or host in {"", "localhost"}


def _is_number(host, *, loopback: bool = False) -> bool:
    """Whether it is an IP address, which nobody need be asked for; of this machine, if asked."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except (AttributeError, TypeError, ValueError):
        return False
    return address.is_loopback or not loopback


def pytest_configure(config):
    sys.addaudithook(refuse_network)
    if os.environ.get("REQUIRE_BROWSER") == "1" and not CHROMIUM:
        raise pytest.UsageError(f"REQUIRE_BROWSER is set, but {NO_CHROMIUM}.")


def pytest_collection_finish():
    """What is imported by now stays, and need not be looked at for garbage again and again."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items):
    if not CHROMIUM:
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason=f"{NO_CHROMIUM}"))


@pytest.fixture(autouse=True)
def forget_counts():
    """Each test undoes its changes, and the next one counts them from the same number."""
    from peaceportal.core.caching import forget_state
    from peaceportal.core.facets import KEPT

    KEPT.clear()
    forget_state()


@pytest.fixture(autouse=True)
def forget_missed_addresses():
    """They are counted in the process; a test that wants them written says so."""
    from peaceportal.core import missed

    missed.forget(written_at=time.monotonic())


@pytest.fixture(autouse=True)
def forget_visitors():
    """What one test has asked for is not counted in the next."""
    from peaceportal.core import limits

    limits.forget()


@pytest.fixture
def whole_pages(monkeypatch):
    """Public pages are kept whole, as on a site, and none is yet."""
    from peaceportal import whole_pages

    monkeypatch.setattr(whole_pages.PAGES, "most", 1_000_000)
    monkeypatch.setattr(whole_pages, "SEEN", whole_pages.Seen())
    whole_pages.PAGES.clear()
    yield whole_pages.PAGES
    whole_pages.PAGES.clear()


@pytest.fixture(autouse=True)
def versions_of_work_alone(request, monkeypatch):
    """What a test makes beforehand needs no versions; requests and commands make theirs."""
    from peaceportal.core.versions import capture

    if not request.node.get_closest_marker("versions"):
        monkeypatch.setattr(capture, "keeps_single_saves", False)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Debian's Chromium, which asks nothing of the network on its own account.

    Playwright runs it headless and, as it must be for root, without its sandbox.
    """
    # Playwright keeps an event loop running in this thread, in which Django then refuses queries.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    return {
        **browser_type_launch_args,
        "executable_path": CHROMIUM,
        "args": [
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-gpu",
            "--disable-sync",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
        ],
    }
