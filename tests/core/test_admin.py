"""What holds for every record in the admin; what is theirs alone is tested with each app."""

import re

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organisations.models import AreaOfWork, Organisation, Place
from peaceportal.core import long_lists
from peaceportal.core.listing import ListAdmin
from peaceportal.core.models import AuditEntry, MissedAddress, OldSlug, User
from peaceportal.core.publishing import Page, Part
from tests import factories as make
from tests.editor import address, errors, read_form, saved, send
from tests.rich_records import RICH
from timeline import models as timeline

pytestmark = pytest.mark.django_db


PAGES = [model for model in RICH if issubclass(model, Page)]
PARTS = [model for model in RICH if issubclass(model, Part)]

# Django's own form of an account prints a variable that it does not define.
UNDEFINED = {User: pytest.mark.ignore_template_errors}

every_model = pytest.mark.parametrize(
    "model",
    [pytest.param(model, id=model.__name__, marks=UNDEFINED.get(model, ())) for model in RICH],
)
every_page = pytest.mark.parametrize("model", PAGES, ids=lambda model: model.__name__)


@pytest.fixture
def editor(client):
    client.force_login(make.make_user())
    return client


def inline_code(response):
    """What a strict Content-Security-Policy would block: what is inline and lacks its nonce."""
    html, policy = response.text, response.headers["Content-Security-Policy"]
    for nonce in set(re.findall(r"'nonce-([^']+)'", policy)):
        html = html.replace(f'nonce="{nonce}"', 'src=""')
    return [
        *re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", html),
        *re.findall(r"<style(?![^>]*\bsrc=)[^>]*>", html),
        *re.findall(r"<[^>]+\s(?:style|on[a-z]+)=[^>]*>", html),
    ]


def test_every_registered_record_is_in_these_tests():
    assert set(admin.site._registry) == set(RICH)


@pytest.mark.one_database
@every_model
def test_list_add_and_change_pages_open_with_nothing_inline(editor, model):
    record = RICH[model]("First", 2)
    addresses = [address(model), address(model, "change", record.pk)]
    addresses.append(address(model, "history", record.pk))
    if model not in {AuditEntry, MissedAddress, OldSlug}:
        addresses.append(address(model, "add"))
    for url in addresses:
        response = editor.get(url)
        assert response.status_code == 200, url
        assert inline_code(response) == []
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]


@every_model
def test_list_takes_search_and_filters(editor, model):
    RICH[model]("First", 1)
    shown = editor.get(address(model))
    filters = [
        choice["query_string"]
        for spec in shown.context["cl"].filter_specs
        for choice in spec.choices(shown.context["cl"])
    ]
    columns = len(shown.context["cl"].list_display)
    orders = [f"?o={sign}{column}" for column in range(columns) for sign in ("", "-")]
    searches = ["?q=first", "?q=no+such+thing", "?q=%22two+words%22", "?q=%27"]
    for query in [*filters, *orders, *searches, "?_facets=True", "?all=", "?p=1"]:
        assert editor.get(address(model) + query).status_code == 200, query


JUNK = [
    *("q=%00", "q=" + "x" * 7_500, "q=" + "+".join("ab" * 1_800), "q=%F0%9F%95%8A" * 50),
    *("p=0", "p=-1", "p=99999999999999999999", "p=x", "p=%00", "o=99.-99.x", "o=%00", "all=x"),
    *("e=1", "_facets=%00", "_popup=%00", "_to_field=nonsense", "nonsense=1", "nonsense__x=1"),
    *("status__exact=%00", "kind__exact=nonsense", "kind__exact=a&kind__exact=b", "status="),
    *("removed=%00", "removed=nonsense", "area=%00", "area=99999999999999999999", "area=-1"),
    *("id__exact=%00", "id__exact=99999999999999999999", "id__in=99999999999999999999", "id="),
    *("uid=nonsense", "uid__exact=%00", "happened=nonsense", "happened__gt=nonsense"),
    *("title__regex=(", "name__regex=(", "name__iregex=(", "created_at__year=99999"),
    *("created_at__exact=nonsense", "publish_at__isnull=nonsense", "areas__id__exact=x"),
    *("areas__id__exact=99999999999999999999", "areas__in=99999999999999999999"),
    *("parent__exact=x", "parent__id__exact=99999999999999999999", "sources__title=x"),
    *("area__id__exact=99999999999999999999", "area__id__exact=%00", "event__title__regex=("),
    *("at__gte=nonsense", "at__gte=%00", "at__lt=99999", "kind__gte=%00"),
    *("happened__gte=nonsense", "created_at__lt=99999-99-99", "areas__gte=x", "id__gte=1e99"),
    *("username__exact=%00", "name__exact=%00", "slug__exact=%00", "password__startswith=a"),
    *("title__exact=%00", "title__exact=" + "x" * 7_500, "text=%00", "is_staff__exact=%00"),
]


