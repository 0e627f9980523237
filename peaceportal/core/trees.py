"""Pages that lie beneath a page of their own kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from peaceportal.core.constraints import FieldCheck
from peaceportal.core.publishing import NamedPage, PageQuerySet
from peaceportal.core.records import Record

BENEATH = """
    WITH RECURSIVE beneath (id) AS (
        SELECT id FROM {table} WHERE id IN ({tops})
        UNION
        SELECT child.id FROM {table} child JOIN beneath ON child.parent_id = beneath.id
    )
    SELECT id FROM beneath
"""
ABOVE = """
    WITH RECURSIVE above (id, parent_id) AS (
        SELECT id, parent_id FROM {table} WHERE id = %s
        UNION
        SELECT higher.id, higher.parent_id
        FROM {table} higher JOIN above ON higher.id = above.parent_id
    )
    SELECT id FROM above
"""


class TreePageQuerySet(PageQuerySet):
    def tops(self):
        """The pages that are part of no other."""
        return self.filter(parent__isnull=True)

    def called(self, folded: str):
        """The pages whose name holds these folded words."""
        return self.filter(sort_name__contains=folded)

    def beneath(self, tops: Iterable[models.Model]):
        """These pages and all that lies beneath them, as a query that filters use as a semi-join.

        UNION ends at a cycle, which forms refuse but a database cannot.
        """
        pks = [page.pk for page in tops]
        if not pks:
            return self.none()
        sql = BENEATH.format(table=self.model._meta.db_table, tops=", ".join(["%s"] * len(pks)))
        return self.filter(pk__in=RawSQL(sql, pks))  # noqa: S611 - the values are parameters


class TreePage(NamedPage):
    """One can be merged into another of its kind (`core/merging`)."""

    named_as = {"parent": _("What is part of it")}
    one_way = (*NamedPage.one_way, ("pk", "parent"))
    fields_of_names: tuple[str, ...] = ()  # of which `names_besides` tells when it is merged
    names_have_dates = False  # whether it is kept how long it had another name

    parent = models.ForeignKey(
        "self",
        verbose_name=_("part of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )

    objects = TreePageQuerySet.as_manager()

    class Meta(NamedPage.Meta):
        abstract = True
        constraints = [
            *NamedPage.Meta.constraints,
            FieldCheck(
                beside="parent",
                name="%(app_label)s_%(class)s_not_its_own_parent",
                condition=Q(parent__isnull=True) | ~Q(parent=F("pk")),
                violation_error_message=_("A record cannot be part of itself."),
            ),
        ]

    def clean(self):
        super().clean()
        if self.pk and self.parent_id and self.pk in self.chain_above():
            raise ValidationError(
                {
                    "parent": _("%(parent)s lies beneath this record itself. Choose another.")
                    % {"parent": self.parent}
                }
            )

    def marks(self):
        return [_("part of %(parent)s") % {"parent": self.parent}] if self.parent_id else []

    def merging_refusals(self, into: TreePage) -> list[str]:
        """Why it cannot be merged into another of its kind, each with what to do about it."""
        if self.pk not in into.chain_above():
            return []
        said = _(
            "“%(into)s” is part of “%(page)s”: it cannot take in what it lies within. Merge the "
            "other way round, or change first what “%(into)s” is part of."
        )
        return [said % {"into": into, "page": self}]

    def names_in_use(self) -> list[str]:
        """What it is called, and what else."""
        return [self.name]

    def other_name_kinds(self) -> list[tuple[str, str]]:
        """As what another name of it can be kept; none where there is no place for one."""
        return []

    def keep_name(self, name: str, kind: str = "", language: str = "", until="") -> Record | None:
        """Keep another name of it: in a row that is returned, or in a field that is yet to save."""
        return None

    def says_already(self, rows: models.QuerySet) -> list[int]:
        """Of rows that would come to it those that say what it says itself (primary keys)."""
        return []

    def names_besides(self, merged: TreePage) -> list[str]:
        """What else one that is merged into it is called, in no row, and it is not."""
        return []

    def keep_names_of(self, merged: TreePage, kind: str) -> list[Record]:
        """Keep the name of one that is merged into it, unless `kind` is empty, and what else it is
        called that lies in no row; the rows that were made.
        """
        row = self.keep_name(merged.name, kind, merged.language) if kind else None
        return [row] if row else []

    def family(self, *, deep: bool = False) -> tuple[list[TreePage], list[TreePage]]:
        """What it is part of, from the widest, and what is part of it, as far as public.

        If `deep`, also what is part of that, and so on. One query; what lies between two public
        pages may itself not be.
        """
        table = self._meta.db_table
        above = RawSQL(ABOVE.format(table=table), [self.parent_id])  # noqa: S611 - a parameter
        below = Q(parent=self)
        if deep:
            sql = BENEATH.format(table=table, tops="%s")
            below = Q(pk__in=RawSQL(sql, [self.pk]))  # noqa: S611 - a parameter
        by_pk = {page.pk: page for page in type(self).objects.filter(Q(pk__in=above) | below)}
        chain: list[TreePage] = []
        next_pk = self.parent_id
        while next_pk in by_pk and by_pk[next_pk] not in chain:
            chain.insert(0, by_pk[next_pk])
            next_pk = by_pk[next_pk].parent_id
        within = [page for page in by_pk.values() if page.parent_id == self.pk]
        if deep:
            within = [page for page in by_pk.values() if page not in chain]
        return (
            [page for page in chain if page.is_public() and page.pk != self.pk],
            [page for page in within if page.is_public() and page.pk != self.pk],
        )

    def chain_above(self) -> set[int]:
        """The primary keys above this record, as they would be saved; ends at a cycle."""
        above: set[int] = set()
        next_pk = self.parent_id
        while next_pk and next_pk not in above:
            above.add(next_pk)
            row = type(self)._base_manager.filter(pk=next_pk)
            next_pk = row.values_list("parent_id", flat=True).first()
        return above


@dataclass
class Branch:
    """A page in a list that is drawn as a tree, with the branches beneath it."""

    page: TreePage
    branches: list[Branch] = field(default_factory=list)

    def flat(self, depth: int = 0) -> Iterator[tuple[TreePage, int]]:
        """The pages of this branch in the order of reading, with their depth."""
        yield self.page, depth
        for branch in self.branches:
            yield from branch.flat(depth + 1)


def branches(pages: Iterable[TreePage]) -> list[Branch]:
    """The trees that `pages` make; one whose parent is not among them stands at the top."""
    by_pk = {page.pk: Branch(page) for page in pages}
    tops = []
    for branch in by_pk.values():
        above = by_pk.get(branch.page.parent_id)
        (above.branches if above else tops).append(branch)
    return tops
