"""What records have in common where programs read them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from django.contrib.contenttypes.models import ContentType

from peaceportal.core.identifiers import Identifier
from peaceportal.core.publishing import visible
from peaceportal.core.weblinks import is_web_address


def link(uid, slug: str, title: str) -> dict:
    """A page as another record names it."""
    return {"uid": str(uid), "slug": slug, "title": title}


def grouped(rows: Iterable[tuple]) -> dict[int, list[tuple]]:
    """Rows by what stands first in them."""
    groups: dict[int, list[tuple]] = {}
    for first, *rest in rows:
        groups.setdefault(first, []).append(tuple(rest))
    return groups


def links(through, of: str, to: str, pks: list[int], at: datetime):
    """Whom the records `pks` are linked to in the table `through`, as far as anyone may see it."""
    columns = (f"{to}__{name}" for name in ("uid", "slug", "name"))
    rows = through.objects.filter(visible(at, page=to), **{f"{of}__in": pks})
    return grouped(rows.order_by(f"{to}__sort_name", f"{to}_id").values_list(of, *columns))


def identifiers(model, pks: list[int]) -> dict[int, list[tuple]]:
    kind = ContentType.objects.get_for_model(model)
    rows = Identifier.objects.filter(content_type=kind, object_id__in=pks)
    return grouped(rows.values_list("object_id", "scheme", "value"))


def address(url: str) -> str:
    """A web address that a program may follow, or nothing."""
    return url if is_web_address(url) else ""


def address_or_title(record: dict) -> str:
    """How a document or a source stands in a cell."""
    return record["url"] or record["title"]


def moment(value: datetime) -> str:
    """RFC 3339, in UTC, to the second."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def day(value) -> str | None:
    return value.isoformat() if value else None
