"""How a record or a query is cited: in words, as BibTeX and as RIS."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import register_converter, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from peaceportal.core.dates import display
from peaceportal.core.finder import Finder
from peaceportal.core.formats.plain_text import one_line
from peaceportal.core.formats.queries import absolute, address_of
from peaceportal.core.publishing import Page

TYPES = {
    "txt": "text/plain; charset=utf-8",
    "bib": "application/x-bibtex; charset=utf-8",
    "ris": "application/x-research-info-systems; charset=utf-8",
}
TEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "{}&%$#_"},
}


@dataclass(frozen=True)
class Citation:
    """`issued` is the day of the last change, `read` the day on which somebody cites it.

    `forms` are the addresses of the citation itself, by their endings.
    """

    key: str
    title: str
    about: str
    issued: date
    read: date
    address: str
    forms: dict[str, str]

    @property
    def text(self) -> str:
        about = f" ({self.about})" if self.about else ""
        return _("“%(title)s”%(about)s. %(site)s, read on %(read)s. %(address)s") % {
            "title": self.title,
            "about": about,
            "site": _("Peace Portal"),
            "read": date_format(self.read, "DATE_FORMAT"),
            "address": self.address,
        }

    def bibtex(self) -> str:
        fields = {
            "author": f"{{{tex(_('Peace Portal'))}}}",
            "title": f"{{{tex(self.title)}}}",
            "year": f"{self.issued.year:04d}",
            "note": tex(self.about),
            "url": self.address,
            "urldate": self.read.isoformat(),
        }
        lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
        return f"@misc{{{self.key},\n" + ",\n".join(lines) + "\n}\n"

    def ris(self) -> str:
        fields = [
            ("TY", "ELEC"),
            ("ID", self.key),
            ("AU", _("Peace Portal")),
            ("TI", self.title),
            ("PY", f"{self.issued.year:04d}"),
            ("DA", self.issued.strftime("%Y/%m/%d/")),
            ("Y2", self.read.strftime("%Y/%m/%d/")),
            ("N1", self.about),
            ("UR", self.address),
            ("ER", ""),
        ]
        lines = (f"{tag}  - {value}" for tag, value in fields if value or tag == "ER")
        return "".join(f"{line}\r\n" for line in lines)

    def answer(self, form: str) -> HttpResponse:
        content = {"txt": f"{self.text}\n", "bib": self.bibtex(), "ris": self.ris()}[form]
        return HttpResponse(content, content_type=TYPES[form])


class CitationConverter:
    """The ending of an address at which there is a citation."""

    regex = "|".join(TYPES)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(CitationConverter, "citation")


def tex(text: str) -> str:
    """Text without what TeX would take for a command."""
    return "".join(TEX.get(char, char) for char in text)


def cite_record(page: Page) -> Citation:
    """A record by its permanent address; of an event also when it happened."""
    happened = getattr(page, "happened", None)
    return Citation(
        key=f"peace-portal-{str(page.uid)[:8]}",
        title=one_line(page.title_text),
        about=display(happened) if happened else "",
        issued=timezone.localdate(page.updated_at),
        read=timezone.localdate(),
        address=absolute(reverse("permanent", args=[page.uid])),
        forms={form: reverse("cite", args=[page.uid, form]) for form in TYPES},
    )


def cite_query(finder: Finder, count: int) -> Citation:
    """A query in words, with how much it found on which day."""
    today = timezone.localdate()
    query = urlencode(finder.parameters)
    return Citation(
        key=f"peace-portal-{sha256(query.encode()).hexdigest()[:8]}",
        title=one_line(finder.sentence(count)),
        about=_("as of %(date)s") % {"date": date_format(today, "DATE_FORMAT")},
        issued=today,
        read=today,
        address=absolute(f"{finder.path}?{query}" if query else str(finder.path)),
        forms={form: address_of(finder, form) for form in TYPES},
    )
