"""Addresses that were asked for and not found: what is counted, and what staff make of it."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organisations.models import Organisation, Place
from peaceportal.core import missed
from peaceportal.core.merging.doing import merge
from peaceportal.core.merging.undoing import undo
from peaceportal.core.missed import MissedAddress
from peaceportal.core.models import OldSlug
from peaceportal.core.roles import EDITOR, PUBLISHER
from tests import factories as make
from tests.editor import address

pytestmark = pytest.mark.django_db


def rows():
    missed.write()
    return {row.path: row.times for row in MissedAddress.objects.all()}


def test_address_is_counted_and_written_together(client):
    with CaptureQueriesContext(connection) as context:
        for _ in range(5):
            assert client.get("/organisations/no-such-body/").status_code == 404
    written = [query["sql"] for query in context if not query["sql"].startswith("SELECT")]
    assert not any("missedaddress" in sql for sql in written)
    assert rows() == {"/organisations/no-such-body/": 5}
    client.get("/organisations/no-such-body/")
    assert rows() == {"/organisations/no-such-body/": 6}


def test_first_one_after_a_while_is_written_at_once(client):
    missed.forget()
    client.get("/nowhere/")
    assert MissedAddress.objects.get().times == 1
    client.get("/nowhere/")
    assert MissedAddress.objects.get().times == 1


def test_nothing_of_the_visitor_is_kept(client):
    response = client.get(
        "/nowhere/?token=secret",
        headers={"referer": "https://elsewhere.example/private", "user-agent": "Browser"},
    )
    assert not response.cookies
    missed.write()
    row = MissedAddress.objects.values().get()
    assert not any("secret" in str(v) or "elsewhere" in str(v) for v in row.values())
    assert row["linked_on"] == ""


def test_our_own_dead_link_is_known(client, settings):
    page = f"{settings.SITE_URL}/timeline/talks/?q=private"
    client.get("/nowhere/", headers={"referer": page})
    client.get("/nowhere/")
    missed.write()
    assert MissedAddress.objects.get().linked_on == "/timeline/talks/"


ODD = ["//evil.example/admin/login/", "/%2Fevil.example/", "/%5Cevil.example/", "/\\evil.example/"]


@pytest.mark.parametrize("odd", ODD)
def test_other_site_is_no_page_of_ours(client, settings, odd):
    client.get("/nowhere/", headers={"referer": f"{settings.SITE_URL}{odd}"})
    missed.write()
    assert MissedAddress.objects.get().linked_on == ""


@pytest.mark.parametrize(
    "path",
    ["/wp-login.php", "/index.php", "/.env", "/.git/config", "/blog/wp-content/x/", "/a.asp",
     "/cgi-bin/test", "/phpMyAdmin/", "/vendor/phpunit/", "/admin/nowhere/", "/backup.zip",
     "/media/images/a.jpg", "/apple-touch-icon.png", "/config.json",
     "/ads.txt", "/app_config/", "/login", "/static", "/%00", "/a%0Ab/"],
)  # fmt: skip
def test_what_tries_doors_is_not_counted(client, path):
    client.get(path)
    assert rows() == {}


@pytest.mark.parametrize(
    "path",
    ["/old/page.html", "/report.pdf", "/timeline/frühling/", "/news/", "/areas/mediation/",
     "/mediation", "/organisations/media-for-peace/", "/areas/administration-of-justice/",
     "/timeline/reconfiguration-of-forces/", "/areas/vendors/", "/organisations/wordpress-peace/",
     "/organisations/ads/"],
)  # fmt: skip
def test_what_people_ask_for_is(client, path):
    client.get(path)
    assert rows() == {path: 1}


def test_other_methods_are_not_counted(client):
    client.post("/nowhere/")
    client.head("/nowhere/")
    assert rows() == {}


@pytest.mark.parametrize("referer", ["http://[", "\udcff", "x" * 5000, "http://127.0.0.1:8000/%00"])
def test_odd_referring_pages(client, referer):
    client.get("/nowhere/", headers={"referer": referer.encode("utf-8", "replace").decode()})
    assert rows() == {"/nowhere/": 1}


def test_long_address_is_cut(client):
    client.get(f"/{'a' * 1000}/")
    assert [len(path) for path in rows()] == [missed.LONGEST]


def test_flood_is_bounded_in_the_process_and_in_the_database(client, monkeypatch):
    monkeypatch.setattr(missed, "MOST_WAITING", 5)
    monkeypatch.setattr(missed, "MOST_KEPT", 3)
    client.get("/often/")
    client.get("/often/")
    for number in range(10):
        client.get(f"/nowhere-{number}/")
    found = rows()
    assert len(found) == 3
    assert found["/often/"] == 2


def test_what_staff_decided_is_not_dropped_and_takes_no_room(client, monkeypatch):
    monkeypatch.setattr(missed, "MOST_KEPT", 2)
    for number in range(3):
        miss(f"/ignored-{number}/", times=1, is_ignored=True)
        miss(f"/leads-{number}/", times=1, leads_to="/organisations/")
    client.get("/a/")
    client.get("/b/")
    found = rows()
    assert len(found) == 8
    assert {"/a/", "/b/"} < set(found)


def test_what_is_ignored_is_bounded_too(client, monkeypatch):
    monkeypatch.setattr(missed, "MOST_IGNORED", 2)
    for day in (3, 1, 2):
        miss(f"/{day}/", is_ignored=True, last_at=datetime(2026, 5, day, tzinfo=UTC))
    client.get("/a/")
    assert set(rows()) == {"/a/", "/2/", "/3/"}


def test_steady_address_survives_what_was_tried_once(client, monkeypatch):
    """Programs have asked for as many as are kept, each oftener than the steady one till now."""
    monkeypatch.setattr(missed, "MOST_KEPT", 6)
    for number in range(6):
        miss(f"/tried-{number}/", times=3, last_at=datetime(2026, 5, 1, tzinfo=UTC))
    for minute in range(1, 5):
        client.get("/steady/")
        client.get("/steady/")
        client.get(f"/once-{minute}/")
        assert rows()["/steady/"] == 2 * minute


def test_address_asked_for_often_survives_a_flood(client, monkeypatch):
    monkeypatch.setattr(missed, "MOST_KEPT", 6)
    miss("/often/", times=40, last_at=datetime(2026, 5, 1, tzinfo=UTC))
    for number in range(20):
        client.get(f"/once-{number}/")
        assert rows()["/often/"] == 40
    assert len(rows()) == 6


# At the desk


def miss(path="/organisations/old-office/", **fields):
    return MissedAddress.objects.create(**({"path": path, "times": 3} | fields))


def listed(client, **query):
    changelist = client.get(address(MissedAddress), query).context["cl"]
    return [row.path for row in changelist.result_list]


def test_list_counts_what_waits_in_this_process(client):
    client.force_login(make.make_member(EDITOR))
    client.get("/nowhere/")
    assert listed(client) == ["/nowhere/"]
    assert "1 address asked for and not found" in client.get(reverse("admin:index")).text


def test_only_pages_that_there_are_become_links(client):
    client.force_login(make.make_member(EDITOR))
    miss("/a/", linked_on="/timeline/talks/")
    for number, page in enumerate(["//evil.example/", "/\\evil.example/", "/\t/evil.example/"]):
        miss(f"/b{number}/", linked_on=page)
    miss("/c/", linked_on="/no/such/page/")
    text = client.get(address(MissedAddress)).text
    assert '<a href="/timeline/talks/">/timeline/talks/</a>' in text
    assert "evil.example" in text
    assert 'href="/\\' not in text
    assert 'href="//' not in text
    assert 'href="/%' not in text
    assert 'href="/no/' not in text


def lead(client, row, **values):
    return client.post(address(MissedAddress, "change", row.pk), values, follow=True)


def where(client, path):
    answer = client.get(path)
    return answer.headers["Location"] if answer.status_code == 301 else answer.status_code


def test_publisher_leads_an_address_to_a_page(client):
    client.force_login(make.make_member(PUBLISHER))
    body, row = make.make_organisation(name="New Office"), miss()
    form = client.get(address(MissedAddress, "change", row.pk)).text
    assert "Lead it to" in form
    assert ">None<" not in form
    assert "now comes to “New Office”" in lead(client, row, page=body.pk).text
    answer = client.get(row.path)
    assert (answer.status_code, answer.headers["Location"]) == (301, body.get_absolute_url())
    assert answer.headers["Cache-Control"] == "no-cache"
    assert listed(client) == []
    assert listed(client, done="leads") == [row.path]
    link = f'<a href="{address(Organisation, "change", body.pk)}">New Office</a>'
    assert link in client.get(address(MissedAddress, "change", row.pk)).text
    assert link in client.get(address(MissedAddress), {"done": "leads"}).text


def test_wrong_page_is_corrected_and_undone(client):
    client.force_login(make.make_member(PUBLISHER))
    wrong, right, row = make.make_organisation(), make.make_area(name="Right"), miss()
    lead(client, row, page=wrong.pk)
    text = lead(client, row, page_address=f"http://testserver{right.get_absolute_url()}").text
    assert "No page that readers see has this address here." in text
    lead(client, row, page_address=right.get_absolute_url())
    assert where(client, row.path) == right.get_absolute_url()
    assert "leads nowhere any more." in lead(client, row, nowhere="on").text
    assert where(client, row.path) == 404
    assert listed(client) == [row.path]


@pytest.mark.parametrize(
    "path", ["/peace/page.html", "/منظمة/السلام/", "/timeline/a/b/", "/areas/x/", "/\\/"]
)
def test_any_address_leads_to_any_page(client, settings, path):
    client.force_login(make.make_member(PUBLISHER))
    event, row = make.make_event(title="Talks"), miss(path)
    lead(client, row, page_address=f" {settings.SITE_URL}{event.get_absolute_url()}?x=1 ")
    assert where(client, path) == event.get_absolute_url()
    assert client.head(path).status_code == 301
    assert client.post(path).status_code in {404, 405}


def test_address_follows_the_page_wherever_it_goes(client):
    client.force_login(make.make_member(PUBLISHER))
    one, other, row = make.make_place(name="One"), make.make_place(name="Other"), miss("/a.html")
    lead(client, row, page_address=f"/id/{one.uid}/")
    one.slug = "first"
    one.save()
    assert where(client, row.path) == "/places/first/"
    done = merge(one, other)
    assert where(client, row.path) == other.get_absolute_url()
    undo(done)
    Place.objects.filter(pk=one.pk).remove()
    assert where(client, row.path) == 410
    Place.objects.filter(pk=one.pk).put_back()
    Place.objects.filter(pk=one.pk).update(status="draft")
    assert where(client, row.path) == 404


def test_address_of_another_page_is_refused(client):
    client.force_login(make.make_member(PUBLISHER))
    body = make.make_organisation(name="New Office")
    make.make_organisation(name="Draft", slug="old-office", status="draft")
    row = miss()
    assert "“Draft” has this address." in lead(client, row, page=body.pk).text
    taken, third = miss("/organisations/taken/"), make.make_organisation(name="Third")
    OldSlug.objects.create(model="organisations.organisation", slug="taken", page_uid=third.uid)
    assert "belonged to another page once" in lead(client, taken, page=body.pk).text
    assert not MissedAddress.objects.exclude(leads_to="").exists()


@pytest.mark.parametrize("chosen", ["x", "9" * 30, "-1"])
def test_page_that_there_is_not_is_refused(client, chosen):
    client.force_login(make.make_member(PUBLISHER))
    row = miss()
    for name in ("page", "page_address"):
        answer = client.post(address(MissedAddress, "change", row.pk), {name: chosen})
        assert answer.status_code == 200
    assert where(client, row.path) == 404


@pytest.mark.parametrize(
    "typed",
    ["/timeline/", "/places/none/", "https://[", "http://elsewhere.example/areas/a/", "%FF"],
)
def test_address_that_is_no_page_is_said(client, typed):
    client.force_login(make.make_member(PUBLISHER))
    make.make_area(name="A", slug="a")
    assert (
        "No page that readers see has this address" in lead(client, miss(), page_address=typed).text
    )


def test_draft_is_nowhere_to_lead_readers_to(client):
    client.force_login(make.make_member(PUBLISHER))
    draft, row = make.make_organisation(name="Draft", status="draft"), miss()
    lead(client, row, page=draft.pk)
    lead(client, row, page_address=draft.get_absolute_url())
    assert where(client, row.path) == 404


def test_two_answers_at_once_are_asked_again(client):
    client.force_login(make.make_member(PUBLISHER))
    one, other, row = make.make_organisation(), make.make_area(), miss()
    text = lead(client, row, page=one.pk, page_address=other.get_absolute_url()).text
    assert "Two different pages are named." in text
    lead(client, row, page=one.pk)
    text = lead(client, row, page=one.pk, nowhere="on").text
    assert "It cannot lead to a page and nowhere." in text


@pytest.mark.parametrize("path", ["/places/", "/x" + "y" * 198])
def test_address_that_can_only_be_ignored_says_why(client, path):
    client.force_login(make.make_member(PUBLISHER))
    row = miss(path)
    text = client.get(address(MissedAddress, "change", row.pk)).text
    assert "so it cannot lead to a page." in text
    assert "page_address" not in text
    client.post(address(MissedAddress), {"action": "ignore", "_selected_action": [row.pk]})
    assert listed(client) == []
    assert listed(client, done="ignored") == [path]
    client.post(
        address(MissedAddress) + "?done=ignored",
        {"action": "unignore", "_selected_action": [row.pk]},
    )
    assert listed(client) == [path]


def test_editor_sees_and_decides_nothing(client):
    client.force_login(make.make_member(EDITOR))
    body, row = make.make_organisation(), miss()
    assert listed(client) == [row.path]
    url = address(MissedAddress, "change", row.pk)
    assert "Lead it to" not in client.get(url).text
    assert client.post(url, {"page": body.pk}).status_code == 403
    client.post(address(MissedAddress), {"action": "ignore", "_selected_action": [row.pk]})
    assert listed(client) == [row.path]
    assert not OldSlug.objects.exists()


def test_others_see_nothing(client):
    miss()
    client.force_login(make.make_user(is_superuser=False))
    assert client.get(address(MissedAddress)).status_code == 403
    assert "not found" not in client.get(reverse("admin:index")).text
