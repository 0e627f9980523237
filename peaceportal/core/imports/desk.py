"""An import of an uploaded file: what the command does with paths, and for whom."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from django.db import OperationalError, transaction
from django.utils.translation import gettext as _

from peaceportal.core.imports.kinds import unpacked
from peaceportal.core.imports.mapping import Mapping, own_mapping
from peaceportal.core.imports.mapping_files import mapping_in
from peaceportal.core.imports.problems import ImportRefused
from peaceportal.core.imports.running import Import, Told
from peaceportal.core.imports.shapes import Shape
from peaceportal.core.imports.uploads import Upload
from peaceportal.core.publishing import PUBLIC_STATUSES, Status
from peaceportal.core.roles import may_publish, others_publish

MOST_ROWS = 5_000
MOST_BYTES = 10_000_000
MOST_UNPACKED = 100_000_000  # bytes of a workbook, which is a packed file


def statuses_for(user) -> list[str]:
    """What new records may be: as the buttons of a form offer it."""
    found = [Status.DRAFT]
    if others_publish(user):
        found.append(Status.IN_REVIEW)
    return [*found, *PUBLIC_STATUSES] if may_publish(user) else found


def may_import(user, shape: Shape) -> bool:
    """Whoever may add and change all that an import can write."""
    return user.has_perms(list(shape.permissions()))


def may_create_missing(user, shape: Shape) -> bool:
    models = {one.model for one in shape.lists.values() if one.can_create}
    return user.has_perms(
        [f"{model._meta.app_label}.add_{model._meta.model_name}" for model in models]
    )


def try_out(upload: Upload, shape: Shape, user) -> Told:
    """See what a new one would do, and keep it with that. Raises ImportRefused."""
    with _said_if_busy():
        return _run(upload, shape, user, is_dry=True)


def try_again(upload: Upload, shape: Shape, user, choices: dict) -> Told:
    """See what it would do with other choices. Raises as `carry_out` does."""
    with _said_if_busy(), _locked(upload) as locked:
        for name, value in choices.items():
            setattr(locked, name, value)
        return _run(locked, shape, user, is_dry=True)


def carry_out(upload: Upload, shape: Shape, user, agreed: str) -> Told:
    """Import it, if that does what `agreed` stands for; all of it or nothing, the record of it too.

    Raises ImportRefused, and Upload.DoesNotExist where somebody was faster or it is gone.
    """
    with _said_if_busy(), _locked(upload) as locked:
        return _run(locked, shape, user, agreed=agreed)


@contextmanager
def _locked(upload: Upload) -> Iterator[Upload]:
    """For one work at a time, and only until it is imported."""
    with transaction.atomic():
        yield Upload.objects.waiting().select_for_update().get(pk=upload.pk)


@contextmanager
def _said_if_busy() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:  # as SQLite, while another saves
        said = _(
            "Others were saving just now, so nothing was imported. Wait a little, and press again."
        )
        raise ImportRefused(said) from error


def _run(upload: Upload, shape: Shape, user, **options) -> Told:
    content = bytes(upload.content)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file").with_suffix(Path(upload.file_name).suffix.lower())
        report = Path(folder, "report.csv")
        path.write_bytes(content)
        with path.open("rb") as file:
            if unpacked(file) > MOST_UNPACKED:
                raise ImportRefused(_too_large(shape))
        told = Import(
            path,
            shape,
            _mapping(upload, shape, user),
            create_missing=upload.create_missing,
            skip_bad_rows=upload.skip_bad_rows,
            report=report,
            by=user,
            name=upload.file_name,
            drafts_only=not may_publish(user),
            most_rows=MOST_ROWS,
            notes_pages=True,
            **options,
        ).run()
        if told.report_lost:
            raise ImportRefused(told.report_lost)
        if not sum(told.counts.values()):
            raise ImportRefused(_("There are no rows beneath the header: fill them in first."))
        upload.tell(told, report.read_bytes())
    if told.is_saved:
        upload.finish()
    upload.save()
    return told


def _mapping(upload: Upload, shape: Shape, user) -> Mapping:
    data = bytes(upload.mapping)
    found = mapping_in(data, upload.mapping_name, shape) if data else own_mapping(shape)
    found = replace(found, status=upload.status or found.status)
    if found.status not in statuses_for(user):
        said = _("New records would be “%(status)s”, which you may not. Choose another status.")
        raise ImportRefused(said % {"status": Status(found.status).label})
    return found


def _too_large(shape: Shape) -> str:
    return _(
        "This workbook is too large to be unpacked here. Save the one sheet that is meant as CSV, "
        "or ask whoever runs the site to bring it in with the command “%(command)s”."
    ) % {"command": shape.command}
