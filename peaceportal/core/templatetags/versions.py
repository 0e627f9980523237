"""What readers are told of changes."""

from django import template

from peaceportal.core.publishing import Page
from peaceportal.core.versions.detail import VersionDetail

register = template.Library()


@register.inclusion_tag("_last_changed.html")
def last_changed(page: Page) -> dict:
    """When a page changed last, and the latest note for readers, if staff wrote one. One query."""
    return {"page": page, "note": VersionDetail.objects.latest_note(page.uid)}
