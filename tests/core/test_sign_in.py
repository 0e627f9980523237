"""Signing in: what opens the admin, what does not, and what is said."""

import time

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from peaceportal.core.models import AuditEntry
from peaceportal.core.sign_in import gate
from tests.factories import make_event, make_user
from tests.signing_in import PASSWORD, code_of, give_app, sign_in, type_code, type_password

pytestmark = pytest.mark.django_db

WRONG = "The name or the password is not right."


@pytest.fixture(autouse=True)
def demand(settings):
    settings.REQUIRE_SECOND_FACTOR = True


def entries(**filters):
    return list(AuditEntry.objects.filter(**filters).values_list("kind", "detail"))


# A password, and then a second factor


@pytest.mark.parametrize("name", ["editor", "EDITOR", "editor@example.org", "Editor@Example.org"])
def test_password_and_code_open_the_admin(client, name):
    secret, _codes = give_app(make_user(email="editor@example.org"))
    answer = type_password(client, name, next="/admin/timeline/event/?q=a")
    assert answer.headers["Location"] == "/admin/login/code/"
    assert "Your password is right" not in client.get("/admin/login/code/").text  # no passkey
    answer = type_code(client, code_of(secret))
    assert answer.headers["Location"] == "/admin/timeline/event/?q=a"
    assert client.get("/admin/").status_code == 200
    with_both = "with a password and an authenticator app"
    assert entries() == [("signed-in", with_both)]


def test_recovery_code_opens_it_once(client):
    user = make_user()
    _secret, codes = give_app(user)
    type_password(client)
    assert type_code(client, codes[0]).status_code == 302
    assert client.get("/admin/").status_code == 200
    other = Client()
    type_password(other)
    answer = type_code(other, codes[0])
    assert answer.status_code == 200
    assert "This code is not right, or was used already." in answer.text
    assert other.get("/admin/").status_code == 302
    assert type_code(other, codes[1]).status_code == 302


def test_code_of_an_app_works_once(client):
    secret, _codes = give_app(make_user())
    code = code_of(secret)
    type_password(client)
    assert type_code(client, code).status_code == 302
    other = Client()
    type_password(other)
    answer = type_code(other, code)
    assert "used already" in answer.text
    assert other.get("/admin/").status_code == 302


@pytest.mark.parametrize("code", ["", "000000x", "12345678901234567890123", "٠٠٠٠٠٠", "\0", "…"])
def test_wrong_code_is_refused_with_a_sentence(client, code):
    give_app(make_user())
    type_password(client)
    answer = type_code(client, code)
    assert answer.status_code == 200
    assert 'class="errorlist"' in answer.text
    assert client.get("/admin/").status_code == 302


def test_wrong_codes_are_limited(client):
    secret, codes = give_app(make_user())
    type_password(client)
    answers = [type_code(client, "12345").status_code for _n in range(11)]
    assert answers == [200] * 10 + [429]
    answer = type_code(client, code_of(secret))
    assert answer.status_code == 429
    assert "Too many attempts. Wait 15 minutes, then try again." in answer.text
    assert 0 < int(answer.headers["Retry-After"]) <= 900
    assert type_code(client, codes[0]).status_code == 429
    assert client.get("/admin/").status_code == 302
    assert entries(kind="refused") == [("refused", "a wrong code")] * 10


@pytest.mark.parametrize("name", ["editor", "nobody", "editor@example.org", "nobody@example.org"])
def test_ten_wrong_passwords_are_enough(client, name):
    make_user(email="editor@example.org")
    for _n in range(10):
        answer = type_password(client, name, "wrong")
        assert answer.status_code == 200
        assert WRONG in answer.text
    answer = type_password(client, name)
    assert answer.status_code == 429
    assert "Too many attempts. Wait 15 minutes, then try again." in answer.text
    assert WRONG not in answer.text
    assert client.get("/admin/").status_code == 302


def test_wrong_passwords_are_counted_by_the_address_that_a_proxy_names(client, settings):
    settings.TRUST_PROXY = True
    give_app(make_user())

    def attempt(address, password):
        forwarded = {"X-Forwarded-For": f"203.0.113.9, {address}"}
        data = {"login": "editor", "password": password}
        return client.post("/admin/login/", data, headers=forwarded).status_code

    assert [attempt("192.0.2.1", "wrong") for _n in range(11)][-1] == 429
    assert attempt("192.0.2.2", PASSWORD) == 302  # a colleague is not locked out
    assert set(AuditEntry.objects.values_list("address", flat=True)) == {"192.0.2.1"}


