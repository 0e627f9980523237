import pytest

from organisations.models import (
    Activity,
    AreaOfWork,
    Engagement,
    Organisation,
    Place,
    Quotation,
    Resource,
    Source,
    Succession,
)
from tests.editor import address, errors, read_form, saved, send
from tests.factories import (
    make_activity,
    make_area,
    make_engagement,
    make_event,
    make_organisation,
    make_organisation_name,
    make_place,
    make_source,
    make_succession,
    make_user,
)
from timeline.models import Participation

pytestmark = pytest.mark.django_db

NOT_A_WEB_ADDRESS = ["Write a full web address that begins with https:// or http://."]
ENDS_TOO_EARLY = ["It would end before it begins. Correct either date."]


@pytest.fixture
def editor(client):
    client.force_login(make_user())
    return client


def add(editor, model, *, rows=None, **values):
    return send(editor, address(model, "add"), rows=rows, **values)


def change(editor, record, *, rows=None, **values):
    return send(editor, address(type(record), "change", record.pk), rows=rows, **values)


def found(editor, model, words):
    return [
        str(record) for record in editor.get(address(model), {"q": words}).context["cl"].result_list
    ]


def suggested(editor, words):
    """What a field that takes an organisation offers for these words."""
    parameters = {"app_label": "timeline", "model_name": "participation", "term": words}
    response = editor.get("/admin/autocomplete/", parameters | {"field_name": "organisation"})
    return [choice["text"] for choice in response.json()["results"]]


def test_organisation_is_added_with_everything_at_once(editor):
    parent, later = make_organisation(name="Parent"), make_organisation(name="Later Office")
    area, place, source = make_area(), make_place(), make_source()
    response = add(
        editor,
        Organisation,
        name="Political Office",
        acronym="UNPO",
        kind="peace-operation",
        parent=parent.pk,
        state="ended",
        founded="1992",
        ended="March 2014",
        as_of="2014",
        places=[place.pk],
        sources=[source.pk],
        website="https://example.org/",
        body="<p>It <b>closed</b>.<script>alert(1)</script></p>",
        status="published",
        rows={
            "names": [
                {
                    "name": "Bureau politique",
                    "kind": "translation",
                    "language": "fr",
                    "from_date": "since 1992",
                }
            ],
            "successions": [
                {"kind": "absorbed", "successor": later.pk, "date": "2014", "sources": [source.pk]}
            ],
            "engagements": [{"area": area.pk, "text": "Mediates.", "since": "1990s"}],
        },
    )
    assert saved(response)
    office = Organisation.objects.get(slug="political-office")
    assert (office.founded.edtf, office.ended.edtf) == ("1992", "2014-03")
    assert "script" not in office.body
    assert office.names.get().from_date.edtf == "1992/.."
    assert office.successions.get().successor == later
    assert office.successions.get().sources.get() == source
    assert office.engagements.get().since.edtf == "199X"
    assert [office.parent, *office.places.all()] == [parent, place]


@pytest.mark.parametrize(
    "words", ["UNPO", "unpo", "Political Off", "bureau poli", "Évian", "evian", "A/1992/7"]
)
def test_organisation_is_found_by_any_of_its_names(editor, words):
    office = make_organisation(name="Political Office of Évian", acronym="UNPO")
    make_organisation_name(organisation=office, name="Bureau politique")
    make_organisation_name(organisation=office, name="Bureau politique ancien")
    office.identifiers.create(scheme="un-symbol", value="A/1992/7")
    make_organisation(name="Another Office")
    assert suggested(editor, words) == ["Political Office of Évian"]
    assert found(editor, Organisation, words) == ["Political Office of Évian"]


def test_end_date_needs_the_state_ended(editor):
    response = add(editor, Organisation, name="Office", ended="2014", state="active")
    assert errors(response) == {
        "state": ["An organisation with an end date has ended: set its state to ended."]
    }
    assert read_form(response)["ended"] == "2014"
    assert saved(add(editor, Organisation, name="Office", ended="2014", state="ended"))


