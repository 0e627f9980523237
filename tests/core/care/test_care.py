"""What needs care: on the first page of the desk, and as lists."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organisations.models import Activity, Organisation, Resource
from peaceportal.core import care_admin
from peaceportal.core.models import User
from peaceportal.core.roles import EDITOR, PUBLISHER
from peaceportal.core.versions import recent
from peaceportal.core.versions.capture import one_version
from tests import factories as make
from tests.editor import address
from timeline.models import Event

pytestmark = pytest.mark.django_db

FUTURE = datetime(2999, 1, 1, tzinfo=UTC)


@pytest.fixture
def editor(client):
    client.force_login(make.make_member(EDITOR))
    return client


@pytest.fixture
def publisher(client):
    client.force_login(make.make_member(PUBLISHER))
    return client


def sections(client):
    """By heading, the words of what waits."""
    shown = client.get(reverse("admin:index")).context["care_sections"]
    return {
        heading: {str(one.care.heading): [count.words for count in one.counts] for one in found}
        for heading, found in shown
    }


def all_of(client):
    return {key: words for found in sections(client).values() for key, words in found.items()}


def listed(client, model, care):
    shown = client.get(address(model), {"care": care})
    assert shown.status_code == 200
    return sorted(str(record) for record in shown.context["cl"].result_list)


def sourced_event(**fields):
    return make.make_event(
        **({"sources": [make.make_source()], "areas": [make.make_area()]} | fields)
    )


def test_nothing_to_do_is_said_calmly(editor):
    assert "Nothing needs care at the moment." in editor.get(reverse("admin:index")).text


def test_each_count_leads_to_the_list_that_it_counts(editor):
    make.make_event(title="First", status="draft")
    make.make_event(title="Second", status="draft")
    sourced_event(title="Whole")
    shown = editor.get(reverse("admin:index"))
    assert f'<a href="{address(Event)}?care=drafts">2 events</a>' in shown.text
    assert listed(editor, Event, "drafts") == ["First", "Second"]


def test_list_says_what_it_is_and_why(editor):
    make.make_event(title="First")
    shown = editor.get(address(Event), {"care": "no-source"})
    assert "<h1>Events: Without a source</h1>" in shown.text
    assert "Readers cannot check these." in shown.text
    assert "Readers cannot check these." not in editor.get(address(Event)).text


CASES = [
    ("drafts", make.make_event, {"status": "draft"}, {"status": "in-review"}),
    ("in-review", make.make_event, {"status": "in-review"}, {"status": "draft"}),
    ("scheduled", make.make_event, {"publish_at": FUTURE}, {}),
    ("no-source", make.make_event, {}, {"sources": "source"}),
    ("no-source", make.make_resource, {}, {"sources": "source"}),
    ("no-area", make.make_event, {}, {"areas": "area"}),
    (
        "inferred",
        make.make_event,
        {"happened": "2024", "posted": "2024", "happened_inferred": True},
        {"happened": "2024", "posted": "2024"},
    ),
    (
        "no-alt",
        make.make_event,
        {"image": "a.png", "image_is_decorative": True},
        {"image": "a.png", "image_alt": "Two delegates"},
    ),
    ("outdated", make.make_organisation, {"as_of": "2020"}, {"as_of": "2999"}),
    ("outdated", make.make_organisation, {"as_of": "2020"}, {}),
    ("outdated", make.make_organisation, {"as_of": "2020"}, {"as_of": "2020", "state": "ended"}),
    ("outdated", make.make_activity, {"as_of": "2020"}, {"as_of": "2020", "status": "archived"}),
    ("outdated", make.make_area, {"as_of": "2020"}, {"as_of": "2020/.."}),
]


@pytest.mark.parametrize(("care", "make_one", "needs", "needs_not"), CASES)
def test_what_needs_care_and_what_does_not(editor, care, make_one, needs, needs_not):
    made = {"source": make.make_source, "area": make.make_area}
    needs_not = {
        name: [made[value]()] if value in made else value for name, value in needs_not.items()
    }
    named = {"title": "Other"} if make_one in {make.make_event, make.make_resource} else {}
    one = make_one(**needs)
    make_one(**named | needs_not)
    shown = editor.get(address(type(one)), {"care": care})
    assert [record.pk for record in shown.context["cl"].result_list] == [one.pk]


def test_body_that_is_engaged_in_nothing_lacks_an_area(editor):
    make.make_organisation(name="Idle")
    make.make_organisation(name="Ended", state="ended")
    make.make_engagement()
    assert listed(editor, Organisation, "no-area") == ["Idle"]


def test_what_was_removed_needs_no_care(editor):
    make.make_event(status="draft", removed_at=datetime(2024, 1, 1, tzinfo=UTC))
    assert sections(editor) == {}
    assert listed(editor, Event, "drafts") == []


@pytest.mark.parametrize("care", ["", "nonsense", "\0", "outdated"])
def test_care_that_there_is_not_filters_nothing(editor, care):
    make.make_event(title="First")
    assert listed(editor, Event, care) == ["First"]


# Whom it waits for


def edited(user, **fields):
    with one_version(by=user, way="edit"):
        return make.make_event(**fields)


@pytest.mark.versions
def test_reviews_wait_for_publishers_and_own_drafts_for_whoever_wrote_them(client):
    writer, reader = make.make_member(EDITOR), make.make_member(PUBLISHER)
    edited(writer, title="Mine", status="draft")
    edited(reader, title="Not mine", status="draft")
    edited(writer, title="Finished", status="in-review")
    client.force_login(writer)
    assert sections(client)["Waiting for you"] == {"Your drafts": ["1 event"]}
    assert sections(client)["What needs care"]["Waiting for review"] == ["1 event"]
    assert listed(client, Event, "my-drafts") == ["Mine"]
    client.force_login(reader)
    assert sections(client)["Waiting for you"] == {
        "Waiting for review": ["1 event"],
        "Your drafts": ["1 event"],
    }
    assert listed(client, Event, "my-drafts") == ["Not mine"]


def test_who_may_see_nothing_is_told_of_nothing(client):
    make.make_event(status="draft", title="Secret")
    client.force_login(make.make_user(is_superuser=False))
    shown = client.get(reverse("admin:index"))
    assert "care=drafts" not in shown.text
    assert "Removed records" not in shown.text
    assert client.get(reverse("admin:removed")).status_code == 403


def test_visitor_is_sent_to_sign_in(client):
    for name in ("index", "changes", "removed"):
        assert client.get(reverse(f"admin:{name}")).status_code == 302


# How much it costs


def test_counts_stop_where_they_tell_no_more(editor, monkeypatch):
    monkeypatch.setattr(care_admin, "MOST", 2)
    for number in range(4):
        make.make_event(title=f"Event {number}", status="draft")
    assert all_of(editor)["All drafts"] == ["more than 2 events"]


def test_first_page_asks_the_same_however_much_there_is(editor):
    def asked():
        address = reverse("admin:index")
        editor.get(address)
        with CaptureQueriesContext(connection) as context:
            assert editor.get(address).status_code == 200
        return len(context)

    def add():
        with one_version(by=User.objects.get()):
            make.make_event(status="draft", publish_at=FUTURE)
            make.make_organisation(as_of="2020", status="in-review")
            make.make_activity(as_of="2020", status="draft")

    add()
    one = asked()
    add()
    add()
    assert asked() == one
    assert one <= 20


def test_count_follows_what_is_saved_and_the_clock(editor):
    event = make.make_event(status="draft")
    assert all_of(editor)["All drafts"] == ["1 event"]
    event.status = "in-review"
    event.save()
    assert "All drafts" not in all_of(editor)


# What was changed lately


@pytest.mark.versions
def test_first_page_says_what_was_changed_by_whom(client):
    writer = make.make_member(EDITOR, first_name="Ada", last_name="Writer")
    event = edited(writer, title="Round table")
    client.force_login(writer)
    for name in ("index", "changes"):
        shown = client.get(reverse(f"admin:{name}"))
        entry = shown.context["recent"][0]
        assert (entry.record, entry.who, entry.others) == ("Round table", "Ada Writer", 0)
        assert f'<a href="{address(Event, "change", event.pk)}">Round table</a>' in shown.text
        assert "edited in a form by Ada Writer" in " ".join(shown.text.split())


@pytest.mark.skipif(connection.vendor != "sqlite", reason="how SQLite reads is asked")
def test_what_was_changed_is_read_backwards_and_never_sorted(editor):
    """There are hundreds of thousands of versions, of which the page shows a few."""
    with CaptureQueriesContext(connection) as context:
        editor.get(reverse("admin:index"))
    asked = [one["sql"] for one in context if 'FROM "reversion_' in one["sql"]]
    assert len(asked) == 2
    with connection.cursor() as cursor:
        for sql in asked:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            assert not [step for *_, step in cursor if "TEMP B-TREE" in step]


@pytest.mark.versions
def test_what_somebody_touched_is_the_latest_of_theirs(monkeypatch):
    member, other = make.make_member(EDITOR), make.make_member(PUBLISHER)
    _first, second, _third, fourth = [
        edited(by, title=title)
        for by, title in ((member, "1"), (member, "2"), (other, "3"), (member, "4"))
    ]
    monkeypatch.setattr(recent, "LATELY", 2)
    assert recent.touched_by(member) == {"timeline.event": {second.uid, fourth.uid}}


@pytest.mark.versions
def test_one_piece_of_work_is_one_entry(client):
    user = make.make_member(EDITOR)
    with one_version(by=user, way="import"):
        make.make_event(title="First")
        make.make_event(title="Second")
    client.force_login(user)
    (entry,) = client.get(reverse("admin:index")).context["recent"]
    assert (entry.record, entry.others) == ("First", 1)


@pytest.mark.parametrize("page", ["", "0", "-1", "x", "9999", "\0"])
def test_all_changes_answers_to_any_page(editor, page):
    for name in ("changes", "removed"):
        assert editor.get(reverse(f"admin:{name}"), {"page": page}).status_code == 200


# What was removed


def remove(client, *pages):
    data = {"action": "remove", "_selected_action": [page.pk for page in pages]}
    client.post(address(type(pages[0])), data)


@pytest.mark.versions
def test_removed_records_of_all_kinds_are_one_list(client):
    user = make.make_member(PUBLISHER, first_name="Ada", last_name="Writer")
    client.force_login(user)
    event, body = make.make_event(title="Talks"), make.make_organisation(name="Office")
    make.make_event(title="Still there")
    remove(client, event)
    remove(client, body)
    shown = client.get(reverse("admin:removed"))
    found = [(one.title, one.kind, one.who) for one in shown.context["removed"]]
    assert found == [("Office", "Organisation", "Ada Writer"), ("Talks", "Event", "Ada Writer")]
    assert "Still there" not in shown.text
    assert reverse("admin:removed") in client.get(reverse("admin:index")).text


def put_back(client, page, **data):
    data = {"model": page._meta.label_lower, "pk": page.pk} | data
    return client.post(reverse("admin:removed"), data, follow=True)


@pytest.mark.versions
def test_publisher_puts_back_from_the_list(publisher):
    event = make.make_event(title="Talks")
    remove(publisher, event)
    shown = put_back(publisher, event)
    assert "“Talks” was put back." in shown.text
    assert "Nothing was removed." in shown.text
    event.refresh_from_db()
    assert event.removed_at is None


def test_editor_sees_what_was_removed_and_puts_nothing_back(editor):
    event = make.make_event(title="Talks", removed_at=datetime(2024, 1, 1, tzinfo=UTC))
    shown = editor.get(reverse("admin:removed")).text
    assert "Talks" in shown
    assert "Put it back" not in shown
    assert put_back(editor, event).status_code == 403
    event.refresh_from_db()
    assert event.removed_at is not None


def test_merged_page_is_listed_and_stays_where_it_went(publisher):
    there = make.make_event(title="There")
    gone = make.make_event(
        title="Gone", removed_at=datetime(2024, 1, 1, tzinfo=UTC), merged_into=there
    )
    shown = publisher.get(reverse("admin:removed")).text
    assert "merged into" in shown
    assert f'<a href="{address(Event, "change", there.pk)}">There</a>' in shown
    assert "Put it back" not in shown
    put_back(publisher, gone)
    gone.refresh_from_db()
    assert gone.removed_at is not None


@pytest.mark.parametrize(
    "data",
    [{"model": "core.user"}, {"model": "\0"}, {"pk": "x"}, {"pk": "9" * 30}, {"pk": "-1"}],
)
def test_what_cannot_be_put_back_is_not_found(publisher, data):
    assert put_back(publisher, make.make_event(), **data).status_code == 404


def test_lists_of_parts_have_cares_too(editor):
    make.make_resource(title="Reading", status="draft")
    make.make_activity(text="Training", status="in-review")
    assert listed(editor, Resource, "drafts") == ["Reading"]
    assert listed(editor, Activity, "in-review") == ["Training"]


# Words for those who read them


def test_editor_reads_of_no_command_and_of_no_accounts(client, monkeypatch):
    monkeypatch.setattr("peaceportal.core.noticing.catch_up", lambda *_args: 3)
    client.force_login(make.make_member(EDITOR))
    text = client.get(reverse("admin:index")).text
    assert "3 changes are still to be looked at." in text
    assert "manage.py" not in text
    assert "Old and missing addresses" in text
    assert "Accounts and old addresses" not in text
    client.force_login(make.make_user())
    text = client.get(reverse("admin:index")).text
    assert "manage.py check_links" in text
    assert "Accounts and old addresses" in text


def test_list_offers_to_show_all_only_where_something_was_searched(editor):
    make.make_event(title="Talks")
    assert "Show all" not in editor.get(address(Event), {"status__exact": "published"}).text
    assert "Show all" in editor.get(address(Event), {"q": "Talks"}).text
