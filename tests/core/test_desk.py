"""What editors meet beside the records themselves: the index, filters, columns and messages."""

from datetime import UTC, datetime

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.urls import reverse

from organisations import models as organisations
from peaceportal.core.standing import advice, standing
from tests import factories as make
from tests.editor import address, saved, send
from timeline import models as timeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    client.force_login(make.make_user())
    return client


def listed(editor, model, **query):
    shown = editor.get(address(model), query)
    assert shown.status_code == 200
    return sorted(str(record) for record in shown.context["cl"].result_list)


def choices(editor, model, title, **query):
    """The words of the filter `title`, the depth of each, and which is chosen."""
    changelist = editor.get(address(model), query).context["cl"]
    spec = next(spec for spec in changelist.filter_specs if str(spec.title) == title)
    return [
        (choice["display"], choice["depth"], choice["selected"])
        for choice in spec.choices(changelist)
    ]


# The index


def test_index_stands_in_the_order_of_an_editor(editor):
    apps = editor.get(reverse("admin:index")).context["app_list"]
    assert [str(app["name"]) for app in apps] == [
        "Pages of the site",
        "Sources, and what stands on pages",
        "Accounts and old addresses",
    ]
    assert [[str(model["name"]) for model in app["models"]] for app in apps[:2]] == [
        ["Events", "Organisations", "Areas of work", "Places", "Series of events"],
        [
            *("Sources", "Activities", "Quotations", "Resources", "Documents"),
            *("Engagements", "Successions"),
        ],
    ]
    last = {entry["model"] for entry in apps[-1]["models"]}
    assert len(last) + 12 == len(admin.site._registry)


def test_index_shows_only_what_one_may_see(client):
    user = make.make_user(is_superuser=False)
    user.user_permissions.add(Permission.objects.get(codename="view_place"))
    client.force_login(user)
    response = client.get(reverse("admin:index"))
    names = [str(model["name"]) for app in response.context["app_list"] for model in app["models"]]
    assert names == ["Places"]
    assert address(timeline.Event) not in response.text


def test_admin_of_one_app_still_answers(editor):
    assert "Events" in editor.get(reverse("admin:app_list", args=["timeline"])).text


# By time


def make_events():
    make.make_event(title="Process", happened="1948/1960")
    make.make_event(title="Armistice", happened="1953-07-27")
    make.make_event(title="New Year", happened="1960-01-01")
    make.make_event(title="Since", happened="1999/..")
    make.make_event(title="Until", happened="../1949")
    make.make_event(title="Nobody knows", happened="")


@pytest.mark.parametrize(
    ("time", "found"),
    [
        ("194X", ["Process", "Until"]),
        ("195X", ["Armistice", "Process"]),
        ("1953", ["Armistice", "Process"]),
        ("1959", ["Process"]),
        ("196X", ["New Year", "Process"]),
        ("1960", ["New Year", "Process"]),
        ("199X", ["Since"]),
    ],
)
def test_events_are_filtered_by_overlap(editor, time, found):
    make_events()
    assert listed(editor, timeline.Event, time=time) == found


def test_decades_are_those_of_the_events_and_open_up_into_years(editor):
    make_events()
    title = "decade and year"
    decades = ["1990s", "1960s", "1950s", "1940s"]
    assert [words for words, *_ in choices(editor, timeline.Event, title)] == ["All", *decades]
    opened = choices(editor, timeline.Event, title, time="194X")
    assert opened[4:] == [
        ("1940s", 0, True),
        ("1949", 1, False),
        ("1948", 1, False),
    ]
    within = choices(editor, timeline.Event, title, time="1949")
    assert [words for words, _depth, chosen in within if chosen] == ["1949"]


@pytest.mark.parametrize("time", ["", "x", "18XX", "1953-07", "1870", "\0", "195X\0", "9" * 20])
def test_time_that_is_not_offered_filters_nothing(editor, time):
    make_events()
    assert len(listed(editor, timeline.Event, time=time)) == 6


def test_time_filter_is_left_out_where_no_date_is_known(editor):
    make.make_event(happened="")
    titles = [
        str(spec.title) for spec in editor.get(address(timeline.Event)).context["cl"].filter_specs
    ]
    assert "decade and year" not in titles


def make_bodies():
    make.make_organisation(name="Ended", founded="1945", ended="1958", state="ended")
    make.make_organisation(name="Going on", founded="1992")
    make.make_organisation(name="End unknown", founded="1991", state="ended")
    make.make_organisation(name="Founding unknown", ended="2014", state="ended")
    make.make_organisation(name="Nothing known")
    make.make_organisation(name="Nothing known of its end", state="ended")


@pytest.mark.parametrize(
    ("after", "before", "found"),
    [
        ("1900-01-01", "1944-12-31", []),
        ("1900-01-01", "1945-01-01", ["Ended"]),
        ("1950-01-01", "1951-01-01", ["Ended"]),
        ("1958-12-31", "1990-12-31", ["Ended"]),
        ("1959-01-01", "1990-12-31", []),
        ("1991-06-01", "1992-01-01", ["End unknown", "Going on"]),
        ("1993-01-01", "1993-12-31", ["Going on"]),
        ("2014-01-01", "2014-01-31", ["Founding unknown", "Going on"]),
        ("2050-01-01", None, ["Going on"]),
        (None, "1950-01-01", ["Ended"]),
    ],
)
def test_lives_of_organisations_overlap_a_time(after, before, found):
    make_bodies()
    bodies = organisations.Organisation.objects.existing_within(after, before)
    assert sorted(body.name for body in bodies) == found


