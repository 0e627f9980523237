"""The pages of signing in: allauth's views, as pages of the admin."""

from __future__ import annotations

from allauth.account import views as account
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import views as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.mfa.webauthn.internal import flows as passkey_flows
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import logout
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from peaceportal.core.sign_in import attempts, gate, letters, links


class OfTheDesk:
    """A page of the admin; what leads on stands there for those who may go on."""

    title = ""

    def get_context_data(self, **kwargs):
        return desk_context(self.request, self.title) | super().get_context_data(**kwargs)

    def form_invalid(self, form):
        return attempts.answer(super().form_invalid(form), form)


def desk_context(request, title: str) -> dict:
    if gate.may_enter(request):
        context = admin.site.each_context(request)
    else:
        context = {
            "available_apps": [],
            "has_permission": False,
            "is_nav_sidebar_enabled": False,
            "is_popup": False,
            "site_header": admin.site.site_header,
            "site_title": admin.site.site_title,
        }
    return context | {"title": title, "subtitle": None}


def onward(request) -> HttpResponseRedirect:
    """Where someone wanted to go before they were asked who they are."""
    wanted = request.session.pop(gate.NEXT, None)
    return HttpResponseRedirect(wanted if gate.is_own_path(wanted) else reverse("admin:index"))


# Signing in and out


class SignIn(OfTheDesk, account.LoginView):
    title = _("Sign in")

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            wanted = get_next_redirect_url(request)
            if wanted:
                request.session[gate.NEXT] = wanted
            if gate.may_enter(request):
                return onward(request)
            if gate.may_set_up(request):
                return HttpResponseRedirect(reverse("sign_in_set_up"))
            logout(request)  # this session has not shown what its account demands by now
        return super().dispatch(request, *args, **kwargs)


class PasskeySignIn(OfTheDesk, webauthn.LoginWebAuthnView):
    def form_invalid(self, form):
        return webauthn.LoginWebAuthnView.form_invalid(self, form)

    def form_valid(self, form):
        authenticator = form.cleaned_data["credential"]
        wanted = get_next_redirect_url(self.request)
        login = Login(user=authenticator.user, redirect_url=wanted)
        return passkey_flows.perform_passwordless_login(self.request, authenticator, login)


class SecondStep(OfTheDesk, mfa.AuthenticateView):
    title = _("Second step")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        kinds = set(gate.factors(self.stage.login.user).values_list("type", flat=True))
        context["has_app"] = Authenticator.Type.TOTP in kinds
        context["has_passkey"] = Authenticator.Type.WEBAUTHN in kinds
        return context

    def form_invalid(self, form):
        return attempts.answer(self.render_to_response(self.get_context_data()), form)


class SignOut(OfTheDesk, account.LogoutView):
    title = _("Sign out")


class Closed(OfTheDesk, account.AccountInactiveView):
    title = _("This account is closed")


# Passwords


class PasswordChange(OfTheDesk, account.PasswordChangeView):
    title = _("Change your password")

    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_usable_password():
            messages.warning(
                request,
                gettext("Your account has no password. Ask an administrator for a link to one."),
            )
            return HttpResponseRedirect(reverse("mfa_index"))
        return super().dispatch(request, *args, **kwargs)


class Forgotten(OfTheDesk, account.PasswordResetView):
    title = _("Forgotten password")

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"sends_email": letters.can_be_sent()}

    def post(self, request, *args, **kwargs):
        if not letters.can_be_sent():
            return self.get(request)
        return super().post(request, *args, **kwargs)


class ForgottenSent(OfTheDesk, account.PasswordResetDoneView):
    title = _("Look for an e-mail")

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"days": links.DAYS}


class NewPassword(OfTheDesk, account.PasswordResetFromKeyView):
    title = _("Choose a password")

    def get_context_data(self, **kwargs):
        context = {"token_fail": False, "reset_user": self.reset_user, "days": links.DAYS}
        if self.reset_user is None:
            kwargs["form"] = None
        return context | super().get_context_data(**kwargs)

    def render_to_response(self, context, **kwargs):
        if context["token_fail"]:
            context["title"] = gettext("This link is used or too old")
            kwargs["status"] = 410
        return super().render_to_response(context, **kwargs)


# Asked again, before something that matters


class Confirm(OfTheDesk, account.ReauthenticateView):
    title = _("Is it still you?")


class ConfirmCode(OfTheDesk, mfa.ReauthenticateView):
    title = _("Is it still you?")


