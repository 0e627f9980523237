"""Two who edit one record at once: the later is stopped, and nothing typed is lost."""

import pytest

from organisations.models import Organisation, Source
from peaceportal.core.versions.capture import changed, one_version
from peaceportal.core.versions.snapshots import versions_of
from tests import factories as make
from tests.editor import add_rows, address, read_form, saved
from timeline.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.versions]


@pytest.fixture
def editor(client):
    client.force_login(make.make_user())
    return client


@pytest.fixture
def event():
    with one_version():
        event = make.make_event(title="Talks", summary="They met.")
        make.make_participation(event=event, organisation=make.make_organisation(name="QUNO"))
        changed([event], "default")
    return event


def opened(editor, record):
    return read_form(editor.get(address(type(record), "change", record.pk)))


def save(editor, record, data):
    return editor.post(address(type(record), "change", record.pk), data)


def by_another(record, **values):
    ana = make.make_user(username="ana")
    with one_version(by=ana, way="edit"):
        for name, value in values.items():
            setattr(record, name, value)
        record.save()


def test_later_of_two_is_stopped_and_sees_both(editor, event):
    mine = opened(editor, event) | {"summary": "They met twice."}
    by_another(event, title="Peace talks")
    response = save(editor, event, mine)
    assert response.status_code == 200
    text = response.text
    assert "ana saved this on" in text
    assert "Nothing that you typed is lost" in text
    assert "<del>Talks</del><ins>Peace talks</ins>" in text
    assert "They met twice.</textarea>" in text
    event.refresh_from_db()
    assert (event.title, event.summary) == ("Peace talks", "They met.")


def test_pressing_save_again_keeps_mine(editor, event):
    mine = opened(editor, event) | {"summary": "They met twice."}
    by_another(event, title="Peace talks")
    again = read_form(save(editor, event, mine))
    assert saved(save(editor, event, again))
    event.refresh_from_db()
    assert (event.title, event.summary) == ("Talks", "They met twice.")
    assert versions_of(event)[0].revision.user.username == "editor"


def test_third_save_between_stops_the_second_try_too(editor, event):
    mine = opened(editor, event)
    by_another(event, title="Peace talks")
    again = read_form(save(editor, event, mine | {"summary": "Mine"}))
    event.title = "More talks"
    event.save()
    assert "while you were writing" in save(editor, event, again).text


def test_state_that_a_button_set_meanwhile_stays(editor, event):
    mine = opened(editor, event) | {"summary": "Mine"}
    Event.objects.filter(pk=event.pk).update(status="draft")
    again = read_form(save(editor, event, mine))
    assert saved(save(editor, event, again))
    event.refresh_from_db()
    assert (event.status, event.summary) == ("draft", "Mine")


def test_row_that_was_changed_meanwhile_stops_as_well(editor, event):
    mine = opened(editor, event) | {"summary": "Mine"}
    make.make_participation(event=event, organisation=make.make_organisation(name="AFSC"))
    text = save(editor, event, mine).text
    assert "<ins>AFSC – took part</ins>" in text


def test_row_that_was_taken_out_meanwhile_stands_as_a_new_one(editor, event):
    url_rows = "participations"
    mine = opened(editor, event)
    mine[f"{url_rows}-0-represented_by"] = "Ana Ruiz, envoy"
    add_rows(
        mine,
        url_rows,
        {"organisation": str(make.make_organisation(name="AFSC").pk), "role": "convened"},
    )
    event.participations.all().delete()
    response = save(editor, event, mine)
    assert "Ana Ruiz, envoy" in response.text
    again = read_form(response)
    assert again[f"{url_rows}-INITIAL_FORMS"] == "0"
    assert saved(save(editor, event, again))
    rows = event.participations.order_by("pk").values_list("represented_by", "role")
    assert sorted(rows) == [("", "convened"), ("Ana Ruiz, envoy", "took-part")]


def test_record_without_a_revision_is_guarded_by_its_versions(editor):
    source = make.make_source(title="Report")
    mine = opened(editor, source) | {"note": "Mine"}
    source.title = "Annual report"
    source.save()
    assert "while you were writing" in save(editor, source, mine).text
    assert Source.objects.get(pk=source.pk).note == ""


@pytest.mark.parametrize("typed", ["", "x", "-", "1-x", "0-0", "9" * 50, "\0"])
def test_whatever_stands_in_the_mark_is_a_conflict_and_no_error(editor, event, typed):
    mine = opened(editor, event) | {"_opened": typed, "title": "Mine"}
    response = save(editor, event, mine)
    assert response.status_code == 200
    assert 'value="Mine"' in response.text


def test_form_saved_twice_from_one_window_is_stopped_once(editor, event):
    mine = opened(editor, event)
    assert saved(save(editor, event, mine | {"title": "First"}))
    assert "while you were writing" in save(editor, event, mine | {"title": "Second"}).text


def test_what_the_browser_kept_is_shown_again_and_not_saved(editor, event):
    typed = opened(editor, event) | {"title": "Kept by the browser", "_again": "1"}
    response = save(editor, event, typed)
    assert "This is what you had typed. It is not saved yet" in response.text
    assert 'value="Kept by the browser"' in response.text
    assert Event.objects.get(pk=event.pk).title == "Talks"
    assert saved(save(editor, event, read_form(response)))
    assert Event.objects.get(pk=event.pk).title == "Kept by the browser"
    assert event.participations.count() == 1


def test_what_the_browser_kept_does_not_hide_what_others_changed_since(editor, event):
    typed = opened(editor, event) | {"summary": "Kept by the browser", "_again": "1"}
    by_another(event, title="Peace talks")
    response = save(editor, event, typed)
    assert "ana saved this on" in response.text
    assert "Kept by the browser</textarea>" in response.text
    assert Event.objects.get(pk=event.pk).summary == "They met."


def test_what_the_browser_kept_of_a_new_record_is_shown_again(editor):
    url = address(Organisation, "add")
    typed = read_form(editor.get(url)) | {"name": "QUNO", "_again": "1"}
    response = editor.post(url, typed)
    assert 'value="QUNO"' in response.text
    assert not Organisation.objects.exists()
    assert saved(editor.post(url, read_form(response)))
    assert Organisation.objects.get().name == "QUNO"
