"""The text of a document is read from its file after the document was saved.

So no other writer waits for it, whatever the file is, and a file without text is kept all the same.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import F, Model
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from peaceportal.core.file_texts import MOST_PAGES, FileText, WhyUnread, read_text
from peaceportal.core.versions.capture import one_version
from timeline.models import Document

PATIENCE = 20  # seconds that somebody who saved a form waits, at most


@dataclass(frozen=True)
class Told:
    """What became of a document, in words for staff."""

    words: str
    is_read: bool
    needs_care: bool = False


def read_all(
    documents: Iterable[Document], patience: int = PATIENCE, by: Model | None = None
) -> Iterator[Told]:
    """Each in turn, as long as `patience` (seconds) lasts for all of them together.

    `by` is the member of staff who added them, if one did.
    """
    until = time.monotonic() + patience
    for document in documents:
        left = int(until - time.monotonic())
        is_time = left >= max(1, patience // 2)
        yield read(document, left, by) if is_time else Told(_not_yet(document), False)


def read(document: Document, seconds: int, by: Model | None = None) -> Told:
    """Read its file and keep the text, unless somebody has changed either meanwhile.

    Hold no lock of the database while this runs.
    """
    found = read_text(document.file, document.language, seconds)
    untouched = Document.objects.filter(pk=document.pk, file=document.file.name, text_from="")
    values = {"pages": Coalesce(F("pages"), found.pages)} if found.pages else {}
    with one_version(by=by, note=_("The file was read.")):
        if found.why_not:
            untouched.update(unread_because=found.why_not, **values)
        else:
            untouched.update(text=found.text, text_from=Document.TextFrom.FILE, **values)
    return Told(
        f"“{document.title}”: {_outcome(document, found)}",
        is_read=not found.why_not,
        needs_care=bool(found.guessed or _is_partial(found) or _may_be_disordered(document, found)),
    )


def _outcome(document: Document, found: FileText) -> str:
    if found.why_not:
        return _why_not(document, found)
    if found.pages is None:
        if not found.guessed:
            return _("The text was read from the file.")
        return _(
            "The text was read from the file as %(encoding)s, because it is not UTF-8. Please look "
            "through it."
        ) % {"encoding": found.guessed.replace("cp", "Windows-")}
    said = ngettext(
        "The text of %(count)d page was read from the PDF.",
        "The text of %(count)d pages was read from the PDF.",
        found.pages_with_text,
    ) % {"count": found.pages_with_text}
    if _is_partial(found):
        others = found.pages - found.pages_with_text
        said += " " + ngettext(
            "%(count)d page has none: it may be empty, or a scan.",
            "%(count)d pages have none: they may be empty, or scans.",
            others,
        ) % {"count": others}
    if _may_be_disordered(document, found):
        said += " " + _(
            "In a PDF that reads from right to left, words are often out of order. Please look "
            "through it."
        )
    return said


def _is_partial(found: FileText) -> bool:
    return found.pages is not None and 0 < found.pages_with_text < found.pages


def _may_be_disordered(document: Document, found: FileText) -> bool:
    return found.pages is not None and found.is_right_to_left


def _why_not(document: Document, found: FileText) -> str:
    words = {
        WhyUnread.SCAN: _("This PDF has no text: it is a scan. Paste its text if you have it."),
        WhyUnread.LOCKED: _(
            "This PDF is locked, so that its text cannot be read. Add one without a password, or "
            "paste its text."
        ),
        WhyUnread.BROKEN: _(
            "The text of this file cannot be read: it may be damaged, or another kind of file than "
            "its name says. Open it to see, and paste its text."
        ),
        WhyUnread.TOO_LONG: _(
            "This file is too long for its text to be read: at most %(pages)d pages are. Paste the "
            "part that readers will look for."
        )
        % {"pages": MOST_PAGES},
        WhyUnread.TOO_SLOW: _(
            "Its text could not be read in the time that a form has. Whoever runs the site can "
            "read it with “manage.py read_documents”."
        ),
        WhyUnread.LOST: _("The file is lost, so that its text cannot be read. Add it again."),
    }
    return words[found.why_not]


def _not_yet(document: Document) -> str:
    return _("“%(title)s”: Its text was not read yet. Save once more to have it read.") % {
        "title": document.title
    }
