"""Which page a row is part of, where that page may be another row of the same file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext as _

from peaceportal.core.folding import fold
from peaceportal.core.formats.spreadsheets import BETWEEN
from peaceportal.core.identifiers import Identifier
from peaceportal.core.imports.finding import Known
from peaceportal.core.imports.problems import Problem, Refused, listed
from peaceportal.core.imports.rows import Wanted
from peaceportal.core.slugs import slugify

# A page: the primary key of one that is there, or the number of the row that makes it.
Node = int | tuple[str, int]


class Tree:
    """Built from all rows before any of them is planned."""

    def __init__(self, known: Known, scheme: str, *, is_own=False):
        self.known, self.scheme, self.is_own = known, scheme, is_own
        self.nodes: dict[int, Node] = {}  # of a row: two may stand for one page
        self.rows: dict[Node, list[int]] = {}
        self.names: dict[str, set[Node]] = {}
        self.texts: dict[int, tuple[str, str]] = {}  # of a row: its column, and what stands there
        self.parents: dict[int, Node | None] = {}
        self.problems: dict[int, Problem] = {}

    def add(self, batch: Iterable[Wanted]) -> None:
        batch = list(batch)
        here = self._there_already(batch)
        for wanted in batch:
            pk = next((here[key] for key in self._keys(wanted) if key in here), None)
            node: Node = ("row", wanted.row) if pk is None else pk
            self.nodes[wanted.row] = node
            self.rows.setdefault(node, []).append(wanted.row)
            words = {fold(wanted.title), slugify(wanted.title)}
            words |= {f"{scheme}:{value}" for scheme, value in wanted.identifiers}
            words |= {value for scheme, value in wanted.identifiers if scheme == self.scheme}
            for word in words:
                self.names.setdefault(word, set()).add(node)
            if wanted.parent is not None:
                self.texts[wanted.row] = (wanted.columns.get("parent", ""), wanted.parent)

    def _keys(self, wanted: Wanted) -> list[tuple[str, str]]:
        return [("", wanted.uid), *wanted.identifiers] if wanted.uid else wanted.identifiers

    def _there_already(self, batch: list[Wanted]) -> dict[tuple[str, str], int]:
        model = self.known.model
        content_type = ContentType.objects.get_for_model(model)
        values = {value for wanted in batch for _scheme, value in wanted.identifiers}
        rows = Identifier._base_manager.filter(content_type=content_type, value__in=values)
        found = {
            (scheme, value): pk
            for scheme, value, pk in rows.values_list("scheme", "value", "object_id")
        }
        uids = [wanted.uid for wanted in batch if wanted.uid]
        pages = model._base_manager.filter(uid__in=uids).values_list("uid", "pk")
        return found | {("", str(uid)): pk for uid, pk in pages}

    def settle(self) -> None:
        """Find each parent, and refuse rings."""
        pages = self.known.model._base_manager.exclude(parent=None)
        self.stored: dict[Node, Node | None] = dict(pages.values_list("pk", "parent"))
        left = self._left_alone()
        self.texts = {row: text for row, text in self.texts.items() if self.nodes[row] not in left}
        for row, (column, text) in self.texts.items():
            try:
                self.parents[row] = self._found(text) if text else self._kept(row)
            except Refused as error:
                self.problems[row] = Problem(row, column, text, str(error))
        self._refuse_rings(())

    def _left_alone(self) -> set[Node]:
        """Pages that no row changes, as staff removed or merged them."""
        times = Counter(
            pk for (scheme, _value), pk in self.known.keys.items() if scheme == self.scheme
        )
        several = {pk for pk, number in times.items() if number > 1}
        return {*self.known.removed, *self.known.merged, *several}

    def _found(self, text: str) -> Node:
        """Raises Refused where that is nothing, or several."""
        found: set[Node] = set()
        if self.is_own:  # an address goes before whoever is called so
            found |= self.known.at_slug(text)
        if not found:
            found |= self.known.anyhow(text, self.scheme)
            for word in {text, fold(text)}:
                found |= self.names.get(word, set())
        pages = {node for node in found if isinstance(node, int)}
        there = (found - pages) | self.known.kept(pages)
        if len(there) > 1:
            said = _("Several records are called so: %(candidates)s. Write an identifier.")
            if self.is_own:
                said = _("Several records are called so: %(candidates)s. Write an address.")
            raise Refused(said % {"candidates": listed(sorted(map(self._told, there)))})
        if there:
            return there.pop()
        if pages:
            self.known.only(pages, text)  # says that it was removed
        if self.is_own and BETWEEN in text:
            raise Refused(_("This seems to be several, and a record has one parent. Write one."))
        raise Refused(_("Nothing in the file or on the site is called so. Add it, or correct it."))

    def _kept(self, row: int) -> Node | None:
        """Our own files are silent of a parent that nobody sees: it stays."""
        parent = self.stored.get(self.nodes[row])
        return parent if self.is_own and parent in self.known.hidden() else None

    def _told(self, node: Node) -> str:
        if isinstance(node, int):
            return self.known.named(node)
        return _("row %(row)d") % {"row": node[1]}

    def _refuse_rings(self, refused: Collection[int]) -> None:
        """One walk a row; what is known to end is not walked again. Refused rows move nothing."""
        taken = {row: parent for row, parent in self.parents.items() if row not in refused}
        above = self.stored | {self.nodes[row]: parent for row, parent in taken.items()}
        ends: set[Node] = set()
        for row in taken:
            way: list[Node] = []
            node: Node | None = self.nodes[row]
            while node is not None and node not in ends and node not in way:
                way.append(node)
                node = above.get(node)
            if node is not None and node in way:
                for one in way[way.index(node) :]:
                    for other in self.rows.get(one, ()):
                        if other in taken:
                            self._refuse_ring(other)
            ends |= set(way)

    def _refuse_ring(self, row: int) -> None:
        if row not in self.problems:
            column, text = self.texts[row]
            said = _("It would be part of itself, directly or through others. Name another.")
            self.problems[row] = Problem(row, column, text, said)

    def parent_of(self, row: int) -> Node | None:
        """The number of a row only as long as that row has made nothing."""
        return self.parents.get(row)

    def without(self, refused: Iterable[int]) -> bool:
        """Settle it anew where these rows change nothing; says whether that refuses more rows."""
        gone, before = set(refused), len(self.problems)
        known = -1
        while known != len(self.problems):
            known = len(self.problems)
            self.problems |= self._orphaned(gone | self.problems.keys())
            self._refuse_rings(gone | self.problems.keys())
        return len(self.problems) > before

    def _orphaned(self, refused: Iterable[int]) -> dict[int, Problem]:
        """The rows whose parent would be made by a refused row, and theirs in turn."""
        gone, found = set(refused), {}
        is_more = True
        while is_more:
            is_more = False
            for row, parent in self.parents.items():
                if row not in gone and isinstance(parent, tuple) and parent[1] in gone:
                    column, text = self.texts[row]
                    said = _("It is part of what row %(row)d would make, and that row is refused.")
                    found[row] = Problem(row, column, text, said % {"row": parent[1]})
                    gone.add(row)
                    is_more = True
        return found
