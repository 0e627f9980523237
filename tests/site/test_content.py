"""The first content: what the fixtures say, as exactly as the three documents and no more."""

import re
import uuid

import pytest
import yaml
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import models, transaction

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
from organisations.models.source import Sourced
from peaceportal.core.publishing import Page, Part
from peaceportal.core.records import Record
from peaceportal.core.rich_text import sanitise
from timeline.models import Event, EventSeries, Participation

pytestmark = pytest.mark.django_db

FIXTURES = [
    "places",
    "un-diplomacy-for-peace",
    "un-dpa-prevention-mediation",
    "quno-reconciliation-dialogue",
]
MODELS = [
    model
    for app in ("organisations", "timeline")
    for model in apps.get_app_config(app).get_models()
    if issubclass(model, Record)
]
DERIVED = re.compile(
    r"(sort_name|revision|created_at|updated_at|first_public_at|.*_(earliest|latest|key))\Z"
)

# Ideographs, kana, Hangul, and their punctuation and full-width forms.
FAR_EASTERN = re.compile(r"[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef]")
REMNANTS = re.compile(
    r"\(\s*\)|\[\s*\]|\{\s*\}|“\s*”|\(\s|\s\)"  # brackets or quotation marks around nothing
    r"|[’']s\s+[,.;]"  # a possessive whose noun was lost
    r"|\s[,;.](\s|\Z)|,\s*,|<p>\s*</p>|\s\Z|\A\s"
)
# From sentences of the documents that are neither names, titles nor quotations.
THEIR_WORDS = [
    "healing and restorative processes",
    "offer a lens",
    "take into account local perspectives",
    "silenced the guns",
    "brought an end to three years",
    "friction could escalate",
    "crucial platform",
    "to voice their concerns",
    "play in advancing local",
    "broker peace drove",
    "erupted in new forms",
    "continues to evolve",
    "in everything it does",
    "dynamic and often complex",
    "blueprint to tackle",
    "weaponization of technology",
    "marshals political will",
    "suffer disproportionately",
    "glaring disparity",
    "concrete, clear actions",
    "fostering empathy",
    "complex world of peacemaking",
    "culture of",
    "in plain language",
    "forms and fora",
    "diplomatic envoys dispatched",
    "principal support structure",
    "explicit mandates",
    "open space for preventive action",
    "broad constellation",
    "since its inception",
    "adequate support system",
    "sharpen its ability",
    "serves as a repository",
    "on short notice",
    "played a preeminent role",
    "flourished in the decade",
    "anchoring the un",
    "head off potential crises",
    "anticipate and respond",
    "subsumed under",
    "institutionalize peace",
]


@pytest.fixture(scope="module")
def content(django_db_setup, django_db_blocker):
    """The fixtures in one transaction around the module: each test rolls back to this."""
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around.__enter__()
        assert not any(model.objects.exists() for model in MODELS)
        call_command("loaddata", *FIXTURES, verbosity=0)
    yield
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def loaded(content, db):
    pass


def written() -> list[dict]:
    return [
        entry
        for name in FIXTURES
        for entry in yaml.safe_load((settings.BASE_DIR / "fixtures" / f"{name}.yaml").read_text())
    ]


def texts():
    """Every text that is stored: the record, the field, the words."""
    for model in MODELS:
        for record in model.objects.all():
            for field in model._meta.concrete_fields:
                value = getattr(record, field.attname)
                if isinstance(field, models.CharField | models.TextField) and value:
                    yield record, field.name, str(value)


def counts() -> dict[str, int]:
    rows = {model._meta.label: model.objects.count() for model in MODELS}
    for model in MODELS:
        for field in model._meta.local_many_to_many:
            through = field.remote_field.through
            rows[through._meta.label] = through._base_manager.count()
    return rows


def slugs(pages) -> set[str]:
    return {page.slug for page in pages}


# As records


def test_every_object_is_valid():
    assert sum(model.objects.count() for model in MODELS) == len(written()) > 100
    for model in MODELS:
        for record in model.objects.all():
            record.full_clean()


def test_loading_twice_changes_no_counts():
    before = counts()
    call_command("loaddata", *FIXTURES, verbosity=0)
    assert counts() == before


