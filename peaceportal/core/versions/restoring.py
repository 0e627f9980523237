"""A record put back as a version holds it: with its rows, through `save()`, as a new version.

Who sees it stays as it is, since to restore words is not to publish them.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from peaceportal.core.publishing import Status
from peaceportal.core.records import Record
from peaceportal.core.versions.capture import one_version
from peaceportal.core.versions.snapshots import Kept, Snapshot, kept_names

# What decides who sees a record.
STANDING = {"status", "publish_at", "unpublish_at", "removed_at", "merged_into"}


def restore(then: Snapshot, *, by: models.Model | None = None, note: str = "") -> list[str]:
    """Put the record of `then` back; sentences about what could not be, of what it relates to.

    A record that was deleted is made again, as a draft. Raises ValidationError, with nothing
    changed, where what it was contradicts what is there now.
    """
    try:
        with one_version(by=by, note=note, way="restore"), transaction.atomic():
            return _restore(then)
    except IntegrityError as error:
        raise ValidationError(
            _("What it was contradicts what is there now, so nothing was changed.")
        ) from error


def _restore(then: Snapshot) -> list[str]:
    missing = Missing()
    record = _put(then.record, missing, without=STANDING)
    for name, rows in then.rows.items():
        _put_rows(record, name, rows, missing)
    for name, parts in then.parts.items():
        for part in parts.values():
            _put(part, missing, without=set())
        later = getattr(record, name).exclude(uid__in=list(parts))
        for part in later.exclude(status=Status.DRAFT):
            part.status = Status.DRAFT  # it did not stand there then, and nothing is erased
            part.save()
    return missing.sentences


class Missing:
    """What was related then and is no longer there."""

    def __init__(self):
        self.sentences: list[str] = []

    def there(self, field: models.Field, pks: Iterable[int]) -> list[int]:
        wanted = list(pks)
        found = set(
            field.related_model._base_manager.filter(pk__in=wanted).values_list("pk", flat=True)
        )
        if len(found) < len(wanted):
            self.sentences.append(
                _("Not all of “%(field)s” is still there: what is lost was left out.")
                % {"field": field.verbose_name}
            )
        return [pk for pk in wanted if pk in found]


def _put_rows(record: Record, name: str, rows: dict[str, Kept], missing: Missing) -> None:
    """Rows that came later go first, so that they are in nobody's way."""
    manager = getattr(record, name)
    for row in manager.exclude(uid__in=list(rows)):
        row.delete()
    for kept in rows.values():
        _put(kept, missing, without=set())


def _put(kept: Kept, missing: Missing, *, without: set[str]) -> Record:
    """Save one record with the fields that were kept, unless it has them already."""
    model = kept.model
    record = model._base_manager.filter(uid=kept.uid).first()
    is_new = record is None
    if is_new:
        record = model(uid=kept.uid)
        if not model._base_manager.filter(pk=kept.pk).exists():
            record.pk = kept.pk
    links = {}
    is_changed = is_new
    for name in kept_names(model) & kept.fields.keys() - ({"uid"} if not is_new else set()):
        if name in without:
            continue
        field, stored = model._meta.get_field(name), kept.fields[name]
        if field.many_to_many:
            links[name] = missing.there(field, stored)
            continue
        if field.is_relation and stored is not None:
            stored = next(iter(missing.there(field, [stored])), None)
        value = stored if field.is_relation else field.to_python(stored)
        if isinstance(field, models.FileField):
            value = stored
        if getattr(record, field.attname) != value:
            setattr(record, field.attname, value)
            is_changed = True
    if is_changed:
        if is_new:
            record.prepare(None)  # what follows from the rest is checked as well
        record.full_clean(exclude=_uncheckable(model))
        record.save()
    for name, pks in links.items():
        manager = getattr(record, name)
        if set(pks) != set(manager.values_list("pk", flat=True)):
            manager.set(pks)
    return record


def _uncheckable(model: type[Record]) -> set[str]:
    """A file was checked when it was uploaded."""
    return {f.name for f in model._meta.local_fields if isinstance(f, models.FileField)}
