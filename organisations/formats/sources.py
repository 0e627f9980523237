"""Where a record comes from, as programs read it."""

from __future__ import annotations

from peaceportal.core.formats.records import address, grouped


def sources(model, pks: list[int]) -> dict[int, list[dict]]:
    """The sources of records of `model` by their primary keys."""
    of = model._meta.model_name
    columns = ("uid", "title", "publisher", "url", "published", "read_on")
    rows = model.sources.through.objects.filter(**{f"{of}__in": pks})
    rows = rows.order_by("source__title", "source_id")
    found = grouped(rows.values_list(of, *(f"source__{name}" for name in columns)))
    return {pk: [_source(*row) for row in group] for pk, group in found.items()}


def _source(uid, title, publisher, url, published, read_on) -> dict:
    return {
        "uid": str(uid),
        "title": title,
        "publisher": publisher,
        "url": address(url),
        "published": published.edtf,
        "read_on": read_on.edtf,
    }
