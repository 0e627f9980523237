"""How bodies are named on a page: in full where they first stand, shorter after that."""

from django import template
from django.utils.html import format_html

from organisations.models import Organisation

register = template.Library()


@register.simple_tag(takes_context=True)
def body_name(context, organisation: Organisation) -> str:
    """“Department of Political Affairs (DPA)” at its first use on a page, then “DPA”.

    What was named is remembered with the request: includes have contexts of their own.
    """
    named = vars(context.request).setdefault("bodies_named", set())
    if not organisation.acronym:
        return format_html("{}", organisation.name)
    if organisation.pk in named:
        return format_html('<abbr title="{}">{}</abbr>', organisation.name, organisation.acronym)
    named.add(organisation.pk)
    return format_html(
        '{} <span class="acronym">({})</span>', organisation.name, organisation.acronym
    )
