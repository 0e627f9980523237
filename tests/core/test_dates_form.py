import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import escape
from django.utils.translation import override

from organisations.models import Organisation, Succession
from peaceportal.core.dates import UNKNOWN, EDTFFormField, parse
from tests.factories import make_organisation
from timeline.models import Event

# What is typed, and a part of the sentence that refuses it.
REFUSALS = [
    ("03/04/2024", "reads two ways: 3 April 2024 or 4 March 2024"),
    ("03.04.2024", "Write the month as a word, or as 2024-04-03."),
    ("2005/06", "Write “2005-07” or “July 2005” for a month, 2005/2006 for a range"),
    ("2023-02-30", "30 February 2023 does not exist: that month has 28 days."),
    ("30 February 2024", "30 February 2024 does not exist: that month has 29 days."),
    ("31/4/2024", "31 April 2024 does not exist"),
    ("2024-13", "There is no month 13."),
    ("1955/1953", "This range runs backwards: 1955 comes after 1953."),
    ("30 Dec – 2 Jan 2024", "and the year at both ends where the years differ"),
    ("../..", "open at both ends says nothing. Leave the date empty instead."),
    ("0000", "Years run from 0001 to 9999."),
    ("12024", "Years run from 0001 to 9999."),
    ("-0044", "Years run from 0001 to 9999."),
    ("44 BC", "Years run from 0001 to 9999."),
    ("19th century", "Centuries are too wide to place."),
    ("19XX", "Centuries are too wide to place."),
    ("the 90s", "A decade needs all four digits."),
    ("’90s", "Write for example “1990s” or 199X."),
    ("spring 2024", "Seasons differ around the world."),
    ("27 July", "The year is missing."),
    ("27/7/53", "The year needs all four digits."),
    ("some time ago", "“some time ago” cannot be read as a date. Write it as 27 July 1953"),
    ("12 34", "cannot be read as a date"),
    ("27 July 1953 " * 10, "This is too long for a date."),
]


class EventForm(forms.ModelForm):
    class Meta:
        model = Event
        fields = ["title", "kind", "status", "language", "happened", "happened_inferred", "posted"]


class OrganisationForm(forms.ModelForm):
    class Meta:
        model = Organisation
        fields = ["name", "kind", "status", "language", "state", "founded", "ended"]


def event_form(**data):
    fields = {"title": "Talks", "kind": "statement", "status": "published", "language": "en"}
    return EventForm(fields | data)


def organisation_form(instance=None, **data):
    fields = {"name": "Office", "kind": "ngo", "status": "published", "language": "en"}
    return OrganisationForm(fields | {"state": "active"} | data, instance=instance)


def rendered(value):
    class DateForm(forms.Form):
        day = EDTFFormField(required=False)

    return str(DateForm({"day": value})["day"])


def test_field_says_what_may_be_typed():
    help_text = str(EDTFFormField().help_text)
    for example in ("27 July 1953", "1990s", "since 2008", "about 1953"):
        assert example in help_text


def test_own_help_text_comes_before_the_general_one():
    assert EDTFFormField(help_text="When it was read.").help_text == "When it was read."


def test_examples_of_the_help_text_are_all_understood():
    examples = str(EDTFFormField().help_text).partition(": ")[2].partition(". ")[0]
    for example in examples.split(", "):
        assert parse(example)


@pytest.mark.parametrize(
    ("typed", "echo"),
    [
        ("27 Jul 1953", "Understood as 27 July 1953."),
        ("30 Nov – 1 Dec 2023", "Understood as 30 November – 1 December 2023."),
        ("2024-07", "Understood as July 2024: some time from 1 July 2024 to 31 July 2024."),
        ("199X", "Understood as 1990s: some time from 1 January 1990 to 31 December 1999."),
        ("2014", "Understood as 2014: some time from 1 January 2014 to 31 December 2014."),
        (
            "c. 1953",
            "Understood as about 1953: some time from 1 January 1953 to 31 December 1953, "
            "perhaps earlier or later.",
        ),
        ("1948/1960", "Understood as 1948–1960: from 1 January 1948 to 31 December 1960."),
        (
            "1948~/1960",
            "Understood as about 1948 – 1960: from 1 January 1948 to 31 December 1960, "
            "perhaps earlier or later.",
        ),
        ("2008/..", "Understood as since 2008: from 1 January 2008, with no end."),
        ("../1960", "Understood as until 1960: up to 31 December 1960, with no beginning."),
    ],
)
def test_widget_echoes_what_was_understood(typed, echo):
    assert f'id="id_day_understood">{echo}</div>' in rendered(typed)
    assert 'aria-describedby="id_day_helptext id_day_understood"' in rendered(typed)
    assert f'value="{typed}"' in rendered(typed)


@pytest.mark.parametrize("typed", ["", "03/04/2024", "nonsense", "\0"])
def test_widget_echoes_nothing_that_was_not_understood(typed):
    assert "understood" not in rendered(typed)


def test_widget_escapes_what_was_typed():
    assert "<script>" not in rendered('"><script>alert(1)</script>')


def test_echo_is_in_the_active_language():
    with override("fr"):
        assert "27 juillet 1953" in rendered("27 July 1953")


