"""What the forms of the admin say of their rows."""

import json

from django import template

register = template.Library()


@register.filter
def rows_data(group) -> str:
    """What the script that adds rows wants to know, with the words of the inline on its button."""
    data = json.loads(group.inline_formset_data())
    add_text = getattr(group.opts, "add_text", "")
    if add_text:
        data["options"]["addText"] = str(add_text)
    return json.dumps(data)


@register.filter
def row_name(row) -> str:
    name = getattr(row.model_admin, "row_name", str)
    return name(row.original)
