"""Who may see what and when; addresses; trees; rules that the database holds."""

import unicodedata
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import QuerySet
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from organisations.models import (
    Activity,
    AreaOfWork,
    Engagement,
    Organisation,
    OrganisationName,
    Place,
    Quotation,
    Resource,
    Succession,
)
from peaceportal.core.models import AuditEntry, Double, Link, OldSlug, VersionDetail
from peaceportal.core.publishing import Page
from peaceportal.core.slugs import LONGEST_SLUG, slugify
from peaceportal.core.vocabularies import VocabularyField
from tests.factories import (
    make_activity,
    make_area,
    make_audit_entry,
    make_document,
    make_engagement,
    make_event,
    make_organisation,
    make_organisation_name,
    make_participation,
    make_place,
    make_quotation,
    make_resource,
    make_series,
    make_succession,
    make_version_detail,
)
from timeline.models import Document, Event, EventSeries, Participation

pytestmark = pytest.mark.django_db

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
PAST, FUTURE, FARTHER = (datetime(year, 1, 1, tzinfo=UTC) for year in (2001, 2999, 3999))


def is_published(event, at):
    """What the query says and what the page in memory says, which have to agree."""
    in_query = Event.objects.published(at).filter(pk=event.pk).exists()
    assert event.is_public(at) is in_query
    return in_query


def as_if_stored(event, **fields):
    """Set columns past all rules, as if time had gone by since they were saved."""
    QuerySet(type(event)).filter(pk=event.pk).update(**fields)
    event.refresh_from_db()
    return event


# Published at a moment


@pytest.mark.parametrize(
    ("status", "is_seen"),
    [("draft", False), ("in-review", False), ("published", True), ("archived", True)],
)
def test_status_decides_who_sees_it(status, is_seen):
    assert is_published(make_event(status=status), NOON) is is_seen


def test_page_is_hidden_before_it_is_published():
    assert not is_published(make_event(publish_at=NOON), NOON - SECOND)


def test_page_is_public_on_the_moment_it_is_published():
    assert is_published(make_event(publish_at=NOON), NOON)


def test_page_is_public_between_its_two_moments():
    assert is_published(make_event(publish_at=NOON - DAY, unpublish_at=NOON + DAY), NOON)


def test_page_is_public_up_to_the_moment_it_is_taken_down():
    assert is_published(make_event(unpublish_at=NOON), NOON - SECOND)


def test_page_is_hidden_on_the_moment_it_is_taken_down():
    assert not is_published(make_event(unpublish_at=NOON), NOON)


def test_page_is_hidden_after_it_was_taken_down():
    assert not is_published(make_event(publish_at=NOON - DAY, unpublish_at=NOON), NOON + DAY)


def test_page_without_moments_is_always_public():
    event = make_event()
    assert is_published(event, PAST)
    assert is_published(event, FARTHER)


def test_page_published_without_an_end_stays_public():
    assert is_published(make_event(publish_at=NOON), FARTHER)


def test_moment_is_now_if_none_is_given():
    assert is_published(make_event(publish_at=PAST, unpublish_at=FUTURE), None)
    assert not is_published(make_event(publish_at=FUTURE), None)


def test_page_in_memory_agrees_with_the_query_in_every_state():
    moments = [None, NOON - DAY, NOON, NOON + DAY]
    states = [
        {"status": status, "publish_at": start, "unpublish_at": end, "removed_at": removed}
        for status, start, end, removed in product(
            Page.Status.values, moments, moments, [None, NOON]
        )
        if not (start and end and start >= end)
    ]
    events = Event.objects.bulk_create(
        [Event(title="Talks", slug=f"talks-{n}", **state) for n, state in enumerate(states)]
    )
    for at in (NOON + n * DAY + s * SECOND for n in (-1, 0, 1) for s in (-1, 0, 1)):
        public = set(Event.objects.published(at).values_list("pk", flat=True))
        assert public == {event.pk for event in events if event.is_public(at)}
        assert 0 < len(public) < len(events)


# First public


def test_page_is_first_public_when_it_is_published():
    before = timezone.now()
    event = make_event()
    assert before <= event.first_public_at <= timezone.now()


@pytest.mark.parametrize("status", ["draft", "in-review"])
def test_page_that_is_not_published_was_never_public(status):
    event = make_event(status=status, publish_at=PAST)
    assert event.first_public_at is None
    assert not event.was_public()