def test_every_uid_is_written_and_unique():
    uids = [entry["fields"]["uid"] for entry in written()]
    assert len(set(uids)) == len(uids)
    assert all(str(uuid.UUID(uid, version=4)) == uid for uid in uids)
    stored = {str(uid) for model in MODELS for uid in model.objects.values_list("uid", flat=True)}
    assert stored == set(uids)


def test_fixtures_are_written_with_natural_keys_and_nothing_derived():
    for entry in written():
        model, fields = apps.get_model(entry["model"]), entry["fields"]
        assert "pk" not in entry
        assert not [name for name in fields if DERIVED.match(name)]
        if issubclass(model, Page | Part):
            assert fields["status"] == "published"
        if issubclass(model, Page):
            assert fields["slug"] == model.objects.get(uid=fields["uid"]).slug


def test_dates_are_stored_as_they_are_written():
    names = {"founded", "ended", "as_of", "since", "until", "date", "happened", "posted"}
    names |= {"published", "read_on"}
    seen = 0
    for entry in written():
        record = apps.get_model(entry["model"]).objects.get(uid=entry["fields"]["uid"])
        for name in names & set(entry["fields"]):
            assert getattr(record, name).edtf == entry["fields"][name]
            seen += 1
    assert seen > 50


def test_all_pages_and_parts_are_public():
    for model in MODELS:
        if issubclass(model, Page | Part):
            assert model.objects.published().count() == model.objects.count()


def test_formatted_text_is_stored_as_it_is_written():
    bodies = [entry["fields"]["body"] for entry in written() if "body" in entry["fields"]]
    assert len(bodies) > 10
    for body in bodies:
        assert sanitise(body) == body
        assert body.startswith(("<p>", "<h2>"))
        # They stand directly beneath the title of the page.
        assert set(re.findall(r"<(h\d)", body)) <= {"h2"}


# Where it comes from


def test_everything_that_says_something_has_a_source():
    for model in MODELS:
        if issubclass(model, Page | Part):
            assert issubclass(model, Sourced)
        if issubclass(model, Sourced):
            assert list(model.objects.filter(sources=None)) == []


def test_every_source_is_used_and_says_who_published_it_and_when_it_was_read():
    for source in Source.objects.all():
        links = [field for field in Source._meta.related_objects if field.many_to_many]
        assert any(getattr(source, link.get_accessor_name()).exists() for link in links), source
        assert source.publisher
        assert source.note
        if "M49" in source.title:
            assert not source.read_on
            assert "no page was read" in source.note
        else:
            assert source.read_on.edtf == "2026-11-21"
        assert source.url or source.title.startswith("Diplomacy for peace")


@pytest.mark.parametrize(
    ("slug", "repair"),
    [
        ("beyond-the-armistice", "month of posting"),
        ("quno-ny-joins-first-cso-un-dialogue-on-peacebuilding", "2023 is inferred"),
        (
            "second-session-of-the-permanent-forum-on-people-of-african-descent",
            "2023 is inferred",
        ),
    ],
)
def test_the_sources_of_quno_entries_say_what_was_repaired(slug, repair):
    note = Event.objects.get(slug=slug).sources.get().note
    assert repair in note
    assert "list of related areas was lost" in note


def test_places_have_sources_that_speak_of_places():
    titles = set(Place.objects.values_list("sources__title", flat=True))
    assert titles == {
        "Country codes and regions (ISO 3166-1, UN M49)",
        "Reconciliation & Dialogue: places named in the timeline",
        "Reconciliation & Dialogue: ongoing activities",
        "Prevention and Mediation: countries named",
        "Prevention and Mediation: regional offices",
    }


def test_notes_date_the_department_as_pages_do():
    note = Source.objects.get(title="Prevention and Mediation").note
    assert "“2018 or earlier”" in note
    assert "“2018 or earlier”" in Source.objects.get(title="Diplomacy for peace").note
    assert not Source.objects.filter(note__contains="until 2018").exists()


def test_repairs_are_said_in_words():
    notes = " ".join(Source.objects.values_list("note", flat=True))
    assert "foreign characters stood where the United Nations is meant" in notes
    assert "opening quotation mark was lost" in notes
    assert "“Mediation” is restored by us" in notes
    assert "“Peacemaking” and “Peacebuilding” are restored by us" in notes
    assert "UN Photo/Eskinder Debebe" in notes


