"""Which page a row is part of, where that page may be another row of the same file."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext as _

from peaceportal.core.folding import fold
from peaceportal.core.identifiers import Identifier
from peaceportal.core.imports.finding import Known
from peaceportal.core.imports.problems import Problem, listed
from peaceportal.core.imports.rows import Wanted
from peaceportal.core.slugs import slugify

# A page: the primary key of one that is there, or the number of the row that makes it.
Node = int | tuple[str, int]


class Tree:
    """Built from all rows before any of them is planned."""

    def __init__(self, known: Known, scheme: str):
        self.known, self.scheme = known, scheme
        self.rows: dict[Node, int] = {}
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
            self.rows[node] = wanted.row
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
        for row, (column, text) in self.texts.items():
            if not text:
                self.parents[row] = None
                continue
            found: set[Node] = {*self.known.anyhow(text, self.scheme)}
            for word in {text, fold(text)}:
                found |= self.names.get(word, set())
            if len(found) == 1:
                self.parents[row] = found.pop()
            elif found:
                said = _("Several records are called so: %(candidates)s. Write an identifier.")
                said %= {"candidates": listed(sorted(map(self._told, found)))}
                self.problems[row] = Problem(row, column, text, said)
            else:
                said = _("Nothing in the file or on the site is called so. Add it, or correct it.")
                self.problems[row] = Problem(row, column, text, said)
        self._refuse_rings()

    def _told(self, node: Node) -> str:
        if isinstance(node, int):
            return self.known.labels.get(node, str(node))
        return _("row %(row)d") % {"row": node[1]}

    def _refuse_rings(self) -> None:
        """One walk a row; what is known to end is not walked again."""
        nodes = {row: node for node, row in self.rows.items()}
        model = self.known.model
        above = dict(model._base_manager.exclude(parent=None).values_list("pk", "parent"))
        above |= {nodes[row]: parent for row, parent in self.parents.items()}
        ends: set[Node] = set()
        for row in self.texts:
            way: list[Node] = []
            node: Node | None = nodes[row]
            while node is not None and node not in ends and node not in way:
                way.append(node)
                node = above.get(node)
            if node is not None and node in way:
                for one in way[way.index(node) :]:
                    self._refuse_ring(self.rows.get(one))
            ends |= set(way)

    def _refuse_ring(self, row: int | None) -> None:
        if row in self.texts and row not in self.problems:
            column, text = self.texts[row]
            said = _("It would be part of itself, directly or through others. Name another.")
            self.problems[row] = Problem(row, column, text, said)

    def parent_of(self, row: int) -> Node | None:
        """The number of a row only as long as that row has made nothing."""
        return self.parents.get(row)

    def orphaned(self, refused: Iterable[int]) -> dict[int, Problem]:
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