def test_publishing_a_draft_makes_it_public_from_then():
    event = make_event(status="draft")
    before = timezone.now()
    event.status = "published"
    event.save()
    assert before <= event.first_public_at <= timezone.now()


def test_page_of_a_past_moment_is_first_public_when_it_is_entered():
    before = timezone.now()
    assert make_event(publish_at=PAST).first_public_at >= before


def test_scheduled_page_is_first_public_at_its_moment():
    event = make_event(publish_at=FUTURE)
    assert event.first_public_at == FUTURE
    assert not event.was_public()
    assert not event.was_public(FUTURE - SECOND)
    assert event.was_public(FUTURE)


def test_rescheduled_page_is_first_public_at_its_new_moment():
    event = make_event(publish_at=FUTURE)
    event.publish_at = FARTHER
    event.save()
    assert event.first_public_at == FARTHER


def test_scheduled_page_put_back_to_draft_is_never_public():
    event = make_event(publish_at=FUTURE)
    event.status = "draft"
    event.save()
    assert event.first_public_at is None


def test_scheduled_page_that_is_removed_is_never_public():
    event = make_event(publish_at=FUTURE)
    Event.objects.remove()
    event.refresh_from_db()
    assert event.first_public_at is None


def test_page_that_is_taken_down_already_is_never_public():
    assert make_event(unpublish_at=PAST).first_public_at is None


def test_page_to_be_taken_down_is_public_until_then():
    assert make_event(publish_at=FUTURE, unpublish_at=FARTHER).first_public_at == FUTURE


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "draft"},
        {"publish_at": FUTURE},
        {"unpublish_at": NOON},
        {"removed_at": NOON},
        {"first_public_at": None},
        {"first_public_at": FUTURE},
    ],
)
@pytest.mark.parametrize("way", ["save", "update", "bulk_update"])
def test_moment_of_first_publication_is_kept_once_past(fields, way):
    event = as_if_stored(make_event(publish_at=PAST), first_public_at=PAST)
    for name, value in fields.items():
        setattr(event, name, value)
    if way == "save":
        event.save()
    elif way == "update":
        Event.objects.update(**fields)
    else:
        Event.objects.bulk_update([event], list(fields))
    assert Event.objects.get().first_public_at == PAST


def test_update_schedules_as_saving_does():
    event = make_event(status="draft")
    Event.objects.update(status="published", publish_at=FUTURE)
    event.refresh_from_db()
    assert event.first_public_at == FUTURE


# Removal


def test_removed_page_is_public_to_nobody_and_kept():
    event = make_event()
    assert Event.objects.remove(NOON) == 1
    event.refresh_from_db()
    assert event.removed_at == NOON
    assert not is_published(event, PAST)
    assert event.was_public()


def test_removing_again_keeps_the_first_moment():
    event = make_event()
    Event.objects.remove(NOON)
    assert Event.objects.remove(NOON + DAY) == 0
    event.refresh_from_db()
    assert event.removed_at == NOON


def test_page_put_back_is_public_again():
    event = make_event()
    Event.objects.remove()
    assert Event.objects.put_back() == 1
    event.refresh_from_db()
    assert is_published(event, None)


def test_draft_put_back_is_still_a_draft():
    event = make_event(status="draft")
    Event.objects.remove()
    Event.objects.put_back()
    event.refresh_from_db()
    assert not is_published(event, None)


def test_scheduled_page_put_back_is_scheduled_again():
    event = make_event(publish_at=FUTURE)
    Event.objects.remove()
    Event.objects.put_back()
    event.refresh_from_db()
    assert event.first_public_at == FUTURE


def test_merged_page_stays_removed():
    other = make_event(title="The other")
    merged = make_event(title="Told twice", removed_at=NOON, merged_into=other)
    assert Event.objects.put_back() == 0
    merged.refresh_from_db()
    assert merged.removed_at == NOON


# Parts

MAKE_PART = {
    "activity": lambda page, **fields: make_activity(area=page, **fields),
    "quotation": lambda page, **fields: make_quotation(areas=[page], **fields),
    "resource": lambda page, **fields: make_resource(areas=[page], **fields),
}
each_part = pytest.mark.parametrize("make_part", MAKE_PART.values(), ids=MAKE_PART)


