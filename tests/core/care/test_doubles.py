"""Likely doubles: how they are found, why, and what staff say of them."""

import pytest
from django.contrib import admin
from django.urls import reverse

from organisations.models import Organisation
from peaceportal.core import doubles_admin, noticing
from peaceportal.core.doubles import Because, Double, differs_by_one
from peaceportal.core.roles import EDITOR, PUBLISHER
from tests import factories as make
from tests.editor import address

pytestmark = pytest.mark.django_db


def found():
    """The titles of each pair, and the reason."""
    noticing.catch_up(patience=None)
    titles = {}
    for model in noticing.doubles.RULES:
        titles |= {page.uid: str(page) for page in model.objects.all()}
    return [
        (*sorted((titles[one.one], titles[one.other])), one.because)
        for one in Double.objects.to_decide()
    ]


@pytest.mark.parametrize(
    ("one", "other", "because"),
    [
        ({"name": "Réseau Évian"}, {"name": "RESEAU EVIAN"}, Because.NAME),
        ({"name": "Peace-Net"}, {"name": "Peacenet"}, Because.NAME),
        ({"name": "Peace Bureau"}, {"name": "Peace Bureua"}, Because.NEAR_NAME),
        ({"name": "Peace Organisation"}, {"name": "Peace Organization"}, Because.NEAR_NAME),
        ({"name": "Office One", "acronym": "QUNO"}, {"name": "Body", "acronym": "Quno"}, "acronym"),
        ({"name": "QUNO"}, {"name": "Quaker Office", "acronym": "QUNO"}, Because.OTHER_NAME),
        (
            {"name": "Alpha", "website": "https://www.example.org/"},
            {"name": "Beta", "website": "http://example.org"},
            Because.SITE,
        ),
    ],
)
def test_organisations_that_may_be_one(one, other, because):
    make.make_organisation(**one)
    make.make_organisation(**other)
    assert [pair[2] for pair in found()] == [because]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"name": "Peace Bureau"}, {"name": "War Museum"}),
        ({"name": "Resolution 1325"}, {"name": "Resolution 1326"}),
        ({"name": "Ministry A"}, {"name": "Ministry of B"}),
        ({"name": "Alpha", "acronym": "UN"}, {"name": "Beta", "acronym": "UN"}),
        ({"name": "Pax"}, {"name": "Pix"}),
        ({"name": "Alpha", "website": "https://example.org/a"},
         {"name": "Beta", "website": "https://example.org/b"}),
    ],
)  # fmt: skip
def test_organisations_that_are_two(one, other):
    make.make_organisation(**one)
    make.make_organisation(**other)
    assert found() == []


def test_former_name_of_one_is_the_name_of_another():
    body = make.make_organisation(name="New Office")
    make.make_organisation_name(organisation=body, name="Old Office")
    make.make_organisation(name="old office")
    assert found() == [("New Office", "old office", Because.OTHER_NAME)]


def test_same_identifier_in_two_ways():
    for name, scheme in (("Alpha", "Wikidata"), ("Beta", "wikidata")):
        page = make.make_organisation(name=name)
        make.make_identifier(page=page, scheme=scheme, value="Q42")
    assert found() == [("Alpha", "Beta", Because.IDENTIFIER)]


def test_body_and_its_part_may_share_a_website():
    top = make.make_organisation(name="Alpha", website="https://example.org")
    make.make_organisation(name="Beta", website="https://example.org", parent=top)
    assert found() == []


def test_place_with_another_name_that_is_a_place():
    make.make_place(name="Myanmar", other_names="Union of Myanmar\nBurma")
    make.make_place(name="Burma")
    assert found() == [("Burma", "Myanmar", Because.OTHER_NAME)]


def test_areas_and_places():
    make.make_area(name="Mediation", other_names="Good offices")
    make.make_area(name="Good Offices")
    make.make_place(name="Genève")
    make.make_place(name="Geneve")
    make.make_place(name="Geneve", kind="region")
    assert found() == [
        ("Good Offices", "Mediation", Because.OTHER_NAME),
        ("Geneve", "Genève", Because.NAME),
    ]


@pytest.mark.parametrize(
    ("one", "other", "because"),
    [
        (("Peace talks", "1953"), ("PEACE TALKS", "1953-07-27"), Because.TITLE),
        (("Peace talks", "1953"), ("Peace talks", ""), Because.TITLE),
        (("Peace talks", "1953"), ("Peace talks", "1954"), None),
        (("Peace talks", "1953/.."), ("Peace talks", "2020"), Because.TITLE),
        (("Talks in Geneva", "1953"), ("Talks at Geneva", "1953"), Because.NEAR_TITLE),
        (("Round 1 of talks", "1953"), ("Round 2 of talks", "1953"), None),
        (("Talks in Geneva", "1953"), ("Talks at Geneva", "1954"), None),
    ],
)
def test_events_that_may_be_one(one, other, because):
    body = make.make_organisation()
    for title, happened in (one, other):
        make.make_event(title=title, happened=happened, organisations=[body])
    assert [pair[2] for pair in found()] == ([because] if because else [])