def test_end_lies_not_before_the_beginning(editor):
    response = add(
        editor,
        Organisation,
        name="Office",
        founded="2014",
        ended="1992",
        state="ended",
        rows={
            "names": [
                {"name": "Old", "kind": "former", "language": "en"}
                | {"from_date": "2001", "to_date": "2000"}
            ],
            "engagements": [{"area": make_area().pk, "since": "2001", "until": "1990s"}],
        },
    )
    assert errors(response) == {
        "ended": ["It would have ended before it was founded. Correct either date."],
        "names-0-to_date": ENDS_TOO_EARLY,
        "engagements-0-until": ENDS_TOO_EARLY,
    }
    assert saved(
        add(editor, Organisation, name="Office", founded="1992", ended="1992", state="ended")
    )


@pytest.mark.parametrize(
    ("model", "field"), [(Organisation, "website"), (Source, "url"), (Resource, "url")]
)
@pytest.mark.parametrize(
    "typed",
    ["javascript:alert(1)", "JaVaScRiPt://example.org/%0aalert(1)", "data:text/html,x", "x"],
)
def test_program_in_place_of_a_web_address_is_refused(editor, model, field, typed):
    response = add(editor, model, **{field: typed, "title": "Title", "name": "Name"})
    assert errors(response) == {field: NOT_A_WEB_ADDRESS}
    assert read_form(response)[field] == typed


def test_web_address_that_is_too_long_is_refused(editor):
    response = add(editor, Source, title="Report", url="https://example.org/" + "x" * 2_000)
    assert [*errors(response)] == ["url"]


def test_succession_has_a_successor_exactly_if_its_kind_has_one(editor):
    office, later = make_organisation(name="Office"), make_organisation(name="Later")
    sentence = ["A completed mandate has no successor; every other kind needs one."]
    for row in ({"kind": "merged"}, {"kind": "mandate-completed", "successor": later.pk}):
        response = change(editor, office, rows={"successions": [row]})
        assert errors(response) == {"successions-0-successor": sentence}
        response = add(editor, Succession, predecessor=office.pk, **row)
        assert errors(response) == {"successor": sentence}
    rows = [{"kind": "mandate-completed"}, {"kind": "merged", "successor": later.pk}]
    assert saved(change(editor, office, rows={"successions": rows}))
    assert office.successions.count() == 2


def test_successions_do_not_run_in_a_circle(editor):
    first, second, third = (make_organisation(name=name) for name in ("First", "Second", "Third"))
    make_succession(predecessor=first, successor=second)
    make_succession(predecessor=second, successor=third)
    for successor in (first, second, third):
        row = {"kind": "renamed", "successor": successor.pk}
        response = change(editor, third, rows={"successions": [row]})
        assert errors(response) == {
            "successions-0-successor": [
                f"{successor} already comes before this body, directly or through others."
            ]
        }


def test_place_code_is_three_letters_and_its_own(editor):
    make_place(name="Burundi", kind="country", iso_code="BDI")
    response = add(editor, Place, name="Burundi again", kind="country", iso_code="BDI")
    assert "Another place already has this country code." in response.text
    assert errors(response)
    response = add(editor, Place, name="Burundi", kind="country", iso_code="bd")
    assert errors(response) == {"iso_code": ["Write three capital letters, as BDI."]}
    assert saved(add(editor, Place, name="Geneva", kind="city"))
    assert saved(add(editor, Place, name="Nairobi", kind="city"))


def test_area_is_edited_with_its_activities_and_the_bodies_engaged_in_it(editor):
    area, body, place = make_area(), make_organisation(), make_place()
    response = change(
        editor,
        area,
        rows={
            "activities": [
                {
                    "text": "Training for mediators",
                    "state": "active",
                    "since": "2008/..",
                    "organisations": [body.pk],
                    "places": [place.pk],
                    "status": "published",
                    "language": "en",
                    "order": "1",
                }
            ],
            "engagements": [{"organisation": body.pk, "text": "Trains."}],
        },
    )
    assert saved(response)
    activity = area.activities.get()
    assert str(activity.since) == "since 2008"
    assert [*activity.organisations.all(), *activity.places.all()] == [body, place]
    assert area.engagements.get().organisation == body
    response = change(editor, area, activities__0__DELETE="on", engagements__0__DELETE="on")
    assert saved(response)
    assert (area.activities.count(), area.engagements.count()) == (1, 0)