# What must not be there


def test_nothing_of_the_damage_is_left():
    stored = list(texts())
    assert len(stored) > 400
    for record, name, text in stored:
        assert not FAR_EASTERN.search(text), (record, name)
        assert not REMNANTS.search(text), (record, name, REMNANTS.search(text))
    for name in FIXTURES:
        assert not FAR_EASTERN.search((settings.BASE_DIR / f"fixtures/{name}.yaml").read_text())


@pytest.mark.parametrize(
    "damaged",
    [
        "the Secretary-General’s , among nations",
        "the Secretary-General ()",
        "Secretary-General ( )",
        "",
        "\u4e00",
    ],
)
def test_damage_would_be_noticed(damaged):
    assert bool(REMNANTS.search(damaged) or FAR_EASTERN.search(damaged)) is bool(damaged)


def test_sentences_of_the_documents_are_not_copied():
    for record, name, text in texts():
        plain = " ".join(re.sub(r"<[^>]+>", " ", text).lower().replace("’", "'").split())
        for words in THEIR_WORDS:
            assert words not in plain, (record, name)


def test_no_picture_is_shipped():
    for event in Event.objects.all():
        assert not event.image
        assert not event.image_caption
        assert not event.image_credit


# What happened, and when


@pytest.mark.parametrize(
    ("slug", "kind", "date", "posted"),
    [
        ("beyond-the-armistice", "statement", "2024-07", "2024-07"),
        (
            "quno-ny-joins-first-cso-un-dialogue-on-peacebuilding",
            "meeting",
            "2023-11-30/2023-12-01",
            "2023-12",
        ),
        (
            "second-session-of-the-permanent-forum-on-people-of-african-descent",
            "meeting",
            "2023-05-30/2023-06-02",
            "2023-06",
        ),
    ],
)
def test_quno_entries_keep_happened_and_posted_apart(slug, kind, date, posted):
    event = Event.objects.get(slug=slug)
    assert (event.kind, event.happened.edtf, event.posted.edtf) == (kind, date, posted)
    assert event.happened_inferred is (slug == "beyond-the-armistice")
    # The links to related areas were lost: nothing but the area of the page is certain.
    assert slugs(event.areas.all()) == {"reconciliation-dialogue"}


def test_the_statement_recalls_the_armistice():
    statement = Event.objects.get(slug="beyond-the-armistice")
    assert (
        statement.title == "Beyond the Armistice: Opportunities for Peace on the Korean Peninsula"
    )
    armistice = statement.commemorates
    assert armistice.slug == "korean-war-armistice-signed"
    assert (armistice.kind, armistice.happened.edtf) == ("agreement", "1953-07-27")
    assert not armistice.posted
    assert slugs(armistice.places.all()) == {"korean-peninsula"}
    assert Event.objects.exclude(commemorates=None).count() == 1


def test_the_forum_is_a_series_and_this_its_second_session():
    session = Event.objects.get(
        slug="second-session-of-the-permanent-forum-on-people-of-african-descent"
    )
    assert session.series == EventSeries.objects.get()
    assert session.series.name == "Permanent Forum on People of African Descent"
    assert session.ordinal == 2
    assert slugs(session.places.all()) == {"new-york"}


def test_milestones_stand_in_their_years():
    found = {}
    for event in Event.objects.filter(kind="milestone").exclude(happened=""):
        found.setdefault(event.happened.edtf, set()).add(event.slug)
        assert not event.posted
    assert found == {
        "1945": {"united-nations-created", "charter-of-the-united-nations-adopted"},
        "1992": {"department-of-political-affairs-established"},
        "2005": {"world-summit-approves-the-peacebuilding-commission"},
        "2006": {"mediation-support-unit-established"},
        "2008": {"standby-team-of-mediation-experts-established"},
        "2014": {
            "united-nations-office-in-burundi-completes-its-mandate",
            "peacebuilding-office-in-sierra-leone-completes-its-mandate",
        },
        "2023": {"new-agenda-for-peace-presented"},
    }


