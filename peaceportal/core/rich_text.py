"""Formatted text: HTML that was made safe when it was saved."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape

from django.db import models
from django.utils.html import linebreaks

EXTENSIONS = {
    "Bold": True,
    "Italic": True,
    "Subscript": True,
    "Superscript": True,
    "HardBreak": True,
    "Heading": {"levels": [2, 3]},
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

OTHER_BLOCKS = (
    "address|article|aside|div|dd|dl|dt|figcaption|figure|footer|h5|h6|header|pre|section"
)

# What the editor writes of itself, and says nothing.
NOTHING = r' title=""| data-type="decimal"|<p>\s*</p>'


@lru_cache(maxsize=1)
def _sanitiser():
    from django_prose_editor.fields import create_sanitizer

    return create_sanitizer(EXTENSIONS)


def sanitise(html: str) -> str:
    """Only the elements and attributes of `EXTENSIONS`; everything else is taken out.

    Blocks of other kinds become paragraphs, so that their words do not run together.
    """
    if not html:
        return ""
    html = re.sub(r"<(/?)h1\b[^>]*>", r"<\1h2>", html, flags=re.I)
    html = re.sub(rf"<(/?)(?:{OTHER_BLOCKS})\b[^>]*>", r"<\1p>", html, flags=re.I)
    return re.sub(NOTHING, "", _sanitiser()(html))


def plain_text(html: str) -> str:
    """The words of sanitised HTML; blocks are parted by a space, and nothing else is."""
    text = re.sub(r"<(?!/?(?:a|b|em|i|strong|sub|sup)\b)[^>]*>", " ", html)
    return unescape(re.sub(r"<[^>]*>", "", text))


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
        text = sanitise(_in_paragraphs(getattr(instance, self.attname)))
        whole = _in_paragraphs(text)  # again: all its elements may have been taken out
        setattr(instance, self.attname, text if whole == text else sanitise(whole))


def _in_paragraphs(text: str) -> str:
    """As it is, unless it was typed plainly: an empty line ends a paragraph."""
    return text if not text or re.search(r"<[a-z/!]", text, flags=re.I) else linebreaks(text)
