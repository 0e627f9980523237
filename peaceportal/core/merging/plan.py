"""What merging one page into another would do: read, and nothing changed."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from peaceportal.core.apart import apart
from peaceportal.core.dates import EDTFField
from peaceportal.core.folding import fold
from peaceportal.core.merging.relations import HIDES_PLACES, Relation, own_links, relations
from peaceportal.core.merging.writing import is_empty, value_of
from peaceportal.core.plain_text import shortened
from peaceportal.core.rich_text import RichTextField, plain_text
from peaceportal.core.trees import TreePage
from peaceportal.core.versions.snapshots import shown_fields

LONGEST_TITLE = 120  # characters
SHOWN = 5  # of each relation, by name
# What decides who sees a page, where and as what: never taken over from another.
OF_ITSELF = {
    *("name", "slug", "status", "publish_at", "unpublish_at", "removed_at", "merged_into"),
    *("language", HIDES_PLACES),
}


@dataclass(frozen=True)
class Moving:
    """The records of one relation that go over, and those that say what is there already."""

    relation: Relation
    first: list[models.Model]
    count: int
    double: int

    @property
    def words(self) -> str:
        return self.relation.words

    @property
    def titles(self) -> list[str]:
        return [title_of(row, self.relation) for row in self.first]

    @property
    def more(self) -> int:
        return self.count - len(self.first)


@dataclass(frozen=True)
class Side:
    """A field in which the two differ: what stands in each, and whether one can take it over."""

    name: str
    label: str
    kept: str
    merged: str
    can_be_taken: bool
    why_not: str = ""


def title_of(row: models.Model, relation: Relation) -> str:
    """A row by what it relates to besides; otherwise by its own name."""
    named = [getattr(row, name) for name in relation.named_beside()]
    others = [str(other) for other in named if other]
    own = str(row)
    says_nothing = others and own == str(getattr(row, "uid", ""))
    return shortened(" – ".join(others if says_nothing else [*others, own]), LONGEST_TITLE)


def in_words(page: TreePage, field: models.Field) -> str:
    if field.is_relation:
        return str(getattr(page, field.name) or "")
    if field.choices:
        return str(getattr(page, f"get_{field.name}_display")())
    value = getattr(page, field.attname)
    if isinstance(field, RichTextField):
        return plain_text(value)
    return "" if value is None else str(value) if value else ""


@dataclass(frozen=True)
class Plan:
    """Of merging `merged` into `kept`."""

    merged: TreePage
    kept: TreePage

    @cached_property
    def names(self) -> list[str]:
        """What the two are called, the one that goes first; told apart if that is the same."""
        return apart([self.merged, self.kept])

    @property
    def merged_name(self) -> str:
        return self.names[0]

    @property
    def kept_name(self) -> str:
        return self.names[1]

    @cached_property
    def refusals(self) -> list[str]:
        """Why it cannot be done, each with what to do; empty if it can."""
        told = {"merged": self.merged_name, "kept": self.kept_name}
        if self.merged.pk == self.kept.pk:
            return [_("A record cannot be merged into itself. Choose another one.")]
        found = []
        if self.merged.merged_into_id:
            said = _("“%(merged)s” was merged already. Undo that merge first, on its own page.")
            found.append(said % told)
        if self.kept.merged_into_id:
            said = _("“%(kept)s” was itself merged into “%(into)s”. Choose that one instead.")
            found.append(said % (told | {"into": self.kept.merged_into}))
        elif self.kept.removed_at is not None:
            found.append(_("“%(kept)s” was removed from the site. Put it back first.") % told)
        elif self.merged.is_public() and not self.kept.is_public():
            said = _(
                "Readers see “%(merged)s”, and do not see “%(kept)s”: its address would lead "
                "nowhere. Publish “%(kept)s” first, or merge the other way round."
            )
            found.append(said % told)
        return found or self.merged.merging_refusals(self.kept)

    @cached_property
    def moving(self) -> list[Moving]:
        """What names the merged one, and will name the other; without what there is none of."""
        found = []
        for relation in relations(type(self.merged)):
            rows = relation.naming(self.merged).exclude(pk__in=self._not_to_move(relation))
            count = rows.count()
            if not count:
                continue
            double = len(self.doubles(relation))
            if relation.is_link:
                both = relation.naming(self.kept).values("pk")
                double = rows.filter(pk__in=both).count()
            if beside := relation.named_beside():
                rows = rows.select_related(*beside)
            found.append(Moving(relation, list(rows[:SHOWN]), count, double))
        return found

    def doubles(self, relation: Relation) -> dict[int, int | None]:
        """Rows that say what the kept one says already, each with its row that says it, if any."""
        said = self.kept.says_already(relation.naming(self.merged))
        return dict.fromkeys(said) | relation.doubles(self.merged, self.kept)

    def _not_to_move(self, relation: Relation) -> list[int]:
        """Of links between pages of this kind, the one that joins the two themselves."""
        is_own = relation.is_link and relation.model is type(self.kept)
        return [self.kept.pk] if is_own else []

    @cached_property
    def copied(self) -> list[tuple[str, list[str], int]]:
        """What the merged one is linked to and the other is not: words, names, how many more."""
        found = []
        for field in own_links(type(self.merged)):
            has = getattr(self.kept, field.name).values("pk")
            lacks = getattr(self.merged, field.name).exclude(pk__in=has)
            if count := lacks.count():
                names = [str(one) for one in lacks[:SHOWN]]
                found.append((capfirst(str(field.verbose_name)), names, count - len(names)))
        return found

    @cached_property
    def sides(self) -> list[Side]:
        """The fields of the merged one that say something else than those of the other."""
        found = []
        for field in shown_fields(type(self.merged)):
            if field.many_to_many or field.name in {*OF_ITSELF, *self.kept.fields_of_names}:
                continue
            here, there = (value_of(page, field) for page in (self.kept, self.merged))
            if is_empty(there) or here == there or there is False:
                continue
            told = [in_words(page, field) for page in (self.kept, self.merged)]
            why_not = "" if not is_empty(here) else self._why_not(field)
            can = is_empty(here) and not why_not
            found.append(Side(field.name, capfirst(str(field.verbose_name)), *told, can, why_not))
        return found

    def _why_not(self, field: models.Field) -> str:
        """Why the other one cannot take it over by itself; empty if it can."""
        tried = copy.copy(self.kept)
        value = getattr(self.merged, field.name)
        if field.is_relation and self.kept.pk in {value.pk, *value.chain_above()}:
            return _("It lies beneath the other one itself.")
        setattr(tried, field.name, value)
        return " ".join(self.broken_rules(tried))

    def broken_rules(self, tried: TreePage) -> list[str]:
        """The sentences of its own rules that the kept one would break, and does not break now.

        Without those on what but one page can have: the one that is merged gives that up.
        """
        return [said for said in _broken_rules(tried) if said not in _broken_rules(self.kept)]

    @property
    def takeable(self) -> list[str]:
        return [side.name for side in self.sides if side.can_be_taken]

    @property
    def taken_at_first(self) -> list[str]:
        """What is ticked beforehand: texts, but no date, code or state, which are true of one."""
        model = type(self.merged)
        unique = unique_columns(model)
        return [
            name
            for name in self.takeable
            if name not in unique
            and not isinstance(model._meta.get_field(name), EDTFField)
            and not model._meta.get_field(name).choices
        ]

    @property
    def name_kind_at_first(self) -> str:
        """A name that readers never saw is not made public unless somebody says so."""
        kinds = self.name_kinds
        return kinds[0][0] if kinds and self.merged.was_public() else ""

    @property
    def name_kinds(self) -> list[tuple[str, str]]:
        """As what its name can be kept; none where the other one has that name already."""
        used = {fold(name) for name in self.kept.names_in_use()}
        return [] if fold(self.merged.name) in used else self.kept.other_name_kinds()

    @property
    def names_besides(self) -> list[str]:
        """What else it is called, in its own fields, that the other one will be called as well."""
        return self.kept.names_besides(self.merged)

    @property
    def has_name_already(self) -> bool:
        return fold(self.merged.name) in {fold(name) for name in self.kept.names_in_use()}

    @property
    def will_hide_places(self) -> bool:
        """Whoever hides places does so for people's safety: that goes over, too."""
        hidden = [getattr(page, HIDES_PLACES, False) for page in (self.merged, self.kept)]
        return hidden == [True, False]

    @property
    def shows_what_was_hidden(self) -> bool:
        """Whether readers will see what they do not see now."""
        return self.kept.is_public() and not self.merged.is_public()

    @property
    def is_seen(self) -> bool:
        """Whether readers see what goes."""
        return self.merged.is_public()

    @property
    def leads_on(self) -> bool:
        """Whether anybody may know its address."""
        return self.merged.was_public()

    @property
    def fingerprint(self) -> str:
        """Tells what was shown from what is there when the button is pressed."""
        seen = [(page.pk, page.revision) for page in (self.merged, self.kept)]
        counts = [(one.relation.key, one.count, one.double) for one in self.moving]
        copied = [(words, len(names), more) for words, names, more in self.copied]
        return sha256(repr([seen, counts, copied]).encode()).hexdigest()[:24]


def _broken_rules(page: TreePage) -> list[str]:
    try:
        page.full_clean(exclude=unique_columns(type(page)), validate_unique=False)
    except ValidationError as error:
        return error.messages
    return []


def unique_columns(model: type[TreePage]) -> set[str]:
    """Columns of which no two pages have the same value: one of the two gives it up."""
    names = {f.name for f in model._meta.concrete_fields if f.unique and not f.primary_key}
    for one in model._meta.constraints:
        if isinstance(one, models.UniqueConstraint) and len(one.fields) == 1:
            names.add(one.fields[0])
    return names
