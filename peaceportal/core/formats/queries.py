"""A query in another form than its page: where it is, and its rows."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404

from peaceportal.core.finder import Finder
from peaceportal.core.formats.answers import Problem, bad_query

RETRY_AFTER = 60  # seconds
PER_PAGE = 100  # of a list in JSON
AT_ONCE = 500  # rows read together


def absolute(path: str) -> str:
    """An address as other sites write it."""
    return f"{settings.SITE_URL}{path}"


def address_of(finder: Finder, form: str, *, page: int = 1, without: tuple[str, ...] = ()) -> str:
    """The address of the same query in another form, without the parameters named."""
    path = f"{str(finder.path).rstrip('/')}.{form}"
    pairs = [pair for pair in finder.parameters if pair[0] not in without]
    if page > 1:
        pairs = [*pairs, ("page", str(page))]
    return absolute(f"{path}?{urlencode(pairs)}" if pairs else path)


def readable(finder: Finder) -> Finder:
    """The finder, if all of its query can be read, and the index has all of it. Raises Problem.

    A page says that it may lack something; whoever takes the data might never see that said.
    """
    if finder.error_count:
        raise bad_query(finder)
    if finder.words.unread:
        headers = {"Retry-After": str(RETRY_AFTER)}
        raise Problem(503, finder.words.unread_said, headers=headers)
    return finder


def asked(finder: Finder) -> dict[str, str | list[str]]:
    """The canonical parameters; those that may be repeated are lists."""
    query: dict[str, str | list[str]] = {}
    for name, text in finder.parameters:
        if isinstance(finder.asked[name], list):
            query.setdefault(name, []).append(text)
        else:
            query[name] = text
    return query


@dataclass
class Slice:
    """A page of results, and the numbers of the others. Raises Http404 past the end."""

    number: int
    count: int
    per_page: int

    def __post_init__(self):
        if self.number > self.last:
            raise Http404

    @property
    def last(self) -> int:
        return max(1, -(-self.count // self.per_page))

    @property
    def others(self) -> dict[str, int]:
        """The pages that lead on, by their link relations (RFC 5005, section 3)."""
        numbers = {"first": 1, "last": self.last}
        if self.number > 1:
            numbers["previous"] = self.number - 1
        if self.number < self.last:
            numbers["next"] = self.number + 1
        return numbers

    def pks(self, found: QuerySet) -> list[int]:
        start = (self.number - 1) * self.per_page
        return list(found.values_list("pk", flat=True)[start : start + self.per_page])


def pieces(found: QuerySet) -> Iterator[list[int]]:
    """The primary keys of a whole result in its order, AT_ONCE at a time.

    They are read first, eight bytes each, and their rows by the piece: no transaction stays open
    while somebody reads slowly, and no row comes twice or is missed when others change meanwhile.
    """
    pks = array("q", found.values_list("pk", flat=True).iterator(chunk_size=10_000))
    for start in range(0, len(pks), AT_ONCE):
        yield pks[start : start + AT_ONCE].tolist()


def json_list(finder: Finder, count: int, records: Callable[[list[int]], Iterable[dict]]) -> dict:
    """A page of a query, with its count and the pages beside it. Raises Http404 past the end."""
    page = Slice(finder.page_number, count, PER_PAGE)
    beside = {name: address_of(finder, "json", page=number) for name, number in page.others.items()}
    return {
        "count": count,
        "query": asked(finder),
        "next": beside.get("next"),
        "previous": beside.get("previous"),
        "results": list(records(page.pks(finder.qs))),
    }
