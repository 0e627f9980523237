"""What a chooser offers for what is typed: the best match first, and none mistaken for another."""

from __future__ import annotations

from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.db.models import Case, Count, QuerySet, Value, When

from peaceportal.core.apart import apart, read_marks
from peaceportal.core.folding import fold
from peaceportal.core.publishing import Page


def best_first(queryset: QuerySet, typed: str) -> QuerySet:
    """Names that are what was typed, then those that begin with it, hold it, and the rest."""
    folded = fold(typed)
    if not folded or not issubclass(queryset.model, Page):
        return queryset
    how_well = Case(
        When(sort_name=folded, then=Value(0)),
        When(sort_name__startswith=folded, then=Value(1)),
        When(sort_name__contains=folded, then=Value(2)),
        default=Value(3),
    )
    return queryset.order_by(how_well, "sort_name", "pk")


def labels(pages: list[Page]) -> list[str]:
    """What each is called, told apart from every record of the same name. Two queries."""
    if not pages:
        return []
    read_marks(pages)
    names = {page.sort_name for page in pages}
    rows = type(pages[0])._base_manager.filter(sort_name__in=names).order_by()
    counted = rows.values("sort_name").annotate(times=Count("pk"))
    again = set(counted.filter(times__gt=1).values_list("sort_name", flat=True))
    return apart(pages, repeated=again)


class Offering(AutocompleteJsonView):
    def get_queryset(self):
        return best_first(super().get_queryset(), self.term)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        pages = [one for one in context["object_list"] if isinstance(one, Page)]
        self.words = dict(zip([page.pk for page in pages], labels(pages), strict=True))
        return context

    def serialize_result(self, obj, to_field_name):
        result = super().serialize_result(obj, to_field_name)
        return result | {"text": self.words.get(obj.pk, result["text"])}
