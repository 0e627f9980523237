"""Errors are sent to a Sentry of the office, if SENTRY_DSN names one; nothing about persons is.

`sentry_sdk` is imported only then: it takes a third of a second.
"""

from __future__ import annotations

from typing import Any

from peaceportal.core import answering
from peaceportal.core.logs import DETAILS


def start(dsn: str, **options: Any) -> None:
    """By default the SDK sends nothing that identifies persons, and here less."""
    import sentry_sdk

    sentry_sdk.init(
        dsn=dsn,
        include_local_variables=False,
        max_breadcrumbs=0,
        max_request_body_size="never",
        before_send=without_persons,
        **options,
    )


def without_persons(event: dict[str, Any], _hint: dict[str, Any]) -> dict[str, Any]:
    request = answering.now()
    # Neither who asked, nor what they sent or asked for by words.
    event["request"] = {"method": request.method, "url": request.path}
    event.setdefault("tags", {})["request"] = request.id
    for name in ("user", "server_name", "breadcrumbs", "extra"):
        event.pop(name, None)
    event["transaction"] = request.path
    for found in event.get("exception", {}).get("values", []):
        found["value"] = DETAILS.sub("", found.get("value") or "")
    return event
