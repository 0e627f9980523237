"""Formatted text: HTML that was made safe when it was saved."""

from __future__ import annotations

from functools import lru_cache

from django.db import models

EXTENSIONS = {
    "Bold": True,
    "Italic": True,
    "Subscript": True,
    "Superscript": True,
    "HardBreak": True,
    "Heading": {"levels": [3, 4]},
    "Blockquote": True,
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto"]},
    "Table": True,
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
}


@lru_cache(maxsize=1)
def _sanitiser():
    from django_prose_editor.fields import create_sanitizer

    return create_sanitizer(EXTENSIONS)


def sanitise(html: str) -> str:
    """Only the elements and attributes of `EXTENSIONS`; everything else is taken out."""
    return _sanitiser()(html) if html else ""


class RichTextField(models.TextField):
    """HTML, sanitised by every way of saving. Templates may print it as it is."""

    def __init__(self, *args, **kwargs):
        kwargs["blank"] = True
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        del kwargs["blank"]
        return name, path, args, kwargs

    @property
    def derives_from(self) -> tuple[str, ...]:
        return (self.name,)

    @property
    def derives(self) -> tuple[str, ...]:
        return (self.name,)

    def derive(self, instance: models.Model) -> None:
        setattr(instance, self.attname, sanitise(getattr(instance, self.attname)))
