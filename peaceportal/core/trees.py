"""Pages that lie beneath a page of their own kind."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from tree_queries.query import TreeQuerySet

from peaceportal.core.constraints import FieldCheck
from peaceportal.core.publishing import NamedPage, PageQuerySet


class TreePageQuerySet(PageQuerySet, TreeQuerySet):
    def beneath(self, tops: Iterable[int]):
        """The pages with these primary keys and all that lies beneath them."""
        condition = Q(pk__in=[])
        for pk in tops:
            condition |= Q(tree_path__contains=pk)
        return self.with_tree_fields().filter(condition)


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

    def _chain_above(self) -> set[int]:
        """The primary keys above this record, as they would be saved; ends at a cycle."""
        above: set[int] = set()
        next_pk = self.parent_id
        while next_pk and next_pk not in above:
            above.add(next_pk)
            row = type(self)._base_manager.filter(pk=next_pk)
            next_pk = row.values_list("parent_id", flat=True).first()
        return above
