"""One page merged into another: what names it moves, its address leads on, and all is noted."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from peaceportal.core import changes
from peaceportal.core.merging.merges import Merge
from peaceportal.core.merging.plan import Plan, unique_columns
from peaceportal.core.merging.relations import (
    HIDES_PLACES,
    Relation,
    batches,
    own_links,
    places_hidden_by,
    relations,
)
from peaceportal.core.merging.writing import (
    is_empty,
    links_of,
    own_fields,
    put,
    value_of,
    whole,
    written,
)
from peaceportal.core.trees import TreePage
from peaceportal.core.versions.capture import changed, one_version


class ChangedMeanwhile(ValidationError):
    """What was looked at is no longer what would be done."""


def merge(
    merged: TreePage,
    kept: TreePage,
    *,
    by: models.Model | None = None,
    take: Collection[str] = (),
    name_kind: str = "",
    seen: str = "",
) -> Merge:
    """Merge, as one version. Raises ValidationError, with nothing changed, where that cannot be.

    `take` are fields that are empty in `kept` and taken over. `name_kind` is as what the name is
    kept; empty, it is not. `seen` is the fingerprint of the plan that somebody agreed to.
    """
    using = merged._state.db
    told = {"merged": merged, "kept": kept}
    note = _("Merged “%(merged)s” into “%(kept)s”.") % told
    try:
        with one_version(using, by=by, note=note, way="merge"), transaction.atomic(using):
            changes.lock(using)
            merged, kept = (type(page)._base_manager.get(pk=page.pk) for page in (merged, kept))
            plan = Plan(merged, kept)
            if plan.refusals:
                raise ValidationError(plan.refusals)
            if seen and seen != plan.fingerprint:
                raise ChangedMeanwhile(
                    _("Somebody changed one of the two meanwhile. Look again at what will happen.")
                )
            return Merging(plan).do(by, set(take) & set(plan.takeable), name_kind)
    except IntegrityError as error:
        raise ValidationError(
            _("What the two have contradicts each other, so nothing was changed.")
        ) from error


class Merging:
    """One merge, and all that it moved."""

    def __init__(self, plan: Plan):
        self.plan, self.merged, self.kept = plan, plan.merged, plan.kept
        self.moved: dict[str, Any] = {"rows": {}, "links": {}, "copied": {}, "dropped": []}
        self.moved |= {"joined": [], "filled": {}, "emptied": {}, "added": []}

    def do(self, by: models.Model | None, take: set[str], name_kind: str) -> Merge:
        model = type(self.kept)
        if self.plan.will_hide_places:
            self.moved["shown"] = places_hidden_by(self.kept)
        for relation in relations(model):
            if relation.is_link:
                self.move_links(relation)
            else:
                self.drop_doubles(relation)
                self.move_rows(relation)
        for field in own_links(model):
            self.copy_links(field)
        self.moved["removed_at"] = self.merged.removed_at and self.merged.removed_at.isoformat()
        merged, kept = (model._base_manager.get(pk=one.pk) for one in (self.merged, self.kept))
        self.take_away(merged, kept, take)
        self.fill(merged, kept, take, name_kind)
        changed([merged, kept], kept._state.db)
        return Merge.objects.create(
            model=model._meta.label_lower,
            kept_uid=kept.uid,
            merged_uid=merged.uid,
            kept_name=kept.name,
            merged_name=merged.name,
            by=by,
            moved=self.moved,
            counts=self.counts(),
        )

    def counts(self) -> dict[str, int]:
        found = {key: len(identities) for key, identities in self.moved["rows"].items()}
        for key, told in self.moved["links"].items():
            found[key] = found.get(key, 0) + len(told["moved"])
        return found

    def drop_doubles(self, relation: Relation) -> None:
        """What a double says that the other lacks goes over to that; the double itself goes."""
        doubles = self.plan.doubles(relation)
        for some in batches(list(doubles.items())):
            rows = whole(relation.model, [pk for pair in some for pk in pair if pk is not None])
            for pk, other in some:
                if other is not None:
                    self.join(relation, rows[pk], rows[other])
                self.moved["dropped"].append([relation.key, pk, written(rows[pk])])
        relation.drop(list(doubles))

    def join(self, relation: Relation, row: models.Model, stays: models.Model) -> None:
        columns, links = {}, {}
        for field in own_fields(relation.model):
            here, there = value_of(stays, field), value_of(row, field)
            if is_empty(here) and not is_empty(there):
                put(stays, field, there)
                columns[field.name] = [here, there]
        if columns:
            stays.save()
        for field in links_of(relation.model):
            has = getattr(stays, field.name).all()
            if lacks := [one for one in getattr(row, field.name).all() if one not in has]:
                links[field.name] = [str(one.uid) for one in lacks]
                getattr(stays, field.name).add(*lacks)
        if columns or links:
            self.moved["joined"].append([relation.key, str(stays.uid), columns, links])

    def move_rows(self, relation: Relation) -> None:
        told = list(relation.naming(self.merged).values_list("pk", relation.identity))
        relation.move([pk for pk, _identity in told], self.kept)
        if told:
            self.moved["rows"][relation.key] = [str(identity) for _pk, identity in told]

    def move_links(self, relation: Relation) -> None:
        """What both are linked to has its link already; the two are never linked to each other."""
        here = dict(relation.naming(self.merged).values_list("pk", relation.identity))
        if not here:
            return
        both = {*relation.naming(self.kept).values_list("pk", flat=True)} & here.keys()
        if relation.model is type(self.kept):
            both |= {self.kept.pk} & here.keys()
        moving = [pk for pk in here if pk not in both]
        relation.unlink(self.merged, list(here))
        relation.link(self.kept, moving)
        self.moved["links"][relation.key] = {
            "moved": [str(here[pk]) for pk in moving],
            "both": [str(here[pk]) for pk in here if pk in both],
        }

    def copy_links(self, field: models.ManyToManyField) -> None:
        has = getattr(self.kept, field.name)
        lacks = list(getattr(self.merged, field.name).exclude(pk__in=has.values("pk")))
        if lacks:
            has.add(*lacks)
            self.moved["copied"][field.name] = [str(one.uid) for one in lacks]

    def take_away(self, merged: TreePage, kept: TreePage, take: set[str]) -> None:
        """The merged one goes; what but one page can have, it gives up."""
        for name in sorted(take & unique_columns(type(merged))):
            field = merged._meta.get_field(name)
            self.moved["emptied"][name] = value_of(merged, field)
            setattr(merged, name, field.get_default() if not field.null else None)
        merged.removed_at, merged.merged_into = merged.removed_at or timezone.now(), kept
        merged.save()

    def fill(self, merged: TreePage, kept: TreePage, take: set[str], name_kind: str) -> None:
        fields = own_fields(type(kept))
        before = {field.name: value_of(kept, field) for field in fields}
        for name in take:
            setattr(kept, name, getattr(self.merged, name))
        if self.plan.will_hide_places:
            setattr(kept, HIDES_PLACES, True)
        kind = name_kind if name_kind in dict(self.plan.name_kinds) else ""
        for row in kept.keep_names_of(self.merged, kind):
            self.moved["added"].append([row._meta.label, str(row.uid), written(row)])
        if take and (broken := self.plan.broken_rules(kept)):
            raise ValidationError(broken)
        kept.save()
        for field in fields:
            now = value_of(kept, field)
            if now != before[field.name]:
                self.moved["filled"][field.name] = [before[field.name], now]
