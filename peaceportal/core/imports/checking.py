"""What a form would refuse, asked of a page in memory: 100,000 rows cannot ask the database."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import F, Q

COMPARED = {
    "exact": lambda one, other: one == other,
    "lt": lambda one, other: one < other,
    "lte": lambda one, other: one <= other,
    "gt": lambda one, other: one > other,
    "gte": lambda one, other: one >= other,
    "in": lambda one, other: one in other,
}


def wrong_with(page: models.Model, fields: Collection[str]) -> Iterator[tuple[str, str]]:
    """The field and the sentence of all that is wrong with `fields`, as they stand on `page`."""
    others = {field.name for field in page._meta.fields} - set(fields)
    errors: dict[str, list[str]] = {}
    try:
        page.clean_fields(exclude=others)
    except ValidationError as error:
        errors = error.message_dict
    if not page.slug:  # else it has been checked; trees are looked at as a whole
        try:
            page.clean()
        except ValidationError as error:
            for name, sentences in error.message_dict.items():
                errors.setdefault(name, []).extend(sentences)
    if not errors:
        for constraint in _constraints(type(page), frozenset(fields)):
            if holds(constraint.condition, page) is False:
                beside = getattr(constraint, "beside", "")
                errors[beside] = [constraint.get_violation_error_message()]
    for name, sentences in errors.items():
        for sentence in sentences:
            yield name, sentence


@cache
def _constraints(model: type[models.Model], fields: frozenset[str]):
    """Those that say something of these fields."""
    return [
        constraint
        for constraint in model._meta.constraints
        if isinstance(constraint, models.CheckConstraint)
        and fields & {_field_of(model, name) for name in _names(constraint.condition)}
    ]


def _names(condition: Q) -> Iterator[str]:
    for child in condition.children:
        if isinstance(child, Q):
            yield from _names(child)
        else:
            yield child[0].partition("__")[0]
            if isinstance(child[1], F):
                yield child[1].name


def _field_of(model, name: str) -> str:
    """The field that a column follows from: `founded` of `founded_earliest`."""
    for field in model.deriving_fields():
        if name in field.derives:
            return field.name
    return name


def holds(condition: Q, page: models.Model) -> bool | None:
    """As the database would say it: None where a value that it needs is NULL."""
    told = [
        holds(child, page) if isinstance(child, Q) else _one(child[0], child[1], page)
        for child in condition.children
    ]
    found: bool | None
    if condition.connector == Q.OR:
        found = True if True in told else None if None in told else False
    elif condition.connector == Q.AND:
        found = False if False in told else None if None in told else True
    else:
        raise NotImplementedError(condition.connector)
    return found if found is None or not condition.negated else not found


def _one(lookup: str, value, page: models.Model) -> bool | None:
    name, _sign, kind = lookup.partition("__")
    here = _stored(page, name)
    if kind == "isnull":
        return (here is None) is value
    other = _stored(page, value.name) if isinstance(value, F) else value
    if here is None or other is None:
        return None
    return COMPARED[kind or "exact"](here, other)


def _stored(page: models.Model, name: str):
    """As the column holds it."""
    if name == "pk":
        return page.pk
    try:
        field = page._meta.get_field(name)
    except FieldDoesNotExist:
        return getattr(page, name)
    value = getattr(page, field.attname)
    if isinstance(field, models.FileField):
        return value.name or ""
    return getattr(value, "edtf", value)
