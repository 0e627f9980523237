"""What pages are linked with by now, and which links and rows a file adds and takes away."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db import models

from peaceportal.core.imports.finding import Known
from peaceportal.core.imports.mapping import ListMapping, Mapping
from peaceportal.core.imports.shapes import ListShape, Shape


class Linked:
    def __init__(
        self,
        shape: Shape,
        mapping: Mapping,
        by_list: dict[str, list[ListMapping]],
        known_of: Callable[[type[models.Model]], Known],
    ):
        self.shape, self.mapping = shape, mapping
        self.by_list, self.known_of = by_list, known_of
        self._links: dict[str, dict[int, set[int]]] = {}
        self._rows: dict[str, dict[int, dict[tuple[int, str], int]]] = {}

    def read(self, pages: Iterable[models.Model]) -> None:
        """What these pages are linked with by now. One query a relation."""
        pks = [page.pk for page in pages]
        self._links, self._rows = {}, {}
        if not pks:
            return
        for name in {"sources", *(self.shape.lists[one].links for one in self.by_list)} - {""}:
            field = self.shape.model._meta.get_field(name)
            here, there = field.m2m_column_name(), field.m2m_reverse_name()
            rows = field.remote_field.through._base_manager.filter(**{f"{here}__in": pks})
            found = self._links.setdefault(name, {})
            for pk, other in rows.order_by().values_list(here, there):
                found.setdefault(pk, set()).add(other)
        for name in self.by_list:
            shape = self.shape.lists[name]
            if shape.rows:
                found = self._rows.setdefault(shape.rows, {})
                for row in _rows_of(self.shape.model, shape, pks):
                    owner, pk, target, *role = row
                    found.setdefault(owner, {})[target, role[0] if role else ""] = pk

    def to(self, page: models.Model, name: str) -> set[int]:
        return self._links.get(name, {}).get(page.pk, set())

    def differ(self, planned, name: str, entries: set[tuple[int, str]]) -> None:
        """Say in `planned` which links or rows are added and taken away."""
        shape = self.shape.lists[name]
        if shape.links:
            self._differ_links(planned, shape, {pk for pk, _role in entries})
        else:
            self._differ_rows(planned, name, shape, entries)

    def role(self, shape: ListShape, role: str) -> str:
        if not shape.roles:
            return ""
        rows = self.shape.model._meta.get_field(shape.rows).related_model
        return role or rows._meta.get_field(shape.role).default

    def _differ_links(self, planned, shape: ListShape, pks: set[int]) -> None:
        now = self.to(planned.page, shape.links)
        if self.mapping.is_own:
            is_withheld = shape.withheld_by and getattr(planned.page, shape.withheld_by)
            pks = pks | (now if is_withheld else now & self.known_of(shape.model).hidden())
        if pks != now:
            planned.links[shape.links] = (pks - now, now - pks)
            self._tell(planned, shape, {(pk, "") for pk in now}, {(pk, "") for pk in pks})

    def _differ_rows(self, planned, name: str, shape: ListShape, entries) -> None:
        """Rows of roles that no list of the mapping speaks of are left alone."""
        rows = self._rows.get(shape.rows, {}).get(planned.page.pk, {})
        mappings = self.by_list.get(name, [])
        if mappings and not any(one.with_roles for one in mappings):
            roles = {self.role(shape, one.role) for one in mappings}
            with_others = {pk for pk, role in rows if role not in roles}
            rows = {key: pk for key, pk in rows.items() if key[1] in roles}
            if self.mapping.is_own:  # who is named has a role already
                entries = {key for key in entries if key in rows or key[0] not in with_others}
        added = [key for key in sorted(entries) if key not in rows]
        # Our own files say nothing of what the public cannot see.
        unsaid = self.known_of(shape.model).hidden() if self.mapping.is_own else ()
        kept = {key for key in rows if key in entries or key[0] in unsaid}
        gone = [pk for key, pk in rows.items() if key not in kept]
        if added or gone:
            planned.rows_added[name] = added
            planned.rows_removed[name] = gone
            self._tell(planned, shape, set(rows), kept | set(added))

    def _tell(self, planned, shape: ListShape, before, after) -> None:
        labels = self.known_of(shape.model).labels

        def words(keys):
            named = [
                f"{labels.get(pk, pk)} ({role})" if role else str(labels.get(pk, pk))
                for pk, role in keys
            ]
            return " | ".join(sorted(named))

        planned.show(shape.name, words(after))
        planned.differ(shape.name, words(before), words(after))


def _rows_of(model: type[models.Model], shape: ListShape, pks: list[int]):
    """The owner, primary key and target of each row, and its role where it has one."""
    relation = model._meta.get_field(shape.rows)
    owner = relation.field.attname
    columns = [owner, "pk", f"{shape.target}_id", *([shape.role] if shape.role else [])]
    rows = relation.related_model._base_manager.filter(**{f"{owner}__in": pks})
    return rows.order_by("pk").values_list(*columns)
