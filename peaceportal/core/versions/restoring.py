"""A record put back as a version holds it: with its rows, through `save()`, as a new version.

Who sees it stays as it is, since to restore words is not to publish them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from django.core import serializers
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from peaceportal.core import changes
from peaceportal.core.publishing import Page, Status
from peaceportal.core.records import Record
from peaceportal.core.roles import is_out
from peaceportal.core.slugs import is_taken
from peaceportal.core.versions.capture import kept_names, one_version
from peaceportal.core.versions.snapshots import Kept, Snapshot

# What decides who sees a record.
STANDING = {"status", "publish_at", "unpublish_at", "removed_at", "merged_into"}


def restore(
    then: Snapshot, *, by: models.Model | None = None, note: str = "", may_publish: bool = True
) -> list[str]:
    """Put the record of `then` back; sentences about what could not be, or became otherwise.

    A record that was deleted is made again, as a draft. Raises ValidationError, with nothing
    changed, where what it was contradicts what is there now, and PermissionDenied where readers
    would see a difference that `by` may not make.
    """
    work = Restoring(may_publish)
    try:
        with one_version(by=by, note=note, way="restore"), transaction.atomic():
            changes.lock("default")  # before it reads what others may be writing
            work.put_whole(then)
    except IntegrityError as error:
        raise ValidationError(
            _("What it was contradicts what is there now, so nothing was changed.")
        ) from error
    return work.sentences


class Restoring:
    """One restoring, and what is to be said of it."""

    def __init__(self, may_publish: bool):
        self.may_publish = may_publish
        self.sentences: list[str] = []

    def put_whole(self, then: Snapshot) -> None:
        record = self.put(then.record)
        for name, rows in then.rows.items():
            self.put_rows(record, name, rows)
        for name, parts in then.parts.items():
            for part in parts.values():
                self.put(part)
            for part in getattr(record, name).exclude(uid__in=list(parts)):
                self.withdraw(part)

    def withdraw(self, part: Record) -> None:
        """A part that did not stand there then: nothing is erased, and readers no longer see it."""
        if part.status == Status.DRAFT:
            return
        self.check(part)
        part.status = Status.DRAFT
        part.save()
        said = _("“%(part)s” did not stand here then, and is a draft now.")
        self.sentences.append(said % {"part": part})

    def put_rows(self, record: Record, name: str, rows: dict[str, Kept]) -> None:
        """Rows that came later, and those that differ, go first: they would be in others' way."""
        manager = getattr(record, name)
        for row in manager.all():
            kept = rows.get(str(row.uid))
            if kept is None or not _is_the_same(row, kept):
                self.check(row)
                row.delete()
        for kept in sorted(rows.values(), key=_names_merged):  # what stood there itself goes first
            elsewhere = kept.model._base_manager.filter(uid=kept.uid).first()
            if elsewhere is None:
                self.put_row(kept)
            elif not manager.filter(pk=elsewhere.pk).exists():
                said = _("“%(row)s” belongs to another page now, and was left there.")
                self.sentences.append(said % {"row": elsewhere})

    def put_row(self, kept: Kept) -> None:
        """Of two rows that named two pages which were merged since, only one has a place."""
        names_merged = _names_merged(kept)
        try:
            self.put(kept, is_there_once=names_merged)
        except ValidationError:
            if not names_merged:
                raise
            said = _("What named a page that was merged since is there already: %(kind)s.")
            self.sentences.append(said % {"kind": kept.model._meta.verbose_name})

    def put(self, kept: Kept, *, is_there_once: bool = False) -> Record:
        """Save one record with the fields that were kept, unless it has them already.

        Raises ValidationError where it cannot be, or `is_there_once` and another says the same.
        """
        model = kept.model
        record = model._base_manager.filter(uid=kept.uid).first()
        is_new = record is None
        if is_new:
            record = model(uid=kept.uid)
            if not model._base_manager.filter(pk=kept.pk).exists():
                record.pk = kept.pk
        was_out = not is_new and not self.may_publish and is_out(record)
        links, is_changed = self.fill(record, kept)
        if is_changed or is_new:
            if is_new:
                record.prepare(None)  # what follows from the rest is checked as well
                if is_there_once and record.twins().exists():
                    raise ValidationError(_("Another says the same."))
            record.full_clean(exclude=_uncheckable(model))
            record.is_restored = True  # what seems left over is meant
            record.save()
        for name, pks in links.items():
            getattr(record, name).set(pks)
            is_changed = True
        if is_changed and was_out:
            raise PermissionDenied
        if is_changed or is_new:
            self.check(record)
        return record

    def fill(self, record: Record, kept: Kept) -> tuple[dict[str, list[int]], bool]:
        """Set the fields; which links are to be set besides, and whether a field has changed."""
        links: dict[str, list[int]] = {}
        is_changed = False
        for name in kept_names(kept.model) & kept.fields.keys() - {"uid"} - STANDING:
            field, stored = kept.model._meta.get_field(name), kept.fields[name]
            if field.many_to_many:
                pks = self.there(field, stored)
                now = getattr(record, name).values_list("pk", flat=True) if record.pk else []
                if record._state.adding or set(pks) != set(now):
                    links[name] = pks
                continue
            value = self.value(field, stored)
            if getattr(record, field.attname) != value and self.may_be_set(record, name, value):
                setattr(record, field.attname, value)
                is_changed = True
        return links, is_changed

    def value(self, field: models.Field, stored):
        if field.is_relation:
            return next(iter(self.there(field, [stored])), None) if stored is not None else None
        return stored if isinstance(field, models.FileField) else field.to_python(stored)

    def may_be_set(self, record: Record, name: str, value) -> bool:
        """Not what would show places that were hidden since, nor an address that another has."""
        if name == "withhold_places" and record.withhold_places:
            self.sentences.append(_("Its places stay hidden: only the form shows them again."))
            return False
        if name == "slug" and isinstance(record, Page) and is_taken(record, value):
            said = _("It keeps its address: “%(slug)s” belongs to another page now.")
            self.sentences.append(said % {"slug": value})
            return False
        return True

    def there(self, field: models.Field, pks: Iterable[int]) -> list[int]:
        """Those of what was related that are still there, or what they were merged into."""
        wanted = list(pks)
        rows = field.related_model._base_manager.filter(pk__in=wanted)
        if issubclass(field.related_model, Page):
            went = {page.pk: page.where_merged.pk for page in rows.exclude(merged_into=None)}
            wanted = list(dict.fromkeys(went.get(pk, pk) for pk in wanted))
            rows = field.related_model._base_manager.filter(pk__in=wanted)
        found = set(rows.values_list("pk", flat=True))
        if len(found) < len(wanted):
            said = _("Not all of “%(field)s” is still there: what is lost was left out.")
            self.sentences.append(said % {"field": field.verbose_name})
        return [pk for pk in wanted if pk in found]

    def check(self, record: Record) -> None:
        """Raises PermissionDenied where readers see it, and who restores may not decide that."""
        if not self.may_publish and is_out(record):
            raise PermissionDenied


def _names_merged(kept: Kept) -> bool:
    """Whether a row named a page that was merged into another since."""
    for field in kept.model._meta.local_fields:
        pk = kept.fields.get(field.name)
        if pk is not None and field.is_relation and issubclass(field.related_model, Page):
            pages = field.related_model._base_manager.filter(pk=pk)
            if pages.exclude(merged_into=None).exists():
                return True
    return False


def _is_the_same(row: Record, kept: Kept) -> bool:
    (now,) = json.loads(serializers.serialize("json", [row]))
    names = kept_names(kept.model) & kept.fields.keys()
    return all(_sorted(now["fields"].get(name)) == _sorted(kept.fields[name]) for name in names)


def _sorted(value):
    return sorted(value) if isinstance(value, list) else value


def _uncheckable(model: type[Record]) -> set[str]:
    """A file was checked when it was uploaded."""
    return {f.name for f in model._meta.local_fields if isinstance(f, models.FileField)}