def published(part, at=None):
    return type(part).objects.published(at).filter(pk=part.pk).count()


@each_part
def test_part_of_a_public_page_is_public(make_part):
    assert published(make_part(make_area())) == 1
    assert published(make_part(make_area(), status="archived")) == 1


@each_part
@pytest.mark.parametrize("status", ["draft", "in-review"])
def test_part_that_is_not_published_itself_is_hidden(make_part, status):
    assert published(make_part(make_area(), status=status)) == 0


@each_part
@pytest.mark.parametrize(
    "fields",
    [
        {"status": "draft"},
        {"status": "in-review"},
        {"publish_at": FUTURE},
        {"unpublish_at": PAST},
        {"removed_at": PAST},
    ],
)
def test_part_is_hidden_with_its_page(make_part, fields):
    assert published(make_part(make_area(**fields))) == 0


@each_part
def test_part_becomes_public_with_its_page(make_part):
    part = make_part(make_area(publish_at=NOON, unpublish_at=NOON + DAY))
    assert published(part, NOON - SECOND) == 0
    assert published(part, NOON) == 1
    assert published(part, NOON + DAY) == 0


def test_document_is_public_with_its_event():
    assert published(make_document()) == 1
    assert published(make_document(event=make_event(status="draft"))) == 0
    assert published(make_document(status="draft")) == 0


def test_part_of_two_public_pages_is_found_once():
    assert published(make_quotation(areas=[make_area(), make_area()])) == 1


def test_part_of_one_public_page_is_public():
    assert published(make_quotation(areas=[make_area(status="draft"), make_area()])) == 1


def test_part_of_pages_of_two_kinds_needs_one_of_them():
    hidden, seen = make_area(status="draft"), make_organisation()
    assert published(make_resource(areas=[hidden], organisations=[seen])) == 1
    assert published(make_resource(areas=[hidden], organisations=[])) == 0


def test_part_on_no_page_is_hidden():
    assert published(make_quotation(areas=[])) == 0
    assert published(make_resource(areas=[], organisations=[])) == 0


def test_activity_is_not_made_public_by_its_organisations():
    body = make_organisation()
    activity = make_activity(area=make_area(status="draft"), organisations=[body])
    assert published(activity) == 0


# Addresses


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Geneva talks", "geneva-talks"),
        ("  The  Nairobi – Declaration! ", "the-nairobi-declaration"),
        ("L’Évian", "lévian"),
        ("L'Évian", "lévian"),
        ("Résolution 1325 (2000)", "résolution-1325-2000"),
        ("शान्ति वार्ता", "शान्ति-वार्ता"),
        ("การเจรจาสันติภาพที่กรุงเทพ", "การเจรจาสันติภาพที่กรุงเทพ"),
        ("اتِّفاق السَّلام", "اتِّفاق-السَّلام"),
        ("平和会議", "平和会議"),
        ("E\u0301vian", "évian"),
        ("<script>alert(1)</script>", "script-alert-1-script"),
        ("../../etc/passwd", "etc-passwd"),
        ("A/RES/70/262", "a-res-70-262"),
        ("!!! ???", ""),
        ("", ""),
    ],
)
def test_slug_keeps_letters_of_every_script_and_their_marks(title, slug):
    assert slugify(title) == unicodedata.normalize("NFC", slug)


TITLES = st.one_of(
    st.text(max_size=120),
    st.text("aé_-’ ाि\u0301ที", max_size=200),
    st.text("ab_-", min_size=78, max_size=90),
)


@settings(deadline=None, max_examples=200, derandomize=True)
@given(TITLES)
def test_slug_of_any_text_is_a_slug(title):
    slug = slugify(title)
    assert slugify(slug) == slug
    assert len(slug) <= LONGEST_SLUG
    assert unicodedata.is_normalized("NFC", slug)
    assert not set(slug) & set(" /?#%&\\<>\"'")


def test_long_slug_ends_in_a_whole_word():
    slug = make_event(title="peace " * 40).slug
    assert len(slug) <= LONGEST_SLUG
    assert set(slug.split("-")) == {"peace"}


def test_long_word_is_cut_between_letters_and_not_inside_one():
    event = make_event(title="कि" * 100)
    assert event.slug == "कि" * 40
    event.full_clean()
    assert make_event(title="a" + "कि" * 100).slug == "a" + "कि" * 39