@pytest.mark.django_db(transaction=True)
@every_model
def test_list_survives_whatever_stands_in_its_address(editor, model):
    RICH[model]("First", 1)
    leads_to = set()
    for query in JUNK:
        response = editor.get(f"{address(model)}?{query}")
        if response.status_code == 302:
            leads_to.add(response.url)
        else:
            assert response.status_code in {200, 400, 404}, query
    for url in leads_to:
        assert editor.get(url, follow=True).status_code == 200, url


@every_model
def test_add_form_survives_whatever_its_address_suggests(editor, model):
    if model in {AuditEntry, MissedAddress, OldSlug}:
        return
    area = make.make_area()
    names = {field.name for field in model._meta.get_fields()}
    for value in ("x", "\0", "99999999999999999999", "1,x", "", "-1", "[]"):
        suggested = dict.fromkeys(names, value)
        assert editor.get(address(model, "add"), suggested).status_code == 200, value
    if {"area", "areas"} & names:
        name = "area" if "area" in names else "areas"
        form = read_form(editor.get(f"{address(model, 'add')}?{name}={area.pk}"))
        assert form.get(name) in (str(area.pk), [str(area.pk)])


@pytest.mark.one_database
@every_model
def test_change_page_of_nothing_leads_back(editor, model):
    for pk in ("0", "x", "99999999999999999999", "_00", "%00"):
        for page in ("change", "history", "delete"):
            url = address(model, page, 1).replace("/1/", f"/{pk}/")
            assert editor.get(url, follow=True).status_code in {200, 403, 404}, url


def queries(client, url):
    client.get(url)  # what is kept in memory is read once
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return captured


WAYS = ["", "?q=talks", "?o=1", "?o=-1", "?all="]
OF_PAGES = ["?removed=no", "?status__exact=published"]


@pytest.mark.one_database
@every_model
def test_list_asks_as_often_for_three_rows_as_for_one(editor, model):
    ways = WAYS + OF_PAGES if model in PAGES else WAYS

    def asked():
        return {way: len(queries(editor, address(model) + way)) for way in ways}

    RICH[model]("First talks", 3)
    one = asked()
    RICH[model]("Second talks", 3)
    RICH[model]("Third talks", 3)
    assert asked() == one
    assert max(one.values()) <= 12


LONG = 5


@pytest.fixture
def short_pages(monkeypatch):
    """Lists of two rows a page, of which no more than five are counted."""
    monkeypatch.setattr(long_lists, "MOST_COUNTED", LONG)
    monkeypatch.setattr(ListAdmin, "list_per_page", 2)
    monkeypatch.setattr(ListAdmin, "list_max_show_all", 2)


def titles(response):
    return [str(row) for row in response.context["cl"].result_list]


def test_long_list_is_leafed_through_to_its_end(editor, short_pages):
    for number in range(7):
        make.make_event(title=f"Talks {number}", happened=f"195{number}")
    shown = [titles(editor.get(address(timeline.Event), {"p": page})) for page in range(1, 5)]
    assert shown == [
        ["Talks 6", "Talks 5"],
        ["Talks 4", "Talks 3"],
        ["Talks 2", "Talks 1"],
        ["Talks 0"],
    ]
    assert "7 events" in editor.get(address(timeline.Event)).text
    assert editor.get(address(timeline.Event), {"p": 5}, follow=True).status_code == 200