def test_organisations_are_filtered_by_their_life(editor):
    make_bodies()
    body = organisations.Organisation
    assert listed(editor, body, time="195X") == ["Ended"]
    assert listed(editor, body, time="201X") == ["Founding unknown", "Going on"]
    words = [words for words, *_ in choices(editor, body, "decade and year of its life")]
    assert words == ["All", "2010s", "2000s", "1990s", "1950s", "1940s"]


def test_areas_of_the_filter_lie_beneath_their_parents(editor):
    wide = make.make_area(name="Peace")
    make.make_area(name="Mediation", parent=wide)
    found = choices(editor, timeline.Event, "area of work", area=wide.pk)
    assert found == [("All", 0, False), ("Peace", 0, True), ("Mediation", 1, False)]


# How a page stands

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
EARLIER, LATER = datetime(2024, 4, 1, tzinfo=UTC), datetime(2024, 6, 1, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "key", "words"),
    [
        ({"status": "draft"}, "draft", "draft"),
        ({"status": "in-review"}, "in-review", "in review"),
        ({"status": "published"}, "published", "published"),
        ({"status": "archived"}, "archived", "archived"),
        ({"publish_at": LATER}, "scheduled", "scheduled for 1 June 2024, 09:30 UTC"),
        ({"publish_at": NOW}, "published", "published"),
        ({"status": "draft", "publish_at": LATER}, "draft", "draft"),
        ({"unpublish_at": EARLIER}, "over", "taken down on 1 April 2024, 00:00 UTC"),
        ({"unpublish_at": NOW}, "over", "taken down on 1 May 2024, 12:00 UTC"),
        ({"unpublish_at": LATER}, "published", "published"),
        ({"removed_at": EARLIER}, "removed", "removed"),
        ({"removed_at": EARLIER, "status": "draft"}, "removed", "removed"),
    ],
)
def test_standing_of_a_page_in_words(fields, key, words):
    event = make.make_event(**fields)
    assert standing(event, NOW) == (key, words)
    assert event.is_public(NOW) == (advice(event, NOW) == "")


def test_merged_page_is_not_offered_to_be_put_back(editor):
    kept, merged = make.make_area(name="Kept"), make.make_area(name="Merged")
    organisations.AreaOfWork.objects.filter(pk=merged.pk).update(
        removed_at=EARLIER, merged_into=kept
    )
    text = editor.get(address(organisations.AreaOfWork, "change", merged.pk)).text
    assert "was merged into another one" in text
    assert "Put it back" not in text
    assert "removed: merged into another page" in editor.get(address(organisations.AreaOfWork)).text


def test_list_and_form_say_that_a_page_is_removed(editor):
    event = make.make_event()
    timeline.Event.objects.remove()
    assert ">removed</span>" in editor.get(address(timeline.Event)).text
    text = editor.get(address(timeline.Event, "change", event.pk)).text
    assert "This page was removed" in text
    assert "Put it back" in text


def test_list_of_events_says_when_what_and_who(editor):
    bodies = [make.make_organisation(name=f"Body {n}") for n in range(5)]
    event = make.make_event(happened="1953~", areas=[make.make_area()], organisations=bodies)
    make.make_participation(event=event, organisation=bodies[0], role="convened")
    text = editor.get(address(timeline.Event)).text
    for words in ("about 1953", "meeting", "Peacebuilding", "published", "and 2 more"):
        assert words in text
    assert text.count("Body 0") == 1


# After saving


def messages(response):
    return [str(message) for message in response.context["messages"]]


def save(editor, **fields):
    url = address(timeline.Event, "add")
    assert saved(send(editor, url, title="Talks", sources=[make.make_source().pk], **fields))
    return messages(editor.get(address(timeline.Event)))


def test_saving_a_public_page_leads_to_it(editor):
    said = save(editor, status="published")
    assert '<a href="/timeline/talks/">Open its page on the site</a>' in said[0]
    assert editor.get("/timeline/talks/").status_code == 200


def test_saving_a_draft_says_that_only_staff_see_it(editor):
    said = save(editor, status="draft")
    assert said[0].startswith("This is a draft: only staff see it.")
    assert "/timeline/talks/" not in said[0]


def test_saving_a_scheduled_page_says_from_when_on(editor):
    said = save(editor, status="published", publish_at="2999-01-01T09:00")
    assert said[0] == "Visitors do not see this yet: it is scheduled for 1 January 2999, 09:00 UTC."


def test_saving_in_a_window_for_one_field_says_nothing(editor):
    url = address(timeline.EventSeries, "add") + "?_popup=1"
    send(editor, url, name="Talks")
    assert messages(editor.get(reverse("admin:index"))) == []


def test_first_and_last_years_of_the_calendar_do_not_stop_a_list(editor):
    make.make_event(title="First", happened="0005")
    make.make_event(title="Last", happened="9999")
    response = editor.get("/admin/timeline/event/")
    assert response.status_code == 200
    assert "First" in editor.get("/admin/timeline/event/?time=0005").text
