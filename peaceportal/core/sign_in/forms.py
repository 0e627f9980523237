"""The forms of signing in: allauth's, in our words, with what failed written down."""

from __future__ import annotations

from allauth.account import forms as account
from allauth.core import context
from allauth.mfa import app_settings
from allauth.mfa.base import forms as codes
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as app
from allauth.mfa.webauthn import forms as passkeys
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from peaceportal.core.sign_in import attempts, audit

# A code of an app is good for its own step, and for those before and after it that we allow.
CODE_LIVES = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)  # seconds
LONGEST_NAME = 60  # of a passkey


class Plain:
    """Labels stand above their fields and stay there, so nothing is written into them."""

    labels: dict = {}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            if "forgot" in str(field.help_text).lower():
                field.help_text = ""  # the page has this link


NEW_PASSWORD = {"password1": _("New password"), "password2": _("New password, once more")}


class SignInForm(Plain, account.LoginForm):
    labels = {"login": _("Username or e-mail"), "password": _("Password")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"].max_length = 254
        attributes = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        self.fields["login"].widget.attrs |= attributes


class PasswordChangeForm(Plain, account.ChangePasswordForm):
    labels = NEW_PASSWORD | {"oldpassword": _("Current password")}


class NewPasswordForm(Plain, account.ResetPasswordKeyForm):
    labels = NEW_PASSWORD


class ForgottenForm(Plain, account.ResetPasswordForm):
    labels = {"email": _("E-mail")}

    def clean_email(self):
        email = super().clean_email()
        self.users = [user for user in self.users if user.is_staff]
        return email


class LinkForm(account.UserTokenForm):
    """What stands in a one-time link. A closed account is not opened by it."""

    def _get_user(self, uidb36):
        try:
            user = super()._get_user(uidb36)
        except OverflowError:
            return None
        return user if user and user.is_active and user.is_staff else None


class ConfirmForm(Plain, account.ReauthenticateForm):
    labels = {"password": _("Password")}


class Code(Plain):
    """Of an app or from paper. Each counts once, and those that were wrong are written down."""

    labels = {"code": _("Code")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].max_length = 20
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "spellcheck": "false"}

    def clean_code(self):
        code = "".join(filter(str.isdigit, self.cleaned_data["code"]))
        try:
            cleaned = super().clean_code()
        except ValidationError as error:
            raise _written_down(error, self.user, gettext("a wrong code")) from error
        shown = self.authenticator
        key = f"sign-in:code:{self.user.pk}:{code}"
        if shown.type == Authenticator.Type.TOTP and not cache.add(key, 1, CODE_LIVES):
            wrong = ValidationError(gettext("This code was used already. Wait for the next one."))
            raise _written_down(wrong, self.user, gettext("a code used before"))
        return cleaned


class CodeForm(Code, codes.AuthenticateForm):
    pass


class ConfirmCodeForm(Code, codes.ReauthenticateForm):
    pass


class AppForm(Plain, app.ActivateTOTPForm):
    labels = {"code": _("The six figures that your app shows")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].max_length = 20
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "spellcheck": "false"}


class Passkey:
    """What a browser sends of a passkey. Anything can stand there, and none of it is an error."""

    def clean_credential(self):
        try:
            return super().clean_credential()
        except ValidationError as error:
            wrong = error if error.code == attempts.TOO_MANY else _not_accepted()
            raise _written_down(wrong, self.user, gettext("a passkey not accepted")) from error
        except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
            raise _not_accepted() from error


class PasskeyStepForm(Passkey, passkeys.AuthenticateWebAuthnForm):
    pass


class PasskeySignInForm(Passkey, passkeys.LoginWebAuthnForm):
    pass


class ConfirmPasskeyForm(Passkey, passkeys.ReauthenticateWebAuthnForm):
    pass


class PasskeyForm(Plain, passkeys.AddWebAuthnForm):
    labels = {"name": _("Its name, for you to tell it from others")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].max_length = LONGEST_NAME
        self.fields["name"].widget.attrs["maxlength"] = LONGEST_NAME

    def clean_name(self):
        return super().clean_name()[:LONGEST_NAME]

    def clean(self):
        try:
            return super().clean()
        except ValidationError as error:
            raise _not_accepted() from error
        except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
            raise _not_accepted() from error


def _not_accepted() -> ValidationError:
    return ValidationError(
        gettext("This passkey was not accepted. Try again, or use another way to sign in.")
    )


def _written_down(error: ValidationError, user, detail: str) -> ValidationError:
    """The error to show. Attempts that were not looked at are not written down."""
    if error.code == attempts.TOO_MANY:
        key = f"mfa-auth-user-{user.pk}"  # as allauth counts them
        return attempts.refusal(context.request, "login_failed", key)
    audit.write(audit.Kind.REFUSED, account=user, request=context.request, detail=detail)
    return error
