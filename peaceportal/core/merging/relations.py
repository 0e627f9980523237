"""Everything that can name a page, found in the models: what is added later is found as well."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import QuerySet
from django.utils.text import capfirst

from peaceportal.core.publishing import Page, Part
from peaceportal.core.records import BATCH, Record
from peaceportal.core.versions.capture import AT_ONCE, is_plain, without_versions

# A merged page leads on to where it went: who asks follows the chain.
LEFT_AS_IT_IS = {"merged_into"}
# Of a row no content: no two have the same, or it counts changes.
NO_CONTENT = {"uid", "created_at", "updated_at", "page_uid"}


@dataclass(frozen=True)
class Relation:
    """The field of a model by which its records name pages: each one page, or several as links."""

    model: type[models.Model]
    field: models.Field | GenericForeignKey

    @property
    def key(self) -> str:
        return f"{self.model._meta.label}.{self.field.name}"

    @property
    def is_link(self) -> bool:
        return isinstance(self.field, models.ManyToManyField)

    @property
    def words(self) -> str:
        """What its records are to the page that they name."""
        said = getattr(self.model, "named_as", {}).get(self.field.name)
        return str(said or capfirst(str(self.model._meta.verbose_name_plural)))

    @property
    def identity(self) -> str:
        """The column that tells its records apart on every installation, if there is one."""
        return "uid" if issubclass(self.model, Record) else "pk"

    def naming(self, page: Page) -> QuerySet:
        """The records that name this page."""
        rows = self.model._base_manager.order_by("pk")
        if self.is_link:
            through = self.field.remote_field.through._base_manager
            links = through.filter(**{self.field.m2m_reverse_name(): page.pk})
            return rows.filter(pk__in=links.values(self.field.m2m_column_name()))
        return rows.filter(**self._values(page))

    def named_beside(self) -> list[str]:
        """The fields by which its rows, which name two pages, name the other one."""
        own = (self.field.name, "page")
        names = () if self.is_link else getattr(self.model, "owner_fields", ())
        return [name for name in names if name not in own]

    def known(self, identities: list) -> QuerySet:
        return self.model._base_manager.filter(**{f"{self.identity}__in": identities})

    def move(self, pks: list[int], page: Page) -> None:
        """Let these name this page instead of another; not for links."""
        with versions_of(pks):
            for some in batches(pks):
                self.model._base_manager.filter(pk__in=some).update(**self._values(page))

    def link(self, page: Page, pks: list[int]) -> None:
        with versions_of(pks):
            for some in batches(pks):
                self._manager(page).add(*some)

    def unlink(self, page: Page, pks: list[int]) -> None:
        with versions_of(pks):
            for some in batches(pks):
                self._manager(page).remove(*some)

    def drop(self, pks: list[int]) -> None:
        """Delete these; not for links."""
        with versions_of(pks):
            for some in batches(pks):
                self.model._base_manager.filter(pk__in=some).delete_together()

    def content(self) -> list[str]:
        """The columns that say something of a record, besides the page that it names."""
        fields = [f for f in self.model._meta.concrete_fields if not f.primary_key]
        names = {field.attname for field in fields} - self._own_columns() - NO_CONTENT
        return sorted(names)

    def unique_beside(self) -> Iterator[list[str]]:
        """The other columns of each rule by which a record may be there but once."""
        own = self._own_columns()
        options = self.model._meta
        sets = [[field.name] for field in options.concrete_fields if field.unique]
        sets += [list(names) for names in options.unique_together]
        sets += [
            list(one.fields)
            for one in options.constraints
            if isinstance(one, models.UniqueConstraint) and one.fields
        ]
        for names in sets:
            columns = {options.get_field(name).attname for name in names}
            if own <= columns or columns & own:
                yield sorted(columns - own)

    def doubles(self, of: Page, beside: Page) -> dict[int, int]:
        """Rows that name `of`, each with the one naming `beside` that says the same already.

        What a rule lets be there but once, and rows that differ in nothing.
        """
        if self.is_link or issubclass(self.model, Page | Part):
            return {}
        found: dict[int, int] = {}
        for columns in [*self.unique_beside(), self.content()]:
            there = {tuple(row): pk for pk, *row in self._told(beside, columns)}
            if there:
                here = ((pk, there.get(tuple(row))) for pk, *row in self._told(of, columns))
                found = {pk: other for pk, other in here if other is not None} | found
        return found

    def _told(self, page: Page, columns: list[str]):
        return self.naming(page).values_list("pk", *columns)

    def _own_columns(self) -> set[str]:
        if isinstance(self.field, GenericForeignKey):
            type_column = self.model._meta.get_field(self.field.ct_field).attname
            return {type_column, self.field.fk_field}
        return {self.field.attname}

    def _values(self, page: Page) -> dict:
        if isinstance(self.field, GenericForeignKey):
            kind = ContentType.objects.get_for_model(page)
            return {self.field.ct_field: kind, self.field.fk_field: page.pk}
        return {self.field.name: page}

    def _manager(self, page: Page):
        own = self.field.remote_field.symmetrical
        name = self.field.name if own else self.field.remote_field.get_accessor_name()
        return getattr(page, name)


HIDES_PLACES = "withhold_places"


def places_hidden_by(page: Page) -> dict[str, list[str]]:
    """The places that readers do not see because this page hides its own, by permanent identity:
    of itself, and of each record that stands with it.
    """
    found = {str(page.uid): [str(uid) for uid in page.places.values_list("uid", flat=True)]}
    for relation in relations(type(page)):
        if relation.is_link and hasattr(relation.model, HIDES_PLACES):
            rows = relation.naming(page).filter(places__isnull=False)
            for uid, place in rows.values_list("uid", "places__uid"):
                found.setdefault(str(uid), []).append(str(place))
    return found


@cache
def relations(model: type[Page]) -> list[Relation]:
    """By which others name pages of this model; the links that it has itself are `own_links`."""
    return [
        Relation(other, field)
        for other in apps.get_models()
        for field in (*other._meta.local_fields, *other._meta.local_many_to_many, *_generic(other))
        if _names(field, model)
    ]


def own_links(model: type[Page]) -> list[models.ManyToManyField]:
    """What a page is linked to by itself; links that run both ways are among the `relations`."""
    return [
        field
        for field in model._meta.local_many_to_many
        if is_plain(field) and not field.remote_field.symmetrical
    ]


def versions_of(pks: list) -> AbstractContextManager:
    """Of more than one revision holds none are kept: the merge itself tells what it moved."""
    return without_versions() if len(pks) > AT_ONCE else nullcontext()


def batches(values: list) -> Iterator[list]:
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]


def _generic(model: type[models.Model]) -> list[GenericForeignKey]:
    """Not of versions: they tell what was."""
    if not issubclass(model, Record):
        return []
    return [field for field in model._meta.private_fields if isinstance(field, GenericForeignKey)]


def _names(field, model: type[Page]) -> bool:
    if field.name in LEFT_AS_IT_IS:
        return False
    if isinstance(field, models.ManyToManyField) and not is_plain(field):
        return False  # its rows are records that name the page themselves
    return isinstance(field, GenericForeignKey) or field.related_model is model
