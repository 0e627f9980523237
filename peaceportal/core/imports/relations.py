"""The pages that a row names: which are meant, which are missing, and which links that changes."""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext as _

from peaceportal.core.folding import fold
from peaceportal.core.identifiers import Identifier
from peaceportal.core.imports import joined
from peaceportal.core.imports.finding import Known, Unknown
from peaceportal.core.imports.linking import Linked
from peaceportal.core.imports.mapping import ListMapping, Mapping
from peaceportal.core.imports.problems import ImportRefused, Refused, what_there_is
from peaceportal.core.imports.shapes import ListShape, Shape
from peaceportal.core.imports.sources import Sources
from peaceportal.core.imports.splitting import Entry
from peaceportal.core.publishing import Status
from peaceportal.core.slugs import slugify


class Relations:
    """`saves`: missing pages are made when a row that needs them is taken.

    `several`: names that are known to be several, each with a part that is a name itself.
    """

    def __init__(
        self,
        shape: Shape,
        mapping: Mapping,
        sources: Sources,
        *,
        create_missing=False,
        saves=False,
        several: dict[tuple[type[models.Model], str], str] | None = None,
    ):
        self.shape, self.mapping, self.sources = shape, mapping, sources
        self.create_missing, self.saves = create_missing, saves
        self.by_list: dict[str, list[ListMapping]] = {}
        for one in mapping.lists:
            self.by_list.setdefault(one.name, []).append(one)
        names = {*self.by_list, *([shape.areas] if mapping.areas else [])}
        self.known: dict[type[models.Model], Known] = {}
        for name in sorted(names):
            self.known_of(shape.lists[name].model)
        if "parent" in mapping.columns or shape.is_told_by_name:
            self.known_of(shape.model)
        # What nothing is called, and what was or would be made, with the rows that name it.
        self.unknown: dict[tuple[str, str], list[int]] = {}
        self.made: dict[tuple[str, str], list[int]] = {}
        # Of what is unknown: what could be made, and what could not because it may be an address.
        self.can_be_made: set[tuple[str, str]] = set()
        self.like_addresses: set[tuple[str, str]] = set()
        self._made_keys: dict[tuple[type[models.Model], int], tuple[str, str]] = {}
        self.several = several or {}
        self._perhaps_several: set[tuple[type[models.Model], str]] = set()
        self.areas = self._areas()
        self.linked = Linked(shape, mapping, self.by_list, self.known_of)

    def known_of(self, model: type[models.Model]) -> Known:
        if model not in self.known:
            self.known[model] = Known(model, self.shape.other_names(model))
        return self.known[model]

    def hidden(self, model: type[models.Model]) -> set[int]:
        return self.known_of(model).hidden()

    def one_called(self, model: type[models.Model], text: str, row: int) -> int:
        """The page at this address, or of this name. Raises Refused, and notes what is unknown."""
        known = self.known_of(model)
        try:
            return known.by_slug(text) if text in known.slugs else known.by_name(text)
        except Unknown as error:
            kind = str(model._meta.verbose_name)
            self.unknown.setdefault((kind, text), []).append(row)
            mend = _("Add it at the desk first, or correct the name.")
            raise Refused(f"{error} {mend}") from error

    def label(self, pk: int | None) -> str:
        """Of a page of the kind that is imported."""
        return self.known_of(self.shape.model).labels.get(pk, str(pk)) if pk else ""

    def _areas(self) -> set[int]:
        """Those that [import] gives to every new record."""
        found, sentences = set(), []
        for name in self.mapping.areas:
            known = self.known_of(self.shape.lists[self.shape.areas].model)
            try:
                found.add(known.by_slug(name) if name in known.slugs else known.by_name(name))
            except Refused as error:
                said = _("Mapping, [import] areas: “%(name)s”: %(why)s")
                there = (
                    what_there_is(name, known.labels.values()) if len(known.labels) < 100 else ""
                )
                sentences.append(f"{said % {'name': name, 'why': error}} {there}".strip())
        if sentences:
            raise ImportRefused(*sentences)
        return found

    def relate(self, planned, is_new: bool) -> None:
        """Say in `planned` which links the row adds and takes away, or why it is refused."""
        wanted: dict[str, set[tuple[int, str]]] = {}
        missing: list[tuple[str, ListMapping, Entry]] = []
        for name in self.by_list:
            found = wanted.setdefault(name, set())
            for mapping, entry in planned.wanted.entries.get(name, ()):
                self._find(planned.wanted, name, mapping, entry, found, missing)
        if planned.problems:
            return
        for name, mapping, entry in missing:
            pk = self._make(planned.wanted, name, mapping, entry)
            self._add(wanted[name], name, mapping, (pk, entry.role))
        if self.areas and (is_new or self.shape.areas in wanted):
            wanted.setdefault(self.shape.areas, set()).update((pk, "") for pk in self.areas)
        for name, entries in wanted.items():
            self.linked.differ(planned, name, entries)

    def _add(self, found, name: str, mapping: ListMapping, key: tuple[int, str]) -> None:
        """Who stands among the participants has a role there; the names alone add the others."""
        has_roles = any(one.with_roles for one in self.by_list[name])
        if mapping.with_roles or not has_roles or key[0] not in {pk for pk, _role in found}:
            found.add(key)

    def _find(self, wanted, name: str, mapping: ListMapping, entry: Entry, found, missing) -> None:
        shape = self.shape.lists[name]
        known = self.known[shape.model]
        entry = entry._replace(
            name=self.mapping.values.get(name, {}).get(entry.name, entry.name),
            role=self.linked.role(shape, entry.role),
        )
        try:
            pk = known.by_key(mapping.ids_scheme, entry.value) if entry.value else None
            if pk is None and not entry.name:
                raise Unknown(
                    _("Nothing has this identifier (%(scheme)s), and the row gives no name.")
                    % {"scheme": mapping.ids_scheme},
                    value=entry.value,
                )
            if pk is None and mapping.slugs and self._is_address(known, entry.name):
                pk = known.by_slug(entry.name)
            elif pk is None:
                pk = known.by_name(entry.name, mapping.ids_scheme if entry.value else "")
                if entry.value:  # in this file, another identifier means another
                    known.add_key(mapping.ids_scheme, entry.value, pk)
        except Unknown as error:
            longest = shape.model._meta.get_field(shape.model.title_field).max_length
            is_name = bool(fold(entry.name)) and len(entry.name) <= longest
            is_like_address = mapping.slugs and slugify(entry.name) == entry.name
            if mapping.slugs:  # from an address of last year nobody is made
                is_name &= self.mapping.is_own and not is_like_address
            if is_name and (part := self._part_of_several(shape, mapping, entry)):
                said = joined.sentence(self.mapping, name, part)
                wanted.refuse(said, entry.column, entry.name)
                return
            if self.create_missing and shape.can_create and is_name:
                missing.append((name, mapping, entry))
                return
            kind = str(shape.model._meta.verbose_name)
            told = (kind, error.value)
            self.unknown.setdefault(told, []).append(wanted.row)
            if shape.can_create and is_name:
                self.can_be_made.add(told)
            elif shape.can_create and is_like_address and self.mapping.is_own:
                self.like_addresses.add(told)
            wanted.refuse(f"{error} {self._mend(told)}", entry.column, error.value)
        except Refused as error:
            wanted.refuse(error, entry.column, error.value)
        else:
            self._add(found, name, mapping, (pk, entry.role))
            made = self._made_keys.get((shape.model, pk))
            if made:
                self.made[made].append(wanted.row)

    def _part_of_several(self, shape: ListShape, mapping: ListMapping, entry: Entry) -> str:
        if not joined.may_be_several(self.mapping, mapping, entry):
            return ""
        part = self.several.get((shape.model, entry.name), "")
        return part or joined.named_alone(self.known[shape.model], entry.name)

    def found_several(self) -> dict[tuple[type[models.Model], str], str]:
        """Names that were made, and of which a part turned out to be a name in a later row."""
        found = {
            (model, name): joined.named_alone(self.known[model], name)
            for model, name in self._perhaps_several
        }
        return {key: part for key, part in found.items() if part}

    def _is_address(self, known: Known, text: str) -> bool:
        """In our own columns, where addresses stand, people write names as well."""
        return text in known.slugs or not self.mapping.is_own

    def _mend(self, told: tuple[str, str]) -> str:
        if told in self.can_be_made:
            return _("Add it at the desk, or let the import make it as a draft.")
        if told in self.like_addresses:
            return like_an_address()
        return _("Add it at the desk first, or correct the name.")

    def _make(self, wanted, name: str, mapping: ListMapping, entry: Entry) -> int:
        """A draft for what is missing; only a number for it while nothing is saved."""
        shape = self.shape.lists[name]
        known = self.known[shape.model]
        scheme = mapping.ids_scheme if entry.value else ""
        try:  # an earlier entry may have made it
            pk = known.by_key(scheme, entry.value) if scheme else None
            return pk or known.by_name(entry.name, scheme)
        except Refused:
            pass
        kind = str(shape.model._meta.verbose_name)
        told = (kind, entry.name)
        if joined.may_be_several(self.mapping, mapping, entry):
            self._perhaps_several.add((shape.model, entry.name))
        self.made.setdefault(told, []).append(wanted.row)
        if self.saves:
            page = shape.model(status=Status.DRAFT, name=entry.name, **shape.created)
            if mapping.kind:
                page.kind = mapping.kind
            page.save()
            if self.sources.of_file:
                page.sources.add(self.sources.of_file)
            if entry.value:
                content_type = ContentType.objects.get_for_model(shape.model)
                Identifier.objects.create(
                    content_type=content_type,
                    object_id=page.pk,
                    page=page,
                    scheme=mapping.ids_scheme,
                    value=entry.value,
                )
            pk, slug = page.pk, page.slug
        else:
            pk = -1 - len(self._made_keys)
            slug = f"({pk})"
        known.add(pk, slug, entry.name)
        if entry.value:
            known.add_key(mapping.ids_scheme, entry.value, pk)
        self._made_keys[shape.model, pk] = told
        return pk


def like_an_address() -> str:
    return _("This could be an address: write the name with a capital letter, or add it first.")
