"""What templates say of pictures."""

from django import template
from django.utils.html import format_html

from peaceportal.core.licences import deed

register = template.Library()


@register.filter
def licence(name: str) -> str:
    """The name of a licence, linked to what it allows if that is known."""
    address = deed(name)
    if not address:
        return format_html("{}", name)
    return format_html('<a href="{}" rel="license external">{}</a>', address, name)
