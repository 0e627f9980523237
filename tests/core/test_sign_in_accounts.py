"""Accounts of staff: who may change them, invitations, forgotten passwords, the audit list."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from peaceportal.core.models import AuditEntry, User
from peaceportal.core.sign_in import links
from tests.editor import address, saved, send
from tests.factories import make_audit_entry, make_user
from tests.signing_in import PASSWORD, code_of, give_app, sign_in, type_code, type_password

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

NEW = "another-long-one"
LINK = re.compile(r"http://127\.0\.0\.1:8000(/admin/password_reset/\S+/\S+/)")
CONSOLE = "django.core.mail.backends.console.EmailBackend"


@pytest.fixture(autouse=True)
def letters_at_once(monkeypatch, settings):
    from peaceportal.core.sign_in import letters

    settings.REQUIRE_SECOND_FACTOR = True
    monkeypatch.setattr(letters, "send_in_a_while", letters.send)


@pytest.fixture
def head(client):
    """An administrator who may do everything, and has signed in."""
    sign_in(client, make_user(username="head", email="head@example.org"))
    return client


def entries(**filters):
    found = AuditEntry.objects.filter(**filters).order_by("pk")
    return list(found.values_list("kind", "account_name", "by_name", "detail"))


def choose(client, link, password=NEW):
    """Follows a one-time link and chooses a password: the answer to the form."""
    page = client.get(link, follow=True)
    if page.status_code != 200:
        return page
    where = page.request["PATH_INFO"]
    return client.post(where, {"password1": password, "password2": password})


# Who may see and do what


def administrator(**overrides):
    """Looks after accounts, and may not do everything."""
    user = make_user(is_superuser=False, **overrides)
    names = ["view_user", "add_user", "change_user", "view_auditentry"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return user


@pytest.mark.parametrize(
    ("role", "status"), [("superuser", 200), ("administrator", 200), ("editor", 403)]
)
@pytest.mark.parametrize("page", ["accounts", "account", "invite", "audit", "entry"])
def test_role_by_page(client, settings, role, status, page):
    settings.REQUIRE_SECOND_FACTOR = False
    other = make_user(username="other", is_superuser=False)
    entry = make_audit_entry(account_name="other")
    users = {
        "superuser": lambda: make_user(username="me"),
        "administrator": lambda: administrator(username="me"),
        "editor": lambda: make_user(username="me", is_superuser=False),
    }
    client.force_login(users[role]())
    where = {
        "accounts": address(User),
        "account": address(User, "change", other.pk),
        "invite": address(User, "add"),
        "audit": address(AuditEntry),
        "entry": address(AuditEntry, "change", entry.pk),
    }
    assert client.get(where[page]).status_code == status


@pytest.mark.parametrize("role", ["superuser", "administrator", "editor"])
def test_nobody_changes_the_audit_list_or_deletes_an_account(client, settings, role):
    settings.REQUIRE_SECOND_FACTOR = False
    entry, other = make_audit_entry(), make_user(username="other", is_superuser=False)
    roles = {"superuser": {}, "editor": {"is_superuser": False}}
    user = administrator() if role == "administrator" else make_user(**roles[role])
    client.force_login(user)
    change = address(AuditEntry, "change", entry.pk)
    assert client.post(change, {"detail": "x"}).status_code == 403
    assert client.get(address(AuditEntry, "add")).status_code == 403
    for record in (entry, other):
        url = address(type(record), "delete", record.pk)
        assert client.post(url, {"post": "yes"}).status_code == 403
        rows = {"action": "delete_selected", "_selected_action": record.pk, "post": "yes"}
        client.post(address(type(record)), rows)
        assert type(record).objects.filter(pk=record.pk).exists()


def test_administrator_cannot_rise_above(client, settings):
    settings.REQUIRE_SECOND_FACTOR = False
    chief, me = make_user(username="chief"), administrator(username="me")
    client.force_login(me)
    url = address(User, "change", me.pk)
    assert 'name="is_superuser"' not in client.get(url).text
    everything = [str(pk) for pk in Permission.objects.values_list("pk", flat=True)]
    assert saved(send(client, url, is_superuser="on", user_permissions=everything))
    me.refresh_from_db()
    assert not me.is_superuser
    assert me.user_permissions.count() == 4
    assert client.post(address(User, "change", chief.pk), {"email": "a@b.org"}).status_code == 403
    assert client.post(address(User, "link", chief.pk)).status_code == 403
    assert User.objects.get(pk=chief.pk).has_usable_password()


def test_nobody_closes_their_own_account(head):
    me = User.objects.get(username="head")
    url = address(User, "change", me.pk)
    assert saved(send(head, url, is_active="", is_superuser=""))
    me.refresh_from_db()
    assert (me.is_active, me.is_superuser) == (True, True)
    assert head.post(address(User, "link", me.pk), {"anew": "yes"}).status_code == 403


def test_editor_makes_no_link(client, settings):
    settings.REQUIRE_SECOND_FACTOR = False
    other = make_user(username="other", is_superuser=False)
    client.force_login(make_user(is_superuser=False))
    for data in ({}, {"anew": "yes"}):
        assert client.post(address(User, "link", other.pk), data).status_code == 403


def test_nobody_types_the_password_of_another(head):
    other = make_user(username="other")
    answer = head.post(f"/admin/core/user/{other.pk}/password/", {"password1": NEW})
    assert answer.headers["Location"] == address(User, "change", other.pk)
    assert "password" not in head.get(address(User, "change", other.pk)).context["adminform"].fields
    assert User.objects.get(pk=other.pk).check_password(PASSWORD)


def test_factors_are_not_in_the_admin(head):
    assert head.get("/admin/mfa/authenticator/").status_code == 404
    assert head.get("/admin/account/emailaddress/").status_code == 404


# Invitations


def test_invitation_is_sent_and_accepted_once(head, django_capture_on_commit_callbacks):
    group = Group.objects.create(name="Writers")
    answer = send(
        head, address(User, "add"), username="ana", email="Ana@Example.org", groups=[str(group.pk)]
    )
    assert saved(answer)
    ana = User.objects.get(username="ana")
    assert (ana.email, ana.is_staff, ana.is_superuser) == ("ana@example.org", True, False)
    assert not ana.has_usable_password()
    [letter] = mail.outbox
    assert letter.to == ["ana@example.org"]
    assert "“ana”" in letter.body
    link = LINK.search(letter.body)[1]
    assert link not in answer.text

    visitor = Client()
    page = visitor.get(link, follow=True)
    assert "For the account “ana”." in page.text
    assert link not in page.request["PATH_INFO"]
    answer = choose(visitor, link)
    assert visitor.get(answer.headers["Location"], follow=True).request["PATH_INFO"] == (
        "/admin/sign-in/set-up/"
    )
    assert visitor.get("/admin/").status_code == 302
    secret = visitor.get("/admin/sign-in/app/").context["form"].secret
    visitor.post("/admin/sign-in/app/", {"code": code_of(secret)})
    visitor.post("/admin/sign-in/codes/")
    assert visitor.get("/admin/").status_code == 200

    answer = choose(Client(), link, "a-third-long-one")
    assert answer.status_code == 410
    assert "This link is used or too old" in answer.text
    assert User.objects.get(username="ana").check_password(NEW)
    assert ("link", "ana", "head", "an invitation") in entries()
    assert ("account", "ana", "head", "made") in entries()
    assert ("role", "ana", "head", "roles: Writers") in entries()


def test_invitation_runs_out(head, monkeypatch):
    user = make_user(username="ana")
    link = LINK.search(links.invite(user))[1]
    later = timezone.now() + timedelta(days=links.DAYS, seconds=1)
    monkeypatch.setattr(
        "django.contrib.auth.tokens.PasswordResetTokenGenerator._now",
        lambda self: later.replace(tzinfo=None),
    )
    assert choose(Client(), link).status_code == 410


def test_newer_invitation_replaces_the_older(head):
    user = make_user(username="ana")
    user.set_unusable_password()
    user.save()
    first, second = (LINK.search(links.invite(user))[1] for _n in range(2))
    assert choose(Client(), first).status_code == 410
    assert choose(Client(), second).status_code == 302


@pytest.mark.parametrize(
    "link", ["x/y", "1/y", "x/set-password", "zzzzzzzzzzzzzzzzzzzzzz/a-b", "1/set-password"]
)
def test_link_that_nobody_made_is_refused(client, link):
    make_user()
    answer = client.get(f"/admin/password_reset/{link}/")
    assert answer.status_code == 410
    assert "Ask for a new one." in answer.text


def test_without_email_the_link_is_on_the_screen_once(head, settings):
    settings.EMAIL_BACKEND = CONSOLE
    answer = send(head, address(User, "add"), username="ana", email="ana@example.org")
    link = LINK.search(answer.text.replace('"', " "))[1]
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"].startswith("no-store")
    assert "It is shown only now." in answer.text
    ana = User.objects.get(username="ana")
    assert "/password_reset/" not in head.get(address(User, "change", ana.pk)).text
    assert choose(Client(), link).status_code == 302


def test_mail_server_that_is_away_puts_the_link_on_the_screen(head, monkeypatch):
    def refuse(self, fail_silently=False):
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    answer = send(head, address(User, "add"), username="ana", email="ana@example.org")
    assert LINK.search(answer.text.replace('"', " "))


def test_link_of_a_closed_account_opens_nothing(head):
    user = make_user(username="ana")
    link = LINK.search(links.invite(user))[1]
    user.is_active = False
    user.save()
    assert choose(Client(), link).status_code == 410
    answer = head.post(address(User, "link", user.pk), follow=True)
    assert "This account is closed: it gets no link." in answer.text


def test_address_is_kept_in_one_way_whoever_makes_the_account():
    user = User.objects.create_superuser("head", email="Head@Example.ORG", password=PASSWORD)
    assert user.email == "head@example.org"


def test_account_without_a_password_is_led_to_an_administrator(client, settings):
    settings.REQUIRE_SECOND_FACTOR = False
    user = make_user()
    user.set_unusable_password()
    user.save()
    client.force_login(user)
    answer = client.get("/admin/password_change/", follow=True)
    assert "Ask an administrator for a link to one." in answer.text


def test_two_accounts_have_no_address_in_common(head):
    make_user(username="ana", email="ana@example.org")
    answer = send(head, address(User, "add"), username="eve", email="ANA@example.org")
    assert "Another account has this e-mail address." in answer.text
    assert not User.objects.filter(username="eve").exists()


# Lost factors


def test_administrator_helps_someone_who_lost_a_factor(head):
    user = make_user(username="ana", email="ana@example.org")
    other = Client()
    sign_in(other, user)
    page = head.get(address(User, "change", user.pk))
    assert "TOTP Authenticator" in page.text
    answer = head.post(address(User, "link", user.pk), {"anew": "yes"}, follow=True)
    assert "A link was sent to ana@example.org." in answer.text
    assert not Authenticator.objects.filter(user=user).exists()
    assert other.get("/admin/").status_code == 302
    assert "is not right" in type_password(Client(), "ana").text
    answer = choose(Client(), LINK.search(mail.outbox[-1].body)[1])
    assert answer.status_code == 302
    assert entries(kind="factor")[0][:3] == ("factor", "ana", "head")


def test_command_helps_an_administrator_who_lost_a_factor(client):
    user = make_user(username="ana")
    sign_in(client, user)
    out = StringIO()
    call_command("reset_sign_in", "ANA", stdout=out)
    assert client.get("/admin/").status_code == 302
    assert "is not right" in type_password(Client(), "ana").text
    visitor = Client()
    answer = choose(visitor, LINK.search(out.getvalue())[1])
    answer = visitor.get(answer.headers["Location"], follow=True)
    assert answer.request["PATH_INFO"] == "/admin/sign-in/set-up/"
    assert [entry[:3] for entry in entries(kind="factor")] == [
        ("factor", "ana", "manage.py reset_sign_in")
    ]


def test_command_names_the_accounts_that_there_are():
    make_user(username="ana")
    make_user(username="closed", is_active=False)
    with pytest.raises(CommandError, match=r"No account is called “eve”\. There are: ana\."):
        call_command("reset_sign_in", "eve")
    with pytest.raises(CommandError, match="The account “closed” is closed"):
        call_command("reset_sign_in", "closed")


# Forgotten passwords


def test_forgotten_password_is_chosen_anew_and_the_second_step_stays(client):
    user = make_user(email="ana@example.org")
    secret, _codes = give_app(user)
    answer = client.post("/admin/password_reset/", {"email": "ANA@example.org"}, follow=True)
    assert "If an account has the address that you typed" in answer.text
    [letter] = mail.outbox
    visitor = Client()
    answer = choose(visitor, LINK.search(letter.body)[1])
    assert answer.headers["Location"] == "/admin/login/code/"
    assert visitor.get("/admin/").status_code == 302
    assert type_code(visitor, code_of(secret)).status_code == 302
    assert visitor.get("/admin/").status_code == 200
    assert ("password", "editor", "editor", "a new password was chosen, by a one-time link") in (
        entries()
    )


def test_forgotten_password_does_not_tell_who_has_an_account(client):
    make_user(email="ana@example.org")
    make_user(username="closed", email="closed@example.org", is_active=False)
    make_user(username="visitor", email="visitor@example.org", is_staff=False)
    answers = set()
    for name in ("ana", "closed", "visitor", "nobody"):
        answer = client.post("/admin/password_reset/", {"email": f"{name}@example.org"})
        answers.add((answer.status_code, answer.headers["Location"], answer.text))
    assert len(answers) == 1
    assert [letter.to for letter in mail.outbox] == [["ana@example.org"]]


def test_forgotten_password_is_not_asked_for_too_often(client):
    make_user(email="ana@example.org")
    data = {"email": "ana@example.org"}
    answers = [client.post("/admin/password_reset/", data) for _n in range(6)]
    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert "Too many attempts" in answers[-1].text
    assert len(mail.outbox) == 5


def test_without_email_forgotten_passwords_are_for_administrators(client, settings):
    settings.EMAIL_BACKEND = CONSOLE
    make_user(email="ana@example.org")
    assert "Ask an administrator for a link" in client.get("/admin/password_reset/").text
    answer = client.post("/admin/password_reset/", {"email": "ana@example.org"})
    assert answer.status_code == 200
    assert not AuditEntry.objects.exists()


# What is written down


def test_changes_of_an_account_are_written_down(head):
    group = Group.objects.create(name="Writers")
    ana = make_user(username="ana", is_superuser=False)
    AuditEntry.objects.all().delete()
    url = address(User, "change", ana.pk)
    assert saved(send(head, url, groups=[str(group.pk)], email="ana@example.org"))
    assert saved(send(head, url, is_superuser="on"))
    assert saved(send(head, url, is_active=""))
    assert saved(send(head, url, first_name="Ana"))
    assert entries() == [
        ("account", "ana", "head", "e-mail: none → ana@example.org"),
        ("role", "ana", "head", "roles: none → Writers"),
        ("role", "ana", "head", "may do everything: no → yes"),
        ("role", "ana", "head", "is open: yes → no"),
    ]


def test_changes_of_a_role_are_written_down(head):
    group = Group.objects.create(name="Writers")
    AuditEntry.objects.all().delete()
    one = Permission.objects.get(codename="view_auditentry")
    url = address(Group, "change", group.pk)
    assert saved(send(head, url, permissions=[str(one.pk)]))
    assert saved(send(head, url, permissions=[]))
    assert [entry[3] for entry in entries()] == [
        f"Writers may now: {one.name}",
        f"Writers may no longer: {one.name}",
    ]


def test_audit_list_says_who_when_what_and_from_where(head, settings):
    settings.SIGN_INS_KEPT_DAYS = 90
    page = head.get(address(AuditEntry)).text
    assert "Kept for 90 days" in page
    assert "with a password and an authenticator app" in page
    assert "127.0.0.1" in page
    assert "Sign-ins and accounts" in head.get("/admin/").text


def test_entries_are_kept_for_so_many_days(client, settings):
    settings.SIGN_INS_KEPT_DAYS = 30
    now = timezone.now()
    make_audit_entry(at=now - timedelta(days=30, hours=1), account_name="old")
    make_audit_entry(at=now - timedelta(days=29, hours=23), account_name="kept")
    type_password(client, "nobody", "wrong")
    assert list(AuditEntry.objects.values_list("account_name", flat=True)) == ["", "kept"]


def test_account_hears_of_changes_by_email(head):
    user = User.objects.get(username="head")
    data = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert head.post("/admin/password_change/", data).status_code == 302
    [letter] = mail.outbox
    assert letter.to == [user.email]
    assert "the password was changed" in letter.body
    assert "tell an administrator at once" in letter.body