def test_second_page_of_a_title_gets_a_number():
    assert [make_event(title="Talks").slug for _ in range(3)] == ["talks", "talks-2", "talks-3"]


def test_long_slug_is_cut_with_its_number():
    first, second = (make_event(title="x" * 200) for _ in range(2))
    assert first.slug == "x" * 80
    assert second.slug == "x" * 78 + "-2"


def test_pages_made_together_get_slugs_of_their_own():
    make_event(title="Talks")
    events = Event.objects.bulk_create([Event(title="Talks") for _ in range(3)])
    assert [event.slug for event in events] == ["talks-2", "talks-3", "talks-4"]


def test_pages_made_together_leave_free_the_slugs_that_are_given():
    events = Event.objects.bulk_create([Event(title="Talks"), Event(title="x", slug="talks")])
    assert len({event.slug for event in events}) == 2


def test_pages_of_two_kinds_may_have_the_same_slug():
    assert make_event(title="Geneva").slug == make_place(name="Geneva").slug == "geneva"


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda: make_event(title="???"), "event"),
        (lambda: make_area(name="…"), "area"),
        (lambda: make_organisation(name="!"), "organisation"),
        (lambda: make_place(name="!"), "place"),
        (lambda: make_series(name="!"), "series"),
    ],
)
def test_title_without_letters_gives_a_slug_of_the_uid(make, kind):
    page = make()
    assert page.slug == f"{kind}-{str(page.uid)[:8]}"
    page.full_clean()


def test_slug_stays_when_the_title_changes():
    event = make_event(title="Talks")
    event.title = "Other talks"
    event.save()
    assert event.slug == "talks"


def test_slug_that_is_emptied_stays():
    event = make_event(title="Talks")
    event.slug = ""
    event.save()
    assert event.slug == "talks"


@pytest.mark.parametrize("slug", ["Not A Slug", "a/b", "-a-", "E\u0301vian"])
def test_form_asks_for_a_clean_slug(slug):
    with pytest.raises(ValidationError) as refusal:
        Event(title="Talks", slug=slug).full_clean()
    assert "hyphens alone" in refusal.value.message_dict["slug"][0]


def test_slug_of_another_page_is_refused_in_its_field():
    make_event(title="Talks")
    with pytest.raises(ValidationError) as refusal:
        Event(title="Others", slug="talks").full_clean()
    assert list(refusal.value.message_dict) == ["slug"]


@pytest.mark.parametrize("title", ["हिन्दी शान्ति " * 20, "ที่" * 60, "???", "x_" * 60, "İstanbul"])
def test_slug_that_was_made_passes_validation(title):
    make_event(title=title).full_clean()


# Old addresses


def renamed(way="save", **fields):
    """An event that moved from `old` to `new`."""
    event = make_event(slug="old", **fields)
    if way == "save":
        event.slug = "new"
        event.save()
    elif way == "update":
        Event.objects.filter(pk=event.pk).update(slug="new")
    elif way == "bulk_update":
        event.slug = "new"
        Event.objects.bulk_update([event], ["slug"])
    else:
        event.slug = "new"
        event.save_base(raw=True)
    event.refresh_from_db()
    assert event.slug == "new"
    return event


@pytest.mark.parametrize("way", ["save", "update", "bulk_update", "raw"])
def test_public_slug_is_kept_when_it_changes(way):
    event = renamed(way)
    old = OldSlug.objects.get()
    assert (old.model, old.slug, old.page_uid) == ("timeline.event", "old", event.uid)


@pytest.mark.parametrize("fields", [{"status": "draft"}, {"publish_at": FUTURE}])
@pytest.mark.parametrize("way", ["save", "update", "bulk_update", "raw"])
def test_slug_that_was_never_public_is_not_kept(fields, way):
    renamed(way, **fields)
    assert not OldSlug.objects.exists()


def test_slug_of_a_page_that_was_public_once_is_kept():
    event = make_event(slug="old")
    Event.objects.remove()
    event.refresh_from_db()
    event.slug = "new"
    event.save()
    assert OldSlug.objects.get().slug == "old"


