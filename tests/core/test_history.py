"""The history that staff read: in words, two versions side by side, one of them restored."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from peaceportal.core.models import User
from peaceportal.core.versions.capture import one_version
from peaceportal.core.versions.snapshots import versions_of
from tests import factories as make
from tests.editor import address, saved, send
from timeline.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.versions]


@pytest.fixture
def editor(client):
    client.force_login(make.make_user())
    return client


@pytest.fixture
def event():
    with one_version():
        event = make.make_event(title="Talks begin", summary="They met.", areas=[make.make_area()])
    with one_version(by=make.make_user(username="ana"), way="edit", note="from the minutes"):
        event.title = "Talks begin again"
        event.body = "<p>They met <strong>twice</strong>.</p>"
        event.save()
        event.areas.clear()
        make.make_participation(event=event, organisation=make.make_organisation(name="QUNO"))
    return event


def history(editor, event):
    return editor.get(address(Event, "history", event.pk)).text


def compared(editor, event, **query):
    return editor.get(address(Event, "compare", event.pk), query)


def numbers(event):
    """The versions of it, the first one first."""
    return sorted(version.pk for version in versions_of(event))


def test_history_tells_in_words_what_changed_by_whom_and_why(editor, event):
    text = history(editor, event)
    assert "Changed: title, text, areas of work." in text
    assert "Added: Participation “QUNO – took part”." in text
    assert "ana" in text
    assert "Edited in a form" in text
    assert "from the minutes" in text
    assert "The first version that was kept." in text
    assert "removed_at" not in text


def test_history_tells_of_removal_and_of_formatting(editor, event):
    event.body = "<p>They <strong>met</strong> twice.</p>"
    event.save()
    assert "Formatted anew: text." in history(editor, event)
    Event.objects.filter(pk=event.pk).remove()
    assert "<p>Removed from the site.</p>" in history(editor, event)
    Event.objects.filter(pk=event.pk).put_back()
    assert "<p>Put back.</p>" in history(editor, event)


def test_history_of_many_changes_is_paged_and_says_what_each_changed(editor, event):
    for number in range(25):
        event.ordinal = number
        event.save()
    first = history(editor, event)
    second = editor.get(address(Event, "history", event.pk), {"page": 2}).text
    assert first.count("Changed: number in the series.") == 20
    assert "Page 1 of 2" in first
    assert second.count("Changed: number in the series.") == 5
    assert "The first version that was kept." in second
    assert editor.get(address(Event, "history", event.pk), {"page": "x"}).status_code == 200


def test_history_takes_the_same_queries_for_one_row_and_for_many(editor, event):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as context:
            history(editor, event)
        return len(context)

    history(editor, event)
    few = queries()
    for number in range(5):
        make.make_participation(
            event=event, organisation=make.make_organisation(name=f"Body {number}")
        )
    assert queries() == few


def test_record_without_versions_says_so(editor, event):
    versions_of(event).delete()
    assert "No version of this was kept yet." in history(editor, event)
    assert compared(editor, event).status_code == 302


def test_two_versions_show_what_went_and_what_came(editor, event):
    first, *_others, last = numbers(event)
    for query in ({"from": first, "to": last}, {"from": last, "to": first}, {"from": first}):
        text = compared(editor, event, **query).text
        assert "Talks begin<ins> again</ins>" in text
        assert "<del>Peacebuilding</del>" in text
        assert "<ins>QUNO – took part</ins>" in text
        assert "as it is now" in text


def test_what_staff_wrote_is_shown_as_text(editor, event):
    event.title = "<script>alert(1)</script>"
    event.save()
    text = compared(editor, event, **{"from": numbers(event)[0]}).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text


@pytest.mark.parametrize("value", ["x", "-1", "999999999", "9" * 40, "\0", "1,2"])
def test_version_that_is_none_of_its_own_is_not_found(editor, event, value):
    assert compared(editor, event, **{"from": value}).status_code == 404


def test_version_of_another_record_is_not_found(editor, event):
    other = versions_of(make.make_event(title="Other"))[0].pk
    assert compared(editor, event, **{"from": other}).status_code == 404
    assert editor.post(address(Event, "restore", event.pk, other)).status_code == 404


def test_version_compared_with_itself_leads_back(editor, event):
    number = numbers(event)[0]
    response = compared(editor, event, **{"from": number, "to": number})
    assert response.status_code == 302
    assert "Choose two versions that differ." in editor.get(response.url).text


def test_restoring_says_what_it_did_and_is_a_version_by_who_did_it(editor, event):
    first = numbers(event)[0]
    response = editor.post(address(Event, "restore", event.pk, first), follow=True)
    assert "“Talks begin” is as it was on" in response.text
    event.refresh_from_db()
    assert event.title == "Talks begin"
    latest = versions_of(event)[0]
    assert latest.revision.user.username == "editor"
    assert latest.revision.detail.way == "restore"
    assert "Restored as it was on" in history(editor, event)


def test_restoring_that_cannot_be_says_why_beside_the_field(editor, event):
    first = numbers(event)[0]
    identifier = make.make_identifier(page=event, value="1")
    with_identifier = numbers(event)[-1]
    identifier.delete()
    make.make_identifier(page=make.make_event(title="Other"), value="1")
    response = editor.post(address(Event, "restore", event.pk, with_identifier), follow=True)
    assert "Another page already has this identifier." in response.text
    assert editor.post(address(Event, "restore", event.pk, first)).status_code == 302


def test_only_those_who_may_change_a_record_restore_it(client, event):
    reader = User.objects.create(username="reader", is_staff=True)
    first = numbers(event)[0]
    addresses = [address(Event, "history", event.pk), address(Event, "compare", event.pk)]
    client.force_login(reader)
    for url in addresses:
        assert client.get(url, {"from": first}).status_code == 403
    reader.user_permissions.add(Permission.objects.get(codename="view_event"))
    for url in addresses:
        response = client.get(url, {"from": first})
        assert response.status_code == 200
        assert "Restore the version" not in response.text
    assert client.post(address(Event, "restore", event.pk, first)).status_code == 403
    client.logout()
    for url in addresses:
        assert client.get(url).status_code == 302


def test_restoring_is_not_done_by_following_a_link(editor, event):
    assert editor.get(address(Event, "restore", event.pk, numbers(event)[0])).status_code == 405


def test_history_of_a_record_that_is_not_there(editor):
    assert editor.get(address(Event, "history", 999)).status_code == 404
    assert editor.get(address(Event, "compare", 999)).status_code == 404


def test_notes_are_kept_where_a_form_is_sent_back(editor, event):
    url = address(Event, "change", event.pk)
    typed = {"_note": "why", "_public_note": "what"}
    response = send(editor, url, happened="03/04/2024", **typed)
    assert 'name="_note" maxlength="500" value="why"' in response.text
    assert 'name="_public_note" maxlength="500" value="what"' in response.text


def test_note_for_readers_stands_on_the_page_beside_the_day(editor, event, client):
    url = address(Event, "change", event.pk)
    assert saved(send(editor, url, title="Talks", _public_note="Corrected the <title>."))
    client.logout()
    text = client.get(event.get_absolute_url()).text
    assert "Last changed on " in text
    assert "Corrected the &lt;title&gt;." in text
    other = make.make_event(title="Other")
    assert "Corrected" not in client.get(other.get_absolute_url()).text


def test_note_about_rows_alone_or_about_nothing_else_is_kept(editor, event, client):
    url = address(Event, "change", event.pk)
    body = make.make_organisation(name="AFSC")
    row = {"organisation": str(body.pk), "role": "convened"}
    said = "Corrected who took part."
    assert saved(send(editor, url, rows={"participations": [row]}, _public_note=said))
    assert said in client.get(event.get_absolute_url()).text
    before = versions_of(event).count()
    assert saved(send(editor, url, _note="Checked again, nothing to change"))
    assert versions_of(event).count() == before + 1
    assert "Checked again, nothing to change" in history(editor, event)


def test_note_for_staff_is_for_staff(editor, event, client):
    assert saved(send(editor, address(Event, "change", event.pk), title="A", _note="secret reason"))
    client.logout()
    assert "secret reason" not in client.get(event.get_absolute_url()).text
