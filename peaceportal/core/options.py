"""The choices that a list offers beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from peaceportal.core.finder import Finder, parameter, words


@dataclass(frozen=True)
class Option:
    """A value of a parameter that can be ticked. `depth` is how far it lies beneath another."""

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


def group(finder: Finder, name: str, values: Iterable) -> Group:
    """The group of parameter `name`: `values`, and before them what else was chosen."""
    values = list(values)
    chosen = finder.asked.get(name) or []
    offered = [*(value for value in chosen if value not in values), *values]
    options = [
        Option(parameter(value), words(value), value in chosen, getattr(value, "tree_depth", 0))
        for value in offered
    ]
    field = finder.form[name]
    return Group(name, str(field.label), options, list(field.errors))
