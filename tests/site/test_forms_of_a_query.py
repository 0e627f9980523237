"""What all forms for programs have in common: 304, who may read them, how much, what moved."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db.models import QuerySet
from django.utils import timezone

from peaceportal.core import caching, limits
from tests.factories import make_area, make_event, make_organisation
from tests.reading import content_of
from timeline.models import Event

pytestmark = pytest.mark.django_db

LISTS = [
    *("/timeline.atom", "/timeline.ics", "/timeline.csv", "/timeline.json"),
    *("/organisations.csv", "/organisations.json"),
]
DETAILS = ["/timeline/talks.json", "/timeline/talks.ics"]
FORMS = [*LISTS, *DETAILS]
each_form = pytest.mark.parametrize("address", FORMS)


@pytest.fixture(autouse=True)
def world():
    cache.clear()
    make_event(slug="talks", organisations=[make_organisation(name="Quaker Office")])


@pytest.fixture
def noon(monkeypatch):
    """Far from midnight, when every answer ends."""
    noon = timezone.localtime().replace(hour=12) + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: noon)
    return noon


@each_form
def test_second_request_is_304(client, address, noon, django_assert_max_num_queries):
    first = client.get(address)
    assert first.status_code == 200
    age = first.headers["Cache-Control"]
    assert age == "public, max-age=300"
    for known in (
        {"If-None-Match": first.headers["ETag"]},
        {"If-None-Match": f'"other", W/{first.headers["ETag"]}'},
        {"If-Modified-Since": first.headers["Last-Modified"]},
    ):
        with django_assert_max_num_queries(1):  # of the state, if something was written
            again = client.get(address, headers=known)
        assert (again.status_code, again.content) == (304, b"")
        for name in ("ETag", "Last-Modified", "Cache-Control", "Access-Control-Allow-Origin"):
            assert again.headers[name] == first.headers[name]


@each_form
def test_refusal_of_a_condition_is_kept_by_nobody(client, address):
    known = client.get(address).headers
    for condition in (
        {"If-Match": '"other"'},
        {"If-Unmodified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"},
        {"If-Match": '"other"', "If-None-Match": known["ETag"]},
    ):
        refused = client.get(address, headers=condition)
        assert (refused.status_code, refused.content) == (412, b"")
        assert refused.headers["Cache-Control"] == "no-store"
    for condition in ({"If-Match": known["ETag"]}, {"If-Unmodified-Since": known["Last-Modified"]}):
        answer = client.get(address, headers=condition)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"].startswith("public, max-age=")


@each_form
def test_tag_changes_with_an_edit_anywhere(client, address):
    before = client.get(address).headers["ETag"]
    make_area(name="Something else")
    after = client.get(address, headers={"If-None-Match": before})
    assert after.status_code == 200
    assert after.headers["ETag"] != before


@each_form
def test_tag_is_that_of_the_address(client, address):
    tags = {client.get(f"{address}{query}").headers["ETag"] for query in ("", "?x=1", "?x=2")}
    assert len(tags) == 3


def test_time_of_the_last_change_moves_with_a_deletion(client):
    event = make_event(title="Other")
    passed = timezone.now() - timedelta(hours=1)
    caching.ChangeCounter.objects.update(at=passed)
    first = client.get("/timeline.json").headers["Last-Modified"]
    event.delete()
    again = client.get("/timeline.json", headers={"If-Modified-Since": first})
    assert again.status_code == 200


@pytest.mark.parametrize("address", ["/timeline.csv", "/timeline.json", "/timeline.atom"])
def test_what_becomes_public_by_the_clock_appears_in_every_form(client, address, noon, monkeypatch):
    now = noon
    make_event(title="Later", publish_at=now + timedelta(seconds=100), happened="1999-01-01")
    make_event(title="Gone soon", unpublish_at=now + timedelta(seconds=200))
    before = client.get(address)
    assert 90 <= int(before.headers["Cache-Control"].partition("max-age=")[2]) <= 100
    text = content_of(before).decode()
    assert "Later" not in text
    assert "Gone soon" in text
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(seconds=101))
    after = client.get(address, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert 90 <= int(after.headers["Cache-Control"].partition("max-age=")[2]) <= 100
    assert after.headers["Last-Modified"] != before.headers["Last-Modified"]
    assert "Later" in content_of(after).decode()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(seconds=201))
    last = client.get(address, headers={"If-None-Match": after.headers["ETag"]})
    assert "Gone soon" not in content_of(last).decode()
    assert last.headers["Cache-Control"] == "public, max-age=300"


def test_calendar_shows_what_the_clock_made_public(client):
    event = make_event(title="Later", publish_at=timezone.now() + timedelta(hours=1))
    tag = client.get("/timeline.ics").headers["ETag"]
    QuerySet(Event).filter(pk=event.pk).update(publish_at=timezone.now() - timedelta(seconds=1))
    caching.forget_state()  # as at a later moment
    after = client.get("/timeline.ics", headers={"If-None-Match": tag})
    assert b"SUMMARY:Later" in content_of(after)


def test_nothing_recorded_is_answered_as_well(client):
    caching.ChangeCounter.objects.all().delete()
    response = client.get("/timeline.json")
    assert response.status_code == 200
    again = client.get("/timeline.json", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


@each_form
def test_other_sites_may_read_it_and_search_engines_pass_it_by(client, address):
    response = client.get(address, headers={"Origin": "https://example.org"})
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


def test_other_sites_may_read_nothing_else(client):
    for address in ("/", "/timeline/", "/timeline/talks/", "/organisations/", "/admin/login/"):
        assert "Access-Control-Allow-Origin" not in client.get(address).headers


@each_form
def test_forms_take_no_other_method_and_head_has_no_content(client, address):
    assert client.post(address).status_code in {403, 405}
    head = client.head(address)
    assert (head.status_code, content_of(head)) == (200, b"")
    assert head.headers["ETag"] == client.get(address).headers["ETag"]


@pytest.mark.parametrize("form", ["json", "ics"])
def test_record_that_moved_was_removed_or_merged_answers_as_its_page_does(client, form):
    event, other = Event.objects.get(), make_event(title="Other", slug="other")
    event.slug = "renamed"
    event.save()
    moved = client.get(f"/timeline/talks.{form}")
    assert (moved.status_code, moved.url) == (301, f"/timeline/renamed.{form}")
    assert moved.headers["Cache-Control"] == "no-cache"
    Event.objects.filter(pk=event.pk).remove()
    gone = client.get(f"/timeline/renamed.{form}")
    assert gone.status_code == 410
    assert "has been removed" in gone.text
    event.refresh_from_db()
    event.merged_into = other
    event.save()
    merged = client.get(f"/timeline/talks.{form}")
    assert (merged.status_code, merged.url) == (301, f"/timeline/other.{form}")
    known = {"If-None-Match": "*"}
    Event.objects.filter(pk=other.pk).remove()
    assert client.get(f"/timeline/other.{form}", headers=known).status_code == 410


def test_old_slug_is_a_parameter_still_and_is_renewed(client):
    area = make_area(name="Mediation")
    make_event(title="On it", areas=[area])
    area.slug = "talks-and-mediation"
    area.save()
    body = client.get("/timeline.json?area=mediation").json()
    assert [record["title"] for record in body["results"]] == ["On it"]
    assert body["query"] == {"area": ["talks-and-mediation"]}
    assert b"On it" in content_of(client.get("/timeline.csv?area=mediation"))


# How much one address may ask for


def test_too_many_whole_results_are_refused_clearly(client, monkeypatch):
    monkeypatch.setattr(limits, "MOST", 2 * limits.FEE)
    for _ in range(2):
        response = client.get("/timeline.csv")
        assert response.status_code == 200
    refused = client.get("/organisations.csv")
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= limits.WINDOW
    assert "too many whole results" in refused.text
    assert refused.headers["Access-Control-Allow-Origin"] == "*"
    known = {"If-None-Match": response.headers["ETag"]}
    assert client.get("/timeline.csv", headers=known).status_code == 304
    assert client.get("/timeline.json").status_code == 200
    assert client.get("/timeline.csv", REMOTE_ADDR="192.0.2.7").status_code == 200


def test_address_behind_a_proxy_is_believed_only_if_the_proxy_is_trusted(rf, settings):
    request = rf.get("/", headers={"X-Forwarded-For": "198.51.100.1, 192.0.2.7"})
    assert limits.client_address(request) == "127.0.0.1"
    settings.TRUST_PROXY = True
    assert limits.client_address(request) == "192.0.2.7"
    assert limits.client_address(rf.get("/")) == "127.0.0.1"
    settings.PROXY_ADDRESS_HEADER = "Visitor"
    assert limits.client_address(request) == "127.0.0.1"  # visitors can write X_Forwarded_For
    request = rf.get("/", headers={"X-Forwarded-For": "198.51.100.1", "Visitor": "192.0.2.7"})
    assert limits.client_address(request) == "192.0.2.7"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.7:5555", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("[::ffff:192.0.2.7]:5555", "192.0.2.7"),
        ("64:ff9b::192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "2001:db8::/64"),
        ("[2001:db8::1]", "2001:db8::/64"),
        ("[2001:db8::1]:443", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "127.0.0.1"),
        ("192.0.2.300", "127.0.0.1"),
        ("[2001:db8::1", "127.0.0.1"),
        ("198.51.100.1, ", "127.0.0.1"),
    ],
)
def test_address_is_the_same_however_a_proxy_writes_it(rf, settings, written, meant):
    settings.TRUST_PROXY = True
    request = rf.get("/", headers={"X-Forwarded-For": written})
    assert limits.client_address(request) == meant


def test_household_has_one_address_of_ipv6(rf):
    found = {
        limits.client_address(rf.get("/", REMOTE_ADDR=f"2001:db8:1:{net}::{host}"))
        for net in (1, 2)
        for host in (1, 2)
    }
    assert found == {"2001:db8:1:1::/64", "2001:db8:1:2::/64"}
