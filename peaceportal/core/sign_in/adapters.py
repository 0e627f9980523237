"""How allauth behaves here. What it offers and is not named in `urls` does not exist."""

from __future__ import annotations

import base64
import time
from hashlib import sha256

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from peaceportal.core.accounts import User
from peaceportal.core.limits import client_address
from peaceportal.core.sign_in import attempts, audit, gate, letters, links

TOO_MANY = _("Too many attempts. Wait a quarter of an hour, then try again.")
WRONG = _("The name or the password is not right. Check both; capital letters matter in passwords.")

# What is said after something was done, by the name that allauth gives it. The rest is seen.
DONE = {
    "account/messages/logged_out.txt": _("You have signed out."),
    "account/messages/password_changed.txt": _("Your password is changed."),
    "mfa/messages/totp_activated.txt": _("Your authenticator app is set up."),
    "mfa/messages/totp_deactivated.txt": _("Your authenticator app was removed."),
    "mfa/messages/webauthn_added.txt": _("Your passkey is set up."),
    "mfa/messages/webauthn_removed.txt": _("The passkey was removed."),
}
# What an account is told by e-mail, and what stands in the audit list.
NEWS = {
    "account/email/password_changed": _("the password was changed"),
    "account/email/password_reset": _("a new password was chosen, by a one-time link"),
    "mfa/email/totp_activated": _("an authenticator app was set up"),
    "mfa/email/totp_deactivated": _("the authenticator app was removed"),
    "mfa/email/webauthn_added": _("a passkey or security key was set up"),
    "mfa/email/webauthn_removed": _("a passkey or security key was removed"),
    "mfa/email/recovery_codes_generated": _("new recovery codes were made"),
}


class StaffAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": WRONG,
        "enter_current_password": _("This is not your current password."),
        "incorrect_password": _("This is not your password."),
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
        "username_password_mismatch": WRONG,
    }

    # Who

    def is_open_for_signup(self, request):
        return False

    def is_safe_url(self, url):
        return gate.is_own_path(url)

    def is_ajax(self, request):
        """Only the options of a passkey are asked for by a script."""
        return request.path == reverse("mfa_login_webauthn") and super().is_ajax(request)

    def get_client_ip(self, request):
        return client_address(request)

    # Signing in and out

    def pre_authenticate(self, request, **credentials):
        """Counts by name and address, so that nobody locks a colleague out; and by name, rarely."""
        name = (credentials.get("email") or credentials.get("username") or "").lower()
        here = attempts.count(request, "login_failed", f"{name} {client_address(request)}")
        anywhere = attempts.count(request, "login_failed_anywhere", name)
        here.usage += anywhere.usage
        self._login_failed_rl_usage = here  # which is taken back if it succeeds

    def authentication_failed(self, request, **credentials):
        account = _named(credentials)
        detail = gettext("a wrong password") if account else gettext("a name that no account has")
        audit.write(audit.Kind.REFUSED, account=account, request=request, detail=detail)

    def pre_login(self, request, user, **kwargs):
        if user.is_active and user.is_staff:
            return None
        clear_login(request)
        closed = gettext("the account is closed")
        audit.write(audit.Kind.REFUSED, account=user, request=request, detail=closed)
        return self.respond_user_inactive(request, user)

    def login(self, request, user):
        how = gate.how(request, user)
        super().login(request, user)
        request.session[gate.USED_AT] = time.time()
        audit.write(audit.Kind.SIGNED_IN, account=user, request=request, detail=how)

    def logout(self, request):
        audit.write(audit.Kind.SIGNED_OUT, account=request.user, request=request)
        super().logout(request)

    def is_reauthentication_required(self, *, app, **kwargs):
        """Who has just signed in is not asked at once again."""
        request = context.request
        records = get_authentication_records(request, request.user)
        recent = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
        return not any(record.get("at", 0) > recent for record in records)

    # Passwords

    def get_password_change_redirect_url(self, request):
        return reverse("mfa_index")

    def get_reset_password_from_key_url(self, key):
        user, _dash, token = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": user, "key": token})
        return settings.SITE_URL + path

    # What is said, and to whom

    def add_message(self, request, level, message_template=None, *args, message=None, **kwargs):
        said = message or DONE.get(message_template)
        if said:
            messages.add_message(request, level, said)

    def send_password_reset_mail(self, user, email, context):
        """To the address of the account, whatever was typed."""
        facts = {"user": user, "link": context["password_reset_url"], "days": links.DAYS}
        facts["site"] = settings.SITE_URL
        audit.write(
            audit.Kind.LINK, account=user, request=self.request, detail=gettext("sent by e-mail")
        )
        letter = letters.letter("account/email/password_reset_key", user.email, facts)
        letters.send_in_a_while(letter)

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        """Called after every change of a password or factor, whether or not there is e-mail."""
        news = str(NEWS.get(template_prefix, template_prefix))
        password = template_prefix.startswith("account/")
        kind = audit.Kind.PASSWORD if password else audit.Kind.FACTOR
        audit.write(kind, account=user, request=self.request, detail=news, by=user.get_username())
        if user.email and letters.can_be_sent():
            facts = {"user": user, "news": news, "site": settings.SITE_URL}
            letters.send_in_a_while(letters.letter("account/email/changed", user.email, facts))


class FactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _(
            "This code is not right, or was used already. Wait for the next one and type that."
        ),
        "cannot_delete_authenticator": _(
            "This is your only second factor. Set up another one first, then remove this."
        ),
    }

    def can_delete_authenticator(self, authenticator):
        if not settings.REQUIRE_SECOND_FACTOR:
            return True
        return gate.factors(authenticator.user).exclude(pk=authenticator.pk).exists()

    def get_totp_issuer(self):
        return f"{gettext('Peace Portal')} {settings.SITE_HOST}"

    def _get_site_name(self):
        return gettext("Peace Portal")

    def generate_authenticator_name(self, user, type):
        return gettext("Passkey")

    def build_totp_svg(self, url):
        """A drawing of squares: dark on light in either theme, or no camera could read it."""
        import qrcode

        code = qrcode.QRCode(border=4)
        code.add_data(url)
        rows = code.get_matrix()
        squares = "".join(
            f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
        )
        return format_html(
            '<svg class="qr-code" role="img" aria-label="{}" viewBox="0 0 {} {}">'
            '<rect width="100%" height="100%" fill="white"/><path d="{}" fill="black"/></svg>',
            gettext("A code for the camera of your authenticator app"),
            len(rows),
            len(rows),
            squares,
        )

    # What a stolen copy of the database shall not tell

    def encrypt(self, text):
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        """With a new SECRET_KEY no old factor works: `manage.py reset_sign_in` helps."""
        from allauth.mfa.totp.internal.auth import generate_totp_secret
        from cryptography.fernet import InvalidToken

        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return generate_totp_secret()  # which nobody knows


def _cipher():
    from cryptography.fernet import Fernet

    key = sha256(b"second factors" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def _named(credentials) -> User | None:
    """The account that was tried, by its name or its e-mail."""
    for field in ("username", "email"):
        if value := credentials.get(field):
            account = User.objects.filter(**{f"{field}__iexact": value}).first()
            if account:
                return account
    return None
