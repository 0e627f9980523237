"""From draft to public by buttons that say what they do."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tests import factories as make
from tests.editor import address, errors, saved, send
from timeline.models import Event

pytestmark = pytest.mark.django_db

FUTURE = datetime(2999, 12, 3, 14, 0, tzinfo=UTC)
PAST = datetime(2001, 1, 1, tzinfo=UTC)


@pytest.fixture
def editor(client):
    client.force_login(make.make_user())
    return client


def step(editor, event, step, **values):
    return send(editor, address(Event, "change", event.pk), _step=step, **values)


def buttons(editor, event):
    text = editor.get(address(Event, "change", event.pk)).text
    return [part.partition("</button>")[0].split(">")[1] for part in text.split('name="_step"')[1:]]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "draft"}, ["Publish now", "Publish at a set moment"]),
        ({"status": "in-review"}, ["Publish now", "Publish at a set moment", "Back to draft"]),
        ({}, ["Archive", "Back to draft"]),
        ({"status": "archived"}, ["Publish as maintained again", "Back to draft"]),
        (
            {"status": "draft", "publish_at": FUTURE},
            ["Publish now", "Publish on 3 December 2999, 09:00 New York time"],
        ),
        (
            {"publish_at": FUTURE},
            ["Publish now", "Publish on 3 December 2999, 09:00 New York time", "Back to draft"],
        ),
    ],
)
def test_buttons_say_what_they_do(editor, settings, fields, words):
    settings.TIME_ZONE = "America/New_York"
    assert buttons(editor, make.make_event(**fields)) == words


def test_new_page_is_saved_as_a_draft_or_published_at_once(editor):
    url = address(Event, "add")
    assert saved(send(editor, url, title="Kept"))
    assert saved(send(editor, url, title="Shown", _step="publish-now"))
    assert Event.objects.get(title="Kept").status == "draft"
    assert Event.objects.get(title="Shown").is_public()


def test_page_is_scheduled_and_appears_when_the_clock_passes(editor):
    event = make.make_event(status="draft")
    assert saved(step(editor, event, "publish-at", publish_at="2999-12-03T14:00"))
    event.refresh_from_db()
    assert (event.status, event.publish_at) == ("published", FUTURE)
    assert not event.is_public()
    assert editor.get(event.get_absolute_url()).status_code == 404
    assert "scheduled for 3 December 2999, 14:00 UTC" in editor.get(address(Event)).text
    assert event.is_public(FUTURE)


def test_publishing_now_does_not_wait_for_the_moment_above(editor):
    event = make.make_event(publish_at=FUTURE)
    assert saved(step(editor, event, "publish-now"))
    event.refresh_from_db()
    assert event.publish_at is None
    assert event.is_public()


@pytest.mark.parametrize("typed", ["", "2001-01-01T00:00"])
def test_moment_that_is_not_to_come_is_refused_beside_its_field(editor, typed):
    event = make.make_event(status="draft")
    response = step(editor, event, "publish-at", publish_at=typed)
    assert errors(response) == {"publish_at": ["Write a moment that is still to come."]}
    assert Event.objects.get(pk=event.pk).status == "draft"


def test_page_that_would_be_over_at_once_is_refused(editor):
    event = make.make_event(status="draft", unpublish_at=PAST)
    assert [*errors(step(editor, event, "publish-now"))] == ["unpublish_at"]


def test_public_page_does_not_vanish_until_a_moment_to_come(editor):
    event = make.make_event()
    url = address(Event, "change", event.pk)
    response = send(editor, url, publish_at="2999-12-03T14:00")
    assert [*errors(response)] == ["publish_at"]
    assert Event.objects.get(pk=event.pk).is_public()


def test_taking_a_page_off_the_site_is_asked_twice(editor):
    text = editor.get(address(Event, "change", make.make_event().pk)).text
    assert text.index("Take off the site…") < text.index("Back to draft")
    draft = editor.get(address(Event, "change", make.make_event(status="in-review").pk)).text
    assert "Take off the site…" not in draft


@pytest.mark.parametrize(
    ("taken", "said"),
    [("publish-now", "Published."), ("archive", "Archived."), ("draft", "Back to draft.")],
)
def test_what_a_button_did_is_said_and_kept(editor, taken, said):
    event = make.make_event(status="in-review")
    assert saved(step(editor, event, taken))
    assert said in editor.get(address(Event)).text
    assert said in editor.get(address(Event, "history", event.pk)).text


def test_moment_of_a_draft_counts_only_with_its_button(editor):
    event = make.make_event(status="draft", publish_at=FUTURE)
    text = editor.get(address(Event, "change", event.pk)).text
    assert "counts only once it is published by its button" in text


def test_unknown_step_saves_what_was_typed(editor):
    event = make.make_event(status="draft")
    assert saved(step(editor, event, "nonsense", title="Typed"))
    event.refresh_from_db()
    assert (event.title, event.status) == ("Typed", "draft")


def test_enter_key_saves_and_does_not_publish(editor):
    text = editor.get(address(Event, "change", make.make_event(status="draft").pk)).text
    assert 0 < text.index('name="_save"') < text.index('name="_step"')


def test_many_pages_are_published_and_what_cannot_be_is_told(editor):
    draft, waiting = make.make_event(status="draft"), make.make_event(publish_at=FUTURE)
    public, over = make.make_event(), make.make_event(unpublish_at=timezone.now() - timedelta(1))
    gone = make.make_event(status="draft", removed_at=PAST)
    data = {"action": "publish", "_selected_action": [e.pk for e in Event.objects.all()]}
    said = editor.post(address(Event), data, follow=True).text
    assert "Published. 2 pages. 3 pages were left as they are" in said
    assert {event.pk for event in Event.objects.published()} == {draft.pk, waiting.pk, public.pk}
    for event in (over, gone):
        event.refresh_from_db()
        assert not event.is_public()
