"""What templates say of pictures."""

from django import template
from django.utils.html import format_html

from peaceportal.core.images import PAGE
from peaceportal.core.licences import deed
from peaceportal.core.staff_files import staff_address

register = template.Library()


@register.filter
def licence(name: str) -> str:
    """The name of a licence, linked to what it allows if that is known."""
    address = deed(name)
    if not address:
        return format_html("{}", name)
    return format_html('<a href="{}" rel="license external">{}</a>', address, name)


@register.simple_tag
def staff_picture(file) -> str:
    """Where staff see the copy of a picture that readers do not see yet."""
    return staff_address(file, PAGE)
