"""Pages that lie beneath a page of their own kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _
from tree_queries.query import TreeQuerySet

from peaceportal.core.constraints import FieldCheck
from peaceportal.core.publishing import NamedPage, PageQuerySet

BENEATH = """
    WITH RECURSIVE beneath (id) AS (
        SELECT id FROM {table} WHERE id IN ({tops})
        UNION
        SELECT child.id FROM {table} child JOIN beneath ON child.parent_id = beneath.id
    )
    SELECT id FROM beneath
"""


class TreePageQuerySet(PageQuerySet, TreeQuerySet):
    def tops(self):
        """The pages that are part of no other."""
        return self.filter(parent__isnull=True)

    def beneath(self, tops: Iterable[models.Model]):
        """These pages and all that lies beneath them.

        Not the `descendants` of the library, which takes one page and cannot stand inside another
        query: filters use this as a semi-join. UNION ends at a cycle.
        """
        pks = [page.pk for page in tops]
        if not pks:
            return self.none()
        sql = BENEATH.format(table=self.model._meta.db_table, tops=", ".join(["%s"] * len(pks)))
        return self.filter(pk__in=RawSQL(sql, pks))  # noqa: S611 - the values are parameters


class TreePage(NamedPage):
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
        if self.pk and self.parent_id and self.pk in self._chain_above():
            raise ValidationError(
                {
                    "parent": _("%(parent)s lies beneath this record itself. Choose another.")
                    % {"parent": self.parent}
                }
            )

    def public_family(self) -> tuple[list[TreePage], list[TreePage]]:
        """What it is part of, from the widest, and what is part of it, as far as public.

        One query, for a page that was read with its tree fields.
        """
        above = list(self.tree_path[:-1])
        pages = type(self).objects.published().filter(Q(pk__in=above) | Q(parent=self))
        by_pk = {page.pk: page for page in pages}
        return (
            [by_pk[pk] for pk in above if pk in by_pk],
            [page for page in by_pk.values() if page.parent_id == self.pk],
        )

    def _chain_above(self) -> set[int]:
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


def branches(pages: Iterable[TreePage]) -> list[Branch]:
    """The trees that `pages` make; one whose parent is not among them stands at the top."""
    by_pk = {page.pk: Branch(page) for page in pages}
    tops = []
    for branch in by_pk.values():
        above = by_pk.get(branch.page.parent_id)
        (above.branches if above else tops).append(branch)
    return tops
