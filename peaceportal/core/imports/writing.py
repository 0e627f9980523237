"""Saves what was planned, a batch at a time, in few statements."""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError

from peaceportal.core.changes import together
from peaceportal.core.identifiers import Identifier
from peaceportal.core.imports.planned import CREATED, UPDATED, Planned
from peaceportal.core.imports.shapes import Shape
from peaceportal.core.imports.trees import Tree
from peaceportal.core.relinking import relink
from peaceportal.core.slugs import SlugMaker

BATCH = 500


class Writer:
    def __init__(self, shape: Shape, tree: Tree | None = None):
        self.shape, self.tree = shape, tree
        self.content_type = ContentType.objects.get_for_model(shape.model)
        self.slugs = SlugMaker(shape.model)
        self.made: dict[int, int] = {}  # of a row the page that it made, where others wait for it
        self.waiting: dict[int, int] = {}  # of a page the row that makes what it is part of

    def write(self, batch: list[Planned]) -> None:
        taken = [one for one in batch if one.outcome in {CREATED, UPDATED}]
        with together():
            self._save_pages(taken)
            self._save_identifiers(taken)
            self._save_links(taken)
            self._save_rows(taken)
            self.shape.make_documents(
                [(one.page, one.document_url) for one in taken if one.document_url]
            )

    def finish(self) -> None:
        """Put pages beneath those that later rows have made."""
        pks = list(self.waiting)
        for start in range(0, len(pks), BATCH):
            some = pks[start : start + BATCH]
            pages = list(self.shape.model._base_manager.filter(pk__in=some))
            for page in pages:
                row = self.waiting[page.pk]
                if row not in self.made:
                    raise IntegrityError(f"row {row} made nothing")
                page.parent_id = self.made[row]
            self.shape.model.objects.bulk_update(pages, ["parent"], batch_size=BATCH)

    def _save_pages(self, taken: list[Planned]) -> None:
        new = [one.page for one in taken if one.outcome == CREATED]
        self.slugs.give(new)
        self.shape.model.objects.bulk_create(new)
        changed = [one for one in taken if one.outcome == UPDATED and one.fields]
        fields = sorted({name for one in changed for name in one.fields})
        if changed:
            pages = [one.page for one in changed]
            self.shape.model.objects.bulk_update(pages, fields, batch_size=BATCH)
        if self.tree is not None:
            for one in taken:
                self._note_parent(one)

    def _note_parent(self, one: Planned) -> None:
        if one.outcome == CREATED:
            self.made[one.wanted.row] = one.page.pk
        parent = self.tree.parent_of(one.wanted.row)
        if isinstance(parent, tuple):
            self.waiting[one.page.pk] = parent[1]

    def _save_identifiers(self, taken: list[Planned]) -> None:
        Identifier.objects.bulk_create(
            Identifier(
                content_type=self.content_type,
                object_id=one.page.pk,
                page=one.page,
                scheme=scheme,
                value=value,
            )
            for one in taken
            for scheme, value in one.identifiers
        )

    def _save_links(self, taken: list[Planned]) -> None:
        for name in sorted({name for one in taken for name in one.links}):
            wanted = {one.page.pk: one.links[name] for one in taken if name in one.links}
            relink(self.shape.model, name, wanted)

    def _save_rows(self, taken: list[Planned]) -> None:
        for name in sorted({name for one in taken for name in one.rows_added}):
            shape = self.shape.lists[name]
            relation = self.shape.model._meta.get_field(shape.rows)
            model, owner = relation.related_model, relation.field.name
            targets = shape.model._base_manager.in_bulk(
                {pk for one in taken for pk, _role in one.rows_added.get(name, ())}
            )
            gone = [pk for one in taken for pk in one.rows_removed.get(name, ())]
            if gone:
                model.objects.filter(pk__in=gone).delete()
            model.objects.bulk_create(
                model(
                    **{owner: one.page, shape.target: targets[pk]},
                    **({shape.role: role} if shape.role else {}),
                )
                for one in taken
                for pk, role in one.rows_added.get(name, ())
            )