def test_old_slug_is_not_given_to_a_new_page_of_that_title():
    renamed()
    assert make_event(title="Old").slug == "old-2"
    assert Event.objects.bulk_create([Event(title="Old")])[0].slug == "old-3"


@pytest.mark.parametrize("way", ["create", "bulk_create", "save", "update", "bulk_update"])
def test_old_slug_is_refused_to_another_page(way):
    renamed()
    other = make_event(slug="other")
    with pytest.raises(ValidationError), transaction.atomic():
        if way == "create":
            Event.objects.create(title="Talks", slug="old")
        elif way == "bulk_create":
            Event.objects.bulk_create([Event(title="Talks", slug="old")])
        elif way == "update":
            Event.objects.filter(pk=other.pk).update(slug="old")
        else:
            other.slug = "old"
            other.save() if way == "save" else Event.objects.bulk_update([other], ["slug"])
    assert not Event.objects.filter(slug="old").exists()


def test_old_slug_is_refused_in_its_field():
    renamed()
    with pytest.raises(ValidationError) as refusal:
        Event(title="Talks", slug="old").full_clean()
    assert "belonged to another page once" in refusal.value.message_dict["slug"][0]


def test_page_may_take_its_own_old_slug_again():
    event = renamed()
    event.slug = "old"
    event.full_clean()
    event.save()
    assert set(OldSlug.objects.values_list("slug", "page_uid")) == {
        ("old", event.uid),
        ("new", event.uid),
    }


def test_old_slug_of_another_kind_of_page_is_free():
    renamed()
    assert make_place(name="Old").slug == "old"


def test_address_of_a_removed_page_is_not_given_out_again():
    make_event(title="Talks")
    Event.objects.remove()
    assert make_event(title="Talks").slug == "talks-2"


# Trees and successions

TREES = {"area": make_area, "organisation": make_organisation, "place": make_place}
each_tree = pytest.mark.parametrize("make_page", TREES.values(), ids=TREES)


@each_tree
def test_page_cannot_be_its_own_parent(make_page):
    page = make_page()
    page.parent = page
    with pytest.raises(ValidationError) as refusal:
        page.full_clean()
    assert list(refusal.value.message_dict) == ["parent"]
    with pytest.raises(IntegrityError), transaction.atomic():
        page.save()


@each_tree
def test_page_cannot_lie_beneath_what_lies_beneath_it(make_page):
    top = make_page(name="Top")
    middle = make_page(name="Middle", parent=top)
    low = make_page(name="Low", parent=middle)
    for beneath in (middle, low):
        top.parent = beneath
        with pytest.raises(ValidationError) as refusal:
            top.full_clean()
        assert f"{beneath} lies beneath" in refusal.value.message_dict["parent"][0]


@each_tree
def test_page_may_move_within_its_tree(make_page):
    top = make_page(name="Top")
    middle = make_page(name="Middle", parent=top)
    low = make_page(name="Low", parent=middle)
    low.parent = top
    low.full_clean()


def test_looking_for_a_cycle_ends_where_there_is_one_already():
    one, two, three = (make_area(name=name) for name in ("One", "Two", "Three"))
    QuerySet(AreaOfWork).filter(pk=one.pk).update(parent=two)
    QuerySet(AreaOfWork).filter(pk=two.pk).update(parent=one)
    three.parent = one
    three.full_clean()


def test_bodies_cannot_succeed_each_other_in_a_circle():
    first, second, third = (make_organisation(name=name) for name in ("First", "Second", "Third"))
    make_succession(predecessor=first, successor=second)
    make_succession(predecessor=second, successor=third)
    for successor in (first, second):
        succession = Succession(predecessor=third, successor=successor, kind="renamed")
        with pytest.raises(ValidationError) as refusal:
            succession.full_clean()
        assert f"{successor} already comes before" in refusal.value.message_dict["successor"][0]


def test_succession_may_be_corrected_and_said_twice():
    row = make_succession()
    row.kind = "renamed"
    row.full_clean()
    Succession(predecessor=row.predecessor, successor=row.successor, kind="absorbed").full_clean()


def test_several_bodies_may_merge_into_one():
    row = make_succession(kind="merged")
    other = make_organisation(name="Another")
    Succession(predecessor=other, successor=row.successor, kind="merged").full_clean()


# Rules that the database holds