def test_right_password_takes_back_what_was_counted(client):
    give_app(make_user())
    for _n in range(12):
        assert type_password(Client()).status_code == 302


@pytest.mark.parametrize("state", [{"is_active": False}, {"is_staff": False}])
def test_account_that_is_not_open_says_so_only_to_its_password(client, state):
    make_user(**state)
    assert WRONG in type_password(client, password="wrong").text
    answer = type_password(client)
    assert answer.headers["Location"] == "/admin/login/closed/"
    assert "This account is closed" in client.get("/admin/login/closed/").text
    assert client.get("/admin/").status_code == 302
    assert entries(kind="refused")[0] == ("refused", "the account is closed")


def test_refusals_are_written_down_without_names_that_nobody_has(client):
    make_user()
    type_password(client, "editor", "wrong")
    type_password(client, "my-secret-password", "x")
    assert list(AuditEntry.objects.values_list("account_name", "detail").order_by("pk")) == [
        ("editor", "a wrong password"),
        ("", "a name that no account has"),
    ]


# Nothing before the second factor


def admin_addresses():
    """Every address under /admin/, with something in the place of its parameters."""
    found = {}

    def walk(patterns, path, names):
        for pattern in patterns:
            here = path + _filled(pattern)
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, here, names)
            elif isinstance(pattern, URLPattern):
                found.setdefault(here.replace("//", "/"), pattern.name)

    for pattern in get_resolver().url_patterns:
        if str(pattern.pattern) == "admin/":
            walk(pattern.url_patterns, "/admin/", [])
    return found


def _filled(pattern):
    text = str(pattern.pattern)
    if text.startswith("(?P<url>"):
        return "nowhere"
    for name in getattr(pattern.pattern, "converters", {}):
        for kind in ("path", "int", "slug", "str", "uuid"):
            text = text.replace(f"<{kind}:{name}>", "1").replace(f"<{name}>", "1")
    return text.replace("^", "").replace("$", "").replace("(?P<app_label>", "").replace(")", "")


# Open to those who have not signed in, or not wholly: by the names of their addresses.
OPEN = {
    *("account_login", "mfa_login_webauthn", "mfa_authenticate", "account_inactive"),
    *("account_logout", "account_reset_password", "account_reset_password_done"),
    *("account_reset_password_from_key", "login", "logout", "shared_preview"),
}
SETTING_UP = {
    *("sign_in_set_up", "account_reauthenticate", "mfa_reauthenticate"),
    *("mfa_reauthenticate_webauthn", "mfa_activate_totp", "mfa_add_webauthn"),
    *("mfa_view_recovery_codes", "mfa_download_recovery_codes"),
}


def test_no_admin_address_shows_anything_before_the_second_factor(client):
    make_event(title="Something secret", status="draft")
    give_app(make_user())
    type_password(client)
    addresses = admin_addresses()
    assert len(addresses) > 100
    for address, name in addresses.items():
        if name in OPEN:
            continue
        for send in (client.get, client.post):
            answer = send(address)
            assert answer.status_code == 302, address
            assert answer.headers["Location"].startswith("/admin/login/?next="), address


def test_no_admin_address_shows_anything_before_a_factor_is_set_up(client):
    make_user()
    answer = type_password(client, next="/admin/timeline/event/")
    assert client.get(answer.headers["Location"]).status_code == 302
    for address, name in admin_addresses().items():
        if name in OPEN | SETTING_UP:
            continue
        answer = client.get(address)
        assert answer.status_code == 302, address
        assert answer.headers["Location"].startswith("/admin/login/?next="), address


def test_session_from_before_the_demand_signs_in_anew(client):
    user = make_user()
    give_app(user)
    client.force_login(user)
    assert client.get("/admin/").headers["Location"] == "/admin/login/?next=/admin/"
    assert "Username or e-mail" in client.get("/admin/login/?next=/admin/").text
    assert client.get("/admin/sign-in/app/").status_code == 302
    assert not Session.objects.filter(session_key=client.session.session_key).exists()


