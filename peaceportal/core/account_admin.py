"""Accounts of staff: invited, given roles and closed here, and never deleted.

Nobody sets another's password. What changes is written in the audit list, which is only read.
"""

from __future__ import annotations

import allauth.account.admin
import allauth.mfa.admin  # noqa: F401
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from peaceportal.core.listing import ListAdmin
from peaceportal.core.models import AuditEntry, User
from peaceportal.core.sign_in import audit, gate, links

# Secrets lie in the one, and nothing in the other.
admin.site.unregister([Authenticator, EmailAddress, Group])


LABELS = {
    "email": _("e-mail"),
    "groups": _("roles"),
    "is_active": _("is open"),
    "is_superuser": _("may do everything"),
}
HELP = {
    "groups": _("What this person may do."),
    "is_active": _(
        "Take this away to close the account: who is signed in with it is out at once. "
        "Accounts are not deleted, because what they wrote stays."
    ),
    "is_superuser": _("Also what no role allows. Give it to very few."),
}


class AccountForm(forms.ModelForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name in LABELS:
                field.label = capfirst(LABELS[name])
            field.help_text = HELP.get(name, field.help_text)


class InvitationForm(AccountForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].help_text = _(
            "The invitation is sent here. Left empty, you are given a link to hand over."
        )

    def clean(self):
        self.instance.is_staff = True
        self.instance.set_unusable_password()
        return super().clean()


@admin.register(User)
class StaffAdmin(ListAdmin, UserAdmin):
    form = AccountForm
    add_form = InvitationForm
    add_form_template = None
    list_display = ("username", "email", "first_name", "last_name", "is_active", "last_login")
    list_filter = ("is_active", "is_superuser", "groups")
    fieldsets = (
        (None, {"fields": ("username", "first_name", "last_name", "email")}),
        (
            _("What this account may do"),
            {"fields": ("is_active", "groups", "is_superuser")},
        ),
        (_("About this account"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "email", "first_name", "last_name", "groups")}),
    )
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ()
    only_superusers_give = ("is_superuser",)
    only_others_change = ("is_active", "is_superuser")  # so that somebody is always left

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        """The few roles there are. What each may do is said by the role, never by an account."""
        kwargs["widget"] = forms.CheckboxSelectMultiple()
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_readonly_fields(self, request, obj=None):
        fields = [*super().get_readonly_fields(request, obj)]
        if not request.user.is_superuser:
            fields += self.only_superusers_give
        if obj is not None and obj == request.user:
            fields += self.only_others_change
        return fields

    def has_change_permission(self, request, obj=None):
        """An account that may do everything is changed by another such account alone."""
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        link = self.admin_site.admin_view(self.make_link)
        return [
            path("<path:object_id>/link/", link, name="core_user_link"),
            path("<id>/password/", self.admin_site.admin_view(self.no_password)),
            *super().get_urls(),
        ]

    def no_password(self, request, id):
        """Where Django's own admin sets the password of somebody else."""
        return HttpResponseRedirect(reverse("admin:core_user_change", args=[id]))

    @method_decorator(require_POST)
    def make_link(self, request, object_id):
        user = self.get_object(request, unquote(object_id))
        if user is None:
            raise Http404
        if not self.has_change_permission(request, user) or user == request.user:
            raise PermissionDenied
        if not user.is_active:
            self.message_user(
                request, _("This account is closed: it gets no link."), messages.WARNING
            )
            return HttpResponseRedirect(reverse("admin:core_user_change", args=[user.pk]))
        anew = "anew" in request.POST
        link = (links.begin_again if anew else links.invite)(user, request)
        return self._hand_over(request, user, link)

    @sensitive_variables("link")
    def _hand_over(self, request, user, link):
        """By e-mail, or else on the screen, once."""
        if links.send(user, link, invited=True):
            sent = gettext("A link was sent to %(email)s. It works once, for %(days)d days.")
            said = sent % {"email": user.email, "days": links.DAYS}
            self.message_user(request, said, messages.SUCCESS)
            return HttpResponseRedirect(reverse("admin:core_user_change", args=[user.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("A link for %(name)s") % {"name": user.get_username()},
            "subtitle": None,
            "opts": self.opts,
            "account": user,
            "link": link,
            "days": links.DAYS,
        }
        response = TemplateResponse(request, "admin/core/user/link.html", context)
        response["Cache-Control"] = "no-store"
        return response

    # What was changed, for the audit list

    def save_model(self, request, obj, form, change):
        obj._before = _facts(User.objects.get(pk=obj.pk)) if change else {}
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        user = form.instance
        if not change:
            audit.write(audit.Kind.ACCOUNT, account=user, request=request, detail=gettext("made"))
        _write_changes(request, user, getattr(user, "_before", {}), _facts(user))

    def response_add(self, request, obj, post_url_continue=None):
        return self._hand_over(request, obj, links.invite(obj, request))

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj is None:
            context["title"] = gettext("Invite somebody")
        else:
            context["may_send_link"] = (
                self.has_change_permission(request, obj) and obj != request.user and obj.is_active
            )
            context["has_password"] = obj.has_usable_password()
            context["factors"] = [str(factor) for factor in gate.factors(obj)]
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


ROLES = ("groups", "is_superuser", "is_active")


def _facts(user) -> dict[str, str]:
    """What of an account is told when it changes, in words."""

    def names(records):
        return ", ".join(sorted(str(record) for record in records)) or gettext("none")

    def yes(value):
        return gettext("yes") if value else gettext("no")

    return {
        "username": user.username,
        "email": user.email or gettext("none"),
        "is_active": yes(user.is_active),
        "is_superuser": yes(user.is_superuser),
        "groups": names(user.groups.all()),
    }


def _write_changes(request, user, before: dict, after: dict) -> None:
    for name, now in after.items():
        was = before.get(name)
        if was == now or (was is None and name not in {"groups"}):
            continue
        label = LABELS.get(name, name)
        detail = gettext("%(what)s: %(now)s") % {"what": label, "now": now}
        if was is not None:
            words = gettext("%(what)s: %(before)s → %(now)s")
            detail = words % {"what": label, "before": was, "now": now}
        kind = audit.Kind.ROLE if name in ROLES else audit.Kind.ACCOUNT
        audit.write(kind, account=user, request=request, detail=detail)


# What everybody here calls them. Migrations do not look at what is said of a model afterwards.
Group._meta.verbose_name, Group._meta.verbose_name_plural = _("role"), _("roles")


@admin.register(Group)
class StaffGroupAdmin(ListAdmin, GroupAdmin):
    filter_horizontal = ()  # its two boxes cannot be read by everyone

    def formfield_for_manytomany(self, db_field, request=None, **kwargs):
        kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change):
        obj._before = _permissions(Group.objects.get(pk=obj.pk)) if change else set()
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        role, before, now = form.instance, form.instance._before, _permissions(form.instance)
        for words, names in (
            (gettext("%(role)s may now: %(what)s"), now - before),
            (gettext("%(role)s may no longer: %(what)s"), before - now),
        ):
            if names:
                detail = words % {"role": role.name, "what": ", ".join(sorted(names))}
                audit.write(audit.Kind.ROLE, request=request, detail=detail)

    def delete_model(self, request, obj):
        detail = gettext("%(role)s was deleted") % {"role": obj.name}
        audit.write(audit.Kind.ROLE, request=request, detail=detail)
        super().delete_model(request, obj)

    def delete_queryset(self, request, queryset):
        for role in queryset:
            self.delete_model(request, role)


def _permissions(role) -> set[str]:
    return {permission.name for permission in role.permissions.all()}


@admin.register(AuditEntry)
class AuditAdmin(ListAdmin):
    """Only read."""

    list_display = ("at", "kind", "account_name", "by_name", "detail", "address")
    list_display_links = ("at",)
    list_filter = ("at", "kind")
    search_fields = ("account_name", "by_name", "address")
    search_help_text = _("Search in names and addresses.")
    fields = ("at", "kind", "account_name", "by_name", "detail", "address")

    def changelist_view(self, request, extra_context=None):
        context = {"kept_days": settings.SIGN_INS_KEPT_DAYS} | (extra_context or {})
        return super().changelist_view(request, context)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
