"""A merge undone: what it moved goes back, with whatever was edited since."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from peaceportal.core import changes
from peaceportal.core.merging.merges import Merge
from peaceportal.core.merging.plan import SHOWN
from peaceportal.core.merging.relations import (
    HIDES_PLACES,
    Relation,
    batches,
    places_hidden_by,
    relations,
    versions_of,
)
from peaceportal.core.merging.returning import Returning
from peaceportal.core.merging.writing import (
    link_again,
    made_again,
    put,
    still_there,
    value_of,
    written,
)
from peaceportal.core.versions.capture import changed, one_version


class Undoing:
    """Of one merge: what would go back, and doing it."""

    def __init__(self, merge: Merge):
        self.merge, self.moved = merge, merge.moved
        self.merged, self.kept = merge.merged, merge.kept
        self.sentences: list[str] = []
        model = apps.get_model(merge.model)
        self.by_key = {one.key: one for one in relations(model)}

    @cached_property
    def refusals(self) -> list[str]:
        if self.merge.undone_at is not None:
            return [_("This merge was undone already.")]
        if self.merged is None or self.kept is None:
            return [_("One of the two is no longer there.")]
        if self.merged.merged_into_id != self.kept.pk:
            return [_("“%(merged)s” is no longer merged into it.") % {"merged": self.merged}]
        if later := self._later():
            said = _(
                "“%(merged)s” was merged into “%(kept)s” after this. Undo that merge first, for it "
                "may have moved the same things."
            )
            return [said % {"merged": one.merged_name, "kept": one.kept_name} for one in later]
        return []

    def _later(self) -> list[Merge]:
        after = Merge.objects.standing().filter(pk__gt=self.merge.pk, model=self.merge.model)
        return list(after.about(self.kept))

    @cached_property
    def returning(self) -> list[Returning]:
        found = []
        for key, identities in self.moved["rows"].items():
            if relation := self.by_key.get(key):
                found.append(self._returning(relation, identities))
        for key, told in self.moved["links"].items():
            if relation := self.by_key.get(key):
                found.append(self._returning(relation, told["moved"]))
        return [one for one in found if one.pks or one.lost]

    def _returning(self, relation: Relation, identities: list) -> Returning:
        """Those that still name the kept one, and whose way back is free."""
        named = relation.naming(self.kept)
        pks: list[int] = []
        for some in batches(identities):
            known = relation.known(some).values("pk")
            pks += named.filter(pk__in=known).values_list("pk", flat=True)
        if relation.field.name == "parent":  # nothing goes beneath what lies beneath it
            above = self.merged.chain_above()
            pks = [pk for pk in pks if pk not in above]
        if pks and not relation.is_link:
            in_the_way = relation.doubles(self.kept, self.merged)
            pks = [pk for pk in pks if pk not in in_the_way]
        return Returning(relation, pks, len(identities) - len(pks))

    @cached_property
    def made_again(self) -> int:
        both = [told["both"] for told in self.moved["links"].values()]
        return len(self.moved["dropped"]) + sum(map(len, both))

    @cached_property
    def taken_out(self) -> list[tuple[str, list[str], int]]:
        """What the merge added to the kept one, and goes: words, the first names, how many more."""
        taken: dict[str, list[str]] = {}
        for name, uids in self.moved["copied"].items():
            field = self.kept._meta.get_field(name)
            has = self._to_take_out(field, uids)
            taken[capfirst(str(field.verbose_name))] = [str(one) for one in has]
        for label, uid, _told in self.moved["added"]:
            model = apps.get_model(label)
            words = capfirst(str(model._meta.verbose_name_plural))
            for row in model._base_manager.filter(uid=uid):
                taken.setdefault(words, []).append(str(row))
        return [
            (words, names[:SHOWN], max(len(names) - SHOWN, 0))
            for words, names in taken.items()
            if names
        ]

    def _to_take_out(self, field: models.ManyToManyField, uids: list[str]) -> list[models.Model]:
        """What the merge linked to the kept one; if that was merged since, what it became, unless
        the kept one was linked to that by itself.
        """
        key, own = f"{field.model._meta.label}.{field.name}", str(self.kept.uid)
        pages = still_there(field.related_model, uids)
        its_own = set()
        for later in Merge.objects.standing().into(pages).filter(pk__gt=self.merge.pk):
            both = later.moved["links"].get(key, {}).get("both", [])
            if own in both and not {str(later.kept_uid), str(later.merged_uid)} <= set(uids):
                its_own.add(later.kept_uid)
        linked = getattr(self.kept, field.name).filter(pk__in=[page.pk for page in pages])
        return list(linked.exclude(uid__in=its_own))

    @cached_property
    def fields_back(self) -> list[tuple[models.Field, Any, str]]:
        """What the merge wrote into fields: what stood there, and why that cannot stand there
        again; empty if it can.
        """
        found = []
        for name, (was, then) in self.moved["filled"].items():
            field, said = self.kept._meta.get_field(name), ""
            if value_of(self.kept, field) != then:
                said = _("“%(field)s” of “%(kept)s” was edited since, and stays as it is.")
            elif name == HIDES_PLACES and self._would_show_places():
                said = _(
                    "“%(kept)s” was given places since, so its places stay hidden: only its own "
                    "form shows them."
                )
            told = {"field": capfirst(str(field.verbose_name)), "kept": self.kept}
            found.append((field, was, said and said % told))
        return found

    def _would_show_places(self) -> bool:
        """Whether readers would see places that nobody has shown to them, as they were added
        while they were hidden.
        """
        model = self.kept._meta.get_field("places").related_model
        going = {uid for told in self.moved["links"].values() for uid in told["moved"]}
        shown = self.moved.get("shown", {})
        copied = {str(self.kept.uid): self.moved["copied"].get("places", [])}
        for uid, places in places_hidden_by(self.kept).items():
            known = still_there(model, [*shown.get(uid, []), *copied.get(uid, [])])
            if uid not in going and set(places) - {str(place.uid) for place in known}:
                return True
        return False

    def do(self) -> list[str]:
        """Put everything back; sentences about what could not be."""
        for one in self.returning:
            self.put_back(one)
        for key, told in self.moved["links"].items():
            if relation := self.by_key.get(key):
                self.link_again(relation, told["both"])
        for name, uids in self.moved["copied"].items():
            field = self.kept._meta.get_field(name)
            getattr(self.kept, name).remove(*self._to_take_out(field, uids))
        for label, uid, told in self.moved["added"]:
            self.take_out(apps.get_model(label), uid, told)
        for key, uid, columns, links in self.moved["joined"]:
            self.part(self.by_key[key].model, uid, columns, links)
        self.restore_pages()
        dropped: dict[str, list] = {}
        for key, pk, told in self.moved["dropped"]:
            dropped.setdefault(key, []).append((pk, told))
        for key, rows in dropped.items():
            with versions_of(rows):
                self.make_again(self.by_key[key], rows)
        changed([self.merged, self.kept], self.kept._state.db)
        self.merge.undone_at = timezone.now()
        self.merge.save()
        return self.sentences

    def put_back(self, one: Returning) -> None:
        if one.relation.is_link:
            one.relation.unlink(self.kept, one.pks)
            one.relation.link(self.merged, one.pks)
        else:
            one.relation.move(one.pks, self.merged)
        if one.lost:
            self.say_lost(one.relation, one.lost)

    def say_lost(self, relation: Relation, count: int) -> None:
        said = ngettext(
            "%(words)s: %(count)d was removed or changed over since, and stays as it is.",
            "%(words)s: %(count)d were removed or changed over since, and stay as they are.",
            count,
        )
        self.sentences.append(said % {"words": relation.words, "count": count})

    def link_again(self, relation: Relation, identities: list[str]) -> None:
        """What both were linked to, unless the link to the kept one was taken out since."""
        if not identities:
            return
        named = relation.naming(self.kept)
        there = relation.known(identities)
        pks = set(there.filter(pk__in=named.values("pk")).values_list("pk", flat=True))
        if relation.model is type(self.kept):
            pks |= set(there.filter(pk=self.kept.pk).values_list("pk", flat=True))
        relation.link(self.merged, sorted(pks))
        if lost := len(identities) - len(pks):
            said = ngettext(
                "%(words)s: %(count)d link that both had was taken out since, and is not made "
                "again.",
                "%(words)s: %(count)d links that both had were taken out since, and are not made "
                "again.",
                lost,
            )
            self.sentences.append(said % {"words": relation.words, "count": lost})

    def take_out(self, model: type[models.Model], uid: str, told: dict) -> None:
        row = model._base_manager.filter(uid=uid).first()
        if row is None:
            return
        if written(row) == told:
            row.delete()
        else:
            said = _("“%(row)s” was edited since, and stays with “%(kept)s”.")
            self.sentences.append(said % {"row": row, "kept": self.kept})

    def part(self, model: type[models.Model], uid: str, columns: dict, links: dict) -> None:
        """Take out of a row what it was given of its double."""
        row = model._base_manager.filter(uid=uid).first()
        if row is None:
            return
        for name, (was, then) in columns.items():
            field = model._meta.get_field(name)
            if value_of(row, field) == then:
                put(row, field, was)
        if columns:
            row.save()
        for name, uids in links.items():
            others = still_there(model._meta.get_field(name).related_model, uids)
            getattr(row, name).remove(*others)

    def restore_pages(self) -> None:
        """First the kept one gives back what but one page can have."""
        model = type(self.kept)
        is_free = {field.name: not said for field, _was, said in self.fields_back}
        kept = model._base_manager.get(pk=self.kept.pk)
        for field, was, said in self.fields_back:
            if said:
                self.sentences.append(said)
            else:
                put(kept, field, was)
        if is_free:
            kept.save()
        merged = model._base_manager.get(pk=self.merged.pk)
        for name, was in self.moved["emptied"].items():
            if is_free.get(name):
                put(merged, model._meta.get_field(name), was)
        removed_at = self.moved["removed_at"]
        merged.removed_at = parse_datetime(removed_at) if removed_at else None
        merged.merged_into = None
        merged.save()
        self.kept, self.merged = kept, merged

    def make_again(self, relation: Relation, dropped: list[tuple[int, dict]]) -> None:
        """Rows that were dropped as doubles; unless what they belong to is gone.

        A version that was restored since may have brought one back already, to the kept one.
        """
        identities = [told["uid"] for _pk, told in dropped]
        there: dict[str, int] = {}
        for some in batches(identities):
            rows = relation.known(some).values_list("uid", "pk")
            there |= {str(uid): pk for uid, pk in rows}
        for some in batches([one for one in dropped if one[1]["uid"] not in there]):
            if not self._made(relation, some):
                lost = [one for one in some if not self._made(relation, [one])]
                self.say_no_place(relation, len(lost))
        back = relation.naming(self.kept)
        for pk in there.values():
            if not back.filter(pk=pk).exists():
                self.say_lost(relation, 1)
            elif not self._tried(lambda pk=pk: relation.move([pk], self.merged)):
                self.say_no_place(relation, 1)

    def _made(self, relation: Relation, dropped: list[tuple[int, dict]]) -> bool:
        def make():
            records = made_again(relation.model, dropped)
            relation.model._base_manager.bulk_create(records)
            for record, (_pk, told) in zip(records, dropped, strict=True):
                link_again(record, told)

        return self._tried(make)

    def _tried(self, work: Callable[[], None]) -> bool:
        """Whether it could be done; otherwise nothing of it was."""
        try:
            with transaction.atomic(using=self.kept._state.db):
                work()
        except (IntegrityError, ValidationError):
            return False
        return True

    def say_no_place(self, relation: Relation, count: int) -> None:
        said = _("%(words)s: one that was dropped as a double has no place any more.")
        self.sentences += [said % {"words": relation.words}] * count


def undo(merge: Merge, *, by: models.Model | None = None) -> list[str]:
    """Undo a merge, as one version; sentences about what could not go back.

    Raises ValidationError, with nothing changed, where that cannot be.
    """
    told = {"merged": merge.merged_name, "kept": merge.kept_name}
    note = _("Undid the merge of “%(merged)s” into “%(kept)s”.") % told
    try:
        with one_version(by=by, note=note, way="merge"), transaction.atomic():
            changes.lock("default")
            work = Undoing(Merge.objects.get(pk=merge.pk))
            if work.refusals:
                raise ValidationError(work.refusals)
            return work.do()
    except IntegrityError as error:
        raise ValidationError(
            _("What was merged contradicts what is there now, so nothing was changed.")
        ) from error