MAKERS = {
    Double: lambda: Double.objects.create(
        model="timeline.event", one=uuid4(), other=uuid4(), because="title"
    ),
    Link: lambda: Link.objects.create(key="a", url="https://example.org/"),
    Activity: make_activity,
    AreaOfWork: make_area,
    Document: make_document,
    Engagement: make_engagement,
    Event: make_event,
    EventSeries: make_series,
    Organisation: make_organisation,
    OrganisationName: make_organisation_name,
    Participation: make_participation,
    Place: make_place,
    Quotation: make_quotation,
    Resource: make_resource,
    Succession: make_succession,
    AuditEntry: make_audit_entry,
    VersionDetail: make_version_detail,
}
VOCABULARIES = [
    field
    for model in apps.get_models()
    for field in model._meta.local_fields
    if isinstance(field, VocabularyField)
]


@pytest.mark.parametrize(
    ("field", "word"),
    [
        (field, word)
        for field in VOCABULARIES
        for word in ("nonsense", "", "Published", "draft ")
        if word not in dict(field.flatchoices)  # of some, nothing is a word
    ],
    ids=str,
)
def test_word_outside_its_vocabulary_is_refused_by_the_database(field, word):
    record = MAKERS[field.model]()
    rows = models.QuerySet(field.model).filter(pk=record.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**{field.name: word})


@pytest.mark.parametrize("field", VOCABULARIES, ids=str)
def test_every_word_of_a_vocabulary_is_taken_by_the_database(field):
    if (field.model, field.name) == (Succession, "kind"):
        words = [word for word in Succession.Kind.values if word != "mandate-completed"]
    else:
        words = [word for word, _label in field.flatchoices]
    record = MAKERS[field.model]()
    rows = models.QuerySet(field.model).filter(pk=record.pk)
    for word in words:
        assert rows.update(**{field.name: word}) == 1


@pytest.mark.parametrize(
    "make",
    [
        lambda: make_organisation(founded="2000", ended="1999", state="ended"),
        lambda: make_organisation(founded="2000-05", ended="2000-04", state="ended"),
        lambda: make_organisation(founded="2000/..", ended="../1999", state="ended"),
        lambda: make_organisation(founded="1990", ended="2000", state="active"),
        lambda: make_organisation_name(from_date="2000", to_date="1999"),
        lambda: make_engagement(since="2000", until="1999"),
        lambda: make_activity(since="2000", until="1999"),
        lambda: make_event(happened_inferred=True, happened="2024-07", posted="2024-07-03"),
        lambda: make_event(happened_inferred=True, happened="", posted=""),
        lambda: make_event(publish_at=NOON, unpublish_at=NOON),
        lambda: make_event(publish_at=NOON, unpublish_at=NOON - DAY),
        lambda: make_event(merged_into=make_event()),
        lambda: make_event(image="images/2024/a.png"),
        lambda: make_succession(kind="absorbed", successor=None),
        lambda: make_succession(kind="mandate-completed", successor=make_organisation()),
        lambda: make_resource(title="", summary=""),
        lambda: make_document(url="", file=""),
    ],
)
def test_record_that_breaks_a_rule_is_refused_by_the_database(make):
    with pytest.raises(IntegrityError), transaction.atomic():
        make()


def test_row_that_names_itself_is_refused_by_the_database():
    event, document, succession = make_event(), make_document(), make_succession()
    for record, field, value in (
        (event, "commemorates", event),
        (document, "version_of", document),
        (succession, "successor", succession.predecessor),
    ):
        setattr(record, field, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            record.save()


@pytest.mark.parametrize(
    ("founded", "ended"),
    [("2000", "2000"), ("2000-05", "2000"), ("", "1990"), ("../1990", "1980"), ("2000", "")],
)
def test_dates_that_may_be_in_order_pass(founded, ended):
    make_organisation(founded=founded, ended=ended, state="ended").full_clean()


def test_same_role_in_an_event_is_had_once():
    row = make_participation()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_participation(event=row.event, organisation=row.organisation)
    make_participation(event=row.event, organisation=row.organisation, role="signed")


def test_country_code_is_given_once_and_may_be_absent():
    make_place(name="Burundi", kind="country", iso_code="BDI")
    make_place(name="Geneva")
    make_place(name="Nairobi")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_place(name="Burundi again", kind="country", iso_code="BDI")
