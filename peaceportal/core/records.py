"""What every record has: a permanent identity, derived values that are right, and a trace."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import NotSupportedError, models, router
from django.utils.translation import gettext_lazy as _

from peaceportal.core import changes
from peaceportal.core.versions.capture import single_save

BATCH = 500


class RecordQuerySet(models.QuerySet):
    """Ways of saving that send no signal leave derived values right and a trace all the same."""

    def get_by_natural_key(self, uid):
        return self.get(uid=uid)

    def with_uids(self, uids):
        return self.filter(uid__in=uids)

    def bulk_create(self, objs, *args, update_conflicts=False, ignore_conflicts=False, **kwargs):
        if update_conflicts or ignore_conflicts:
            raise NotSupportedError("Records are not overwritten unread: save or bulk_update them.")
        objs = list(objs)
        with single_save(self.db):
            changes.lock(self.db)
            self.model.prepare_all(objs)
            created = super().bulk_create(objs, *args, **kwargs)
            changes.log(created, self.db)
        return created

    def bulk_update(self, objs, fields, batch_size=None):
        """The stored rows become right; derived values of `objs` in memory stay as they were."""
        objs, fields = tuple(objs), list(fields)
        with single_save(self.db):
            changes.lock(self.db)
            plain = models.QuerySet(self.model, using=self.db)
            before = list(plain.filter(pk__in=[obj.pk for obj in objs]))
            rows = plain.bulk_update(objs, fields, batch_size)
            self._put_right(before, fields)
        return rows

    def update(self, **values):
        with single_save(self.db):
            changes.lock(self.db)
            plain = models.QuerySet(self.model, using=self.db)
            before = list(plain.filter(pk__in=self._pks()))
            counted = changes.counted(self.model)
            derived = self.model.prepared_names(values)
            if derived <= set(counted) and not {"uid", *counted} & set(values):
                rows = super().update(**(counted | values))
                changes.log([*before, *plain.filter(pk__in=[row.pk for row in before])], self.db)
            else:
                rows = super().update(**values)
                self._put_right(before, values)
        return rows

    def update_or_create(self, *args, **kwargs):
        with single_save(self.db):
            changes.lock(self.db)  # before the row: see `changes.lock`
            return super().update_or_create(*args, **kwargs)

    def select_for_update(self, *args, **kwargs):
        changes.lock(self.db)
        return super().select_for_update(*args, **kwargs)

    def delete(self):
        with single_save(self.db):
            return super().delete()

    delete.alters_data = True
    delete.queryset_only = True

    def delete_together(self):
        """Delete rows with their links, and write one trace of all; of a row that others name, as
        `delete` does.
        """
        if self.model._meta.related_objects:
            self.delete()
            return
        with single_save(self.db):
            changes.lock(self.db)
            rows = list(self)
            pks = [row.pk for row in rows]
            for field in self.model._meta.local_many_to_many:
                through = field.remote_field.through._base_manager.using(self.db)
                links = through.filter(**{f"{field.m2m_column_name()}__in": pks})
                others = field.related_model._base_manager.using(self.db)
                linked = others.filter(pk__in=links.values(field.m2m_reverse_name()))
                changes.log(list(linked), self.db, shown_otherwise=True)
                links.delete()
            models.QuerySet(self.model, using=self.db).filter(pk__in=pks)._raw_delete(self.db)
            changes.log(rows, self.db)

    delete_together.alters_data = True
    update_or_create.alters_data = True
    update.alters_data = True
    bulk_update.alters_data = True

    def _pks(self) -> list[int]:
        return list(self.order_by().values_list("pk", flat=True))

    def _put_right(self, before: Sequence[Record], fields: Collection[str]) -> None:
        names = sorted(self.model.prepared_names(fields))
        plain = models.QuerySet(self.model, using=self.db)
        for start in range(0, len(before), BATCH):
            stored = {record.pk: record for record in before[start : start + BATCH]}
            now = list(plain.filter(pk__in=stored))
            for record in now:
                record.prepare(stored[record.pk])
                record.keep_from(stored[record.pk])
            if names:
                plain.bulk_update(now, names, batch_size=BATCH)
            changes.log([*now, *stored.values()], self.db)


class Record(models.Model):
    """Anything that is kept. `uid` is its identity in feeds, exports and permanent addresses."""

    # Relations to the pages on which a row stands, first the one that it is a piece of: that one
    # has changed when the row has, and all of them are shown otherwise.
    owner_fields: tuple[str, ...] = ()
    # The id of what holds it on its page, as `/id/` leads there; empty if nothing has one.
    fragment = ""
    # Whether versions of it are kept. Relations whose rows a version holds with the record, and
    # those to parts that stand on it, of which versions of their own are kept.
    is_versioned = True
    is_restored = False  # on a record that is put back: what seems left over is meant
    versioned_rows: tuple[str, ...] = ()
    versioned_parts: tuple[str, ...] = ()
    # Pairs of fields that lead from one page to another of its kind, and never round in a ring;
    # “pk” is the record itself.
    one_way: tuple[tuple[str, str], ...] = ()

    uid = models.UUIDField(_("permanent identity"), default=uuid.uuid4, unique=True, editable=False)

    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "objects"  # reverse relations save through it: they leave a trace too

    def natural_key(self):
        return (str(self.uid),)

    def save(self, *args, update_fields=None, **kwargs):
        if update_fields is None and self.get_deferred_fields() and not self._state.adding:
            columns = {field.attname for field in self._meta.concrete_fields}
            update_fields = columns & set(self.__dict__) - {self._meta.pk.attname}
        if update_fields:
            update_fields = {*update_fields, *self.prepared_names(update_fields)}
        super().save(*args, update_fields=update_fields, **kwargs)

    def save_base(self, *args, using=None, **kwargs):
        using = using or router.db_for_write(type(self), instance=self)
        with single_save(using):  # the row and its trace, or neither
            super().save_base(*args, using=using, **kwargs)

    save_base.alters_data = True

    def delete(self, using=None, **kwargs):
        using = using or router.db_for_write(type(self), instance=self)
        with single_save(using):
            return super().delete(using=using, **kwargs)

    delete.alters_data = True

    @classmethod
    def deriving_fields(cls):
        """Fields with `derive`; they name what it reads (`derives_from`) and writes (`derives`)."""
        return [field for field in cls._meta.concrete_fields if hasattr(field, "derive")]

    @classmethod
    def prepared_names(cls, fields: Iterable[str]) -> set[str]:
        """The columns that `prepare` puts right when `fields` have changed."""
        changed = set(fields)
        names: set[str] = set()
        for field in cls.deriving_fields():
            if changed & set(field.derives_from):
                names |= set(field.derives)
        return names

    @classmethod
    def prepare_all(cls, records: Iterable[Record]) -> None:
        """Prepare new records that are about to be stored together."""
        for record in records:
            record.prepare(None)

    def prepare(self, stored: Record | None) -> None:
        """Put derived values right before any way of saving; `stored` is the row as it was.

        Raises ValidationError where the permanent identity would change.
        """
        if stored is not None and str(stored.uid) != str(self.uid):
            raise ValidationError(
                _("%(record)s has the permanent identity %(uid)s, which never changes.")
                % {"record": stored, "uid": stored.uid}
            )
        for field in self.deriving_fields():
            field.derive(self)

    def keep_from(self, stored: Record) -> None:
        """Keep in rows of their own what this change would otherwise lose of `stored`."""

    def leave(self) -> None:
        """Keep in rows of their own what its deletion would otherwise lose."""

    def twins(self) -> models.QuerySet:
        """Other records whose columns say the same, once it is prepared."""
        fields = [f for f in self._meta.concrete_fields if not f.primary_key]
        names = {field.attname for field in fields} - {"uid", "created_at", "updated_at"}
        said = {name: getattr(self, name) for name in names}
        nothing = {f"{name}__isnull": True for name, value in said.items() if value is None}
        told = {name: value for name, value in said.items() if value is not None}
        return type(self)._base_manager.filter(**told, **nothing).exclude(pk=self.pk)

    def owners(self) -> list[Record]:
        """The pages on which this row stands, as far as they still exist."""
        found = []
        for name in self.owner_fields:
            try:
                owner = getattr(self, name)
            except ObjectDoesNotExist:
                continue
            if isinstance(owner, Record):
                found.append(owner)
        return found
