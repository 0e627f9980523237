"""The column of a picture, its file and its copies, and how it is chosen in a form."""

from __future__ import annotations

from pathlib import PurePath
from typing import NamedTuple

from django import forms
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, models, transaction
from imagefield import fields as imagefield

from peaceportal.core.images.pixels import ACCEPTED, Bare, bare, fitting, opened, upright_size

# The copies: most width and height in pixels. A page is 42rem wide, and a screen has up to two
# pixels for one. Nothing is cropped; what is taller than three times its width gets narrower.
HALF, PAGE = "half", "page"
COPIES = {HALF: (672, 2016), PAGE: (1344, 4032)}


class Copy(NamedTuple):
    """A picture as readers are sent it; width and height in pixels."""

    address: str
    width: int
    height: int


def _copy(within):
    def specify(file, context):
        context.extension = ".webp"
        context.processors = [("sent_within", within)]

    return specify


class PictureFile(imagefield.ImageFieldFile):
    """The stored file, and where its copies are. Replaced or cleared, the file itself is kept."""

    def save(self, name, content, save=True):
        content = content if isinstance(content, Bare) else bare(content)
        super().save(f"{PurePath(name).stem}{PurePath(content.name).suffix}", content, save=False)
        database = self.instance._state.db or DEFAULT_DB_ALIAS
        # Not before: they take a second in which nobody else could save. One that fails is missing.
        transaction.on_commit(self.make_copies, using=database, robust=True)
        if save:
            self.instance.save()

    save.alters_data = True

    def make_copies(self) -> None:
        for size in COPIES:
            self.process(size)

    def copy_name(self, size: str) -> str | None:
        """What the storage calls this copy, made now if it is missing; None if it cannot be."""
        if not self.copies:
            return None
        try:
            return self.process(size)
        except Exception:  # django-imagefield has logged it
            return None

    def address(self, size: str) -> str:
        """It holds the permanent identity of the record, and no name that somebody gave a file."""
        return f"{settings.MEDIA_URL}pictures/{self.instance.uid}/{size}.webp"

    @property
    def url(self) -> str:
        """Of the larger copy: the stored file has no public address."""
        self._require_file()
        return self.address(PAGE)

    def fitting(self, within: tuple[int, int]) -> tuple[int, int] | None:
        """Its width and height in a place not larger than `within`; None if it cannot be shown."""
        width, height = (getattr(self.instance, name) for name in self.field.derives)
        return fitting((width, height), within) if self and width and height else None

    @property
    def copies(self) -> list[Copy]:
        """What a page may show, the smallest first, told without a look at any file.

        None if there is no picture, or if its file could not be read when the record was saved.
        """
        found = {self.fitting(within): name for name, within in COPIES.items()}
        return [Copy(self.address(name), *size) for size, name in found.items() if size]

    @property
    def widths(self) -> str:
        """The copies as the attribute `srcset` takes them; empty where there is no choice."""
        copies = self.copies
        if len(copies) < 2:
            return ""
        return ", ".join(f"{copy.address} {copy.width}w" for copy in copies)

    def upright_size(self) -> tuple[int, int] | tuple[None, None]:
        """Width and height in pixels, or None for both if the file is missing or no picture."""
        try:
            if not self._committed:
                self.file.seek(0)
                return upright_size(opened(self.file))
            with self.storage.open(self.name) as file:
                return upright_size(opened(file))
        except Exception:  # see `bare`; a file system has errors of its own besides
            return None, None


class PictureFormField(forms.ImageField):
    """Takes a picture whatever its file is called; it is stored under the suffix of its kind."""

    default_validators = []

    def to_python(self, data):
        file = forms.FileField.to_python(self, data)
        return file and bare(file)

    def widget_attrs(self, widget):
        return super().widget_attrs(widget) | {"accept": ACCEPTED}


class PictureField(imagefield.ImageField):
    """A picture. `width_field` and `height_field` name columns that are derived from its file."""

    attr_class = PictureFile

    def __init__(self, *args, **kwargs):
        copies = {name: _copy(within) for name, within in COPIES.items()}
        super().__init__(*args, formats=copies, **kwargs)

    def deconstruct(self):
        """As a plain field, which in a migration would open the files of rows for their size."""
        name, path, args, kwargs = super().deconstruct()
        for ours in ("width_field", "height_field"):
            kwargs.pop(ours, None)
        return name, path, args, kwargs

    def formfield(self, **kwargs):
        return models.ImageField.formfield(self, **{"form_class": PictureFormField} | kwargs)

    def update_dimension_fields(self, instance, force=False, *args, **kwargs):
        """Not whenever a row is read, as Django does: see `derive`."""

    @property
    def derives_from(self) -> tuple[str, ...]:
        return (self.name,)

    @property
    def derives(self) -> tuple[str, ...]:
        return (self.width_field, self.height_field)

    def derive(self, instance: models.Model) -> None:
        file = getattr(instance, self.attname)
        if file and not file._committed and not isinstance(file.file, Bare):
            file.file = bare(file.file)
        size = file.upright_size() if file else (None, None)
        for name, length in zip(self.derives, size, strict=True):
            setattr(instance, name, length)
