"""Pages by what a file calls them: a name, an address, an identifier. Two answers are none."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext as _

from peaceportal.core.folding import fold
from peaceportal.core.identifiers import Identifier
from peaceportal.core.imports.problems import Refused, listed
from peaceportal.core.publishing import visible


class Unknown(Refused):
    """Nothing is called so; it is told once for all rows that name it."""


class Known:
    """All pages of one model. A page that was merged stands for the one it went into."""

    def __init__(self, model: type[models.Model], other_names: Iterable[tuple[str, int]] = ()):
        self.model = model
        self.labels: dict[int, str] = {}
        self.slugs: dict[str, int] = {}
        self.names: dict[str, set[int]] = {}
        self.others: dict[str, set[int]] = {}
        self.merged: dict[int, int] = {}
        self.removed: set[int] = set()
        self.addresses: dict[int, str] = {}
        self._public: set[int] | None = None
        self._hidden: set[int] | None = None
        rows = model._base_manager.order_by().values_list(
            "pk", "slug", model.title_field, "removed_at", "merged_into"
        )
        for pk, slug, name, removed_at, merged_into in rows.iterator():
            if merged_into:
                self.merged[pk] = merged_into
            elif removed_at:
                self.removed.add(pk)
            self.add(pk, slug, name)
        for name, pk in other_names:
            self.others.setdefault(fold(name), set()).add(pk)
        content_type = ContentType.objects.get_for_model(model)
        rows = Identifier._base_manager.filter(content_type=content_type).order_by()
        self.keys: dict[tuple[str, str], int] = {}
        self.holders: dict[str, set[int]] = {}  # of a scheme, who has an identifier of it
        for scheme, value, pk in rows.values_list("scheme", "value", "object_id").iterator():
            self.add_key(scheme, value, pk)

    def add(self, pk: int, slug: str, name: str) -> None:
        self.labels[pk], self.slugs[slug], self.addresses[pk] = name, pk, slug
        self.names.setdefault(fold(name), set()).add(pk)

    def add_key(self, scheme: str, value: str, pk: int) -> None:
        self.keys[scheme, value] = pk
        self.holders.setdefault(scheme, set()).add(pk)

    def by_name(self, name: str, without: str = "") -> int:
        """Raises Refused, and Unknown where nothing is called so.

        `without`: a scheme, where who has an identifier of it is not meant.
        """
        folded = fold(name)
        found = self.names.get(folded) or self.others.get(folded)
        if not found and name in self.slugs:
            found = {self.slugs[name]}
        if without and found:
            holders = self.holders.get(without, set())
            free = {pk for pk in found if self._where(pk) not in holders}
            if not free:
                said = _("A %(kind)s is called so, and has another identifier (%(scheme)s).")
                said %= {"kind": self.model._meta.verbose_name, "scheme": without}
                raise Unknown(said, value=name)
            found = free
        return self.only(found or (), name)

    def is_name(self, text: str) -> bool:
        return fold(text) in self.names or fold(text) in self.others

    def public_ones(self, name: str) -> set[int]:
        """Those that readers see, and that have this name itself."""
        return self.names.get(fold(name), set()) & self.public()

    def by_slug(self, slug: str) -> int:
        return self.only({self.slugs[slug]} if slug in self.slugs else (), slug)

    def by_key(self, scheme: str, value: str) -> int | None:
        pk = self.keys.get((scheme, value))
        return None if pk is None else self.only({pk}, value)

    def anyhow(self, text: str, scheme: str) -> set[int]:
        """Every page that the text may mean: an identifier, an address, or a name."""
        split = tuple(text.split(":", 1)) if ":" in text else ("", text)
        folded = fold(text)
        found = {self.keys.get((scheme, text)), self.keys.get(split), self.slugs.get(text)} - {None}
        named = self.names.get(folded) or self.others.get(folded) or set()
        return {self._where(pk) for pk in {*found, *named}} - self.removed

    def at_slug(self, slug: str) -> set[int]:
        """As `by_slug`, without a word: the page at this address, if there is one."""
        return {self._where(self.slugs[slug])} if slug in self.slugs else set()

    def kept(self, pks: Iterable[int]) -> set[int]:
        """What these stand for, without what was removed; a single public one before any drafts."""
        kept = {self._where(pk) for pk in pks} - self.removed
        seen = kept & self.public() if len(kept) > 1 else ()
        return seen if len(seen) == 1 else kept

    def public(self) -> set[int]:
        if self._public is None:
            self._public = set(
                self.model._base_manager.filter(visible()).values_list("pk", flat=True)
            )
        return self._public

    def hidden(self) -> set[int]:
        """Those that the public cannot see, of which our own files say nothing."""
        if self._hidden is None:
            self._hidden = self.labels.keys() - self.public()
        return self._hidden

    def only(self, found: Iterable[int], text: str) -> int:
        pks = {self._where(pk) for pk in found}
        kept = self.kept(pks)
        if len(kept) == 1:
            return kept.pop()
        kind = self.model._meta.verbose_name
        if len(kept) > 1:
            raise Refused(
                _("Several records are called so: %(candidates)s. Write the address of the one.")
                % {"candidates": listed(sorted(map(self.named, kept)))},
                value=text,
            )
        if pks:
            raise Refused(
                _("The %(kind)s “%(name)s” was removed. Put it back first, or name another.")
                % {"kind": kind, "name": text},
                value=text,
            )
        raise Unknown(_("There is no %(kind)s of this name.") % {"kind": kind}, value=text)

    def named(self, pk: int) -> str:
        return f"{self.labels.get(pk, pk)} ({self.addresses.get(pk, '')})"

    def _where(self, pk: int) -> int:
        seen = set()
        while pk in self.merged and pk not in seen:
            seen.add(pk)
            pk = self.merged[pk]
        return pk