class ConfirmPasskey(OfTheDesk, webauthn.ReauthenticateWebAuthnView):
    title = _("Is it still you?")

    def form_invalid(self, form):
        return webauthn.ReauthenticateWebAuthnView.form_invalid(self, form)


# Second factors


class SetUp(OfTheDesk, TemplateView):
    title = _("Set up a second step")
    template_name = "mfa/set_up.html"

    def get(self, request, *args, **kwargs):
        if gate.has_factor(request.user):
            return HttpResponseRedirect(reverse("mfa_index"))
        return super().get(request, *args, **kwargs)


class YourSignIn(OfTheDesk, mfa.IndexView):
    title = _("Your sign-in")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        found = list(Authenticator.objects.filter(user_id=self.request.user.pk).order_by("pk"))
        by_kind = {kind: [f for f in found if f.type == kind] for kind in Authenticator.Type}
        codes = by_kind[Authenticator.Type.RECOVERY_CODES]
        return context | {
            "app": next(iter(by_kind[Authenticator.Type.TOTP]), None),
            "passkeys": by_kind[Authenticator.Type.WEBAUTHN],
            "codes_left": len(codes[0].wrap().get_unused_codes()) if codes else 0,
            "codes_kept": bool(codes and codes[0].wrap().did_view),
        }


class Added:
    """A factor that was set up in this session has been shown in it."""

    def form_valid(self, form):
        response = super().form_valid(form)
        kinds = {"type": self.kind, "reauthenticated": True}
        record_authentication(self.request, self.request.user, "mfa", **kinds)
        return response


class AddApp(OfTheDesk, Added, totp.ActivateTOTPView):
    title = _("Set up an authenticator app")
    kind = Authenticator.Type.TOTP

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        secret = context["form"].secret
        groups = [secret[start : start + 4] for start in range(0, len(secret), 4)]
        return context | {"secret": " ".join(groups)}


class RemoveApp(OfTheDesk, totp.DeactivateTOTPView):
    title = _("Remove the authenticator app")


class AddPasskey(OfTheDesk, Added, webauthn.AddWebAuthnView):
    title = _("Set up a passkey")
    kind = Authenticator.Type.WEBAUTHN


class RemovePasskey(OfTheDesk, webauthn.RemoveWebAuthnView):
    title = _("Remove a passkey")
    success_url = reverse_lazy("mfa_index")

    def get_context_data(self, **kwargs):
        may = get_adapter().can_delete_authenticator(self.object)
        refusal = "" if may else get_adapter().error_messages["cannot_delete_authenticator"]
        return super().get_context_data(**kwargs) | {"refusal": refusal}

    def form_valid(self, form):
        if not get_adapter().can_delete_authenticator(self.get_object()):
            return self.get(self.request)
        return super().form_valid(form)


# Recovery codes


class RecoveryCodes(OfTheDesk, TemplateView):
    """Shown until someone says that they are kept, and never again."""

    title = _("Recovery codes")
    template_name = "mfa/recovery_codes.html"

    def dispatch(self, request, *args, **kwargs):
        raise_if_reauthentication_required(request, app="allauth.mfa")
        kept = Authenticator.objects.filter(user_id=request.user.pk)
        kept = kept.filter(type=Authenticator.Type.RECOVERY_CODES).first()
        if kept is None:
            return HttpResponseRedirect(reverse("sign_in_set_up"))
        self.codes = kept.wrap()
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        unused = self.codes.get_unused_codes()
        shown = [] if self.codes.did_view else unused
        return super().get_context_data(**kwargs) | {"codes": shown, "codes_left": len(unused)}

    def post(self, request, *args, **kwargs):
        self.codes.mark_as_viewed()
        return onward(request)


class DownloadCodes(RecoveryCodes):
    def get(self, request, *args, **kwargs):
        if self.codes.did_view:
            return HttpResponseRedirect(reverse("mfa_view_recovery_codes"))
        head = gettext("Recovery codes for %(name)s at %(site)s. Each can be used once.") % {
            "name": request.user.get_username(),
            "site": settings.SITE_URL,
        }
        text = "\r\n".join([head, "", *self.codes.get_unused_codes(), ""])
        response = HttpResponse(text, content_type="text/plain; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="recovery-codes.txt"'
        return response


class NewCodes(OfTheDesk, recovery.GenerateRecoveryCodesView):
    title = _("New recovery codes")

    def form_valid(self, form):
        response = super().form_valid(form)
        messages.success(self.request, gettext("Your old recovery codes work no more."))
        return response
