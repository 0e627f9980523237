"""The choices that a list offers beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from peaceportal.core.finder import Finder, parameter, words
from peaceportal.core.trees import branches


@dataclass(frozen=True)
class Option:
    """A value of a parameter that can be ticked. `depth` is how far it lies beneath another."""

    name: str
    value: str
    label: str
    is_chosen: bool
    depth: int = 0


@dataclass(frozen=True)
class Group:
    """The options of one parameter, with what could not be read of it."""

    name: str
    label: str
    options: list[Option]
    errors: list[str]


def group(finder: Finder, name: str, values: Iterable, *, as_tree: bool = False) -> Group:
    """The group of parameter `name`: `values`, and before them what else was chosen."""
    values = list(values)
    chosen = finder.asked.get(name) or []
    offered = [(value, 0) for value in chosen if value not in values]
    if as_tree:
        offered += [pair for branch in branches(values) for pair in branch.flat()]
    else:
        offered += [(value, 0) for value in values]
    options = [
        Option(name, parameter(value), words(value), value in chosen, depth)
        for value, depth in offered
    ]
    field = finder.form[name]
    return Group(name, str(field.label), options, list(field.errors))