def test_activity_in_a_row_gets_its_sentences(editor):
    row = {"text": "", "since": "2024", "until": "03/04/2024", "order": "-1", "language": "?"}
    response = change(editor, make_area(), rows={"activities": [row | {"status": "draft"}]})
    said = errors(response)
    assert {name.rpartition("-")[2] for name in said} >= {"text", "until", "order", "language"}
    assert "reads two ways" in said["activities-0-until"][0]
    assert read_form(response)["activities-0-until"] == "03/04/2024"
    row = {"text": "Training", "since": "2024", "until": "2023", "state": "ended"}
    row |= {"order": "99999999999999999999", "language": "en", "status": "draft"}
    said = errors(change(editor, make_area(), rows={"activities": [row]}))
    assert said["activities-0-until"] == ENDS_TOO_EARLY
    assert [*said] == ["activities-0-order", "activities-0-until"]


def test_resource_says_something(editor):
    sentence = ["Write a title, or a summary where the title is lost."]
    assert errors(add(editor, Resource, url="")) == {"title": sentence}
    assert saved(add(editor, Resource, summary="A data base of more than 750 documents"))
    assert found(editor, Resource, "750") == ["A data base of more than 750 documents"]


def test_quotation_keeps_the_words_as_they_were_said(editor):
    area = make_area()
    response = add(
        editor, Quotation, text="Peace is <b>made</b>", date="16 September 2005", areas=[area.pk]
    )
    assert saved(response)
    quotation = Quotation.objects.get()
    assert (quotation.text, quotation.date.edtf) == ("Peace is <b>made</b>", "2005-09-16")
    assert "Peace is &lt;b&gt;made" in editor.get(address(Quotation)).text


def test_lists_print_dates_in_words_and_a_dash_where_there_is_none(editor):
    make_organisation(name="Ended", founded="1992", ended="2014-03~", state="ended")
    make_organisation(name="Active")
    text = editor.get(address(Organisation)).text
    assert "about March 2014" in text
    assert "date unknown" not in text


@pytest.mark.parametrize("sign", ["", "-"])
def test_lists_put_unknown_dates_last_in_both_orders(editor, sign):
    for name, founded in (("Unknown", ""), ("Early", "1945"), ("Late", "2005")):
        make_organisation(name=name, founded=founded)
    columns = editor.get(address(Organisation)).context["cl"].list_display
    column = [getattr(column, "__name__", column) for column in columns].index("founded")
    rows = editor.get(address(Organisation), {"o": f"{sign}{column}"}).context["cl"].result_list
    known = ["Late", "Early"] if sign else ["Early", "Late"]
    assert [row.name for row in rows] == [*known, "Unknown"]


def test_organisations_are_filtered_by_area_with_what_lies_within(editor):
    wide = make_area(name="Peace")
    narrow = make_area(name="Mediation", parent=wide)
    make_engagement(area=narrow, organisation=make_organisation(name="Mediators"))
    make_engagement(organisation=make_organisation(name="Others"), area=make_area(name="Other"))
    rows = editor.get(address(Organisation), {"area": wide.pk}).context["cl"].result_list
    assert [row.name for row in rows] == ["Mediators"]


def test_source_is_never_deleted_and_engagement_may_be(editor):
    source = make_source()
    assert editor.post(address(Source, "delete", source.pk), {"post": "yes"}).status_code == 403
    engagement = make_engagement(sources=[source])
    response = editor.post(address(Engagement, "delete", engagement.pk), {"post": "yes"})
    assert saved(response)
    assert not Engagement.objects.exists()


def test_body_in_an_event_stays_though_its_rows_go(editor):
    part = Participation.objects.create(event=make_event(), organisation=make_organisation())
    assert saved(change(editor, part.organisation, name="Renamed", renaming="correction"))
    assert Participation.objects.filter(pk=part.pk).exists()


def test_areas_are_related_in_both_directions(editor):
    one, other = make_area(name="One"), make_area(name="Other")
    assert saved(change(editor, one, related_areas=[other.pk]))
    assert AreaOfWork.objects.get(pk=other.pk).related_areas.get() == one


def test_activity_has_a_page_of_its_own(editor):
    activity = make_activity(text="Training")
    assert saved(change(editor, activity, text="Training for all", as_of="2024"))
    assert str(Activity.objects.get().as_of) == "2024"
