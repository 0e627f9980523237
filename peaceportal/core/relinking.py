"""Many plain links changed at once, with the same trace as `page.areas.add` leaves for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import models, transaction

from peaceportal.core import changes
from peaceportal.core.versions import capture

BATCH = 500


def relink(
    model: type[models.Model],
    name: str,
    wanted: Mapping[int, tuple[Iterable[int], Iterable[int]]],
    using: str = "default",
) -> None:
    """Of the many-to-many field `name`, by primary keys: whom each record gains and loses.

    What it gains it must not have yet.
    """
    field = model._meta.get_field(name)
    through = field.remote_field.through
    here, there = field.m2m_column_name(), field.m2m_reverse_name()
    wanted = {pk: (set(gained), set(lost)) for pk, (gained, lost) in wanted.items()}
    wanted = {pk: sets for pk, sets in wanted.items() if any(sets)}
    if not wanted:
        return
    with capture.one_version(using), transaction.atomic(using=using):
        changes.lock(using)
        rows = [
            through(**{here: pk, there: other})
            for pk, (gained, _lost) in wanted.items()
            for other in sorted(gained)
        ]
        through._base_manager.using(using).bulk_create(rows, batch_size=BATCH)
        for pk, (_gained, lost) in wanted.items():
            if lost:
                links = through._base_manager.using(using)
                links.filter(**{here: pk, f"{there}__in": lost}).delete()
        records = _read(model, wanted, using)
        others = {other for sets in wanted.values() for pks in sets for other in pks}
        shown = [*records, *_read(field.related_model, others, using)]
        changes.log(shown, using, shown_otherwise=True)
        changes.touch(records, using)
        capture.changed(records, using)


def _read(model: type[models.Model], pks: Iterable[int], using: str) -> list[models.Model]:
    """With what a trace needs of them."""
    rows = model._base_manager.using(using).filter(pk__in=list(pks)).order_by()
    return list(rows.only("pk", "uid"))
