"""What is known of the request that is being answered, for whatever works on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any


@dataclass
class Answering:
    """`state` is that of the content when the request came (`core/caching`).

    The answer `is_settled` if it depends on nothing but its address and that state.
    """

    id: str = ""
    method: str | None = ""
    path: str = ""
    state: Any = None
    is_settled: bool = True


NOTHING = Answering()
_now: ContextVar[Answering] = ContextVar("the request that is being answered", default=NOTHING)


def now() -> Answering:
    """The request that is being answered; outside of any, one without an id and a state."""
    return _now.get()


@contextmanager
def answering(request: Answering) -> Iterator[Answering]:
    token = _now.set(request)
    try:
        yield request
    finally:
        _now.reset(token)


def unsettle() -> None:
    """Say that the answer may soon be another one with no change of the content."""
    if _now.get() is not NOTHING:
        _now.get().is_settled = False
