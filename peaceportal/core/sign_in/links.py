"""Links that let someone choose a password: once, and for three days.

A link is worth nothing once a password was chosen or someone has signed in; an invitation, once
a newer one was made.
"""

from __future__ import annotations

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from peaceportal.core.sign_in import audit, letters

DAYS = settings.PASSWORD_RESET_TIMEOUT // (24 * 3600)


def link_for(user) -> str:
    path = reverse(
        "account_reset_password_from_key",
        kwargs={
            "uidb36": user_pk_to_url_str(user),
            "key": default_token_generator.make_token(user),
        },
    )
    return settings.SITE_URL + path


def invite(user, request: HttpRequest | None = None, *, by="") -> str:
    """A new link. Who has no password yet can use no earlier one; any other keeps theirs."""
    has_password = user.has_usable_password()
    if not has_password:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    detail = _("for a new password") if has_password else _("an invitation")
    audit.write(audit.Kind.LINK, account=user, request=request, by=by, detail=detail)
    return link_for(user)


@transaction.atomic
def begin_again(user, request: HttpRequest | None = None, *, by="") -> str:
    """For someone who lost a factor: takes every factor and the password, ends every session."""
    factors = Authenticator.objects.filter(user_id=user.pk)
    names = ", ".join(str(factor) for factor in factors)
    factors.delete()
    user.set_unusable_password()  # sessions hang on the password
    user.save(update_fields=["password"])
    removed = _("every factor removed: %s") % names if names else _("there was no factor")
    audit.write(audit.Kind.FACTOR, account=user, request=request, by=by, detail=removed)
    audit.write(audit.Kind.LINK, account=user, request=request, by=by, detail=_("to sign in anew"))
    return link_for(user)


def send(user, link: str, *, invited: bool) -> bool:
    """By e-mail, if there is any: whether it was handed on."""
    if not user.email or not letters.can_be_sent():
        return False
    template = "account/email/invitation" if invited else "account/email/password_reset_key"
    context = {"user": user, "link": link, "days": DAYS, "site": settings.SITE_URL}
    return letters.send(letters.letter(template, user.email, context))