def test_one_milestone_has_no_date():
    event = Event.objects.get(happened="")
    assert (
        event.slug == "peacebuilding-office-in-the-central-african-republic-absorbed-into-minusca"
    )
    assert (event.kind, event.posted.edtf) == ("milestone", "")
    assert event.year_heading == "Date unknown"
    assert slugs(event.places.all()) == {"central-african-republic"}


def test_there_are_no_other_events():
    assert Event.objects.count() == 9 + 1 + 3 + 1


def test_peacebuilding_has_the_events_that_certainly_belong_to_it():
    area = AreaOfWork.objects.get(slug="peacebuilding")
    assert slugs(area.events.all()) == {
        "world-summit-approves-the-peacebuilding-commission",
        "united-nations-office-in-burundi-completes-its-mandate",
        "peacebuilding-office-in-sierra-leone-completes-its-mandate",
        "peacebuilding-office-in-the-central-african-republic-absorbed-into-minusca",
    }


def test_every_event_has_an_area_and_all_but_the_armistice_a_body():
    assert not Event.objects.filter(areas=None).exists()
    assert slugs(Event.objects.filter(organisations=None)) == {"korean-war-armistice-signed"}


def test_roles_are_those_that_the_documents_support():
    roles = set(
        Participation.objects.exclude(role="subject").values_list(
            "event__slug", "organisation__slug", "role"
        )
    )
    assert roles == {
        ("beyond-the-armistice", "quaker-united-nations-office", "issued"),
        (
            "quno-ny-joins-first-cso-un-dialogue-on-peacebuilding",
            "quaker-united-nations-office-new-york",
            "took-part",
        ),
        (
            "second-session-of-the-permanent-forum-on-people-of-african-descent",
            "quaker-united-nations-office-new-york",
            "took-part",
        ),
        ("new-agenda-for-peace-presented", "secretary-general", "issued"),
        (
            "united-nations-office-in-burundi-completes-its-mandate",
            "security-council",
            "mandated",
        ),
        (
            "peacebuilding-office-in-sierra-leone-completes-its-mandate",
            "security-council",
            "mandated",
        ),
    }


@pytest.mark.parametrize(
    ("slug", "bodies"),
    [
        (
            "united-nations-office-in-burundi-completes-its-mandate",
            {"bnub", "united-nations-country-team-in-burundi"},
        ),
        (
            "peacebuilding-office-in-sierra-leone-completes-its-mandate",
            {
                "united-nations-integrated-peacebuilding-office-in-sierra-leone",
                "united-nations-country-team-in-sierra-leone",
            },
        ),
        (
            "peacebuilding-office-in-the-central-african-republic-absorbed-into-minusca",
            {"binuca", "minusca"},
        ),
    ],
)
def test_endings_are_about_the_body_that_ended_and_the_one_after_it(slug, bodies):
    subjects = Participation.objects.filter(event__slug=slug, role="subject")
    assert {part.organisation.slug for part in subjects} == bodies


# Bodies through time


def test_how_bodies_ended():
    rows = Succession.objects.values_list(
        "predecessor__slug", "kind", "successor__slug", "date"
    ).order_by("predecessor__slug", "kind")
    sierra_leone = "united-nations-integrated-peacebuilding-office-in-sierra-leone"
    assert [(*row[:3], row[3].edtf) for row in rows] == [
        ("binuca", "absorbed", "minusca", ""),
        ("bnub", "functions-transferred", "united-nations-country-team-in-burundi", "2014"),
        ("bnub", "mandate-completed", None, "2014"),
        (
            sierra_leone,
            "functions-transferred",
            "united-nations-country-team-in-sierra-leone",
            "2014",
        ),
        (sierra_leone, "mandate-completed", None, "2014"),
    ]


def test_three_bodies_have_ended_one_at_an_unknown_date():
    ended = {body.slug: body.ended.edtf for body in Organisation.objects.filter(state="ended")}
    assert ended == {
        "binuca": "",
        "bnub": "2014",
        "united-nations-integrated-peacebuilding-office-in-sierra-leone": "2014",
    }