@pytest.mark.parametrize(
    "query", [{"q": "talks"}, {"status__exact": "published"}, {"time": "195X"}]
)
def test_long_list_that_is_narrowed_says_where_it_is_cut(editor, short_pages, query):
    for number in range(7):
        make.make_event(title=f"Talks {number}", happened=f"195{number}")
    shown = editor.get(address(timeline.Event), query)
    assert titles(shown) == ["Talks 6", "Talks 5"]
    said = "The first 5 events. Choose a filter or search for something rarer to see others."
    assert said in shown.text
    assert "more than 5 results" in shown.text
    assert "Select all 5 events" not in shown.text
    assert "across all pages" not in shown.text
    assert titles(editor.get(address(timeline.Event), query | {"p": 3})) == ["Talks 2"]


@pytest.mark.parametrize(("number", "is_refused"), [(LONG, False), (LONG + 1, True)])
def test_all_of_a_list_that_is_cut_cannot_be_chosen_by_hand(
    editor, short_pages, number, is_refused
):
    events = [make.make_event(title=f"Talks {one}", happened="1953") for one in range(number)]
    response = editor.post(
        address(timeline.Event) + "?q=talks",
        {"action": "archive", "select_across": "1", "_selected_action": [events[0].pk]},
        follow=True,
    )
    refused = "Nothing was done: this list holds more than can be shown"
    assert (refused in response.text) == is_refused
    archived = timeline.Event.objects.filter(status="archived").count()
    assert archived == (0 if is_refused else number)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="how SQLite reads is asked")
def test_events_of_one_kind_are_read_in_order_by_an_index(editor):
    """Of a rare kind the desk reads all: to walk through the others took most of the time."""
    make.make_event(kind="observance")
    with CaptureQueriesContext(connection) as context:
        editor.get(address(timeline.Event), {"kind__exact": "observance"})
    asked = [one["sql"] for one in context if '"kind" = ' in one["sql"]]
    assert len(asked) == 1
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {asked[0]}")
        steps = [step for *_, step in cursor]
    assert "timeline_event_of_kind" in steps[0]
    assert not any("TEMP B-TREE" in step for step in steps)


def test_narrowed_list_that_is_not_long_is_counted_to_its_end(editor, short_pages):
    for number in range(LONG):
        make.make_event(title=f"Talks {number}", happened=f"195{number}")
    make.make_event(title="Meeting", happened="1960")
    shown = editor.get(address(timeline.Event), {"q": "talks"})
    assert "5 results" in shown.text
    assert "more than" not in shown.text
    assert "Select all 5 events" in shown.text
    assert titles(editor.get(address(timeline.Event), {"q": "talks", "p": 3})) == ["Talks 0"]


def test_search_finds_each_word_anywhere_and_each_record_once(editor):
    event = make.make_event(title="Round of talks", summary="In Geneva")
    make.make_event(title="Other talks")
    for value in ("S/1953/1", "S/1953/2"):
        make.make_identifier(page=event, scheme=value, value=value)
    for words in ("talks geneva", "s/1953", '"round of" s/1953', "1953 GENEVA talks"):
        assert titles(editor.get(address(timeline.Event), {"q": words})) == ["Round of talks"], (
            words
        )
    assert titles(editor.get(address(timeline.Event), {"q": '"talks geneva"'})) == []


def test_lists_are_in_the_order_of_the_site(editor):
    for name in ("Zagreb office", "Évian office", "Eritrea office"):
        make.make_organisation(name=name)
    first = editor.get(address(Organisation), {"o": "1"})
    assert titles(first) == ["Eritrea office", "Évian office", "Zagreb office"]
    last = editor.get(address(Organisation), {"o": "-1"})
    assert titles(last) == titles(first)[::-1]


@pytest.mark.one_database
@every_model
def test_form_asks_as_often_for_three_rows_as_for_one(editor, model):
    one = queries(editor, address(model, "change", RICH[model]("First", 1).pk))
    three = queries(editor, address(model, "change", RICH[model]("Second", 3).pk))
    assert len(three) == len(one), "\n".join(q["sql"][:300] for q in three.captured_queries)
    assert len(one) <= 20


