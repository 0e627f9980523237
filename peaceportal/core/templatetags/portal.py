"""What templates say of records: dates, languages, and links that are safe to follow."""

from urllib.parse import quote

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from peaceportal.core.dates import EDTFDate, mark, moment_html, time_html
from peaceportal.core.languages import direction, language_name, own_language_name
from peaceportal.core.publishing import Page, Published
from peaceportal.core.weblinks import is_web_address

register = template.Library()


@register.filter
def time(value: EDTFDate) -> str:
    """The date in words, in `<time>` where a machine can take it, apart from what is around it:
    in a page that reads from right to left the ends of a range would change places.
    """
    return format_html("<bdi>{}</bdi>", time_html(value))


@register.filter
def moment(value: EDTFDate) -> str:
    """The date after “as of” or “published”: one that is open reads “2018 or earlier”."""
    return format_html("<bdi>{}</bdi>", moment_html(value))


@register.filter
def mark_of(value: EDTFDate) -> str:
    """The classes of the mark that draws a date."""
    return mark(value)


@register.simple_tag(takes_context=True)
def current(context, address: str) -> str:
    """The attribute that tells in a menu where one is: on this page, or somewhere beneath it."""
    request = context.get("request")
    if request is None or not request.path.startswith(address):
        return ""
    return mark_safe('aria-current="page"' if request.path == address else 'aria-current="true"')


@register.simple_tag
def web_link(url: str, text: str = "") -> str:
    """A link to another site; the bare text if the address is none that a browser should open."""
    if not is_web_address(url):
        return format_html("{}", text or url)
    return format_html('<a href="{}" rel="external">{}</a>', url, text or url)


@register.simple_tag
def written_in(record: Published) -> str:
    """The attributes `lang` and `dir` of a record written in another language than the page."""
    if record.language.split("-")[0].lower() == (get_language() or "en").split("-")[0]:
        return ""
    return format_html('lang="{}" dir="{}"', record.language, record.direction)


register.filter(language_name)


@register.simple_tag
def own_name(code: str) -> str:
    """A language as those who read it call it, and in the active language: “français (French)”."""
    own, translated = own_language_name(code), language_name(code)
    if not own or own.casefold() == translated.casefold():
        return format_html("{}", translated)
    return format_html(
        '<span lang="{}" dir="{}">{}</span> ({})', code, direction(code), own, translated
    )


@register.simple_tag
def absolute(path: str) -> str:
    """An address as other sites would write it."""
    return f"{settings.SITE_URL}{path}"


@register.simple_tag
def correction_address(page: Page) -> str:
    """A `mailto:` address (RFC 6068) for a correction, which names the page for ever."""
    permanent = f"{settings.SITE_URL}{reverse('permanent', args=[page.uid])}"
    title = Truncator(" ".join(page.title_text.split())).chars(80)
    subject = _("Correction: %(title)s") % {"title": title}
    body = _("The page: %(address)s") % {"address": permanent}
    body += "\r\n\r\n" + _("What should be corrected, and where can that be read?") + "\r\n"
    to = quote(settings.CORRECTIONS_EMAIL, safe="@")
    return f"mailto:{to}?subject={quote(subject)}&body={quote(body)}"
