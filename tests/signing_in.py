"""What someone does who signs in: types a password, and a code of an app or from paper."""

import time

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value

PASSWORD = "only-for-tests"
STEP = 30  # seconds


def code_of(secret, *, steps=0):
    """What an app shows now, or so many steps later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // STEP + steps))


def give_app(user):
    """The secret of an authenticator app, and the recovery codes that came with it."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    codes = RecoveryCodes.activate(user)
    codes.mark_as_viewed()
    return secret, codes.get_unused_codes()


def type_password(client, name="editor", password=PASSWORD, **more):
    return client.post("/admin/login/", {"login": name, "password": password, **more})


def type_code(client, code):
    return client.post("/admin/login/code/", {"code": code})


def sign_in(client, user):
    """With both, as on a site that demands both."""
    secret, _codes = give_app(user)
    type_password(client, user.username)
    answer = type_code(client, code_of(secret))
    assert answer.status_code == 302, answer.text
    return secret
