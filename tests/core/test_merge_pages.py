"""Merging at the desk: where it is offered, what it says before and after, and who may."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organisations.models import AreaOfWork, Organisation, Place
from peaceportal.core.merging.doing import merge
from peaceportal.core.merging.merges import Merge
from peaceportal.core.merging.undoing import undo
from peaceportal.core.roles import EDITOR
from peaceportal.core.versions.capture import one_version
from peaceportal.core.versions.restoring import restore
from peaceportal.core.versions.snapshots import snapshot, versions_of
from tests import factories as make
from tests.editor import add_rows, address, read_form
from tests.rich_records import RICH
from timeline.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

KINDS = [Organisation, AreaOfWork, Place]


@pytest.fixture
def publisher(client):
    client.force_login(make.make_user(username="ana"))
    return client


def merge_address(merged, kept):
    return f"{address(type(merged), 'merge', merged.pk)}?into={kept.pk}"


def press(client, merged, kept, **values):
    url = merge_address(merged, kept)
    return client.post(url, read_form(client.get(url)) | values, follow=True)


@pytest.fixture
def two():
    """Two records of one body, in public."""
    one = make.make_organisation(name="Afr. Union", acronym="OAU", summary="Fifty-five states.")
    other = make.make_organisation(name="African Union", acronym="AU")
    for number in range(7):
        event = make.make_event(title=f"Summit {number}", organisations=[one])
    make.make_participation(event=event, organisation=other)
    make.make_organisation(name="Peace Council", parent=one)
    make.make_identifier(page=one, scheme="ror", value="05qghxh33")
    return one, other


# From the form to the button


@pytest.mark.parametrize("model", KINDS)
def test_form_leads_by_three_steps_to_the_merge(publisher, model):
    one, other = RICH[model]("One", 2), RICH[model]("Other", 2)
    form = publisher.get(address(model, "change", one.pk))
    assert address(model, "merge", one.pk) in form.text
    choose = publisher.get(address(model, "merge", one.pk))
    assert "Merge “One” into another" in choose.text
    review = publisher.get(address(model, "merge", one.pk), {"into": other.pk})
    assert "<strong>“Other” stays.</strong>" in review.text
    assert ">Merge One into Other</button>" in review.text
    done = press(publisher, one, other)
    assert done.redirect_chain == [(address(model, "change", other.pk), 302)]
    assert "Merged “One” into “Other”." in done.text
    one.refresh_from_db()
    assert one.merged_into == other


def test_what_will_happen_is_said_in_words_and_counts(publisher, two):
    text = publisher.get(merge_address(*two)).text
    for said in (
        *("Events it took part in: 7", "Summit 0 – took part", "and 2 more"),
        *("Bodies that are part of it: 1", "Peace Council", "Its identifiers: 1", "ror:05qghxh33"),
        "1 of them stands with the one that stays already. It is not doubled",
        "Its address, and every address it had before, leads to “African Union” for ever.",
        *("Fifty-five states.", 'name="take" value="summary" checked'),
        *('value="alias" checked', "former name", "do not keep it: it was wrong"),
    ):
        assert said in text, said


def test_what_is_said_happens(publisher, two):
    one, other = two
    press(publisher, one, other, name_kind="former")
    other.refresh_from_db()
    assert other.summary == "Fifty-five states."
    assert set(other.names.values_list("name", "kind")) == {
        ("Afr. Union", "former"),
        ("OAU", "acronym"),
    }
    assert Event.objects.with_organisations([other]).count() == 7
    assert Event.objects.with_organisations([one]).count() == 0
    assert other.identifiers.get().value == "05qghxh33"


def test_readers_find_all_of_it_at_once(client, publisher, two):
    one, other = two
    press(publisher, one, other)
    client.logout()
    for old in (f"/organisations/{one.slug}/", f"/id/{one.uid}/"):
        answer = client.get(old)
        assert (answer.status_code, answer.url) == (301, f"/organisations/{other.slug}/")
    listed = client.get("/timeline.json", {"organisation": one.slug}).json()
    assert listed["count"] == 7
    assert {row["slug"] for event in listed["results"] for row in event["organisations"]} == {
        other.slug
    }
    assert "Summit 3" in client.get("/timeline.atom", {"organisation": one.slug}).text
    found = client.get("/search/", {"q": "Afr. Union"}).text
    assert f'href="/organisations/{other.slug}/"' in found
    page = client.get(f"/organisations/{other.slug}/").text
    assert "Afr. Union" in page
    assert "Peace Council" in page
    assert f'"slug": "{one.slug}"' not in client.get("/organisations.json").text


def test_what_is_unticked_is_not_taken(publisher, two):
    one, other = two
    url = merge_address(one, other)
    data = read_form(publisher.get(url))
    data.pop("take")
    publisher.post(url, data | {"name_kind": ""})
    other.refresh_from_db()
    assert other.summary == ""
    assert list(other.names.values_list("kind", flat=True)) == ["acronym"]


def test_places_and_areas_keep_the_name_among_their_others(client, publisher):
    for make_one, prefix in ((make.make_place, "places"), (make.make_area, "areas")):
        one, other = make_one(name="Birmania"), make_one(name="Myanmar", other_names="Burma")
        press(publisher, one, other)
        other.refresh_from_db()
        assert other.other_names == "Burma\nBirmania"
        assert "Also called: Burma, Birmania" in client.get(f"/{prefix}/myanmar/").text
        found = client.get("/search/", {"q": "Birmania"}).text
        assert f'href="/{prefix}/myanmar/"' in found


def test_pages_take_as_many_queries_for_three_rows_as_for_one(publisher):
    def queries(rows):
        one, other = (RICH[Organisation](f"{name} {rows}", rows) for name in ("One", "Other"))
        for number in range(rows):
            event = make.make_event(title=f"Talks {number}", organisations=[one])
            make.make_participation(event=event, organisation=other)
        with CaptureQueriesContext(connection) as review:
            publisher.get(merge_address(one, other))
        done = merge(one, other)
        with CaptureQueriesContext(connection) as back:
            publisher.get(address(Organisation, "undo_merge", one.pk, done.pk))
        return len(review), len(back)

    assert queries(1) == queries(3)


def test_address_of_a_double_leads_to_where_the_same_is_read(client):
    one, other = make.make_organisation(name="One"), make.make_organisation(name="Other")
    event, _hidden = both = make.make_event(), make.make_event(title="Hidden", status="draft")
    area = make.make_area()
    engagement, _kept = (
        make.make_engagement(organisation=body, area=area) for body in (one, other)
    )
    name, _kept = (
        make.make_organisation_name(organisation=body, name="Same") for body in (one, other)
    )
    signed, unseen = (make.make_participation(event=each, organisation=one) for each in both)
    for each in both:
        make.make_participation(event=each, organisation=other)
    done = merge(one, other)
    for row, page in ((engagement, other), (name, other), (signed, event)):
        answer = client.get(f"/id/{row.uid}/")
        assert (answer.status_code, answer.url) == (301, page.get_absolute_url())
    assert client.get(f"/id/{unseen.uid}/").status_code == 404
    undo(done)
    assert client.get(f"/id/{name.uid}/").url.startswith(one.get_absolute_url())


# What is refused, or looked at again


def test_other_that_cannot_be_is_said_and_nothing_is_offered(publisher):
    one = make.make_area(name="One")
    within = make.make_area(name="Within", parent=one)
    text = publisher.get(merge_address(one, within)).text
    assert "“Within” is part of “One”: it cannot take in what it lies within." in text
    assert "Nothing was changed." in text
    assert 'method="post"' not in text.partition('<div class="merging">')[2]
    said = publisher.get(address(AreaOfWork, "merge", one.pk), {"into": ""}).text
    assert "Choose the one that stays." in said
    for wrong in ("999999", "x", "9" * 30):
        answer = publisher.get(address(AreaOfWork, "merge", one.pk), {"into": wrong})
        assert "There is no such record any more. Choose another one." in answer.text, wrong


def test_who_pressed_too_late_looks_again(publisher, two):
    one, other = two
    url = merge_address(one, other)
    seen = read_form(publisher.get(url)) | {"name_kind": "former"}
    other.name = "The African Union"
    other.save()
    answer = publisher.post(url, seen)
    assert "Somebody changed one of the two meanwhile. Look again" in answer.text
    assert not Merge.objects.exists()
    assert 'value="former" checked' in answer.text
    assert publisher.post(url, read_form(answer)).status_code == 302
    assert Merge.objects.count() == 1


def test_value_that_contradicts_what_stays_is_not_offered(publisher):
    one = make.make_organisation(name="One", state="ended", ended="1990")
    other = make.make_organisation(name="Other")
    text = publisher.get(merge_address(one, other)).text
    assert 'value="ended"' not in text
    assert "It cannot be taken over: An organisation with an end date has ended" in text


def test_what_hides_its_places_or_itself_is_said(publisher):
    one = make.make_organisation(name="One", withhold_places=True, status="draft")
    text = publisher.get(merge_address(one, make.make_organisation(name="Other"))).text
    assert "“Other” will hide its places as well." in text
    assert "Readers do not see “One” now, and they see “Other”." in text


def test_form_that_is_older_than_a_merge_names_the_one_that_stays(client, publisher):
    one, other = make.make_organisation(name="One"), make.make_organisation(name="Other")
    area, wider = make.make_area(name="Area"), make.make_area(name="Wider")
    event = make.make_event(title="Talks", areas=[])
    url = address(Event, "change", event.pk)
    data = read_form(publisher.get(url)) | {"areas": [area.pk, wider.pk]}
    add_rows(data, "participations", {"organisation": one.pk, "role": "signed"})
    merge(one, other)
    merge(area, wider)
    assert publisher.post(url, data).status_code == 302
    assert [row.organisation for row in event.participations.all()] == [other]
    assert list(event.areas.all()) == [wider]
    shown = client.get(event.get_absolute_url()).text
    assert f'href="{other.get_absolute_url()}"' in shown


def test_row_that_a_merge_brought_already_is_said(publisher):
    one, other = make.make_organisation(name="One"), make.make_organisation(name="Other")
    event = make.make_event(title="Talks")
    make.make_participation(event=event, organisation=other, role="signed")
    url = address(Event, "change", event.pk)
    data = read_form(publisher.get(url))
    add_rows(data, "participations", {"organisation": one.pk, "role": "signed"})
    merge(one, other)
    answer = publisher.post(url, data)
    assert "This organisation already has this role in the event." in answer.text
    assert event.participations.count() == 1


# From the list


def test_two_that_are_ticked_are_asked_which_one_stays(publisher, two):
    data = {"action": "merge_two", "_selected_action": [page.pk for page in two]}
    answer = publisher.post(address(Organisation), data, follow=True)
    assert "Which one stays?" in answer.text
    for stays, goes in (two, two[::-1]):
        assert f"“{stays}” stays</a>" in answer.text
        assert merge_address(goes, stays) in answer.text
    data["_selected_action"] = data["_selected_action"][:1]
    answer = publisher.post(address(Organisation), data, follow=True)
    assert "Tick exactly two to merge them" in answer.text
    for asked in ("", "?of=1", "?of=x&of=y", "?of=" + "9" * 30):
        assert publisher.get(address(Organisation, "merge_two") + asked).status_code == 404


# Back again


@pytest.mark.parametrize("page", ["merged", "kept"])
def test_merge_is_told_on_both_pages_and_undone_from_there(publisher, two, page):
    one, other = two
    press(publisher, one, other)
    record, view = (one, "change") if page == "merged" else (other, "history")
    text = publisher.get(address(Organisation, view, record.pk)).text
    assert "“Afr. Union” was merged into “African Union” on" in text
    assert "by ana." in text
    url = address(Organisation, "undo_merge", record.pk, Merge.objects.get().pk)
    assert url in text
    shown = publisher.get(url).text
    assert "Events it took part in: 6" in shown
    assert "1 thing that both had, and that was made one, is two again." in shown
    done = publisher.post(url, follow=True)
    assert "Undid the merge of “Afr. Union” into “African Union”." in done.text
    assert Event.objects.with_organisations([one]).count() == 7
    told = publisher.get(address(Organisation, "history", one.pk)).text
    assert "That was undone on" in told
    assert "This merge was undone already." in publisher.post(url).text


def test_places_that_stay_hidden_are_said_before(publisher):
    one = make.make_organisation(name="One", withhold_places=True)
    other = make.make_organisation(name="Other")
    done = merge(one, other)
    url = address(Organisation, "undo_merge", one.pk, done.pk)
    assert "of “Other” is again as it was before." in publisher.get(url).text
    other.places.add(make.make_place(name="Refuge"))
    said = "“Other” was given places since, so its places stay hidden"
    assert said in publisher.get(url).text
    assert said in publisher.post(url, follow=True).text


def test_merge_of_others_is_not_undone_here(publisher, two):
    press(publisher, *two)
    other = make.make_organisation(name="Quite another")
    url = address(Organisation, "undo_merge", other.pk, Merge.objects.get().pk)
    assert publisher.get(url).status_code == 404


def test_history_reads_no_list_of_what_was_moved(publisher, two):
    press(publisher, *two)
    with CaptureQueriesContext(connection) as told:
        publisher.get(address(Organisation, "history", two[1].pk))
    assert not [one for one in told.captured_queries if '"moved"' in one["sql"]]


# Who may


def test_editor_is_offered_nothing_and_refused(client, two):
    one, other = two
    done = merge(make.make_organisation(name="Third"), other)
    make.make_user(username="publisher")
    client.force_login(make.make_member(EDITOR))
    Organisation.objects.filter(pk=one.pk).update(status="draft")
    assert "Merge into another" not in client.get(address(Organisation, "change", one.pk)).text
    assert "merge_two" not in client.get(address(Organisation)).text
    for url in (
        *(address(Organisation, "merge", one.pk), merge_address(one, other)),
        address(Organisation, "undo_merge", other.pk, done.pk),
        address(Organisation, "merge_two") + f"?of={one.pk}&of={other.pk}",
    ):
        assert client.get(url).status_code == 403
    assert client.post(merge_address(one, other)).status_code == 403
    assert client.post(address(Organisation, "undo_merge", other.pk, done.pk)).status_code == 403
    assert Merge.objects.standing().count() == 1
    client.logout()
    assert client.get(merge_address(one, other)).status_code == 302


@pytest.mark.versions
def test_version_from_before_a_merge_waits_for_its_undoing(publisher, two):
    one, other = two
    then = versions_of(other).first()
    press(publisher, one, other)
    url = address(Organisation, "restore", other.pk, then.pk)
    answer = publisher.post(url, follow=True)
    assert "Undo the merge first: its link stands on this page." in answer.text
    assert other.names.exists()
    publisher.post(address(Organisation, "undo_merge", other.pk, Merge.objects.get().pk))
    assert "is as it was on" in publisher.post(url, follow=True).text


@pytest.mark.versions
def test_version_of_the_merged_one_from_before_waits_as_well(publisher, two):
    one, other = two
    then = versions_of(one).first()
    press(publisher, one, other)
    answer = publisher.post(address(Organisation, "restore", one.pk, then.pk), follow=True)
    assert "“Afr. Union” was merged into “African Union” after that version" in answer.text
    assert "Undo the merge first: its link stands on this page." in answer.text
    assert versions_of(one).first().revision.detail.way == "merge"


@pytest.mark.versions
@pytest.mark.parametrize("restored", ["area", "merged"])
@pytest.mark.parametrize("was_edited", [False, True])
def test_double_that_a_version_would_bring_back_goes_back_to_its_own(restored, was_edited):
    one, other = make.make_organisation(name="One"), make.make_organisation(name="Other")
    area = make.make_area()
    rows = [
        make.make_engagement(organisation=body, area=area, text="It mediates.")
        for body in (one, other)
    ]
    then = snapshot(versions_of(area if restored == "area" else one).first())
    done = merge(one, other)
    if was_edited:
        rows[1].refresh_from_db()
        rows[1].text = "It talks."
        rows[1].save()
    said = restore(then)
    if restored == "area" or not was_edited:
        assert "What named a page that was merged since is there already: engagement." in said
        assert area.engagements.count() == 1
    assert undo(done) == []
    assert [row.organisation for row in area.engagements.order_by("pk")] == [one, other]
    assert [row.uid for row in area.engagements.order_by("pk")] == [row.uid for row in rows]


def test_double_that_went_to_another_page_meanwhile_stays_there():
    one, other = make.make_organisation(name="One"), make.make_organisation(name="Other")
    third, area = make.make_organisation(name="Third"), make.make_area()
    row, _kept = (make.make_engagement(organisation=body, area=area) for body in (one, other))
    done = merge(one, other)
    make.make_engagement(organisation=third, area=area, uid=row.uid)
    assert undo(done) == [
        "Areas that it works in: 1 was removed or changed over since, and stays as it is."
    ]
    assert {row.organisation for row in area.engagements.all()} == {other, third}


@pytest.mark.versions
def test_version_from_before_a_merge_is_restored_with_where_it_went():
    one, other = make.make_organisation(name="One"), make.make_organisation(name="Other")
    event = make.make_event(title="Talks", organisations=[one])
    then = snapshot(versions_of(event).first())
    merge(one, other)
    restore(then)
    assert [row.organisation for row in event.participations.all()] == [other]


@pytest.mark.versions
def test_version_with_a_row_for_each_of_two_that_are_one_is_restored_with_one():
    one, other = make.make_organisation(name="One"), make.make_organisation(name="Other")
    event = make.make_event(title="Talks", organisations=[one, other])
    then = snapshot(versions_of(event).first())
    merge(one, other)
    event.title = "Other talks"
    event.save()
    assert restore(then) == [
        "What named a page that was merged since is there already: participation."
    ]
    event.refresh_from_db()
    assert event.title == "Talks"
    assert [row.organisation for row in event.participations.all()] == [other]


# Two of the same name


@pytest.fixture
def alike():
    union = make.make_organisation(name="Peace Union")
    one = make.make_organisation(name="Peace Forum", acronym="PF", parent=union)
    return one, make.make_organisation(name="Peace Forum", slug="forum-two", status="draft")


def test_two_of_the_same_name_are_told_apart_on_every_page(publisher, alike):
    public, draft = alike
    told = "Peace Forum (PF, part of Peace Union, published)", "Peace Forum (draft)"
    which = publisher.get(
        address(Organisation, "merge_two"), {"of": [page.pk for page in alike]}
    ).text
    for name in told:
        assert f"“{name}” stays</a>" in which
    review = publisher.get(merge_address(draft, public)).text
    assert f"Merge {told[1]} into {told[0]}</button>" in review
    assert f"<strong>“{told[0]}” stays.</strong>" in review
    done = press(publisher, draft, public).text
    assert f"Merged “{told[1]}” into “{told[0]}”." in done
    history = publisher.get(address(Organisation, "history", public.pk)).text
    assert f"“{told[1]}” was merged into “{told[0]}” on" in history
    undo = address(Organisation, "undo_merge", public.pk, Merge.objects.get().pk)
    assert f"Undo the merge of “{told[1]}” into “{told[0]}”" in publisher.get(undo).text


def test_two_that_differ_in_nothing_are_told_apart_by_their_address(publisher):
    pair = [make.make_place(name="Goma", slug=slug) for slug in ("goma", "goma-2")]
    text = publisher.get(address(Place, "merge_two"), {"of": [page.pk for page in pair]}).text
    assert "“Goma (published, goma)” stays" in text
    assert "“Goma (published, goma-2)” stays" in text


def offered(client, model, typed):
    asked = {
        "app_label": model._meta.app_label,
        "model_name": model._meta.model_name,
        "field_name": "merged_into",
        "term": typed,
    }
    found = client.get("/admin/autocomplete/", asked).json()["results"]
    return [one["text"] for one in found]


def test_chooser_tells_those_of_one_name_apart(publisher, alike):
    assert sorted(offered(publisher, Organisation, "Peace")) == [
        "Peace Forum (PF, part of Peace Union, published)",
        "Peace Forum (draft)",
        "Peace Union",
    ]


def test_chooser_has_the_best_match_first(publisher):
    for name in ("A list of peace", "Appeal for Peace", "Peace", "Peace Now"):
        make.make_place(name=name)
    make.make_place(name="Called otherwise", other_names="Peace")
    assert offered(publisher, Place, "peace") == [
        "Peace",
        "Peace Now",
        "A list of peace",
        "Appeal for Peace",
        "Called otherwise",
    ]


def test_chooser_asks_as_many_queries_for_three_rows_as_for_one(publisher):
    def queries(rows):
        for number in range(rows):
            over = make.make_organisation(name=f"Over {rows} {number}")
            make.make_organisation(name=f"Like {rows}", parent=over)
        with CaptureQueriesContext(connection) as context:
            assert len(offered(publisher, Organisation, f"Like {rows}")) == rows
        return len(context)

    assert queries(2) == queries(4)


# What is told of it afterwards


@pytest.mark.versions
def test_recent_changes_tell_a_merge_by_its_note(publisher, two):
    one, other = two
    press(publisher, one, other)
    publisher.post(address(Organisation, "undo_merge", one.pk, Merge.objects.get().pk))
    for name in ("index", "changes"):
        shown = publisher.get(reverse(f"admin:{name}"))
        undid, merged = shown.context["recent"][:2]
        assert undid.record == "Undid the merge of “Afr. Union” into “African Union”."
        assert merged.record == "Merged “Afr. Union” into “African Union”."
        assert {undid.address, merged.address} == {address(Organisation, "change", other.pk)}
        assert (merged.others, undid.others) == (0, 0)
        assert "organisation by ana" in " ".join(shown.text.split())


@pytest.mark.versions
def test_history_says_what_a_merge_moved(publisher, two):
    one, other = two
    press(publisher, one, other, name_kind="", take=[])
    text = publisher.get(address(Organisation, "history", other.pk)).text
    assert "What moved – " in text
    assert "Events it took part in: 6" in text
    assert "Nothing that staff edit was changed." not in text
    publisher.post(address(Organisation, "undo_merge", one.pk, Merge.objects.get().pk))
    for page in two:
        entries = publisher.get(address(Organisation, "history", page.pk)).context["entries"]
        assert (entries[0].how, entries[1].how) == ("", "")
        assert any("What went back, as far as" in said for said in entries[0].sentences)


@pytest.mark.versions
def test_activity_is_named_by_its_text(publisher):
    area = make.make_area(name="Mediation")
    activity = make.make_activity(area=area, text="Trains mediators", status="published")
    with one_version():
        area.summary = "New"
        area.save()
        activity.order = 3
        activity.save()
    text = publisher.get(address(AreaOfWork, "history", area.pk)).text
    assert "Activity “Trains mediators”" in text


# No dead ends


def test_undo_is_offered_on_the_form_of_the_page_that_stays(publisher, two):
    press(publisher, *two)
    text = publisher.get(address(Organisation, "change", two[1].pk)).text
    assert address(Organisation, "undo_merge", two[1].pk, Merge.objects.get().pk) in text


def test_refused_undo_leads_to_what_is_undone_first(publisher, two):
    first, later = merge(*two), merge(make.make_organisation(name="Third"), two[1])
    text = publisher.get(address(Organisation, "undo_merge", two[1].pk, first.pk)).text
    assert "was merged into “African Union” after this. Undo that merge first" in text
    link = address(Organisation, "undo_merge", two[1].pk, later.pk)
    assert f'href="{link}">Undo the merge of “Third” into “African Union”</a>' in text


def test_other_way_round_is_a_link_where_it_can_be_and_only_there(publisher):
    public, draft = make.make_place(name="Public"), make.make_place(name="Draft", status="draft")
    refused = publisher.get(merge_address(public, draft)).text
    assert "or merge the other way round" in refused
    assert f'href="{merge_address(draft, public)}">The other way round: “Public” stays' in refused
    assert "The other way round" not in publisher.get(merge_address(draft, public)).text


def test_removed_records_name_the_page_and_offer_the_undo(client, publisher, two):
    done = merge(*two)
    text = publisher.get(reverse("admin:removed")).text
    assert f'<a href="{address(Organisation, "change", two[1].pk)}">African Union</a>' in text
    undo = address(Organisation, "undo_merge", two[0].pk, done.pk)
    assert f'<a href="{undo}">Undo the merge…' in text
    client.force_login(make.make_member(EDITOR))
    assert "Undo the merge" not in client.get(reverse("admin:removed")).text


def test_putting_back_a_merged_page_says_why_nothing_was(publisher):
    one, other = make.make_place(name="One"), make.make_place(name="{0} & <b>")
    merge(one, other)
    data = {"action": "put_back", "_selected_action": [one.pk]}
    text = publisher.post(address(Place), data, follow=True).text
    assert "“One” was not put back, for it was merged into “{0} &amp; &lt;b&gt;”." in text
    assert "0 pages were put back" not in text
    assert address(Place, "change", one.pk) in text


# Nothing more than somebody who is tired would notice


def test_dates_codes_and_states_are_ticked_by_nobody_but_staff(publisher):
    one = make.make_place(name="Region", kind="region")
    other = make.make_place(name="Land", iso_code="MMR", kind="country")
    text = publisher.get(merge_address(other, one)).text
    assert 'name="take" value="iso_code"> take this over' in text
    body = make.make_organisation(name="One", as_of="2024", founded="1990", summary="It talks.")
    text = publisher.get(merge_address(body, make.make_organisation(name="Other"))).text
    for name, ticked in (("as_of", ""), ("founded", ""), ("summary", " checked")):
        assert f'name="take" value="{name}"{ticked}> take this over' in text


def test_name_that_readers_never_saw_is_not_kept_unasked(publisher):
    draft, other = make.make_place(name="Draft", status="draft"), make.make_place(name="Other")
    text = publisher.get(merge_address(draft, other)).text
    assert 'name="name_kind" value="" checked' in text
    assert "nobody but staff sees" not in text
    assert "What you tick" not in text
    press(publisher, draft, other)
    other.refresh_from_db()
    assert other.other_names == ""


def test_who_presses_second_is_told_who_was_first(client, publisher, two):
    seen = read_form(publisher.get(merge_address(*two)))
    publisher.post(merge_address(*two), seen)
    client.force_login(make.make_user(username="second"))
    answer = client.post(merge_address(*two), seen, follow=True)
    assert answer.redirect_chain == [(address(Organisation, "change", two[1].pk), 302)]
    assert "“Afr. Union” was merged into “African Union” by ana, on" in answer.text
    assert Merge.objects.count() == 1


def test_chooser_says_what_to_do_without_javascript(publisher, two):
    text = publisher.get(address(Organisation, "merge", two[0].pk)).text
    noscript = text.partition('<div class="merging">')[2].partition("<noscript>")[2]
    assert "tick the two in the list of organisations" in noscript.partition("</noscript>")[0]


def test_long_text_of_what_moves_ends_in_a_whole_word(publisher, two):
    make.make_engagement(organisation=two[0], text="mediates " * 40)
    text = publisher.get(merge_address(*two)).text
    assert "mediates…</li>" in text
