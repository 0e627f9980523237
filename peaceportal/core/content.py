"""Of what the content of a site consists, and whether a site holds any."""

from __future__ import annotations

from django.apps import apps

from peaceportal.core import changes
from peaceportal.core.records import Record


def record_models() -> list[type[Record]]:
    return [model for model in apps.get_models() if issubclass(model, Record)]


def has_content() -> bool:
    """Whether any record is there, seen or unseen, or ever was.

    Those who deleted the first content to begin with their own do not want it back.
    """
    return changes.version() > 0 or any(model._base_manager.exists() for model in record_models())
