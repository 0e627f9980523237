"""Who may enter the admin: staff who have shown a second factor, where one is demanded.

What someone has shown in this session, allauth keeps in the session: asking costs no query.
"""

from __future__ import annotations

import time
from functools import wraps
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

NEXT = "sign_in_next"  # in a session: where someone wanted to go
USED_AT = "sign_in_used_at"  # in a session: when it was used last, roughly
ROUGHLY = 300  # seconds


def may_enter(request: HttpRequest) -> bool:
    return _is_staff(request) and (not settings.REQUIRE_SECOND_FACTOR or has_shown(request))


def may_set_up(request: HttpRequest) -> bool:
    """Who has no factor yet sets one up with the password alone; nobody else does."""
    return may_enter(request) or (
        _is_staff(request) and (has_shown(request) or not has_factor(request.user))
    )


def has_shown(request: HttpRequest) -> bool:
    """Whether this session has seen a second factor of its account."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)


def how(request: HttpRequest, user) -> str:
    """How someone has signed in, in words."""
    words = {
        "totp": _("with a password and an authenticator app"),
        "recovery_codes": _("with a password and a recovery code"),
        "webauthn": _("with a password and a passkey or security key"),
    }
    for record in reversed(get_authentication_records(request, user)):
        if record.get("passwordless"):
            return _("with a passkey")
        if record.get("method") == "mfa":
            return words.get(record.get("type"), "")
    return _("with a password alone")


def has_factor(user) -> bool:
    return factors(user).exists()


def factors(user):
    """What someone can show: recovery codes alone are none."""
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return Authenticator.objects.filter(user_id=user.pk, type__in=kinds).order_by("pk")


def stay_signed_in(request: HttpRequest) -> None:
    """Count the time of not being used anew. Not at each request: it is a write."""
    now, used = time.time(), request.session.get(USED_AT)
    if used and now - used > ROUGHLY:
        request.session[USED_AT] = now


def is_own_path(address: str | None) -> bool:
    return bool(
        address
        and address.startswith("/")
        and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    )


def to_sign_in(request: HttpRequest) -> HttpResponseRedirect:
    wanted = urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(f"{reverse('account_login')}?{wanted}")


def while_setting_up(view):
    """A view for those who may enter, and for those who only lack their first factor."""

    @never_cache
    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not may_set_up(request):
            return to_sign_in(request)
        stay_signed_in(request)
        return view(request, *args, **kwargs)

    return guarded


def _is_staff(request: HttpRequest) -> bool:
    return request.user.is_active and request.user.is_staff
