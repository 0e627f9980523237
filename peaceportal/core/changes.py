"""The one place that listens to saves, and the log of what changed.

`loaddata` and restores save raw, past `save()` and past `pre_save` of fields, so derived values are
put right here, by signals that raw saves send too. The QuerySet of every record calls `log` for
the ways of saving that send no signal. Search, counts and caches read the log; nothing else
reacts to saves. What a version must hold is told from here, too (`core/versions/capture.py`).
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.db import connections, models, transaction
from django.db.models import F, Max
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete, pre_save
from django.utils import timezone

from peaceportal.core.inserting import insert
from peaceportal.core.versions import capture

TOGETHER = 500  # records of which the owners are read at once; SQLite takes at most 1,000


class ChangeCounter(models.Model):
    """One row; `seq` is the number of the latest change, and the version of all content.

    `at` is the moment of that change.
    """

    ONLY_ROW = 1

    seq = models.BigIntegerField(default=0)
    at = models.DateTimeField(default=timezone.now)


def new_token() -> int:
    return random.getrandbits(62)


class Change(models.Model):
    """A record was made, changed or deleted: the reader looks it up by `uid` to see which.

    After a backup was put back, another change may bear the same number: by its `token`, readers
    that keep what they read elsewhere tell the two apart.
    """

    seq = models.BigIntegerField(primary_key=True)
    model = models.CharField(max_length=80)
    uid = models.UUIDField()
    token = models.BigIntegerField(default=new_token)

    class Meta:
        ordering = ["seq"]

    def __str__(self):
        return f"{self.seq} {self.model} {self.uid}"


class LogReader(models.Model):
    """How far something that follows the log has read it."""

    name = models.CharField(max_length=40, primary_key=True)
    seq = models.BigIntegerField(default=0)

    def __str__(self):
        return f"{self.name}: {self.seq}"


def version(using: str = "default") -> int:
    """The number of the latest change; 0 before the first. One query on one row."""
    counter = ChangeCounter.objects.using(using).filter(pk=ChangeCounter.ONLY_ROW)
    return counter.values_list("seq", flat=True).first() or 0


def lock(using: str) -> None:
    """Wait for other writers before touching a row.

    Every writer needs the counter in the end; taken before any row, two that write the same rows
    in another order cannot wait for each other. SQLite has one writer at a time anyway.
    """
    connection = connections[using]
    if connection.features.has_select_for_update and connection.in_atomic_block:
        counter = ChangeCounter.objects.using(using).select_for_update()
        counter.filter(pk=ChangeCounter.ONLY_ROW).values_list("pk").first()


def log(records: Iterable[models.Model], using: str, *, shown_otherwise=False) -> None:
    """Write one change for each record and each page that shows it, in this transaction.

    The page that a row is a piece of has changed with it: so do its revision and its moment.
    What is only `shown_otherwise`, because something else changed, gets no version.
    """
    touched, pages, whole = {}, [], []
    for record in with_owners(records):
        owners = record.owners()
        pages += owners[:1]
        if not shown_otherwise:
            whole += wholes(record, owners)
        for shown in (record, *owners):
            touched[shown._meta.label_lower, shown.uid] = None
    if not touched:
        return
    waiting = _waiting.get().get(using)
    if waiting is None:
        touch(pages, using)
        _write(touched, using)
    else:
        waiting.pages += pages
        waiting.touched |= touched
    capture.changed(whole, using)


@dataclass
class Waiting:
    """What is written once, when the block in which it was told ends."""

    touched: dict[tuple[str, object], None] = field(default_factory=dict)
    pages: list[models.Model] = field(default_factory=list)


_waiting: ContextVar[dict[str, Waiting]] = ContextVar("changes that wait", default={})  # noqa: B039 - never changed in place


@contextmanager
def together(using: str = "default") -> Iterator[None]:
    """Count what changes within as one change of each record; all of it in one transaction."""
    if using in _waiting.get():
        yield
        return
    waiting = Waiting()
    with transaction.atomic(using=using):
        token = _waiting.set({**_waiting.get(), using: waiting})
        try:
            yield
        finally:
            _waiting.reset(token)
        if waiting.touched:
            touch(waiting.pages, using)
            _write(waiting.touched, using)


def _write(touched: Collection[tuple[str, object]], using: str) -> None:
    last = _advance(len(touched), using)
    first = last - len(touched) + 1
    rows = ((seq, model, uid, new_token()) for seq, (model, uid) in enumerate(touched, start=first))
    insert(Change, ["seq", "model", "uid", "token"], rows, using)


def with_owners(records: Iterable[models.Model]) -> list[models.Model]:
    """The same records; of many, the pages on which they stand are read together."""
    found = list(records)
    by_model: dict[type[models.Model], list[models.Model]] = {}
    for record in found:
        by_model.setdefault(type(record), []).append(record)
    for model, several in by_model.items():
        for start in range(0, len(several), TOGETHER):
            some = several[start : start + TOGETHER]
            if len(some) > 1:
                models.prefetch_related_objects(some, *model.owner_fields)
    return found


def wholes(record: models.Model, owners: Iterable[models.Model]) -> list[models.Model]:
    """The records of which a change of `record` makes a version.

    A row is part of the versions of its owners; a part has versions of its own as well.
    """
    of_rows, of_parts = [], []
    for owner in owners:
        if _relates(owner, owner.versioned_rows, record):
            of_rows.append(owner)
        elif _relates(owner, owner.versioned_parts, record):
            of_parts.append(owner)
    return of_rows or [record, *of_parts]


def _relates(owner: models.Model, names: Iterable[str], record: models.Model) -> bool:
    return any(owner._meta.get_field(name).related_model is type(record) for name in names)


def touch(records: Iterable[models.Model], using: str) -> None:
    """Count a change of pages or parts that was made in other rows than their own."""
    by_model: dict[type[models.Model], set[int]] = {}
    for record in records:
        by_model.setdefault(type(record), set()).add(record.pk)
    for model, pks in by_model.items():
        values = counted(model)
        if values:
            models.QuerySet(model, using=using).filter(pk__in=pks).update(**values)


def counted(model: type[models.Model]) -> dict:
    """The values by which an update counts a change: of the columns that `model` has for it."""
    names = {field.name for field in model._meta.concrete_fields}
    values = {"updated_at": timezone.now(), "revision": F("revision") + 1}
    return {name: value for name, value in values.items() if name in names}


def _advance(steps: int, using: str) -> int:
    counter = ChangeCounter.objects.using(using).filter(pk=ChangeCounter.ONLY_ROW)
    if not counter.update(seq=F("seq") + steps, at=timezone.now()):
        ChangeCounter.objects.using(using).create(pk=ChangeCounter.ONLY_ROW, seq=steps)
    return counter.values_list("seq", flat=True).get()


def listen(record_models: Iterable[type[models.Model]]) -> None:
    """Connect the receivers to each model of records and to its many-to-many tables."""
    for model in (ChangeCounter, Change):
        pre_save.connect(_count_on, sender=model, dispatch_uid=f"count {model._meta.label_lower}")
    pre_save.connect(_read_again, sender=LogReader, dispatch_uid="read the log again")
    for model in record_models:
        key = model._meta.label_lower
        pre_save.connect(_prepare, sender=model, dispatch_uid=f"prepare {key}")
        post_save.connect(_log_save, sender=model, dispatch_uid=f"save {key}")
        pre_delete.connect(_before_delete, sender=model, dispatch_uid=f"lock {key}")
        post_delete.connect(_log_delete, sender=model, dispatch_uid=f"delete {key}")
        for link in model._meta.local_many_to_many:
            through = link.remote_field.through
            m2m_changed.connect(
                _log_link, sender=through, dispatch_uid=f"link {through._meta.label_lower}"
            )


def _count_on(sender, instance, raw, using, **kwargs):
    """A dump of an older or another log never turns the numbers back."""
    if not raw:
        return
    counter = ChangeCounter.objects.using(using)
    latest = Change.objects.using(using).aggregate(latest=Max("seq"))["latest"] or 0
    seq = max(latest, instance.seq, version(using))
    if sender is ChangeCounter:
        instance.seq, instance.at = seq, timezone.now()
    else:
        now = {"seq": seq, "at": timezone.now()}
        counter.update_or_create(pk=ChangeCounter.ONLY_ROW, defaults=now)


def _read_again(sender, instance, raw, **kwargs):
    """What a dump had read is not what stands here."""
    if raw:
        instance.seq = 0


def _prepare(sender, instance, using, update_fields=None, **kwargs):
    lock(using)
    stored = _stored(instance, using)
    instance.prepare(stored)
    if stored is not None and (update_fields is None or "slug" in update_fields):
        instance.keep_from(stored)
    instance._owners_before = list(stored.owners()) if stored is not None else []


def _stored(instance, using: str) -> models.Model | None:
    """The row as it lies in the database."""
    if instance.pk is None:
        return None
    rows = type(instance)._base_manager.using(using).filter(pk=instance.pk)
    return rows.order_by().first()


def _log_save(sender, instance, using, **kwargs):
    log([instance, *instance.__dict__.pop("_owners_before", [])], using)


def _before_delete(sender, instance, using, **kwargs):
    """The rows that link it go without a signal: what they link to has changed as well."""
    lock(using)
    stored = _stored(instance, using)
    if stored is not None:
        stored.leave()
    for relation in sender._meta.get_fields(include_hidden=True):
        if relation.many_to_many:
            reverse = not relation.concrete
            through = (relation if reverse else relation.remote_field).through
            linked = _others(through, instance, relation.related_model, reverse, using)
            log(linked, using, shown_otherwise=True)
            if reverse:
                touch(linked, using)
                capture.changed(linked, using)


def _log_delete(sender, instance, using, **kwargs):
    log([instance], using)


def _log_link(sender, instance, action, model, pk_set, using, **kwargs):
    """Both ends of a link have changed; before a clearing they can still be read."""
    if action in {"pre_add", "pre_remove"}:
        lock(using)
    elif action in {"post_add", "post_remove"} and pk_set:
        others = model._base_manager.using(using).filter(pk__in=pk_set)
        ends = _log_ends(sender, instance, model, list(others), kwargs["reverse"], using)
        capture.changed(ends, using)
    elif action == "pre_clear":
        lock(using)
        others = _others(sender, instance, model, kwargs["reverse"], using)
        ends = _log_ends(sender, instance, model, others, kwargs["reverse"], using)
        instance._cleared = ends  # a version holds what is left, so it waits
    elif action == "post_clear":
        capture.changed(instance.__dict__.pop("_cleared", []), using)


def _log_ends(through, instance, model, others, reverse: bool, using: str) -> list[models.Model]:
    """Both are shown otherwise; what has changed is the record whose field it is, or both."""
    log([instance, *others], using, shown_otherwise=True)
    if not through._meta.auto_created:
        return []  # a row with a model of its own has told its page itself
    ends = others if reverse else [instance]
    if type(instance) is model:
        ends = [instance, *others]
    touch(ends, using)
    return ends


def _others(through, instance, model, reverse: bool, using: str) -> list[models.Model]:
    """The records of `model` at the other end of the links of `instance`."""
    source, target = [field.attname for field in through._meta.fields if field.is_relation][:2]
    here, there = (target, source) if reverse else (source, target)
    links = through._base_manager.using(using).filter(**{here: instance.pk})
    return list(model._base_manager.using(using).filter(pk__in=links.values(there)))
