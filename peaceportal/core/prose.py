"""The editor of formatted text. It offers what `EXTENSIONS` lets through, and nothing else."""

from __future__ import annotations

from django.templatetags.static import static
from django_prose_editor.widgets import AdminProseEditorWidget
from js_asset import InlineStyle, Media

from peaceportal.core.rich_text import EXTENSIONS

MENU = [
    {"group": "marks"},
    {"group": "link"},
    {"group": "lists"},
    {"group": "blockType -lists", "type": "dropdown", "minItems": 2},
    {"group": "nodes -blockType -lists"},
    {"group": "table"},
    {"group": "history"},
]


class ProseInput(AdminProseEditorWidget):
    """Without JavaScript it is a text area that holds the HTML."""

    def __init__(self, attrs=None):
        super().__init__(
            attrs,
            preset="configurable",
            config={
                "extensions": EXTENSIONS
                | {"Menu": {"groups": MENU}, "NoSpellCheck": False, "Desk": True}
            },
        )

    def get_config(self):
        return super().get_config() | {"js_modules": [static("js/prose.js")]}

    @property
    def media(self):
        """With an empty style element: the editor would else write one, which no policy allows.

        Its rules are in `admin.css`.
        """
        own = InlineStyle("", **{"data-tiptap-style": True})
        return super().media + Media(css={"all": [own]})


def with_nonce(media, request):
    """The import map of the editor is inline, and needs the nonce of this very response."""
    if not isinstance(media, Media):
        return media  # no editor on this form, so its policy stays as it is
    return Media.from_media(media, nonce=str(request.csp_nonce))
