"""Merging: everything that names a page goes over to another, and comes back as it was."""

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models

from organisations.models import AreaOfWork, Organisation, Place
from peaceportal.core import changes
from peaceportal.core.merging.doing import ChangedMeanwhile, merge
from peaceportal.core.merging.merges import Merge
from peaceportal.core.merging.plan import Plan
from peaceportal.core.merging.relations import own_links, relations
from peaceportal.core.merging.undoing import undo
from peaceportal.core.trees import TreePage
from tests import factories as make
from tests.rich_records import RICH, rich_activity, rich_resource
from timeline.models import Event

pytestmark = pytest.mark.django_db

MERGEABLE = [model for model in apps.get_models() if issubclass(model, TreePage)]
# What counts changes, follows from the rest, or tells of changes.
NOT_COMPARED = {
    *("core.change", "core.changecounter", "core.logreader", "core.merge", "core.versiondetail"),
    *("core.searchentry", "core.searchword", "reversion.revision", "reversion.version"),
}
MOMENTS = {"updated_at", "revision"}


def everything():
    """All rows of all tables; those of plain links without their number, which nobody sees."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.label_lower in NOT_COMPARED or not model._meta.managed:
            continue
        names = [f.attname for f in model._meta.concrete_fields if f.name not in MOMENTS]
        if model._meta.auto_created:
            names.remove("id")
        rows = model._base_manager.values_list(*names)
        found[model._meta.label] = sorted(map(repr, rows))
    return found


def rich_world(model):
    """Two pages of everything, which share some of it; and what else can name them."""
    one, other = (RICH[model](tag, 2) for tag in ("Afr. Union", "African Union"))
    for page in (one, other):
        RICH[model](f"Beneath {page}", 1)
        model.objects.filter(name=f"Beneath {page}").update(parent=page, status="draft")
    if model is Organisation:
        event = make.make_event(organisations=[one, other])
        for role in ("signed", "party"):
            make.make_participation(event=event, organisation=one, role=role)
        make.make_participation(
            event=event, organisation=other, role="signed", represented_by="The chair"
        )
        area, source = make.make_area(name="Shared"), make.make_source(title="Of the double")
        for body in (one, other):
            make.make_engagement(organisation=body, area=area)
        one.engagements.get(area=area).sources.add(source)
        make.make_succession(predecessor=make.make_organisation(name="Before"), successor=one)
        rich_activity("shared work", 2, organisations=[one, other])
        rich_resource("reading", 2).organisations.add(one)
    else:
        field = "areas" if model is AreaOfWork else "places"
        make.make_event(**{field: [one, other]})
        make.make_event(title="Only there", **{field: [one]})
    if model is AreaOfWork:
        one.related_areas.add(other)
        one.related_areas.add(make.make_area(name="Neighbour"))
        make.make_quotation(areas=[one])
        rich_resource("reading", 2).areas.add(one, other)
    if model is Place:
        make.make_organisation(name="There", places=[one, other])
        rich_activity("work there", 2, places=[one])
        one.iso_code = "BDI"
        one.save()
    return one, other


# A merge and its undo


@pytest.mark.parametrize("model", MERGEABLE)
def test_merge_moves_all_that_names_a_page_and_its_undo_all_of_it_back(model):
    one, other = rich_world(model)
    before = everything()
    plan = Plan(one, other)
    assert not plan.refusals
    done = merge(one, other, take=plan.takeable, name_kind=dict(plan.name_kinds).popitem()[0])
    assert all(not relation.naming(one).exists() for relation in relations(model))
    assert everything() != before
    assert undo(done) == []
    after = everything()
    assert {name: rows for name, rows in after.items() if rows != before[name]} == {}


@pytest.mark.parametrize("model", MERGEABLE)
def test_merges_of_merges_are_undone_in_turn(model):
    (one, two), three = rich_world(model), RICH[model]("A third", 2)
    states, merges = [everything()], []
    for merged, into in ((one, two), (two, three)):
        merges.append(merge(merged, into))
        states.append(everything())
    with pytest.raises(ValidationError, match="Undo that merge first"):
        undo(merges[0])
    for number in (1, 0):
        assert undo(merges[number]) == []
        assert everything() == states[number]


def test_merge_that_is_undone_can_be_done_again():
    one, other = rich_world(Organisation)
    before = everything()
    for _ in range(2):
        assert undo(merge(one, other)) == []
    assert everything() == before
    with pytest.raises(ValidationError, match="undone already"):
        undo(Merge.objects.latest("pk"))


# What it knows of


def test_every_relation_to_a_page_that_can_be_merged_is_known():
    """Each column that can hold one: as a relation of any kind, or as a permanent identity."""
    for model in MERGEABLE:
        known = {(each.model, each.field.name) for each in relations(model)}
        own = {field.name for field in own_links(model)}
        for other in apps.get_models():
            for field in (*other._meta.local_fields, *other._meta.local_many_to_many):
                if field.related_model is model and field.name != "merged_into":
                    through = getattr(field.remote_field, "through", None)
                    is_rows = through is not None and not through._meta.auto_created
                    assert is_rows or (other, field.name) in known, f"{other}.{field.name}"
        plain = {f.name for f in model._meta.local_many_to_many}
        assert plain <= own | {name for page, name in known if page is model}


def test_columns_that_hold_a_permanent_identity_are_these():
    """By them a page is named without a relation: think of merging when there is another."""
    found = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, models.UUIDField) and field.name != "uid"
    }
    assert found == {
        "core.Identifier.page_uid",  # follows its page
        "core.OldSlug.page_uid",  # leads to the merged page, and so on to the other
        "core.MissedAddress.page_uid",  # as above
        "core.VersionDetail.about",
        "core.Double.one",  # found anew when either has changed
        "core.Double.other",
        "core.Merge.kept_uid",
        "core.Merge.merged_uid",
        "core.Upload.token",  # names no page
    }


@pytest.mark.parametrize("model", MERGEABLE)
def test_every_relation_has_words(model):
    for relation in relations(model):
        assert relation.field.name in getattr(relation.model, "named_as", {}), relation.key


# What is double


def test_double_is_joined_with_what_the_other_lacks():
    one, other = make.make_organisation(name="Afr. Union"), make.make_organisation(name="AU")
    event = make.make_event()
    fields = {"event": event, "role": "signed"}
    make.make_participation(organisation=one, represented_by="Ana, envoy", **fields)
    kept = make.make_participation(organisation=other, **fields)
    before = everything()
    done = merge(one, other)
    kept.refresh_from_db()
    assert kept.represented_by == "Ana, envoy"
    assert event.participations.count() == 1
    undo(done)
    assert everything() == before


def test_name_that_the_other_has_itself_is_no_other_name_of_it():
    one, other = make.make_organisation(name="AU"), make.make_organisation(name="African Union")
    make.make_organisation_name(organisation=one, name="African union", kind="alias")
    before = everything()
    done = merge(one, other, name_kind="acronym")
    assert list(other.names.values_list("name", "kind")) == [("AU", "acronym")]
    assert undo(done) == []
    assert everything() == before


def test_what_hides_its_places_still_does():
    one = make.make_organisation(name="One", withhold_places=True)
    other = make.make_organisation(name="Other")
    assert Plan(one, other).will_hide_places
    done = merge(one, other)
    other.refresh_from_db()
    assert other.withhold_places
    undo(done)
    other.refresh_from_db()
    assert not other.withhold_places


def hiding():
    """One that hides its places, and one that does not; both with a place and work somewhere."""
    one = make.make_organisation(
        name="One", withhold_places=True, places=[make.make_place(name="Goma")]
    )
    other = make.make_organisation(name="Other", places=[make.make_place(name="Geneva")])
    for body in (one, other):
        make.make_activity(organisations=[body], places=[make.make_place(name=f"Of {body}")])
    return one, other


def test_places_are_shown_again_where_none_came_meanwhile():
    one, other = hiding()
    before = everything()
    done = merge(one, other)
    assert undo(done) == []
    assert everything() == before
    done = merge(one, other)
    other.places.remove(Place.objects.get(name="Geneva"))
    merge(Place.objects.get(name="Of Other"), make.make_place(name="Elsewhere"))
    assert undo(done) == []
    other.refresh_from_db()
    assert not other.withhold_places


@pytest.mark.parametrize("through", ["itself", "its work", "new work"])
def test_place_that_came_while_they_were_hidden_is_never_shown(client, through):
    one, other = hiding()
    done = merge(one, other)
    refuge = make.make_place(name="Refuge")
    if through == "itself":
        other.places.add(refuge)
    elif through == "its work":
        other.activities.get(places__name="Of Other").places.add(refuge)
    else:
        make.make_activity(organisations=[other], places=[refuge])
    assert undo(done) == [
        "“Other” was given places since, so its places stay hidden: only its own form shows them."
    ]
    other.refresh_from_db()
    assert other.withhold_places
    assert "Refuge" not in client.get(other.get_absolute_url()).text


def test_value_that_but_one_can_have_goes_over():
    one = make.make_place(name="Burundi (state)", iso_code="BDI")
    other = make.make_place(name="Burundi")
    done = merge(one, other, take=["iso_code"])
    assert list(Place.objects.values_list("iso_code", flat=True).order_by("pk")) == ["", "BDI"]
    assert undo(done) == []
    assert list(Place.objects.values_list("iso_code", flat=True).order_by("pk")) == ["BDI", ""]


def test_rule_that_was_broken_before_stands_in_nobodys_way():
    one = make.make_organisation(name="One", summary="Of one.", founded="1990")
    other = make.make_organisation(name="Other", ended="1980", state="ended")
    models.QuerySet(Organisation).filter(pk=other.pk).update(website="nowhere")
    other.refresh_from_db()
    assert [(side.name, side.can_be_taken) for side in Plan(one, other).sides][1:] == [
        ("founded", False),
        ("summary", True),
    ]
    merge(one, other, take=["summary", "founded"])
    other.refresh_from_db()
    assert (other.summary, str(other.founded)) == ("Of one.", "date unknown")


# What is refused


def test_what_cannot_be_is_said_and_changes_nothing():
    one, other = make.make_area(name="One"), make.make_area(name="Other")
    within = make.make_area(name="Within", parent=make.make_area(name="Between", parent=one))
    gone = make.make_area(name="Gone", removed_at="2024-05-01T00:00Z")
    draft = make.make_area(name="Draft", status="draft")
    before = everything()
    for merged, into, said in (
        (one, one, "cannot be merged into itself"),
        (one, within, "“Within” is part of “One”"),
        (one, gone, "“Gone” was removed from the site. Put it back first"),
        (one, draft, "Publish “Draft” first"),
    ):
        with pytest.raises(ValidationError, match=said):
            merge(merged, into)
    assert everything() == before
    merge(within, one)
    for merged, into, said in (
        (within, other, "was merged already"),
        (other, within, "was itself merged into “One”"),
    ):
        with pytest.raises(ValidationError, match=said):
            merge(merged, into)


def test_bodies_that_came_one_after_the_other_are_two():
    first, last = make.make_organisation(name="First"), make.make_organisation(name="Last")
    between = make.make_organisation(name="Between")
    make.make_succession(predecessor=first, successor=between)
    make.make_succession(predecessor=between, successor=last)
    for merged, into in ((first, last), (last, first)):
        with pytest.raises(ValidationError, match="“First” came before “Last”"):
            merge(merged, into)


def test_what_changed_meanwhile_is_looked_at_again():
    one, other = make.make_area(name="One"), make.make_area(name="Other")
    seen = Plan(one, other).fingerprint
    make.make_event(areas=[one])
    with pytest.raises(ChangedMeanwhile, match="Somebody changed one of the two meanwhile"):
        merge(one, other, seen=seen)
    merge(one, other, seen=Plan(one, other).fingerprint)


# What changed between a merge and its undo


def test_row_that_was_edited_goes_back_with_its_edits_and_one_that_is_gone_is_said():
    one, other = make.make_organisation(name="One"), make.make_organisation(name="Other")
    edited, gone, elsewhere = (make.make_participation(organisation=one) for _ in range(3))
    done = merge(one, other)
    third = make.make_organisation(name="Third")
    for row, values in ((edited, {"represented_by": "Ana"}), (elsewhere, {"organisation": third})):
        row.refresh_from_db()
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
    gone.delete()
    new = make.make_participation(organisation=other)
    assert undo(done) == [
        "Events it took part in: 2 were removed or changed over since, and stay as they are."
    ]
    assert list(one.participations.values_list("pk", "represented_by")) == [(edited.pk, "Ana")]
    assert list(third.participations.all()) == [elsewhere]
    assert list(other.participations.all()) == [new]


def test_fields_and_names_that_were_edited_stay_and_are_said():
    one = make.make_organisation(name="One", summary="Of one.")
    other = make.make_organisation(name="Other")
    done = merge(one, other, take=["summary"], name_kind="alias")
    other.refresh_from_db()
    other.summary = "Of both."
    other.save()
    name = other.names.get()
    name.language = "fr"
    name.save()
    assert undo(done) == [
        "“One” was edited since, and stays with “Other”.",
        "“Summary” of “Other” was edited since, and stays as it is.",
    ]
    other.refresh_from_db()
    assert other.summary == "Of both."


def test_row_that_comes_again_names_what_its_page_was_merged_into():
    one, other = make.make_organisation(name="One"), make.make_organisation(name="Other")
    area, wider = make.make_area(name="Area"), make.make_area(name="Wider")
    for body in (one, other):
        make.make_engagement(organisation=body, area=area)
    done = merge(one, other)
    merge(area, wider)
    assert undo(done) == []
    assert list(one.engagements.values_list("area", flat=True)) == [wider.pk]
    assert list(other.engagements.values_list("area", flat=True)) == [wider.pk]


@pytest.mark.parametrize(
    ("of_one", "of_other", "left"),
    [
        (["Old"], [], []),
        (["Old", "New"], [], []),
        (["Old"], ["New"], ["New"]),
        (["New"], ["Old"], ["New"]),
        (["Old"], ["Old"], ["New"]),
    ],
)
def test_link_that_came_goes_though_its_page_was_merged_since(of_one, of_other, left):
    places = {name: make.make_place(name=name) for name in ("Old", "New")}
    one = make.make_organisation(name="One", places=[places[name] for name in of_one])
    other = make.make_organisation(name="Other", places=[places[name] for name in of_other])
    done = merge(one, other)
    merge(places["Old"], places["New"])
    assert undo(done) == []
    assert list(other.places.values_list("name", flat=True)) == left
    assert list(one.places.values_list("name", flat=True)) == ["New"]


def test_undoing_makes_no_circle():
    top = make.make_area(name="Top")
    one = make.make_area(name="One", parent=top)
    child = make.make_area(name="Child", parent=one)
    done = merge(one, make.make_area(name="Other"))
    top.parent = child
    top.save()
    assert undo(done) == [
        "What is part of it: 1 was removed or changed over since, and stays as it is."
    ]
    child.refresh_from_db()
    assert child.parent.name == "Other"


# Versions, and much of it


@pytest.mark.versions
def test_merge_is_one_version_and_its_undo_another():
    from reversion.models import Revision

    one, other = rich_world(Organisation)
    count = Revision.objects.count()
    user = make.make_user()
    done = merge(one, other, by=user)
    undo(done, by=user)
    made = Revision.objects.order_by("pk")[count:]
    assert [(each.user, each.comment, each.detail.way) for each in made] == [
        (user, "Merged “Afr. Union” into “African Union”.", "merge"),
        (user, "Undid the merge of “Afr. Union” into “African Union”.", "merge"),
    ]


def test_many_take_hardly_more_queries_than_few(django_assert_max_num_queries):
    one, other = make.make_organisation(name="One"), make.make_organisation(name="Other")
    for number in range(30):
        make.make_participation(organisation=one, event=make.make_event(title=f"Event {number}"))
    with django_assert_max_num_queries(140):
        merge(one, other)
    assert Event.objects.with_organisations([other]).count() == 30


def test_many_doubles_take_hardly_more_queries_than_few(django_assert_max_num_queries):
    one, other = make.make_organisation(name="One"), make.make_organisation(name="Other")
    for number in range(30):
        event, area = make.make_event(title=f"Event {number}"), make.make_area(name=f"{number}")
        for body in (one, other):
            make.make_participation(organisation=body, event=event, role="signed")
            make.make_engagement(organisation=body, area=area)
    before = everything()
    with django_assert_max_num_queries(140):
        done = merge(one, other)
    assert len(done.moved["dropped"]) == 60
    with django_assert_max_num_queries(140):
        assert undo(done) == []
    assert everything() == before


def test_double_without_a_place_keeps_no_other_from_coming_again():
    one, other = make.make_organisation(name="One"), make.make_organisation(name="Other")
    first, second = make.make_event(title="First"), make.make_event(title="Second")
    for event in (first, second):
        for body in (one, other):
            make.make_participation(event=event, organisation=body, role="signed")
    done = merge(one, other)
    first.delete()
    assert undo(done) == [
        "Events it took part in: one that was dropped as a double has no place any more."
    ]
    assert [row.event for row in one.participations.all()] == [second]


@pytest.mark.versions
def test_links_of_doubles_leave_a_trace_and_come_again():
    one, other = make.make_organisation(name="One"), make.make_organisation(name="Other")
    area, source = make.make_area(), make.make_source()
    row, kept = (make.make_engagement(organisation=body, area=area) for body in (one, other))
    row.sources.add(source)
    seq = changes.version()
    done = merge(one, other)
    logged = set(changes.Change.objects.filter(seq__gt=seq).values_list("uid", flat=True))
    assert {row.uid, kept.uid, source.uid, area.uid} <= logged
    assert list(kept.sources.all()) == [source]
    undo(done)
    assert list(one.engagements.get().sources.all()) == [source]
    assert not kept.sources.exists()
