"""What programs read of an organisation on its own page."""

from django import template

from organisations.formats.linked_data import organisation_in_words
from organisations.models import Organisation
from peaceportal.core.formats.linked_data import block

register = template.Library()


@register.simple_tag
def organisation_linked_data(organisation: Organisation, above: list[Organisation]) -> str:
    """What search engines read of an organisation that `for_detail` read."""
    return block(*organisation_in_words(organisation, above))
