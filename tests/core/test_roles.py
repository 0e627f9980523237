"""Who may do what: each cell of the table by what is offered, and by direct request."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from organisations.models import AreaOfWork, Engagement, Organisation, Resource, Source
from peaceportal.core.merging.doing import merge
from peaceportal.core.models import Upload, User
from peaceportal.core.roles import ADMINISTRATOR, EDITOR, PUBLISHER, is_out, others_publish
from peaceportal.core.versions.capture import changed, one_version
from peaceportal.core.versions.snapshots import versions_of
from tests import factories as make
from tests.editor import address, errors, read_form, saved, send
from timeline.models import Document, Event

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

FUTURE = datetime(2999, 1, 1, tzinfo=UTC)
ROLES = [EDITOR, PUBLISHER, ADMINISTRATOR]


@pytest.fixture(params=ROLES)
def role(request):
    return request.param


@pytest.fixture
def member(client, role):
    """A client of somebody in that role, with a publisher besides."""
    make.make_member(PUBLISHER, username="another")
    client.force_login(make.make_member(role))
    return client


@pytest.fixture
def editor(client):
    make.make_member(PUBLISHER, username="another")
    client.force_login(make.make_member(EDITOR))
    return client


def act(client, action, *pages):
    data = {"action": action, "_selected_action": [page.pk for page in pages]}
    return client.post(address(type(pages[0])), data, follow=True)


def step(client, page, step, **values):
    return send(client, address(type(page), "change", page.pk), _step=step, **values)


def status_of(page):
    return type(page).objects.values_list("status", flat=True).get(pk=page.pk)


def may(role):
    return role != EDITOR


# What everybody does


def test_everybody_writes_drafts_and_sends_them_for_review(member, role):
    assert saved(send(member, address(Event, "add"), title="Talks"))
    event = Event.objects.get(title="Talks")
    assert event.status == "draft"
    text = member.get(address(Event, "change", event.pk)).text
    assert ">Send for review</button>" in text
    assert saved(step(member, event, "review", summary="Written"))
    assert status_of(event) == "in-review"
    assert saved(step(member, event, "draft"))
    assert status_of(event) == "draft"
    act(member, "send_for_review", event)
    assert status_of(event) == "in-review"


# What publishers and administrators do alone


STEPS = [
    ("draft", "publish-now", "published"),
    ("in-review", "publish-now", "published"),
    ("draft", "archive", "archived"),
    ("published", "archive", "archived"),
    ("published", "draft", "draft"),
    ("archived", "publish-now", "published"),
]


@pytest.mark.parametrize(("before", "taken", "after"), STEPS)
def test_steps_to_the_public_are_for_those_who_publish(member, role, before, taken, after):
    event = make.make_event(status=before)
    url = address(Event, "change", event.pk)
    opened = member.get(url)
    if before not in {"published", "archived"} or may(role):
        data = read_form(opened) | {"_step": taken}
    else:  # nothing there can be changed: asked for all the same
        assert 'name="_step"' not in opened.text
        data = {"title": event.title, "status": before, "_step": taken}
    response = member.post(url, data)
    assert status_of(event) == (after if may(role) else before)
    if not may(role):
        assert response.status_code == 403 or "Only a publisher decides" in response.text
    assert (f'value="{taken}"' in opened.text) == (
        (may(role) and taken != "archive") or (may(role) and before == "published")
    )


ACTIONS = [
    ("draft", "publish", "published"),
    ("published", "archive", "archived"),
]


@pytest.mark.parametrize(("before", "action", "after"), ACTIONS)
@pytest.mark.parametrize("make_page", [make.make_event, make.make_organisation, make.make_series])
def test_actions_on_lists_are_for_those_who_publish(member, role, make_page, before, action, after):
    page = make_page(status=before)
    offered = f'<option value="{action}">' in member.get(address(type(page))).text
    act(member, action, page)
    assert offered == may(role)
    assert status_of(page) == (after if may(role) else before)


@pytest.mark.parametrize("action", ["remove", "put_back"])
def test_removing_and_putting_back_are_for_those_who_publish(member, role, action):
    event = make.make_event()
    if action == "put_back":
        Event.objects.filter(pk=event.pk).remove()
    before = Event.objects.get(pk=event.pk).removed_at
    text = member.get(address(Event, "change", event.pk)).text
    words = "Remove this page</button>" if action == "remove" else "Put it back</button>"
    assert (words in text) == may(role)
    act(member, action, event)
    assert (Event.objects.get(pk=event.pk).removed_at != before) == may(role)


OUT = {
    "event": make.make_event,
    "organisation": make.make_organisation,
    "area": make.make_area,
    "place": make.make_place,
    "series": make.make_series,
    "document": make.make_document,
    "activity": make.make_activity,
    "engagement": make.make_engagement,
    "succession": make.make_succession,
    "source": lambda: make.make_event(sources=[make.make_source()]).sources.get(),
    "scheduled": lambda: make.make_event(publish_at=FUTURE),
}


@pytest.mark.parametrize("kind", OUT)
def test_what_readers_see_is_changed_by_those_who_publish(member, role, kind):
    record = OUT[kind]()
    assert is_out(type(record).objects.get(pk=record.pk))
    url = address(type(record), "change", record.pk)
    opened = member.get(url)
    assert opened.status_code == 200
    assert ('name="_save"' in opened.text) == may(role)
    if not may(role):
        assert member.post(url, {"title": "Changed"}).status_code == 403


@pytest.mark.parametrize(
    "record",
    [
        lambda: make.make_event(status="draft"),
        lambda: make.make_document(event=make.make_event(status="draft")),
        lambda: make.make_document(status="draft"),
        lambda: make.make_engagement(organisation=make.make_organisation(status="draft")),
        lambda: make.make_source(),
    ],
)
def test_what_readers_do_not_see_is_changed_by_everybody(member, record):
    record = record()
    assert not is_out(type(record).objects.get(pk=record.pk))
    assert saved(send(member, address(type(record), "change", record.pk), _note="x"))


def test_row_that_readers_would_see_at_once_is_refused_to_an_editor(editor):
    body, area = make.make_organisation(), make.make_area()
    values = {"organisation": str(body.pk), "area": str(area.pk), "text": "mediates"}
    response = send(editor, address(Engagement, "add"), **values)
    assert "Only a publisher decides what readers see" in response.text
    assert not Engagement.objects.exists()


def test_part_of_a_public_page_is_a_draft_to_an_editor(editor):
    event = make.make_event()
    values = {
        "title": "Text",
        "event": str(event.pk),
        "url": "https://example.org/",
        "kind": "report",
    }
    url = address(Document, "add")
    assert (
        "archived" not in editor.get(url).text.partition('id="id_status"')[2].partition("</sel")[0]
    )
    assert [*errors(send(editor, url, **values, status="published"))] == ["status"]
    assert saved(send(editor, url, **values, status="draft"))


def test_status_typed_into_the_request_is_refused_to_an_editor(editor):
    response = send(editor, address(Event, "add"), title="Talks", status="published")
    assert "Only a publisher decides what readers see" in response.text
    assert not Event.objects.exists()


def test_restoring_what_is_public_is_for_those_who_publish(member, role):
    event = make.make_event(title="Before")
    with one_version():
        changed([event], "default")
    event.title = "After"
    event.save()
    number = versions_of(event).last().pk
    response = member.post(address(Event, "restore", event.pk, number))
    assert response.status_code == (302 if may(role) else 403)
    event.refresh_from_db()
    assert event.title == ("Before" if may(role) else "After")


def test_nobody_erases(member):
    for page in (make.make_event(), make.make_organisation(), make.make_document()):
        url = address(type(page), "delete", page.pk)
        assert member.post(url, {"post": "yes"}).status_code == 403
        assert type(page).objects.filter(pk=page.pk).exists()


@pytest.mark.ignore_template_errors  # Django's own form of an account
def test_accounts_are_for_administrators(member, role):
    is_administrator = role == ADMINISTRATOR
    assert member.get(address(User)).status_code == (200 if is_administrator else 403)
    other = User.objects.get(username="another")
    url = address(User, "change", other.pk)
    assert member.get(url).status_code == (200 if is_administrator else 403)
    member.post(url, {"username": "taken-over", "is_superuser": "on"})
    assert not User.objects.get(pk=other.pk).is_superuser


# Review is for those who have somebody to review


def test_review_is_not_shown_where_nobody_else_publishes(client):
    alone = make.make_member(PUBLISHER)
    client.force_login(alone)
    event = make.make_event(status="draft")
    assert not others_publish(alone)
    text = client.get(address(Event, "change", event.pk)).text
    assert "Publish now" in text
    assert "Send for review" not in text
    assert "send_for_review" not in client.get(address(Event)).text
    act(client, "send_for_review", event)
    assert status_of(event) == "draft"


@pytest.mark.parametrize(
    ("other", "counts"),
    [
        ({"role": PUBLISHER}, True),
        ({"role": ADMINISTRATOR}, True),
        ({"role": EDITOR, "is_superuser": True}, True),
        ({"role": EDITOR}, False),
        ({"role": PUBLISHER, "is_active": False}, False),
        ({"role": PUBLISHER, "is_staff": False}, False),
    ],
)
def test_who_counts_as_another_publisher(other, counts):
    make.make_member(username="other", **other)
    assert others_publish(make.make_member(PUBLISHER)) == counts


def test_roles_are_there_after_migrating_twice():
    make.make_member(EDITOR)
    make.make_member(PUBLISHER)
    from django.contrib.auth.models import Group

    assert sorted(Group.objects.values_list("name", flat=True)) == sorted(ROLES)


# Ways around


@pytest.mark.parametrize("make_row", [make.make_engagement, make.make_succession])
def test_rows_that_readers_see_are_not_deleted_by_an_editor(editor, make_row):
    row = make_row()
    model = type(row)
    assert editor.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    data = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    editor.post(address(model), data)
    assert model.objects.filter(pk=row.pk).exists()


def test_what_was_withdrawn_is_not_restored_by_an_editor(editor):
    resource = make.make_resource(areas=[make.make_area()])
    with one_version():
        changed([resource], "default")
    number = versions_of(resource)[0].pk
    resource.areas.clear()
    assert not is_out(resource)
    assert editor.post(address(Resource, "restore", resource.pk, number)).status_code == 403
    assert not resource.areas.exists()


def test_what_readers_see_is_not_moved_with_a_draft_by_an_editor(editor):
    top = make.make_area(name="Top")
    middle = make.make_area(name="Middle", status="draft")
    low = make.make_area(name="Low", parent=middle, status="draft")
    url = address(AreaOfWork, "change", middle.pk)
    assert saved(send(editor, url, parent=str(top.pk)))
    AreaOfWork.objects.filter(pk=low.pk).update(status="published")
    response = send(editor, url, parent="")
    assert "Only a publisher decides what readers see" in response.text
    assert AreaOfWork.objects.get(pk=middle.pk).parent == top


def test_locked_page_says_why(editor):
    text = editor.get(address(Event, "change", make.make_event().pk)).text
    assert "Readers see this, so it is changed by a publisher." in text
    assert 'name="_note"' not in text


def test_what_was_taken_off_is_not_changed_by_an_editor_before_it_is_back(editor):
    """For put back, or no longer merged, readers would see it unread by any publisher."""
    removed, merged = make.make_organisation(name="Removed"), make.make_organisation(name="Merged")
    row = make.make_organisation_name(organisation=removed)
    type(removed).objects.filter(pk=removed.pk).remove()
    merge(merged, make.make_organisation(name="Stays"))
    for page in (removed, merged):
        url = address(type(page), "change", page.pk)
        assert "Readers saw this, so it is changed by a publisher." in editor.get(url).text
        assert editor.post(url, {"name": "Mine"}).status_code == 403
        assert type(page).objects.get(pk=page.pk).name == page.name
    assert is_out(row)
    draft = make.make_organisation(name="Draft", status="draft")
    type(draft).objects.filter(pk=draft.pk).remove()
    assert saved(send(editor, address(type(draft), "change", draft.pk), name="Better"))


def test_opening_a_source_asks_the_same_however_many_cite_it(editor):
    source = make.make_source()
    make.make_event(sources=[source], status="draft")
    url = address(Source, "change", source.pk)

    def queries():
        with CaptureQueriesContext(connection) as context:
            editor.get(url)
        return len(context)

    queries()
    few = queries()
    for number in range(5):
        make.make_event(title=f"Draft {number}", sources=[source], status="draft")
        body = make.make_organisation(name=f"Body {number}", status="draft")
        make.make_engagement(organisation=body, area=make.make_area(), sources=[source])
    assert queries() == few


# Imports


def brought(client, rows, **choices):
    """What the page says of a file with these rows, each a title and more cells, once pressed."""
    lines = [f"made:{number},{row}" for number, row in enumerate(rows)]
    data = "\n".join(["identifiers,title,kind", *lines]).encode()
    file = SimpleUploadedFile("ours.csv", data)
    tried = client.post(address(Event, "import"), choices | {"file": file}, follow=True)
    upload = Upload.objects.filter(imported_at=None).first()
    if upload is None:
        return tried.text
    url = tried.redirect_chain[-1][0]
    return tried.text + client.post(url, {"seen": upload.fingerprint}, follow=True).text


@pytest.mark.parametrize("status", ["", "in-review", "published"])
def test_imports_are_drafts_for_those_who_do_not_publish(member, role, status):
    text = brought(member, ["Talks,meeting"], status=status)
    offered = member.get(address(Event, "import")).text
    assert ('value="published"' in offered) == may(role)
    if status == "published" and not may(role):
        assert "Select a valid choice" in text
        assert not Event.objects.exists()
    else:
        assert Event.objects.get().status == (status or "draft")


def test_status_of_a_mapping_is_no_way_around(editor):
    mapping = b"""[import]
