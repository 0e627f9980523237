"""Our own columns in words, with an example of each; and an empty table to fill in."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import BytesIO, StringIO
from typing import NamedTuple

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from peaceportal.core.imports.problems import listed
from peaceportal.core.imports.shapes import Shape

WIDTH = 24  # of a column of the workbook, in letters


class Column(NamedTuple):
    name: str
    means: str
    example: str = ""
    is_needed: bool = False


def columns(shape: Shape) -> list[Column]:
    """In the order of the template; `uid` is only for what the site itself gave out."""
    found = [*_columns(shape)]
    return [one._replace(example=shape.examples.get(one.name, one.example)) for one in found]


def _columns(shape: Shape) -> Iterator[Column]:
    meta = shape.model._meta
    said = _(
        "By this a row finds its record when the file comes again: a short word for who numbers "
        "them, a colon, and a number or name that no other row has. Several are separated by |."
    )
    yield Column("identifiers", said, "our-office:2024-1", is_needed=True)
    said = _("What it is called, in at most %(most)d letters.")
    said %= {"most": meta.get_field(shape.title).max_length}
    yield Column(shape.own_names.get(shape.title, shape.title), said, is_needed=True)
    for name in shape.vocabularies:
        words = listed(shape.words(name))
        yield Column(name, _("One of these words: %(words)s.") % {"words": words})
    for name in shape.dates:
        said = _(
            "%(date)s. As exact as it is known, and empty if it is not: 27 July 1953, 1953-07, "
            "1945, 1990s, about 1953, since 2008, 30 Nov – 1 Dec 2023."
        )
        yield Column(name, said % {"date": capfirst(meta.get_field(name).verbose_name)})
    for name in shape.flags:
        said = _("“true” or “false”: %(what)s. Empty is false.")
        yield Column(name, said % {"what": meta.get_field(name).verbose_name}, "false")
    if shape.has_parent:
        said = _(
            "The name or address (slug) of the one that it is part of, which may be a later row."
        )
        yield Column(shape.own_names.get("parent", "parent"), said)
    for name, one in shape.lists.items():
        plural = one.model._meta.verbose_name_plural
        if one.roles:
            said = _(
                "Names or addresses (slugs) of %(what)s, each with a colon and its role: "
                "%(roles)s. Several are separated by |."
            )
            yield Column("participants", said % {"what": plural, "roles": listed(one.roles)})
        else:
            said = _("Names or addresses (slugs) of %(what)s. Several are separated by |.")
            yield Column(name, said % {"what": plural})
    for name, model in shape.singles.items():
        said = _("The name or address (slug) of one of the %(what)s that are here already.")
        yield Column(name, said % {"what": model._meta.verbose_name_plural})
    for name in shape.numbers:
        yield Column(name, f"{capfirst(meta.get_field(name).verbose_name)}.")
    for name in shape.texts:
        if name != shape.title:
            field = meta.get_field(name)
            yield Column(name, f"{capfirst(field.verbose_name)}. {field.help_text}".strip())
    yield Column("source_url", _("The web address of the source."), "https://example.org/report")
    if shape.has_documents:
        said = _("The web address of the document itself: a text, a report, a record.")
        yield Column("document_url", said, "https://example.org/text.pdf")


def empty_cells() -> str:
    return _(
        "An empty cell empties its field in a record that is here already. To leave a field alone, "
        "leave out its column."
    )


def template_csv(shape: Shape) -> bytes:
    """A header alone: sent back as it is, it brings in nothing."""
    text = StringIO()
    csv.writer(text).writerow([one.name for one in columns(shape)])
    return text.getvalue().encode("utf-8-sig")


def explained() -> str:
    """The name of the sheet that says what each column takes."""
    return _("Columns")[:31]


def template_xlsx(shape: Shape) -> bytes:
    """The same, with what each column takes on a sheet of its own, which an import passes over."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    told = columns(shape)
    book = Workbook()
    sheet = book.active
    sheet.title = capfirst(str(shape.model._meta.verbose_name_plural))[:31]
    sheet.freeze_panes = "A2"
    sheet.append([one.name for one in told])
    for number in range(1, len(told) + 1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = WIDTH
        # As text: or the spreadsheet would make days of what is a month.
        sheet.column_dimensions[letter].number_format = "@"
        sheet.cell(1, number).font = Font(bold=True)
    second = book.create_sheet(explained())
    second.append([_("Column"), _("What it takes"), _("Example")])
    for one in told:
        means = f"{_('Needed.')} {one.means}" if one.is_needed else one.means
        second.append([one.name, means, one.example])
    second.append(["", empty_cells()])
    for cell in second[1]:
        cell.font = Font(bold=True)
    for letter, width in (("A", WIDTH), ("B", 4 * WIDTH), ("C", 2 * WIDTH)):
        second.column_dimensions[letter].width = width
    for row in second.iter_rows(min_row=2):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    written = BytesIO()
    book.save(written)
    return written.getvalue()
