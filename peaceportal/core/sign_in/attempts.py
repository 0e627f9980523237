"""How often someone may try. Counted by allauth, in the cache that all processes share."""

from __future__ import annotations

import time

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import ngettext

APP = "allauth.account"
TOO_MANY = "too_many_login_attempts"  # allauth's name of the error


def count(request: HttpRequest, action: str, key: str):
    """Count an attempt before it is made. Raises ValidationError where there were too many.

    What comes back can take the attempt back, with `rollback()`.
    """
    usage = ratelimit.consume(request, app=APP, action=action, key=key)
    if not usage:
        raise refusal(request, action, key)
    return usage


def refusal(request: HttpRequest, action: str, key: str) -> ValidationError:
    seconds = wait(request, action, key)
    minutes = max(1, -(-seconds // 60))
    sentence = ngettext(
        "Too many attempts. Wait %(minutes)d minute, then try again.",
        "Too many attempts. Wait %(minutes)d minutes, then try again.",
        minutes,
    ) % {"minutes": minutes}
    return ValidationError(sentence, code=TOO_MANY, params={"seconds": seconds})


def wait(request: HttpRequest, action: str, key: str) -> int:
    """Seconds until the next attempt is let through; 0 if it is now."""
    longest = 0.0
    for rate in ratelimit.get_rates(app=APP, action=action):
        counted = cache.get(
            ratelimit.get_cache_key(request, app=APP, action=action, rate=rate, key=key), []
        )
        if len(counted) >= rate.amount:  # the newest stands first
            longest = max(longest, counted[rate.amount - 1] + rate.duration - time.time())
    return max(0, round(longest))


def refused(form) -> int | None:
    """The seconds to wait that a form says, if it was refused for too many attempts."""
    for errors in form.errors.as_data().values():
        for error in errors:
            if error.code == TOO_MANY:
                return (error.params or {}).get("seconds") or 60
    return None


def answer(response, form):
    """The page with the form, with the status that says why it came back."""
    seconds = refused(form)
    if seconds is not None:
        response.status_code = 429
        response["Retry-After"] = str(seconds)
    return response
