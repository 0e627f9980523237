"""Signing in, in Chromium: passkeys of a virtual device, an app, phones, and what axe finds."""

import re

import pytest

from peaceportal.core.models import AuditEntry, User
from peaceportal.core.sign_in import links
from tests.browser.looks import wrong
from tests.editor import address
from tests.factories import make_user
from tests.signing_in import PASSWORD, code_of, give_app

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def demand(settings):
    settings.REQUIRE_SECOND_FACTOR = True


@pytest.fixture
def telephone(page):
    """A telephone or computer that holds passkeys and knows its owner."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def type_password(page, url, name="editor"):
    page.goto(url)
    page.get_by_label("Username or e-mail").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def sign_out(page):
    page.get_by_role("button", name="Sign out").click()
    page.get_by_text("You have signed out.").wait_for()


def test_passkey_is_set_up_and_signs_in_alone(live_server, page, telephone, complaints):
    make_user(email="editor@example.org")
    wanted = f"{live_server.url}{address(User)}"
    type_password(page, wanted)
    page.get_by_role("link", name="A passkey or security key").click()
    page.get_by_label("Its name").fill("My telephone")
    page.get_by_role("button", name="Make a passkey").click()
    page.get_by_text("Each of these codes works once").wait_for()
    assert page.locator(".recovery-codes li").count() == 10
    page.get_by_role("button", name="I have kept them").click()
    page.wait_for_url(wanted)
    sign_out(page)
    page.goto(wanted)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(wanted)
    assert page.get_by_role("heading", level=1).inner_text() == "Accounts"
    assert complaints == []
    assert AuditEntry.objects.first().detail == "with a passkey"
    page.goto(f"{live_server.url}/admin/sign-in/")
    page.get_by_text("My telephone").wait_for()


def test_security_key_is_a_second_step(live_server, page, telephone, complaints):
    make_user()
    type_password(page, f"{live_server.url}/admin/")
    page.get_by_role("link", name="A passkey or security key").click()
    page.get_by_role("button", name="Use a security key").click()
    page.get_by_role("button", name="I have kept them").click()
    page.wait_for_url(f"{live_server.url}/admin/")
    sign_out(page)
    type_password(page, f"{live_server.url}/admin/")
    page.get_by_text("Your password is right.").wait_for()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{live_server.url}/admin/")
    assert complaints == []
    assert "a passkey or security key" in AuditEntry.objects.first().detail


def test_app_is_set_up_and_signs_in(live_server, page, complaints):
    user = make_user()
    type_password(page, f"{live_server.url}/admin/")
    page.get_by_role("link", name="An authenticator app").click()
    assert page.locator("svg.qr-code").bounding_box()["width"] >= 150
    page.get_by_text("No camera?").click()
    secret = page.locator(".secret").inner_text().replace(" ", "")
    page.get_by_label("The six figures").fill(code_of(secret))
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="I have kept them").click()
    page.wait_for_url(f"{live_server.url}/admin/")
    sign_out(page)
    type_password(page, f"{live_server.url}/admin/")
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(f"{live_server.url}/admin/")
    assert complaints == []
    assert AuditEntry.objects.filter(account=user, kind="signed-in").count() == 2


def test_app_is_set_up_without_javascript(live_server, browser):
    make_user()
    page = browser.new_page(java_script_enabled=False)
    type_password(page, f"{live_server.url}/admin/")
    page.get_by_role("link", name="A passkey or security key").click()
    page.get_by_text("Passkeys need JavaScript").wait_for()
    page.go_back()
    page.get_by_role("link", name="An authenticator app").click()
    page.get_by_text("No camera?").click()
    secret = page.locator(".secret").inner_text().replace(" ", "")
    page.get_by_label("The six figures").fill(code_of(secret))
    page.get_by_role("button", name="Go on").click()
    with page.expect_download() as file:
        page.get_by_role("link", name="Download them").click()
    assert file.value.suggested_filename == "recovery-codes.txt"
    page.get_by_role("button", name="I have kept them").click()
    page.wait_for_url(f"{live_server.url}/admin/")
    page.close()


def test_passkey_that_nobody_chooses_gets_a_sentence(live_server, page, telephone):
    make_user()
    page.goto(f"{live_server.url}/admin/")
    page.evaluate(
        "() => { navigator.credentials.get = async () => {"
        " throw new DOMException('', 'NotAllowedError'); }; }"
    )
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_text("Nothing was chosen, or it took too long.").wait_for()


def pages(live_server, page):
    """Opens every page of signing in, one after another, and names it."""
    user = make_user(email="editor@example.org")
    invited = make_user(username="ana")

    def opened(path):
        page.goto(f"{live_server.url}{path}")
        return path

    yield opened("/admin/login/")
    page.get_by_label("Username or e-mail").fill("editor")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").first.wait_for()
    yield "a wrong password"
    yield opened("/admin/login/closed/")
    yield opened("/admin/password_reset/")
    yield opened("/admin/password_reset/sent/")
    yield opened("/admin/password_reset/1/nothing/")
    yield opened(links.link_for(invited).partition("8000")[2])
    type_password(page, f"{live_server.url}/admin/")
    page.wait_for_url(re.compile("set-up"))
    yield "set-up"
    yield opened("/admin/sign-in/app/")
    yield opened("/admin/sign-in/passkey/")
    secret, _codes = give_app(user)
    page.goto(f"{live_server.url}/admin/sign-in/")
    type_password(page, f"{live_server.url}/admin/")
    page.get_by_label("Code").wait_for()
    yield "second step"
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(f"{live_server.url}/admin/")
    for path in (
        *("/admin/sign-in/", "/admin/sign-in/passkey/", "/admin/sign-in/codes/new/"),
        *("/admin/sign-in/app/remove/", "/admin/password_change/", "/admin/sign-in/confirm/"),
        *("/admin/sign-in/confirm/code/", "/admin/logout/", "/admin/sign-in/codes/"),
        *(address(AuditEntry), address(User), address(User, "add")),
        address(User, "change", invited.pk),
    ):
        yield opened(path)
    page.goto(f"{live_server.url}/admin/sign-in/codes/new/")
    page.get_by_role("button", name="Make new codes").click()
    page.locator(".recovery-codes").wait_for()
    yield "recovery codes"
    invited.email = ""
    invited.save()
    page.goto(f"{live_server.url}{address(User, 'change', invited.pk)}")
    page.get_by_role("button", name="Make a link").click()
    page.locator("#one-time-link").wait_for()
    yield "a link to hand over"


def test_pages_of_signing_in_are_for_everyone(live_server, page, complaints):
    said = []
    for name in pages(live_server, page):
        said += wrong(page, name, complaints)
    assert not said, "\n".join(said)
    assert [line for line in complaints if "410" not in line] == []  # of a link that is used
