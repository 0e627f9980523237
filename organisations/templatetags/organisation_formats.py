"""What search engines read of organisations, areas of work and places on their own pages."""

from django import template

from organisations.formats.linked_data import (
    area_in_words,
    organisation_in_words,
    place_in_words,
)
from organisations.models import AreaOfWork, Organisation, Place
from peaceportal.core.formats.linked_data import block

register = template.Library()


@register.simple_tag
def organisation_linked_data(organisation: Organisation, above: list[Organisation]) -> str:
    """What search engines read of an organisation that `for_detail` read."""
    return block(*organisation_in_words(organisation, above))


@register.simple_tag
def area_linked_data(area: AreaOfWork, above: list[AreaOfWork], within: list[AreaOfWork]) -> str:
    """What search engines read of an area that `for_detail` read."""
    return block(*area_in_words(area, above, within))


@register.simple_tag
def place_linked_data(place: Place, above: list[Place]) -> str:
    """What search engines read of a place that `for_detail` read."""
    return block(*place_in_words(place, above))