scheme = "made"
status = "published"
[columns]
identifier = "identifiers"
title = "title"
"""
    text = brought(editor, ["Talks,meeting"], mapping=SimpleUploadedFile("m.toml", mapping))
    assert "New records would be “published”, which you may not." in text
    assert not Event.objects.exists()


@pytest.mark.parametrize("status", ["draft", "published"])
def test_what_readers_see_is_changed_by_imports_of_those_who_publish(member, role, status):
    is_refused = status != "draft" and not may(role)
    for number in range(2):
        event = make.make_event(title=f"Title {number}", kind="meeting", status=status)
        make.make_identifier(page=event, scheme="made", value=str(number))
    text = brought(member, ["New title,meeting", "Title 1,meeting"], skip_bad_rows="on")
    assert ("Readers see this, so it is changed by a publisher." in text) == is_refused
    assert Event.objects.filter(title="New title").exists() != is_refused
    assert set(Event.objects.values_list("status", flat=True)) == {status}


def test_import_moves_nothing_that_readers_see_for_an_editor(editor):
    make.make_organisation(name="Top", slug="top")
    middle = make.make_organisation(name="Middle", status="draft")
    low = make.make_organisation(name="Low", parent=middle)
    rows = f"uid,title,parents\n{middle.uid},Middle,top\n".encode()
    url = address(Organisation, "import")
    answer = editor.post(url, {"file": SimpleUploadedFile("o.csv", rows)}, follow=True)
    assert "Readers see this, so it is changed by a publisher." in answer.text
    Organisation.objects.filter(pk=low.pk).update(status="draft")
    answer = editor.post(url, {"file": SimpleUploadedFile("o.csv", rows)}, follow=True)
    assert ">Import this 1 row</button>" in answer.text


def test_who_loses_a_role_after_the_dry_run_imports_no_more_than_is_theirs_now(client):
    event = make.make_event(title="Before", kind="meeting")
    make.make_identifier(page=event, scheme="made", value="0")
    user = make.make_member(PUBLISHER)
    client.force_login(user)
    file = SimpleUploadedFile("ours.csv", b"identifiers,title\nmade:0,After\n")
    tried = client.post(address(Event, "import"), {"file": file}, follow=True)
    make.make_member(EDITOR)
    user.groups.set(Group.objects.filter(name=EDITOR))
    seen = {"seen": Upload.objects.get().fingerprint}
    answer = client.post(tried.redirect_chain[-1][0], seen, follow=True)
    assert "Readers see this, so it is changed by a publisher." in answer.text
    assert Event.objects.get().title == "Before"
