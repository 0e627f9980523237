"""Addresses on the web: only those that a browser opens as a page."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

SCHEMES = ("http", "https")


def is_web_address(url: str) -> bool:
    """Whether `url` may stand in a link: http or https, never `javascript:` or another scheme."""
    return url.lower().startswith(tuple(f"{scheme}://" for scheme in SCHEMES))


def host_of(url: str) -> str:
    """The site that `url` leads to, without `www.`; empty if a browser should not open it."""
    try:
        host = urlsplit(url).hostname if is_web_address(url) else None
    except ValueError:  # as “https://[”
        return ""
    return (host or "").removeprefix("www.")


class WebAddressField(models.CharField):
    """An http or https address of at most 2,000 characters."""

    default_validators = [
        URLValidator(
            schemes=SCHEMES,
            message=_("Write a full web address that begins with https:// or http://."),
        )
    ]

    def __init__(self, *args, **kwargs):
        kwargs["max_length"] = 2000
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, args, kwargs