@every_page
def test_pages_are_never_deleted_but_removed_and_put_back(editor, model):
    page = RICH[model]("First", 1)
    others = model.objects.exclude(pk=page.pk)
    public = others.filter(removed_at=None).count()
    assert editor.post(address(model, "delete", page.pk), {"post": "yes"}).status_code == 403

    def act(action):
        data = {"action": action, "_selected_action": [page.pk]}
        return editor.post(address(model), data, follow=True)

    said = act("remove").text
    assert "” was removed from the site." in said
    assert f'<a href="{address(type(page), "change", page.pk)}">Open it to put it back</a>' in said
    page.refresh_from_db()
    assert page.removed_at
    assert not page.is_public()
    assert others.filter(removed_at=None).count() == public
    assert [
        p.pk for p in editor.get(address(model), {"removed": "yes"}).context["cl"].result_list
    ] == [page.pk]
    assert page not in editor.get(address(model), {"removed": "no"}).context["cl"].result_list
    history = editor.get(address(model, "history", page.pk))
    assert "Removed from the site." in history.text

    assert "” was put back." in act("put_back").text
    page.refresh_from_db()
    assert page.is_public()
    assert LogEntry.objects.count() == 2
    assert "0 pages were put back." in act("put_back").text
    assert "delete_selected" not in editor.get(address(model)).text


@pytest.mark.parametrize("model", PARTS, ids=lambda model: model.__name__)
def test_parts_are_never_deleted(editor, model):
    part = RICH[model]("First", 1)
    assert editor.post(address(model, "delete", part.pk), {"post": "yes"}).status_code == 403
    assert "delete_selected" not in editor.get(address(model)).text


@every_page
def test_view_on_site_is_offered_for_what_anyone_may_see(editor, model):
    page = RICH[model]("First", 1)
    url = address(model, "change", page.pk)
    link = reverse(
        "admin:view_on_site", args=[ContentType.objects.get_for_model(model).pk, page.pk]
    )
    assert link in editor.get(url).text
    assert editor.get(link).url.endswith(page.get_absolute_url())
    model.objects.filter(pk=page.pk).update(status="draft")
    assert link not in editor.get(url).text


@every_page
def test_record_says_what_nobody_edits(editor, model):
    page = RICH[model]("First", 1)
    response = editor.get(address(model, "change", page.pk))
    assert str(page.uid) in response.text
    told = {"uid", "revision", "first_public_at", "removed_at", "created_at", "updated_at"}
    assert not told & set(read_form(response))
    assert saved(send(editor, address(model, "change", page.pk), uid="x", revision="99"))
    page.refresh_from_db()
    assert page.revision < 99


@every_page
def test_addresses_that_are_taken_are_refused(editor, model):
    taken, other = RICH[model]("First", 1), RICH[model]("Second", 1)
    old = taken.slug
    taken.slug = "moved"
    taken.save()
    url = address(model, "change", other.pk)
    assert errors(send(editor, url, slug="moved")) == {
        "slug": ["Another page of this kind already has this address."]
    }
    assert errors(send(editor, url, slug=old)) == {
        "slug": [
            "This address belonged to another page once and leads there for ever. "
            "Choose another one."
        ]
    }
    said = errors(send(editor, url, slug="Not / an address"))
    assert said == {
        "slug": ["Use letters, figures and hyphens alone, for example “not-an-address”."]
    }
    assert [*errors(send(editor, url, slug="x" * 81))] == ["slug"]
    assert saved(send(editor, url, slug=""))
    other.refresh_from_db()
    assert other.slug == "second"


@every_page
def test_texts_that_cannot_be_kept_get_a_sentence(editor, model):
    page = RICH[model]("First", 1)
    url, name = address(model, "change", page.pk), model.title_field
    assert [*errors(send(editor, url, **{name: ""}))] == [name]
    assert [*errors(send(editor, url, **{name: "x" * 501}))] == [name]
    assert "Null characters are not allowed." in errors(send(editor, url, **{name: "a\0b"}))[name]
    assert errors(send(editor, url, language="?")) == {
        "language": ["Write the code of a language, for example en, fr, ar or pt-BR (BCP 47)."]
    }
    assert [*errors(send(editor, url, status="secret"))] == ["status"]
    long_title = 'نص <script>alert("x")</script> ' * 16
    assert saved(send(editor, url, **{name: long_title, "renaming": "correction"}))


@pytest.mark.parametrize(
    "model",
    [AreaOfWork, Organisation, Place],
    ids=lambda model: model.__name__,
)
def test_nothing_is_part_of_itself(editor, model):
    page = RICH[model]("First", 1)
    beneath = RICH[model]("Second", 1)
    model.objects.filter(pk=beneath.pk).update(parent=page)
    url = address(model, "change", page.pk)
    assert [*errors(send(editor, url, parent=page.pk))] == ["parent"]
    assert errors(send(editor, url, parent=beneath.pk)) == {
        "parent": ["Second lies beneath this record itself. Choose another."]
    }
    assert [*errors(send(editor, url, parent="x"))] == ["parent"]
    assert [*errors(send(editor, url, parent="99999999999999999999"))] == ["parent"]


