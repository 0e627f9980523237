"""What an import can fill of one kind of page: made by the app that has the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.db import models

from peaceportal.core.identifiers import Identifier


@dataclass(frozen=True)
class ListShape:
    """A relation to many pages: plain links, or `rows` of their own that name the page `target`."""

    model: type[models.Model]
    links: str = ""  # the many-to-many field
    rows: str = ""  # or the relation to the rows
    target: str = ""
    role: str = ""  # the field of a row that holds one of `roles`
    roles: tuple[str, ...] = ()
    can_create: bool = False
    created: Mapping[str, str] = field(default_factory=dict)  # fields of what is created
    kinds: tuple[str, ...] = ()
    withheld_by: str = ""  # the field of the page that keeps the whole list from the public

    @property
    def name(self) -> str:
        """The relation, under which differences are told."""
        return self.links or self.rows


@dataclass(frozen=True)
class Shape:
    model: type[models.Model]
    texts: tuple[str, ...]
    vocabularies: tuple[str, ...]
    dates: tuple[str, ...]
    lists: Mapping[str, ListShape]
    areas: str  # the list that `areas` of [import] fills
    flags: tuple[str, ...] = ()
    singles: Mapping[str, type[models.Model]] = field(default_factory=dict)  # relations to one page
    numbers: Mapping[str, str] = field(default_factory=dict)  # each within one of `singles`
    has_parent: bool = False
    is_told_by_name: bool = False  # whether two of one name are probably one
    has_documents: bool = False
    own_names: Mapping[str, str] = field(default_factory=dict)  # columns of our own files
    # Columns of our own files that follow from others, and those that an import cannot take.
    derived: tuple[str, ...] = ()
    not_taken: tuple[str, ...] = ()
    examples: Mapping[str, str] = field(default_factory=dict)  # of columns of our own files

    @property
    def title(self) -> str:
        return self.model.title_field

    @property
    def command(self) -> str:
        return f"import_{self.model._meta.model_name}s"

    @property
    def columns(self) -> list[str]:
        """What [columns] may name."""
        found = ["identifier", "identifiers", "uid", *self.texts, *self.vocabularies, *self.flags]
        found += [*self.singles, *self.numbers]
        found += ["parent"] if self.has_parent else []
        found += ["source_url"]
        found += ["document_url"] if self.has_documents else []
        return found

    def permissions(self) -> Iterator[str]:
        """What somebody must be allowed who brings in such pages with all that belongs to them."""
        meta = self.model._meta
        added = [self.model, Identifier, meta.get_field("sources").related_model]
        yield f"{meta.app_label}.change_{meta.model_name}"
        for one in self.lists.values():
            if one.rows:
                rows = meta.get_field(one.rows).related_model
                added.append(rows)
                yield f"{rows._meta.app_label}.delete_{rows._meta.model_name}"
        if self.has_documents:
            added.append(meta.get_field("documents").related_model)
        yield from (f"{one._meta.app_label}.add_{one._meta.model_name}" for one in added)

    def words(self, name: str) -> list[str]:
        """The words of a vocabulary."""
        return [word for word, _label in self.model._meta.get_field(name).flatchoices]

    def other_names(self, model: type[models.Model]) -> Iterable[tuple[str, int]]:
        """More names by which pages of `model` are found, each with the primary key."""
        return ()

    def fill_from(self, wanted, mapping) -> None:
        """Settle what follows for certain from what a row says."""

    def documents(self, pages: list[models.Model]) -> Mapping[int, set[str]]:
        """The addresses of the documents of each page, by its primary key."""
        return {}

    def make_documents(self, wanted: list[tuple[models.Model, str]]) -> None:
        """Add a document at each address to its page."""