def test_events_of_one_day_with_other_bodies_are_two():
    make.make_event(title="Talks in Geneva", organisations=[make.make_organisation(name="A")])
    make.make_event(title="Talks at Geneva", organisations=[make.make_organisation(name="B")])
    assert found() == []


def test_pair_goes_when_one_is_renamed_or_removed():
    make.make_organisation(name="Office")
    other = make.make_organisation(name="office")
    assert len(found()) == 1
    other.name = "Museum"
    other.save()
    assert found() == []
    other.name = "Office"
    other.save()
    assert len(found()) == 1
    Organisation.objects.filter(pk=other.pk).remove()
    assert found() == []


@pytest.mark.parametrize(
    ("one", "other", "differs"),
    [("centre", "center", True), ("abc", "abd", True), ("abc", "abcd", True), ("abc", "bc", True),
     ("abc", "abc", False), ("abcd", "badc", False), ("ab1", "ab2", False), ("abcd", "ab", False)],
)  # fmt: skip
def test_difference_of_one_letter(one, other, differs):
    assert differs_by_one(one, other) == differs


# At the desk


def pair(status="draft"):
    one = make.make_organisation(name="Office", status=status)
    other = make.make_organisation(name="OFFICE", status=status)
    return one, other


def not_doubles(client):
    return client.post(reverse("admin:doubles"), {"pk": Double.objects.get().pk}, follow=True)


@pytest.mark.parametrize("role", [EDITOR, PUBLISHER])
def test_pair_is_listed_with_its_reason_and_called_none(client, role):
    client.force_login(make.make_member(role))
    one, _other = pair()
    first_page = client.get(reverse("admin:index")).text
    assert f'<a href="{reverse("admin:doubles")}">1 pair</a>' in first_page
    shown = client.get(reverse("admin:doubles")).text
    assert "once accents, capitals and punctuation are left out" in shown
    assert address(Organisation, "change", one.pk) in shown
    listed = client.get(address(Organisation), {"care": "doubles"}).context["cl"].result_list
    assert {record.name for record in listed} == {"Office", "OFFICE"}
    assert "No likely doubles were found." in not_doubles(client).text
    one.acronym = "O"
    one.save()
    assert found() == []
    assert Double.objects.get().decided_by.username == f"a-{role.lower()}"


def test_what_readers_see_is_decided_by_publishers(client):
    client.force_login(make.make_member(EDITOR))
    pair(status="published")
    noticing.catch_up()
    assert "Not doubles" not in client.get(reverse("admin:doubles")).text
    assert not_doubles(client).status_code == 403
    assert len(found()) == 1
    client.force_login(make.make_member(PUBLISHER))
    assert "Not doubles" in client.get(reverse("admin:doubles")).text
    not_doubles(client)
    assert found() == []


def test_pairs_are_for_staff_who_see_the_records(client):
    assert client.get(reverse("admin:doubles")).status_code == 302
    client.force_login(make.make_user(is_superuser=False))
    assert client.get(reverse("admin:doubles")).status_code == 403


@pytest.mark.parametrize("pk", ["", "x", "-1", "9" * 30])
def test_pair_that_cannot_be_is_not_found(client, pk):
    client.force_login(make.make_member(PUBLISHER))
    assert client.post(reverse("admin:doubles"), {"pk": pk}).status_code == 404


def test_pair_that_is_gone_is_said_to_be(client):
    client.force_login(make.make_member(PUBLISHER))
    shown = client.post(reverse("admin:doubles"), {"pk": "1"}, follow=True)
    assert "This pair is no longer on the list." in shown.text


@pytest.mark.parametrize(("role", "is_offered"), [(EDITOR, False), (PUBLISHER, True)])
def test_pair_leads_those_who_may_to_where_it_is_merged(client, monkeypatch, role, is_offered):
    one, other = pair()

    def reverse_with_merging(name, **options):
        return "/merge/" if name.endswith("_organisation_merge_two") else reverse(name, **options)

    monkeypatch.setattr(doubles_admin, "reverse", reverse_with_merging)
    client.force_login(make.make_member(role))
    shown = client.get(reverse("admin:doubles")).text
    assert (f'href="/merge/?of={one.pk}&amp;of={other.pk}"' in shown) == is_offered


def test_nothing_is_offered_for_what_nothing_merges():
    one, other = make.make_event(), make.make_event()
    assert doubles_admin.merge_address(admin.site, one, other) == ""
