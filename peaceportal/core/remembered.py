"""What was worked out from public content, kept in this process while nothing changes.

Counts depend on their query, on what is recorded and on the clock: each request reads the state of
the content, so that every process forgets at the first request after a change.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime
from threading import Lock
from typing import Any

from peaceportal.core.caching import freshness

# The number of the latest change, and the moment of it or of a later appearance by the clock.
State = tuple


def content_state(at: datetime | None = None) -> State:
    """The state of all public content at the moment `at` (now, if None). One query.

    Pages appear and disappear at moments that were set beforehand, with no change.
    """
    now = freshness(at)
    return now.version, now.changed_at


class Remembered:
    """Values of one state of the content, the least used forgotten first.

    `most` bounds the sum of their weights.
    """

    def __init__(self, most: int):
        self.most = most
        self.clear()
        self._lock = Lock()

    def clear(self) -> None:
        self._state: State | None = None
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._weight = 0

    def get(self, state: State, key: Hashable) -> Any:
        """The value. Raises KeyError if it is not known."""
        with self._lock:
            if state != self._state:
                raise KeyError(key)
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def find(self, state: State, key: Hashable) -> Any:
        """The value; None if it is not known, or is None."""
        with self._lock:
            if state != self._state or key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def keep(self, state: State, key: Hashable, value: Any, weight: int = 1) -> None:
        with self._lock:
            if state != self._state:
                self.clear()
                self._state = state
            self._weight -= self._kept.pop(key, (None, 0))[1]
            self._kept[key] = value, weight
            self._weight += weight
            while self._weight > self.most:
                _key, (_value, its_weight) = self._kept.popitem(last=False)
                self._weight -= its_weight

    def get_or(self, state: State, key: Hashable, make: Callable[[], Any], weight: int = 1) -> Any:
        """The value as it is known, or as `make` makes it."""
        try:
            return self.get(state, key)
        except KeyError:
            value = make()
            self.keep(state, key, value, weight)
            return value
