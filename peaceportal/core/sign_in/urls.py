"""Under /admin/, before the admin's own. The names are those that allauth asks for."""

from importlib import import_module

from django.contrib import admin
from django.urls import path

from peaceportal.core.sign_in.gate import while_setting_up


def late(name):
    """A view whose module is read when someone asks for it: signing in needs heavy packages."""

    def view(request, *args, **kwargs):
        views = import_module("peaceportal.core.sign_in.views")
        return getattr(views, name).as_view()(request, *args, **kwargs)

    view.__name__ = name
    return view


def inside(name):
    """A view for those who may enter the admin."""
    return admin.site.admin_view(late(name))


def setting_up(name):
    return while_setting_up(late(name))


urlpatterns = [
    path("login/", late("SignIn"), name="account_login"),
    path("login/passkey/", late("PasskeySignIn"), name="mfa_login_webauthn"),
    path("login/code/", late("SecondStep"), name="mfa_authenticate"),
    path("login/closed/", late("Closed"), name="account_inactive"),
    path("logout/", late("SignOut"), name="account_logout"),
    path("password_change/", inside("PasswordChange"), name="account_change_password"),
    path("password_reset/", late("Forgotten"), name="account_reset_password"),
    path("password_reset/sent/", late("ForgottenSent"), name="account_reset_password_done"),
    path(
        "password_reset/<slug:uidb36>/<str:key>/",
        late("NewPassword"),
        name="account_reset_password_from_key",
    ),
    path("sign-in/", inside("YourSignIn"), name="mfa_index"),
    path("sign-in/set-up/", setting_up("SetUp"), name="sign_in_set_up"),
    path("sign-in/confirm/", setting_up("Confirm"), name="account_reauthenticate"),
    path("sign-in/confirm/code/", setting_up("ConfirmCode"), name="mfa_reauthenticate"),
    path(
        "sign-in/confirm/passkey/",
        setting_up("ConfirmPasskey"),
        name="mfa_reauthenticate_webauthn",
    ),
    path("sign-in/app/", setting_up("AddApp"), name="mfa_activate_totp"),
    path("sign-in/app/remove/", inside("RemoveApp"), name="mfa_deactivate_totp"),
    path("sign-in/passkey/", setting_up("AddPasskey"), name="mfa_add_webauthn"),
    path("sign-in/passkey/<int:pk>/remove/", inside("RemovePasskey"), name="mfa_remove_webauthn"),
    path("sign-in/codes/", setting_up("RecoveryCodes"), name="mfa_view_recovery_codes"),
    path("sign-in/codes/new/", inside("NewCodes"), name="mfa_generate_recovery_codes"),
    path(
        "sign-in/codes/download/",
        setting_up("DownloadCodes"),
        name="mfa_download_recovery_codes",
    ),
]