@every_page
def test_script_in_a_title_is_text_everywhere(editor, model):
    title = "<script>alert(1)</script>"
    page = RICH[model](title, 1)
    for url in (
        address(model),
        address(model, "change", page.pk),
        address(model, "history", page.pk),
        address(model) + "?q=%3Cscript%3E",
        reverse("admin:index"),
    ):
        text = editor.get(url).text
        assert "<script>alert" not in text
    assert "&lt;script&gt;" in editor.get(address(model)).text


def test_autocomplete_answers_with_data_that_no_browser_runs(editor):
    make.make_organisation(name="<script>alert(1)</script>")
    response = find(editor, timeline.Participation, "organisation", "script")
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert [found["text"] for found in response.json()["results"]] == ["<script>alert(1)</script>"]


def find(client, model, field, term, **more):
    parameters = {
        "app_label": model._meta.app_label,
        "model_name": model._meta.model_name,
        "field_name": field,
        "term": term,
    }
    return client.get(reverse("admin:autocomplete"), parameters | more)


@pytest.mark.django_db(transaction=True)
@every_model
def test_autocomplete_takes_any_term(editor, model):
    for name in admin.site._registry[model].autocomplete_fields:
        for term in ("", "a", "\0", "x" * 7_500, "a b " * 1_200, "%", "'", '"', "\\"):
            assert find(editor, model, name, term).status_code == 200, (name, term)
        assert find(editor, model, name, "a", page="x").status_code == 404


def test_admin_says_whose_it_is(editor):
    text = editor.get(reverse("admin:index")).text
    assert "Peace Portal" in text
    assert "Django administration" not in text
    assert "ization" not in text


def test_visitors_are_led_to_the_sign_in(client):
    response = client.get(address(timeline.Event))
    assert response.status_code == 302
    assert response.url.startswith(reverse("admin:login"))


def test_staff_do_only_what_they_are_allowed_to(client):
    event = make.make_event()
    client.force_login(make.make_user(is_superuser=False))
    assert client.get(address(timeline.Event)).status_code == 403
    assert client.get(address(timeline.Event, "change", event.pk)).status_code == 403
    data = {"action": "remove", "_selected_action": [event.pk]}
    assert client.post(address(timeline.Event), data).status_code == 403
    event.refresh_from_db()
    assert event.removed_at is None


def test_old_addresses_are_read_and_not_edited(editor):
    event = make.make_event(slug="before")
    event.slug = "after"
    event.save()
    old = OldSlug.objects.get()
    url = address(OldSlug, "change", old.pk)
    for text in (editor.get(address(OldSlug)).text, editor.get(url).text):
        assert "before" in text
        assert f'<a href="{address(timeline.Event, "change", event.pk)}">{event.title}</a>' in text
        assert "timeline.event" not in text.partition("<main")[2].replace(
            "?model=timeline.event", ""
        )
    assert editor.post(url, {"slug": "other"}).status_code == 403
    assert editor.post(address(OldSlug, "delete", old.pk), {"post": "yes"}).status_code == 403
    assert editor.get(address(OldSlug, "add")).status_code == 403


HUGE = "9" * 20


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("selected", ["abc", HUGE, "", "-1"])
def test_action_on_what_is_no_row_does_nothing(editor, selected):
    event = make.make_event()
    form = {"action": "remove", "_selected_action": selected}
    response = editor.post(address(timeline.Event), form)
    assert response.status_code in {200, 302}
    assert timeline.Event.objects.published().get() == event


def test_number_that_no_row_can_have_is_refused_beside_its_field(editor):
    page = editor.get(address(timeline.Event, "add"))
    form = {**read_form(page), "title": "Kept", "areas": [HUGE], "places": ["abc"]}
    response = editor.post(address(timeline.Event, "add"), form)
    assert response.status_code == 200
    assert {"areas", "places"} <= errors(response).keys()
    assert read_form(response)["title"] == "Kept"