def test_founding_years_are_those_of_the_documents():
    founded = {body.slug: body.founded.edtf for body in Organisation.objects.all() if body.founded}
    assert founded == {
        "united-nations": "1945",
        "department-of-political-affairs": "1992",
        "mediation-support-unit": "2006",
        "standby-team-of-mediation-experts": "2008",
    }


@pytest.mark.parametrize(
    ("parent", "children"),
    [
        (
            "department-of-political-affairs",
            {
                "mediation-support-unit",
                "standby-team-of-mediation-experts",
                "uniogbis",
                "binuca",
                "bnub",
                "united-nations-integrated-peacebuilding-office-in-sierra-leone",
            },
        ),
        ("un-secretariat", {"department-of-political-affairs", "peacebuilding-support-office"}),
        ("quaker-united-nations-office", {"quaker-united-nations-office-new-york"}),
    ],
)
def test_bodies_lie_beneath_their_parents(parent, children):
    assert slugs(Organisation.objects.get(slug=parent).children.all()) == children


def test_quno_ny_is_in_new_york_under_its_other_name():
    office = Organisation.objects.get(names__name="QUNO NY")
    assert office.slug == "quaker-united-nations-office-new-york"
    assert slugs(office.places.all()) == {"new-york"}


def test_regional_offices_are_not_named():
    assert not Organisation.objects.filter(name__icontains="regional").exists()
    activity = Activity.objects.get(area__slug="preventive-diplomacy")
    assert slugs(activity.places.all()) == {"central-africa", "west-africa", "central-asia"}
    assert not Organisation.objects.filter(name__icontains="friends").exclude(acronym="AFSC")


def test_what_is_said_in_the_present_carries_its_date():
    for slug in ["united-nations", "security-council", "secretary-general"]:
        assert Organisation.objects.get(slug=slug).as_of.edtf == "../2018"
    assert Organisation.objects.get(acronym="DPA").as_of.edtf == "../2018"
    assert Organisation.objects.get(acronym="UNIOGBIS").as_of.edtf == "../2018"
    assert AreaOfWork.objects.get(slug="peacebuilding").as_of.edtf == "../2018"
    assert Organisation.objects.get(acronym="QUNO").as_of.edtf == "2024-07"


def test_ongoing_work_in_burundi_and_somalia_has_no_date_of_its_own():
    activity = Activity.objects.get(area__slug="reconciliation-dialogue")
    assert slugs(activity.places.all()) == {"burundi", "somalia"}
    assert slugs(activity.organisations.all()) == {
        "quaker-united-nations-office",
        "american-friends-service-committee",
    }
    assert (activity.as_of.edtf, activity.since.edtf, activity.until.edtf) == ("2024-07", "", "")


# Areas and places


def test_areas_lie_beneath_each_other():
    found = {area.slug: area.parent and area.parent.slug for area in AreaOfWork.objects.all()}
    assert found == {
        "diplomacy-for-peace": None,
        "reconciliation-dialogue": None,
        "prevention-and-mediation": None,
        "preventive-diplomacy": "prevention-and-mediation",
        "mediation": "prevention-and-mediation",
        "peacemaking": "prevention-and-mediation",
        "peacebuilding": "prevention-and-mediation",
        "power-sharing": "mediation",
        "natural-resources-and-conflict": "mediation",
        "constitution-making": "mediation",
        "cease-fires-and-security-arrangements": "mediation",
        "gender-and-conflict": "mediation",
    }


def test_synonyms_find_their_areas():
    names = {name: area.slug for area in AreaOfWork.objects.all() for name in area.other_names_list}
    assert names["Peace-building"] == "peacebuilding"
    assert names["Conflict prevention"] == "preventive-diplomacy"
    assert names["Dialogue"] == "reconciliation-dialogue"
    assert names["Mediation support"] == "mediation"
    assert AreaOfWork.objects.filter(other_names__contains="Good offices").count() == 2


def test_every_area_has_a_body_at_work_except_the_one_that_only_holds_others():
    assert slugs(AreaOfWork.objects.filter(engagements=None)) == {"prevention-and-mediation"}


def test_expert_subjects_are_those_of_the_standby_team():
    team = Organisation.objects.get(slug="standby-team-of-mediation-experts")
    subjects = slugs(AreaOfWork.objects.filter(parent__slug="mediation"))
    assert slugs(AreaOfWork.objects.filter(engagements__organisation=team)) == subjects | {
        "mediation"
    }


