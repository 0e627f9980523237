"""Parents, where some rows are refused, left alone or stand for one record."""

import pytest
from django.utils import timezone

from organisations.models import Organisation
from tests.factories import make_identifier, make_organisation
from tests.imports.files import ORGANISATIONS

pytestmark = pytest.mark.django_db

TREE = ORGANISATIONS.replace("[columns]", '[columns]\nparent = "of"')
HEAD = ["id", "name", "of"]
FIRST = [HEAD, ["1", "Aaa", ""], ["2", "Bbb", "1"]]


def parents():
    return dict(Organisation.objects.values_list("name", "parent__name"))


def test_ring_through_a_refused_row_is_refused(files):
    files.organisations(FIRST, TREE)
    rows = [HEAD, ["1", "Aaa", "Bbb"], ["2", "", ""]]
    said = files.organisations(rows, TREE, "--skip-bad-rows")
    assert said.numbers == (0, 0, 0, 2)
    assert "It would be part of itself" in said
    assert parents() == {"Aaa": None, "Bbb": "Aaa"}


def test_ring_through_a_row_that_is_left_alone_is_refused(files):
    files.organisations(FIRST, TREE)
    other = Organisation.objects.get(name="Bbb")
    make_identifier(page=other, scheme="made", value="3")
    said = files.organisations([HEAD, ["1", "Aaa", "Bbb"], ["2", "Bbb", ""]], TREE)
    assert said.numbers == (0, 0, 1, 1)
    assert parents() == {"Aaa": None, "Bbb": "Aaa"}


@pytest.mark.parametrize("of", ["1", "Aaa"])
def test_child_of_a_removed_record_is_refused(files, of):
    files.organisations(FIRST[:2], TREE)
    Organisation.objects.update(removed_at=timezone.now())
    said = files.organisations([*FIRST[:2], ["2", "Bbb", of]], TREE)
    assert said.numbers == (0, 0, 1, 1)
    assert "was removed. Put it back first" in said


@pytest.mark.parametrize(
    ("of", "sentence"),
    [
        ("Top office", ""),
        ("top", ""),
        ("LOW", ""),
        ("made:1", ""),
        ("top|Low", "a record has one parent"),
        ("Nobody", "Nothing in the file or on the site is called so"),
    ],
)
def test_parents_of_our_own_files_are_named_as_all_others(files, of, sentence):
    make_organisation(name="Top office", slug="top")
    rows = [["identifiers", "title", "parents"], ["made:2", "Desk", of], ["made:1", "Low", ""]]
    said = files.organisations(rows, None)
    assert (said.counts["failed"] == 1) == bool(sentence)
    assert sentence in said
    if not sentence:
        assert parents()["Desk"] == ("Low" if "top" not in of.lower() else "Top office")


def test_two_rows_of_one_record_are_left_alone(files):
    """As after a merge of two that the file still keeps apart, one beneath the other."""
    body = make_organisation(name="Aaa")
    for value in ("1", "2"):
        make_identifier(page=body, scheme="made", value=value)
    said = files.organisations([*FIRST, ["3", "Ccc", "2"]], TREE)
    assert said.numbers == (1, 0, 2, 0)
    assert "stands for several rows" in said
    assert parents() == {"Aaa": None, "Ccc": "Aaa"}


def test_dry_run_counts_what_the_run_refuses(files):
    rows = [HEAD, ["1", "", ""], ["2", "Bbb", "1"], ["3", "Ccc", "2"], ["4", "Ddd", ""]]
    dry = files.organisations(rows, TREE, "--dry-run", "--skip-bad-rows")
    assert dry.numbers == (1, 0, 0, 3)
    assert files.organisations(rows, TREE, "--skip-bad-rows").numbers == dry.numbers