def test_without_the_demand_a_password_is_enough(client, settings):
    settings.REQUIRE_SECOND_FACTOR = False
    make_user()
    assert type_password(client).headers["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200
    assert entries() == [("signed-in", "with a password alone")]


def test_account_closed_in_mid_session_is_out_at_once(client):
    user = make_user()
    sign_in(client, user)
    assert client.get("/admin/").status_code == 200
    user.is_active = False
    user.save()
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/sign-in/").status_code == 302


def test_account_that_is_no_longer_staff_is_out_at_once(client):
    user = make_user()
    sign_in(client, user)
    user.is_staff = False
    user.save()
    assert client.get("/admin/").status_code == 302


# Setting up a factor


def test_someone_without_a_factor_sets_one_up_and_goes_on(
    client, django_capture_on_commit_callbacks
):
    user = make_user()
    answer = type_password(client, next="/admin/timeline/event/")
    answer = client.get(answer.headers["Location"], follow=True)
    assert answer.request["PATH_INFO"] == "/admin/sign-in/set-up/"
    assert "An authenticator app" in answer.text
    page = client.get("/admin/sign-in/app/")
    assert "<svg" in page.text
    assert "data:" not in page.text
    secret = page.context["form"].secret
    assert client.post("/admin/sign-in/app/", {"code": "000"}).status_code == 200
    assert not gate.has_factor(user)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/admin/sign-in/app/", {"code": code_of(secret)})
    assert answer.headers["Location"] == "/admin/sign-in/codes/"
    page = client.get("/admin/sign-in/codes/")
    codes = page.context["codes"]
    assert len(codes) == 10
    assert all(code in page.text for code in codes)
    assert "no-store" in page.headers["Cache-Control"]
    file = client.get("/admin/sign-in/codes/download/")
    assert file.headers["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
    assert all(code in file.text for code in codes)
    answer = client.post("/admin/sign-in/codes/")
    assert answer.headers["Location"] == "/admin/timeline/event/"
    page = client.get("/admin/sign-in/codes/")
    assert not any(code in page.text for code in codes)
    assert client.get("/admin/sign-in/codes/download/").status_code == 302
    assert client.get("/admin/").status_code == 200
    assert ("factor", "an authenticator app was set up") in entries()


def test_secret_of_an_app_does_not_stand_in_the_database():
    user = make_user()
    secret, _codes = give_app(user)
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert '"seed": "' not in kept.replace("gAAAA", "")


def test_new_secret_key_makes_factors_wrong_and_no_error(client, settings):
    _secret, codes = give_app(make_user())
    settings.SECRET_KEY = "another" * 10
    type_password(client)
    assert type_code(client, codes[0]).status_code == 200


def test_only_factor_is_not_removed(client):
    sign_in(client, make_user())
    page = client.get("/admin/sign-in/app/remove/")
    assert "This is your only second factor." in page.text
    assert client.post("/admin/sign-in/app/remove/").status_code == 200
    assert Authenticator.objects.filter(type="totp").exists()


def test_new_recovery_codes_replace_the_old(client):
    user = make_user()
    sign_in(client, user)
    old = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    assert client.post("/admin/sign-in/codes/new/").status_code == 302
    codes = client.get("/admin/sign-in/codes/").context["codes"]
    assert not set(codes) & set(old)


def test_change_of_factors_asks_again_after_a_while(client, monkeypatch):
    sign_in(client, make_user())
    later = time.time() + 3600
    monkeypatch.setattr("allauth.account.internal.flows.reauthentication.time.time", lambda: later)
    answer = client.get("/admin/sign-in/codes/new/")
    assert answer.headers["Location"].startswith("/admin/sign-in/confirm/")
    where = answer.headers["Location"]
    assert "This is not your password." in client.post(where, {"password": "wrong"}).text
    answer = client.post(where, {"password": PASSWORD})
    assert answer.headers["Location"] == "/admin/sign-in/codes/new/"
    assert client.get("/admin/sign-in/codes/new/").status_code == 200


# What a browser may send


PASSKEYS = ["", "{}", "[]", "null", "1", '"x"', "{", '{"id": 1}', '{"response": []}', "\0"]
PASSKEYS += ['{"id":"AA","rawId":"AA","type":"public-key","response":{"userHandle":"eA"}}']
PASSKEYS += ['{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30",'
             '"authenticatorData":"AA","signature":"AA","userHandle":"MQ"}}']  # fmt: skip


@pytest.mark.parametrize("credential", PASSKEYS)
def test_nonsense_for_a_passkey_is_refused(client, credential):
    user = make_user()
    options = client.get("/admin/login/passkey/", headers={"Accept": "application/json"})
    assert "publicKey" in options.json()["request_options"]
    data = {"credential": credential}
    answer = client.post("/admin/login/passkey/", data, follow=True)
    assert answer.status_code == 200
    assert client.get("/admin/").status_code == 302
    type_password(client)
    client.get("/admin/sign-in/passkey/")
    assert client.post("/admin/sign-in/passkey/", data).status_code == 200
    assert not gate.has_factor(user)
    client.post("/admin/logout/")
    give_app(user)
    type_password(client)
    assert client.post("/admin/login/code/", data).status_code == 200
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize(
    "elsewhere",
    [
        *(
            "https://example.org/",
            "//example.org/",
            "/\\example.org",
            "https:example.org",
            "javascript:1",
        ),
        *("http://testserver/admin/", "///example.org", "\\\\example.org", " //example.org", "\0"),
    ],
)
def test_next_leads_to_own_paths_only(client, settings, elsewhere):
    settings.REQUIRE_SECOND_FACTOR = False
    make_user()
    assert type_password(client, next=elsewhere).headers["Location"] == "/admin/"
    assert client.get("/admin/login/", {"next": elsewhere}).headers["Location"] == "/admin/"
    answer = client.post("/admin/logout/", {"next": elsewhere})
    assert answer.headers["Location"] == "/admin/login/"


def test_forged_form_is_refused_with_a_sentence():
    make_user()
    client = Client(enforce_csrf_checks=True)
    for address in ("/admin/login/", "/admin/login/code/", "/admin/login/passkey/"):
        answer = client.post(address, {"login": "editor", "password": PASSWORD})
        assert answer.status_code == 403
        assert "This form was not taken" in answer.text
    assert client.get("/admin/").status_code == 302


def test_sign_up_does_not_exist(client):
    for address in ("/admin/signup/", "/accounts/signup/", "/accounts/login/", "/admin/email/"):
        assert client.get(address).status_code in {302, 404}
        assert "sign up" not in client.get(address, follow=True).text.lower()


# Sessions and passwords


def test_cookies_go_to_the_admin_alone(client, settings):
    settings.REQUIRE_SECOND_FACTOR = False
    make_user()
    cookies = type_password(client).cookies
    assert {name: cookies[name]["path"] for name in cookies} == dict.fromkeys(cookies, "/admin/")
    assert int(cookies["sessionid"]["max-age"]) == 12 * 3600
    assert client.get("/").cookies == {}


def test_session_lives_on_while_it_is_used(client, monkeypatch):
    sign_in(client, make_user())
    before = client.get("/admin/").cookies
    assert "sessionid" not in before
    later = time.time() + 1000
    monkeypatch.setattr("peaceportal.core.sign_in.gate.time.time", lambda: later)
    assert int(client.get("/admin/").cookies["sessionid"]["max-age"]) == 12 * 3600


def test_signing_out_is_written_down(client):
    sign_in(client, make_user())
    assert "Do you want to sign out?" in client.get("/admin/logout/").text
    answer = client.post("/admin/logout/", follow=True)
    assert "You have signed out." in answer.text
    assert client.get("/admin/").status_code == 302
    assert entries(kind="signed-out") == [("signed-out", "")]


def test_changed_password_ends_other_sessions(client):
    user = make_user()
    secret = sign_in(client, user)
    other = Client()
    type_password(other)
    type_code(other, code_of(secret, steps=1))
    assert other.get("/admin/").status_code == 200
    new = "another-long-one"
    wrong = {"oldpassword": "wrong", "password1": new, "password2": new}
    assert "not your current password" in client.post("/admin/password_change/", wrong).text
    weak = {"oldpassword": PASSWORD, "password1": "123", "password2": "123"}
    assert "too short" in client.post("/admin/password_change/", weak).text
    answer = client.post("/admin/password_change/", wrong | {"oldpassword": PASSWORD})
    assert answer.headers["Location"] == "/admin/sign-in/"
    assert "Your password is changed." in client.get("/admin/sign-in/").text
    assert other.get("/admin/").status_code == 302
    assert ("password", "the password was changed") in entries()
