"""What was renamed, removed or merged: at its old address, at `/id/`, as a parameter, in a feed."""

import feedparser
import pytest
from django.core.cache import cache
from django.utils import timezone

from organisations.models import Place
from tests.factories import make_area, make_event, make_organisation, make_place
from tests.reading import content_of, results_of, text_of, titles_of

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

FORMS = ["atom", "ics", "csv", "json", "bib", "ris", "txt"]
PARAMETERS = [
    ("area", make_area, "areas", "/areas/"),
    ("place", make_place, "places", "/places/"),
    ("organisation", make_organisation, "organisations", "/organisations/"),
]


def rename(page, kept):
    page.slug = "renamed"
    page.save()


def rename_twice(page, kept):
    for slug in ("between", "renamed"):
        page.slug = slug
        page.save()


def remove(page, kept):
    type(page).objects.filter(pk=page.pk).remove()


def delete(page, kept):
    type(page).objects.filter(pk=page.pk).delete()


def merge(page, kept):
    page.removed_at, page.merged_into = timezone.now(), kept
    page.save()


def rename_and_merge_into_one_that_is_merged(page, kept):
    rename(page, kept)
    kind = {"kind": page.kind} if isinstance(page, Place) else {}
    between = type(page).objects.create(name="Between", status="published", **kind)
    merge(page, between)
    merge(between, kept)


def merge_into_what_is_removed(page, kept):
    merge(page, kept)
    remove(kept, None)


def put_back(page, kept):
    remove(page, kept)
    type(page).objects.filter(pk=page.pk).put_back()


# What happened, where the path and `/id/` lead or the status there, and what the parameter means.
MOVES = [
    (rename, "renamed", "page"),
    (rename_twice, "renamed", "page"),
    (remove, 410, None),
    (delete, 410, None),
    (merge, "kept", "kept"),
    (rename_and_merge_into_one_that_is_merged, "kept", "kept"),
    (merge_into_what_is_removed, 410, None),
    (put_back, 200, "page"),
]


@pytest.fixture(autouse=True)
def forget_limits():
    cache.clear()


@pytest.mark.parametrize(
    ("move", "leads_to", "means"), MOVES, ids=[move.__name__ for move, *_rest in MOVES]
)
@pytest.mark.parametrize(("parameter", "make", "relation", "prefix"), PARAMETERS)
def test_page_that_moved(client, parameter, make, relation, prefix, move, leads_to, means):
    page, kept = make(name="Page", slug="page"), make(name="Kept", slug="kept")
    if move is not delete:  # nothing can be deleted that an event names
        make_event(title="Of the page", **{relation: [page]})
    make_event(title="Of the one kept", **{relation: [kept]})
    move(page, kept)

    path = client.get(f"{prefix}page/")
    permanent = client.get(f"/id/{page.uid}/")
    if isinstance(leads_to, str):
        for answer in (path, permanent):
            assert (answer.status_code, answer.url) == (301, f"{prefix}{leads_to}/")
    else:
        assert path.status_code == leads_to
        assert permanent.status_code == (301 if leads_to == 200 else leads_to)

    html = client.get(f"/timeline/?{parameter}=page")
    assert html.status_code == 200
    titles = {"page": "Of the page", "kept": "Of the one kept", None: None}
    if means:
        slug = leads_to if isinstance(leads_to, str) else "page"
        assert titles_of(html) == [titles[means]]
        assert f'rel="canonical" href="http://127.0.0.1:8000/timeline/?{parameter}={slug}"' in (
            html.text
        )
    else:
        assert "“page” here. It was left out." in text_of(html)
    for form in FORMS:
        answer = client.get(f"/timeline.{form}?{parameter}=page")
        said = content_of(answer).decode()
        if means:
            assert answer.status_code == 200, form
            assert form in {"bib", "ris", "txt"} or titles[means] in said
            assert "1 event" in said or form not in {"bib", "ris", "txt"}
        else:
            assert answer.status_code == 400, form
            assert "“page” here. It was left out." in said
    if parameter != "organisation":
        listed = client.get(f"/organisations.json?{parameter}=page")
        assert listed.status_code == (200 if means else 400)


def test_slug_of_a_draft_or_of_what_was_merged_unseen_means_nothing(client):
    area = make_area(name="Kept", slug="kept")
    make_area(name="Draft", slug="draft", status="draft")
    make_area(
        name="Unseen", slug="unseen", status="draft", removed_at=timezone.now(), merged_into=area
    )
    for slug in ("draft", "unseen"):
        assert client.get(f"/timeline.json?area={slug}").status_code == 400
        assert "Kept" not in results_of(client.get(f"/timeline/?area={slug}"))


def test_two_slugs_of_one_page_ask_for_it_once(client):
    area = make_area(name="Mediation", slug="first")
    make_event(areas=[area])
    rename(area, None)
    body = client.get("/timeline.json?area=first&area=renamed").json()
    assert (body["count"], body["query"]) == (1, {"area": ["renamed"]})


def entries(client):
    feed = feedparser.parse(client.get("/timeline.atom").content)
    return {entry.id: entry.link for entry in feed.entries}


@pytest.mark.parametrize(
    ("move", "address"),
    [(rename, "renamed"), (rename_twice, "renamed"), (put_back, "page")],
)
def test_entry_of_a_feed_keeps_its_identity(client, move, address):
    event = make_event(slug="page")
    (before,) = entries(client)
    assert before == f"urn:uuid:{event.uid}"
    move(event, None)
    assert entries(client) == {before: f"http://127.0.0.1:8000/timeline/{address}/"}
    calendar = content_of(client.get("/timeline.ics")).decode()
    assert f"UID:{event.uid}" in calendar
    assert client.get("/timeline.json").json()["results"][0]["uid"] == str(event.uid)


@pytest.mark.parametrize("move", [remove, delete, merge])
def test_entry_of_what_is_gone_leaves_the_feed_and_the_link_in_a_reader_still_answers(client, move):
    event, kept = make_event(slug="page"), make_event(title="Kept", slug="kept")
    link = entries(client)[f"urn:uuid:{event.uid}"].removeprefix("http://127.0.0.1:8000")
    move(event, kept)
    assert list(entries(client)) == [f"urn:uuid:{kept.uid}"]
    assert str(event.uid) not in content_of(client.get("/timeline.ics")).decode()
    for address in (link, f"/id/{event.uid}/"):
        answer = client.get(address)
        if move is merge:
            assert (answer.status_code, answer.url) == (301, "/timeline/kept/")
        else:
            assert answer.status_code == 410