def test_places_and_their_codes():
    found = {
        place.slug: (place.kind, place.iso_code, place.parent and place.parent.slug)
        for place in Place.objects.all()
    }
    assert found == {
        "africa": ("region", "", None),
        "central-africa": ("region", "", "africa"),
        "west-africa": ("region", "", "africa"),
        "central-asia": ("region", "", None),
        "korean-peninsula": ("region", "", None),
        "burundi": ("country", "BDI", "africa"),
        "central-african-republic": ("country", "CAF", "africa"),
        "guinea-bissau": ("country", "GNB", "africa"),
        "sierra-leone": ("country", "SLE", "africa"),
        "somalia": ("country", "SOM", "africa"),
        "switzerland": ("country", "CHE", None),
        "united-states": ("country", "USA", None),
        "geneva": ("city", "", "switzerland"),
        "new-york": ("city", "", "united-states"),
    }


# Figures, quotations, further reading


def test_lower_bounds_stay_lower_bounds():
    dpa = Engagement.objects.get(organisation__acronym="DPA", area__slug="preventive-diplomacy")
    assert "more than a dozen political missions" in dpa.text
    armistice = Event.objects.get(slug="korean-war-armistice-signed")
    assert "at least 2.5 million" in armistice.body
    assert "estimate" in armistice.body
    assert "soldiers from 22 countries" in armistice.body
    assert "as of July 2024" in armistice.summary
    for record, name, text in texts():
        for figure, hedge in [
            ("2.5 million", "at least 2.5 million"),
            ("750", "more than 750"),
            ("dozen ", "more than a dozen "),
            ("six decades", "more than six decades"),
            ("10 per cent", "less than 10 per cent"),
        ]:
            assert text.count(figure) == text.count(hedge), (record, name)


def test_un_peacemaker_is_a_resource_of_the_department():
    tool = Resource.objects.get(title="UN Peacemaker")
    assert tool.medium == "database"
    assert "more than 750 peace agreements" in tool.summary
    assert slugs(tool.organisations.all()) == {"department-of-political-affairs"}
    assert "mediation" in slugs(tool.areas.all())
    assert not Organisation.objects.filter(name__icontains="peacemaker").exists()


def test_two_pieces_of_reading_stay_untitled_and_by_themselves():
    titles = list(Resource.objects.order_by("title").values_list("title", flat=True))
    assert titles == [
        "",
        "",
        "Three takeaways from A New Agenda for Peace",
        "UN Peacemaker",
        "Why we need more women mediators",
    ]
    reality = Resource.objects.get(summary__icontains="virtual reality")
    interview = Resource.objects.get(summary__icontains="why wars begin")
    assert reality.title == interview.title == ""
    assert reality != interview
    for resource in Resource.objects.exclude(title="UN Peacemaker"):
        assert (resource.url, resource.date.edtf, resource.as_of.edtf) == ("", "", "")


def test_media_that_are_not_said_are_listed_as_web_pages():
    for resource in Resource.objects.exclude(title="UN Peacemaker"):
        assert resource.medium == "web-page"
        assert "What medium they were is not said" in resource.sources.get().note


def test_the_share_of_women_mediators_is_undated():
    resource = Resource.objects.get(summary__contains="10 per cent")
    assert resource.title == "Why we need more women mediators"
    assert re.search(r"less\s+than 10 per cent", resource.summary)
    assert not re.search(r"\b(19|20)\d\d\b", resource.summary)


def test_quotations_are_exact():
    charter, secretary_general = Quotation.objects.order_by("speaker")
    assert charter.text == "save succeeding generations from the scourge of war"
    assert (charter.speaker, charter.date.edtf) == ("Charter of the United Nations", "1945")
    assert charter.occasion == "on the purpose for which it was adopted"
    assert secretary_general.text == (
        "Dialogue, diplomacy and multilateral solutions provide the surest path to a peaceful "
        "and just world."
    )
    assert secretary_general.speaker == "United Nations Secretary-General"
    assert secretary_general.date.edtf == ""
