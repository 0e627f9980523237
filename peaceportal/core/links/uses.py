"""Which records lead to which web addresses: in fields for addresses, and in formatted text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from html import unescape
from uuid import UUID

from django.db import models
from django.db.models import Model

from peaceportal.core.care import DEAD_LINKS, kept
from peaceportal.core.links.store import Link, LinkUse, host_of, key_of, without_fragment
from peaceportal.core.records import Record
from peaceportal.core.rich_text import RichTextField
from peaceportal.core.weblinks import WebAddressField, is_web_address

IN_TEXT = re.compile(r'href="([^"]+)"')


@cache
def fields_of(model: type[Model]) -> tuple[str, ...]:
    """The fields of a model in which web addresses stand."""
    kinds = (WebAddressField, RichTextField, models.URLField)
    return tuple(field.name for field in model._meta.concrete_fields if isinstance(field, kinds))


def is_text(model: type[Model], name: str) -> bool:
    return isinstance(model._meta.get_field(name), RichTextField)


def addresses_in(model: type[Model], name: str, value: str) -> set[str]:
    """The web addresses in the value of a field, as they are asked for."""
    found = map(unescape, IN_TEXT.findall(value)) if is_text(model, name) else [value]
    return {without_fragment(url) for url in found if is_web_address(url.strip())}


def watch(record_models: Sequence[type[Record]]) -> None:
    """Declare the care for dead links of every model that has any."""
    for model in record_models:
        if fields_of(model):
            DEAD_LINKS.of(model, _with_dead_links)


def _with_dead_links(queryset, asker):
    uses = LinkUse.objects.filter(model=queryset.model._meta.label_lower)
    dead = uses.filter(link__in=Link.objects.dead().values("pk"))
    return kept(queryset.filter(uid__in=dead.order_by().values("uid")))


def notice(model: type[Record], uids: Sequence[UUID]) -> None:
    """Write down anew where records that have changed lead to."""
    names = fields_of(model)
    if not names:
        return
    rows = list(kept(model.objects.filter(uid__in=uids)).order_by().values("uid", *names))
    found = {use for row in rows for use in _uses(model, names, row)}
    links = _links({url for _uid, _name, url in found})
    label = model._meta.label_lower
    now = {(links[key_of(url)], uid, name) for uid, name, url in found}
    stored = LinkUse.objects.filter(uid__in=uids)
    before = {row[1:]: row[0] for row in stored.values_list("pk", "link", "uid", "field")}
    gone = [pk for use, pk in before.items() if use not in now]
    LinkUse.objects.filter(pk__in=gone).delete()
    LinkUse.objects.bulk_create(
        LinkUse(link_id=link, model=label, uid=uid, field=name)
        for link, uid, name in sorted(now - before.keys(), key=str)
    )


def _uses(model, names, row) -> Iterator[tuple[UUID, str, str]]:
    for name in names:
        for url in addresses_in(model, name, row[name] or ""):
            yield row["uid"], name, url


def _links(urls: set[str]) -> dict[str, int]:
    """The primary keys of these addresses by their keys; new ones are made."""
    new = [Link(key=key_of(url), url=url, host=host_of(url)) for url in sorted(urls)]
    known = set(Link.objects.at(urls).values_list("key", flat=True))
    Link.objects.bulk_create([one for one in new if one.key not in known], ignore_conflicts=True)
    return dict(Link.objects.at(urls).values_list("key", "pk"))
