"""What a row would do: create, change or leave a page alone, or why it is refused."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from peaceportal.core.identifiers import Identifier
from peaceportal.core.imports.checking import wrong_with
from peaceportal.core.imports.mapping import Mapping
from peaceportal.core.imports.planned import CREATED, REFUSED, UPDATED, Planned, told
from peaceportal.core.imports.problems import Problem, Refused
from peaceportal.core.imports.relations import Relations
from peaceportal.core.imports.rows import Wanted
from peaceportal.core.imports.shapes import Shape
from peaceportal.core.imports.sources import Sources
from peaceportal.core.imports.trees import Tree
from peaceportal.core.roles import is_out, out


class Planner:
    """Plans one batch of rows after another, against what is in the database by then."""

    def __init__(
        self,
        shape: Shape,
        mapping: Mapping,
        relations: Relations,
        sources: Sources,
        tree: Tree | None = None,
    ):
        self.shape, self.mapping = shape, mapping
        self.relations, self.sources, self.tree = relations, sources, tree
        self.content_type = ContentType.objects.get_for_model(shape.model)
        self.seen: dict[tuple[str, str], int] = {}
        self.refused: dict[int, Problem] = {}  # rows that are refused whatever they hold
        self.drafts_only = False
        self.schemes: set[str] = set()

    def plan(self, batch: Iterable[Wanted]) -> list[Planned]:
        planned = [Planned(wanted, notes=list(wanted.notes)) for wanted in batch]
        for one in planned:
            self.schemes |= {scheme for scheme, _value in one.wanted.identifiers}
            self._refuse_repeated(one.wanted)
            if one.wanted.row in self.refused:
                one.problems.append(self.refused[one.wanted.row])
        owners = self._owners(planned)
        for one in planned:
            one.page = self._page(one.wanted, owners)
        pages = [one.page for one in planned if one.page is not None]
        self.relations.linked.read(pages)
        documents = self.shape.documents(pages)
        urls = self.sources.at({one.wanted.source_url for one in planned if not one.problems})
        for one in planned:
            self._settle(one, urls, documents, owners)
            if one.problems:
                one.outcome = REFUSED
        return planned

    def _refuse_repeated(self, wanted: Wanted) -> None:
        keys = [*wanted.identifiers, *([("", wanted.uid)] if wanted.uid else [])]
        for key in keys:
            first = self.seen.setdefault(key, wanted.row)
            if first != wanted.row:
                said = _(
                    "Row %(row)d has this identifier already. Correct one of them, or write "
                    'duplicates = "number" in [import] if both are meant.'
                )
                if self.mapping.is_own:
                    said = _("Row %(row)d has this identifier already. Correct one of them.")
                said %= {"row": first}
                columns = self.mapping.columns
                named = [*columns.get("identifier", []), *columns.get("identifiers", [])]
                wanted.refuse(said, ", ".join(named) or "uid", ":".join(filter(None, key)))

    def _owners(self, planned: list[Planned]) -> dict[tuple[str, str], tuple[int, int]]:
        """The content type and primary key of the pages that have these identifiers by now."""
        by_scheme: dict[str, list[str]] = {}
        for one in planned:
            for scheme, value in one.wanted.identifiers:
                by_scheme.setdefault(scheme, []).append(value)
        found, pks = {}, set()
        for scheme, values in by_scheme.items():
            rows = Identifier._base_manager.filter(scheme=scheme, value__in=values).order_by()
            for value, kind, pk in rows.values_list("value", "content_type_id", "object_id"):
                found[scheme, value] = (kind, pk)
                if kind == self.content_type.pk:
                    pks.add(pk)
        uids = [one.wanted.uid for one in planned if one.wanted.uid]
        manager = self.shape.model._base_manager
        self._pages = {page.pk: page for page in manager.filter(pk__in=pks)} if pks else {}
        if uids:
            self._pages |= {page.pk: page for page in manager.filter(uid__in=uids)}
        self._by_uid = {str(page.uid): page for page in self._pages.values()}
        of_pages = Identifier._base_manager.filter(
            content_type=self.content_type, object_id__in=list(self._pages)
        )
        self._keys: dict[int, set[tuple[str, str]]] = {}
        if self._pages:
            for pk, scheme, value in of_pages.values_list("object_id", "scheme", "value"):
                self._keys.setdefault(pk, set()).add((scheme, value))
        return found

    def _page(self, wanted: Wanted, owners) -> models.Model | None:
        """The page that the row stands for, as it lies in the database; None for a new one."""
        found = {self._by_uid[wanted.uid].pk} if wanted.uid in self._by_uid else set()
        for key in wanted.identifiers:
            kind, pk = owners.get(key, (None, None))
            if kind is None:
                continue
            if kind != self.content_type.pk:
                other = ContentType.objects.get_for_id(kind).model_class()._meta.verbose_name
                said = _("This is the identifier of a record of another kind (%(kind)s). %(mend)s")
                mend = _("Write another scheme, or another identifier.")
                wanted.refuse(said % {"kind": other, "mend": mend}, "", ":".join(key))
            elif pk in self._pages:
                found.add(pk)
        if len(found) > 1:
            names = ", ".join(sorted(f"“{self._pages[pk]}”" for pk in found))
            said = _("Its identifiers belong to several records: %(names)s. Leave those of one.")
            wanted.refuse(said % {"names": names})
        return self._pages[found.pop()] if found else None

    def _settle(self, one: Planned, urls, documents, owners) -> None:
        wanted = one.wanted
        stored = one.page
        if stored is not None and not wanted.problems and self._is_left_alone(one, stored):
            return
        is_new = stored is None
        if is_new:
            one.page = self._new(wanted)
            one.outcome = CREATED
            self._tell_of_namesakes(one)
        if self.mapping.is_own and not is_new:
            self._leave_hidden(one)
        self._compare(one, is_new)
        self._check(one, is_new)
        for name in (*self.shape.vocabularies, *self.shape.dates) if is_new else ():
            one.show(name, told(getattr(one.page, name)))
        self._set_singles(one)
        self._check_numbers(one)
        self._relate(one, is_new, urls)
        if one.problems:
            return
        if self.tree is not None and wanted.parent is not None:
            self._set_parent(one, is_new)
        known = set() if is_new else self._keys.get(one.page.pk, set())
        one.identifiers = [key for key in wanted.identifiers if key not in known]
        for key in one.identifiers:
            one.differ("identifiers", "", ":".join(key))
        if wanted.document_url and wanted.document_url not in documents.get(one.page.pk, ()):
            one.document_url = wanted.document_url
            one.differ("documents", "", wanted.document_url)
        if self.drafts_only and one.outcome == UPDATED and self._is_seen(one):
            wanted.refuse(
                _("Readers see this, so it is changed by a publisher. Leave the row out.")
            )

    def _is_seen(self, one: Planned) -> bool:
        """As the form of the page asks it: also where what readers see would go with it."""
        page = one.page
        moves = "parent" in {difference.name for difference in one.differences}
        return is_out(page) or (
            moves and type(page).objects.beneath([page]).filter(out(type(page))).exists()
        )

    def _is_left_alone(self, one: Planned, page) -> bool:
        """What staff have removed or merged stays so."""
        if page.merged_into_id:
            into = self.shape.model._base_manager.get(pk=page.merged_into_id)
            said = _("It was merged into “%(page)s”, and was left alone.") % {"page": into}
        elif page.removed_at:
            said = _("It was removed on %(day)s and stays so: put it back first to update it.")
            said %= {"day": date_format(page.removed_at, "j F Y")}
        elif self._stands_for_several(page):
            said = _(
                "“%(page)s” has several identifiers of %(scheme)s, so it stands for several rows, "
                "and was left alone."
            ) % {"page": page, "scheme": self.mapping.scheme}
        else:
            return False
        one.notes.append(said)
        return True

    def _stands_for_several(self, page) -> bool:
        if not self.mapping.scheme:
            return False
        schemes = [scheme for scheme, _value in self._keys.get(page.pk, ())]
        return schemes.count(self.mapping.scheme) > 1

    def _tell_of_namesakes(self, one: Planned) -> None:
        if self.shape.is_told_by_name:
            known = self.relations.known_of(self.shape.model)
            there = sorted(known.addresses[pk] for pk in known.public_ones(one.wanted.title))
            if there:
                said = _(
                    "One of this name is here already (%(addresses)s). If it is the same, add this "
                    "row’s identifier to it at the desk, or write its uid here."
                )
                one.notes.append(said % {"addresses": ", ".join(there)})

    def _new(self, wanted: Wanted) -> models.Model:
        page = self.shape.model(status=self.mapping.status)
        if wanted.uid:
            page.uid = UUID(wanted.uid)
        if self.mapping.kind:
            page.kind = self.mapping.kind
        return page

    def _compare(self, one: Planned, is_new: bool) -> None:
        for name, value in one.wanted.values.items():
            before = getattr(one.page, name)
            if is_new or before != value:
                setattr(one.page, name, value)
                one.fields.append(name)
                one.differ(name, told(before), told(value))

    def _check(self, one: Planned, is_new: bool) -> None:
        wanted = one.wanted
        if not is_new and not one.fields:
            return
        # A row that cannot be read has empty fields, of which nothing need be said.
        refused = {problem.column for problem in wanted.problems}
        names = set(wanted.values) | ({self.shape.title} if is_new else set())
        for name, sentence in wrong_with(one.page, names):
            column = wanted.columns.get(name, "")
            if column not in refused:
                wanted.refuse(sentence, column or name, told(getattr(one.page, name, "")))

    def _relate(self, one: Planned, is_new: bool, urls: dict[str, int]) -> None:
        self.relations.relate(one, is_new)
        if one.problems:
            return
        wanted_sources = {urls.get(one.wanted.source_url), self.sources.of_file} - {None}
        added = wanted_sources - self.relations.linked.to(one.page, "sources")
        if added:
            one.links["sources"] = (added, set())
            labels = self.sources.labels
            one.differ("sources", "", " | ".join(sorted(labels.get(pk, str(pk)) for pk in added)))

    def _leave_hidden(self, one: Planned) -> None:
        """Our own files say nothing of a page that the public cannot see, nor of a number in it."""
        wanted = one.wanted
        for name, model in self.shape.singles.items():
            pk = getattr(one.page, f"{name}_id")
            if pk and not wanted.singles.get(name, pk) and pk in self.relations.hidden(model):
                del wanted.singles[name]
                for number, within in self.shape.numbers.items():
                    if within == name:
                        wanted.values.pop(number, None)

    def _set_singles(self, one: Planned) -> None:
        for name, text in one.wanted.singles.items():
            model = self.shape.singles[name]
            try:
                pk = self.relations.one_called(model, text, one.wanted.row) if text else None
            except Refused as error:
                one.wanted.refuse(error, one.wanted.columns[name], text)
                continue
            before = getattr(one.page, f"{name}_id")
            if before != pk:
                setattr(one.page, f"{name}_id", pk)
                one.fields.append(name)
                labels = self.relations.known_of(model).labels
                one.differ(name, labels.get(before, ""), labels.get(pk, ""))

    def _check_numbers(self, one: Planned) -> None:
        """A number within a series says nothing without the series."""
        for number, within in self.shape.numbers.items():
            value = getattr(one.page, number)
            if (
                value is not None
                and {number, within} & set(one.fields)
                and getattr(one.page, f"{within}_id") is None
                and not one.problems
            ):
                said = _("This is a number within a series. Name the series, or leave it empty.")
                one.wanted.refuse(said, one.wanted.columns.get(number, number), told(value))

    def _set_parent(self, one: Planned, is_new: bool) -> None:
        """A parent that an earlier or later row makes is set when all are there."""
        parent = self.tree.parent_of(one.wanted.row)
        if not isinstance(parent, int | None):
            one.differ("parent", self.relations.label(one.page.parent_id), one.wanted.parent)
        elif one.page.parent_id != parent:
            before = self.relations.label(one.page.parent_id)
            one.page.parent_id = parent
            one.fields.append("parent")
            one.differ("parent", before, self.relations.label(parent))
