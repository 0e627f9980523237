"""Files that belong to records: how large they may be and are, and how they are sent."""

from __future__ import annotations

import hashlib
from pathlib import PurePath

from django.core.exceptions import SuspiciousFileOperation, ValidationError
from django.core.files.storage import Storage
from django.db import models
from django.http import FileResponse, Http404
from django.utils.cache import get_conditional_response
from django.utils.deconstruct import deconstructible
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext_lazy as _

# By suffix: Python's own list lacks some of these, and differs between machines.
CONTENT_TYPES = {
    "pdf": "application/pdf",
    "txt": "text/plain",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
    "rtf": "application/rtf",
    "epub": "application/epub+zip",
    "webp": "image/webp",
}


@deconstructible
class LargestFile:
    """Refuses a new file of more than `megabytes`; one that is stored already is not looked at."""

    def __init__(self, megabytes: int):
        self.megabytes = megabytes

    def __call__(self, file) -> None:
        if not getattr(file, "_committed", False) and file.size > self.megabytes * 1_000_000:
            raise ValidationError(
                _("This file is larger than %(most)d MB. Add a smaller one, or its web address."),
                "too_heavy",
                {"most": self.megabytes},
            )

    def __eq__(self, other):
        return isinstance(other, LargestFile) and self.megabytes == other.megabytes

    def __hash__(self):
        return hash(self.megabytes)


class FileSizeField(models.PositiveBigIntegerField):
    """The size in bytes of the file in another field; None where there is none, or it is lost."""

    def __init__(self, *args, of: str, **kwargs):
        self.of = of
        kwargs |= {"null": True, "editable": False, "serialize": False}
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("null", "editable", "serialize"):
            kwargs.pop(fixed, None)
        return name, path, args, kwargs | {"of": self.of}

    @property
    def derives_from(self) -> tuple[str, ...]:
        return (self.of,)

    @property
    def derives(self) -> tuple[str, ...]:
        return (self.name,)

    def derive(self, instance: models.Model) -> None:
        file = getattr(instance, self.of)
        try:
            size = file.size if file else None
        except (OSError, SuspiciousFileOperation):
            size = None
        setattr(instance, self.name, size)


def file_type(name: str) -> str:
    """The kind of a file by its suffix, as people call it: PDF, DOCX."""
    return PurePath(name).suffix[1:].upper()


def send(request, storage: Storage, name: str, *, attachment: bool):
    """The file `name`, or 304 if the browser has it. Raises Http404 if it cannot be had.

    To be asked for again each time, because the page that it belongs to can be taken down.
    """
    try:
        changed = storage.get_modified_time(name).timestamp()
        tag = quote_etag(_digest(f"{name} {storage.size(name)} {changed}"))
        response = get_conditional_response(request, tag, int(changed))
        if response is None:
            kind = CONTENT_TYPES.get(file_type(name).lower(), "application/octet-stream")
            file = storage.open(name)
            response = FileResponse(file, as_attachment=attachment, content_type=kind)
    except (OSError, SuspiciousFileOperation, ValueError) as error:
        raise Http404 from error
    response["Cache-Control"] = "no-cache"
    response["ETag"] = tag
    response["Last-Modified"] = http_date(changed)
    return response


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:20]
