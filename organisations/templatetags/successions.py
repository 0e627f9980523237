"""How a body ended or began, in a sentence that links to the other one."""

from django import template
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation, Succession
from peaceportal.core.dates import time_html

register = template.Library()

# What is said on the page of the predecessor, and on that of the successor.
Kind = Succession.Kind
AFTER = {
    Kind.RENAMED: _("Renamed to {body} ({date})"),
    Kind.MERGED: _("Merged into {body} ({date})"),
    Kind.SPLIT: _("Split, among others into {body} ({date})"),
    Kind.ABSORBED: _("Absorbed into {body} ({date})"),
    Kind.FUNCTIONS_TRANSFERRED: _("Functions transferred to {body} ({date})"),
    Kind.MANDATE_COMPLETED: _("Mandate completed ({date})"),
}
BEFORE = {
    Kind.RENAMED: _("Formerly {body} (renamed: {date})"),
    Kind.MERGED: _("Made by merging, among others, {body} ({date})"),
    Kind.SPLIT: _("Split from {body} ({date})"),
    Kind.ABSORBED: _("Absorbed {body} ({date})"),
    Kind.FUNCTIONS_TRANSFERRED: _("Took over functions of {body} ({date})"),
}


@register.simple_tag
def succession_sentence(succession: Succession, organisation: Organisation) -> str:
    """What `succession` means on the page of `organisation`, one of its two ends."""
    is_after = succession.predecessor_id == organisation.pk
    other = succession.successor if is_after else succession.predecessor
    sentence = (AFTER if is_after else BEFORE)[Kind(succession.kind)]
    link = format_html('<a href="{}">{}</a>', other.get_absolute_url(), other) if other else ""
    return format_html(
        str(sentence), body=link, date=format_html("<bdi>{}</bdi>", time_html(succession.date))
    )