@pytest.mark.parametrize(("typed", "sentence"), REFUSALS)
def test_field_refuses_with_a_sentence(typed, sentence):
    with pytest.raises(ValidationError) as refusal:
        EDTFFormField(required=False).clean(typed)
    assert sentence in refusal.value.messages[0]
    assert refusal.value.messages[0].endswith(".")


@pytest.mark.django_db
@pytest.mark.parametrize(("typed", "sentence"), REFUSALS)
def test_model_form_says_the_sentence_beside_the_field(typed, sentence):
    form = event_form(happened=typed)
    assert list(form.errors) == ["happened"]
    assert escape(sentence) in str(form["happened"].errors)


@pytest.mark.parametrize("text", ["1953\0", "\0", "x" * 10_000])
def test_field_refuses_control_characters_and_long_text(text):
    with pytest.raises(ValidationError):
        EDTFFormField(required=False).clean(text)


def test_empty_field_is_unknown():
    assert EDTFFormField(required=False).clean("") == UNKNOWN
    assert EDTFFormField(required=False).clean(None) == UNKNOWN


@pytest.mark.parametrize("typed", ["", "unknown", "  "])
def test_required_field_wants_a_date(typed):
    with pytest.raises(ValidationError, match="required"):
        EDTFFormField().clean(typed)


@pytest.mark.parametrize(
    ("initial", "data", "has_changed"),
    [
        (parse("1953-07-27"), "27 July 1953", False),
        (parse("1953-07-27"), "1953-07-27", False),
        (parse("1953-07-27"), "July 1953", True),
        (parse("1953"), "1953~", True),
        (parse("1953"), "", True),
        (parse("1953"), "nonsense", True),
        (UNKNOWN, "", False),
        (UNKNOWN, None, False),
        (None, "", False),
        (None, "1953", True),
    ],
)
def test_field_has_changed_when_the_date_has(initial, data, has_changed):
    assert EDTFFormField(required=False).has_changed(initial, data) is has_changed


@pytest.mark.parametrize(
    ("edtf", "words"), [("2023-11-30/2023-12-01", "30 November – 1 December 2023"), ("", "")]
)
def test_initial_date_stands_in_the_field_in_english(edtf, words):
    form = EventForm(instance=Event(title="Talks", happened=parse(edtf)))
    with override("fr"):
        assert form["happened"].value() == words


@pytest.mark.django_db
def test_model_form_keeps_the_precision_that_was_typed():
    form = event_form(happened="July 2024", posted="3 Aug 2024")
    event = form.save()
    stored = Event.objects.get(pk=event.pk)
    assert (stored.happened.edtf, stored.posted.edtf) == ("2024-07", "2024-08-03")


# Rules between two fields


@pytest.mark.django_db
def test_end_before_start_is_said_beside_the_end():
    form = organisation_form(founded="1990", ended="1985", state="ended")
    assert form.errors == {
        "ended": ["It would have ended before it was founded. Correct either date."]
    }


@pytest.mark.django_db
def test_end_before_start_is_said_when_one_of_the_two_changes():
    body = make_organisation(founded="1980", ended="1985", state="ended")
    form = organisation_form(instance=body, founded="1990", ended="1985", state="ended")
    assert list(form.errors) == ["ended"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("founded", "ended"),
    [("1990", "1990-05"), ("1990-05", "1990"), ("", "1990"), ("199X", "1992"), ("../1990", "1980")],
)
def test_end_that_may_follow_the_start_passes(founded, ended):
    assert organisation_form(founded=founded, ended=ended, state="ended").is_valid()


@pytest.mark.django_db
def test_dates_can_be_corrected_together_and_cleared():
    body = make_organisation(founded="1990", ended="1995", state="ended")
    assert organisation_form(instance=body, founded="2000", ended="2005", state="ended").is_valid()
    assert organisation_form(instance=body, founded="2000", ended="").is_valid()


@pytest.mark.django_db
def test_end_date_of_an_active_body_is_refused_beside_the_state():
    form = organisation_form(founded="1990", ended="1995")
    assert list(form.errors) == ["state"]
    assert "has ended: set its state to ended" in form.errors["state"][0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("happened", "posted"),
    [("July 2024", "3 July 2024"), ("July 2024", ""), ("", ""), ("2024-07~", "2024-07")],
)
def test_inferred_date_that_is_not_the_posting_date_is_refused_beside_the_tick(happened, posted):
    form = event_form(happened=happened, posted=posted, happened_inferred="on")
    assert list(form.errors) == ["happened_inferred"]
    assert "is the posting date itself" in form.errors["happened_inferred"][0]


@pytest.mark.django_db
def test_inferred_date_is_taken_at_the_same_precision():
    form = event_form(happened="July 2024", posted="2024-07", happened_inferred="on")
    assert form.is_valid()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "with_successor"), [("mandate-completed", True), ("absorbed", False)]
)
def test_succession_form_says_beside_the_successor_what_its_kind_needs(kind, with_successor):
    form_class = forms.modelform_factory(
        Succession, fields=["predecessor", "successor", "kind", "date"]
    )
    before, after = make_organisation(name="Before"), make_organisation(name="After")
    successor = after.pk if with_successor else ""
    form = form_class({"predecessor": before.pk, "successor": successor, "kind": kind})
    assert list(form.errors) == ["successor"]
