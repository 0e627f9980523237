"""What a mapping may say, and the sentences for what it may not."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organisations.imports.organisations import ORGANISATIONS
from peaceportal.core.imports.mapping import PRECISIONS, own_mapping
from peaceportal.core.imports.mapping_files import (
    DATE_KEYS,
    IMPORT_KEYS,
    LIST_KEYS,
    SOURCE_KEYS,
    mapping_of,
)
from peaceportal.core.imports.problems import ImportRefused
from tests.imports.files import DOCS
from tests.imports.files import EVENTS as EVENTS_MAPPING
from timeline.imports.events import EVENTS

LEAST = {"import": {"scheme": "made"}, "columns": {"identifier": "id", "title": "what"}}


def told(text="", **tables):
    return mapping_of({**LEAST, **tables, **tomllib.loads(text)}, EVENTS)


def sentences(text="", **tables):
    with pytest.raises(ImportRefused) as error:
        told(text, **tables)
    return "\n".join(error.value.sentences)


def test_mapping_with_everything_is_read():
    mapping = told(
        """
        [dates.happened]
        column = "start "
        end_column = "end"
        format = "%d/%m/%Y"
        precision_column = "exact"
        [dates.happened.precisions]
        day = "day"
        "Month only" = "month"
        [[lists.organisations]]
        column = "parties"
        separator = ";"
        role = "party"
        [[lists.organisations]]
        column = ["first", "second"]
        role = "mediated"
        [lists.places]
        column = "where"
        ids_column = "codes"
        ids_scheme = "gw"
        brackets = true
        [values.kind]
        """,
        columns={"identifier": ["a", "b"], "title": "what", "kind": "type"},
    )
    assert mapping.columns["identifier"] == ["a", "b"]
    assert mapping.dates["happened"].column == "start"
    assert mapping.dates["happened"].precisions["Month only"] == "month"
    assert [one.role for one in mapping.lists] == ["party", "mediated", ""]
    assert mapping.lists[1].column == ["first", "second"]
    assert mapping.lists[2].brackets


def test_mapping_of_nothing_says_all_that_is_missing():
    with pytest.raises(ImportRefused) as error:
        mapping_of({}, EVENTS)
    said = "\n".join(error.value.sentences)
    assert "“identifier” is missing" in said
    assert "“title” is missing" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[colums]\na = 'b'", "“colums” is not known. Did you mean “columns”?"),
        ("[import]\nschema = 'x'", "“schema” is not known. Did you mean “scheme”?"),
        ("[import]\nscheme = 7", "“scheme” must be a text in quotation marks."),
        ("[import]\nscheme = 'x'\nstatus = 'publish'", "Did you mean “published”?"),
        ("[import]\nscheme = 'x'\nkind = 'meetings'", "Did you mean “meeting”?"),
        ("[import]\nscheme = 'x'\nduplicates = 'skip'", "There is: “number”."),
        ("[import]\nscheme = 'x'\ndelimiter = ';;'", "“delimiter” is one sign"),
        ("[import]\nscheme = 'x'\nencoding = 'utf9'", "No encoding is called “utf9”."),
        ("[import]\nscheme = 'x'\nmissing = [-99]", "“missing” must be a text, or a list of texts"),
        (
            "[import]\nscheme = 'x'\nsource = {url = 'https://a.example'}",
            "A source needs a “title”",
        ),
        ("[import]\nscheme = 'x'\nencoding = 'undefined'", "No encoding is called “undefined”."),
        ('[import]\nscheme = "x"\nencoding = "a\\u0000"', "No encoding is called"),
        ("[import]\nscheme = 'x:y'", "“scheme” holds a colon"),
        ("[import]\nkind = 'meeting'", "“scheme” is missing"),
        ("[columns]\ntitle = []", "“title” is an empty list"),
        ("[columns]\nidentifier = []", "“identifier” is an empty list"),
        ('[lists.places]\ncolumn = "a"\nseparator = "\\t"', "“separator” is never found"),
        ('[lists.places]\ncolumn = "a"\nseparator = ";  "', "“separator” is never found"),
        ('[lists.places]\ncolumn = "a"\nseparator = "\\r\\n"', "“separator” is never found"),
        ("[lists.places]\ncolumn = 'a'\nids_column = 'b'\nids_scheme = 'x:'", "holds a colon"),
        ("[columns]\ntitle = 'a'", "“identifier” is missing"),
        ("[columns]\nidentifier = 'a'\ntitel = 'b'", "Did you mean “title”?"),
        ("[columns]\nidentifier = 'a'\ntitle = ['b', 'c']", "only “identifier” may be a list"),
        ("[dates.hapened]\ncolumn = 'a'", "Did you mean “happened”?"),
        ("[dates.happened]\nformt = '%Y'", "Did you mean “format”?"),
        ("[dates.happened]\nformat = '%Y'", "“column” is missing"),
        ("[dates.happened]\ncolumn = 'a'\nformat = '%d/%m/%y'", "do not say their century"),
        ("[dates.happened]\ncolumn = 'a'\nformat = '%d/%m'", "“format” needs the year"),
        ("[dates.happened]\ncolumn = 'a'\nformat = '%Y%Y'", "“format” cannot be read"),
        ("[dates.happened]\ncolumn = 'a'\nformat = '%Y %Q'", "“format” cannot be read"),
        ("[dates.happened]\ncolumn = 'a'\nformat = '%%Y'", "“format” needs the year"),
        ("[dates.happened]\ncolumn = 'a'\nformat = '%d %Y'", "a day and no month"),
        ("[dates.happened]\ncolumn = 'a'\nprecision = 'days'", "Did you mean “day”?"),
        ("[dates.happened]\ncolumn = 'a'\nday_one = 'year'", "There is: “month”."),
        ("[dates.happened]\ncolumn = 'a'\nprecision_column = 'b'", "go together"),
        ("[dates]\nhappened = 'a'", "[dates.happened]: This must be a table"),
        ("[lists.organisations]\ncolumn = 'a'\nrole = 'signatory'", "“signed”"),
        ("[lists.places]\ncolumn = 'a'\nrole = 'signed'", "for organisations of events alone"),
        ("[lists.places]\ncolumn = 'a'\nbrackets = 'yes'", "must be true or false"),
        ("[lists.places]\nids_column = 'a'", "go together"),
        ("[lists.places]\nseparator = ';'", "“column” is missing"),
        ("[values.kind]\na = 'meting'", "Did you mean “meeting”?"),
        ("[values.places]\na = 'b'", "Nothing uses this table"),
        ("[values.colour]\na = 'b'", "“colour” is not known"),
    ],
)
def test_mapping_is_refused_in_words(text, said):
    assert said in sentences(text)


def test_values_of_organisations_include_state():
    mapping = mapping_of(
        {
            "import": {"scheme": "x"},
            "columns": {"identifier": "id", "name": "n", "state": "s"},
            "values": {"state": {"Yes": "active", "No": "ended"}},
        },
        ORGANISATIONS,
    )
    assert mapping.values["state"] == {"Yes": "active", "No": "ended"}


def test_source_may_be_a_title_and_a_day_without_quotation_marks():
    assert told("[import]\nscheme='x'\nsource='A list'").source == {"title": "A list"}
    found = told("[import]\nscheme='x'\nsource='https://a.example/list'").source
    assert found == {"title": "a.example", "url": "https://a.example/list"}
    mapping = told("[import]\nscheme='x'\n[import.source]\ntitle='A'\nread_on=2024-05-01")
    assert mapping.source["read_on"] == "2024-05-01"


def test_mapping_that_is_no_toml_is_refused(files):
    said = files.refused("import_events", [["id"]], "[import\n")
    assert "is no TOML" in said
    picture = files.write(b"\x89PNG\xff\xfe", "map.png")
    said = files.refused("import_events", [["id"]], picture)
    assert "is no text in UTF-8: perhaps a file of another kind" in said and "codec" not in said


def test_mapping_that_is_not_there_is_refused(files):
    said = files.refused("import_events", [["id"]], files.folder / "none.toml")
    assert "cannot be opened" in said


def test_own_columns_are_just_another_mapping():
    mapping = own_mapping(EVENTS)
    assert mapping.columns["title"] == ["title"]
    assert mapping.lists[-2].with_roles
    assert own_mapping(ORGANISATIONS).columns["name"] == ["title"]


def test_mapping_for_tests_is_right():
    mapping_of(tomllib.loads(EVENTS_MAPPING), EVENTS)


WORDS = ["import", "columns", "dates", "lists", "values", "happened", "organisations", "places"]
WORDS += ["kind", "identifier", "title", "column", "source", "scheme", "precisions", "format"]
VALUES = st.one_of(st.booleans(), st.integers(), st.floats(), st.dates(), st.text(max_size=8))
VALUES |= st.sampled_from([*WORDS, "%d/%m/%y", "%", "%Y%Q", "a"])
TABLES = st.recursive(
    VALUES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=6), inner, max_size=5)
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(WORDS), TABLES, max_size=5))
def test_whatever_a_mapping_holds_it_is_read_or_refused_in_words(tables):
    try:
        mapping_of(LEAST | tables, EVENTS)
    except ImportRefused as error:
        assert all(error.sentences)


def test_documentation_names_every_key_and_field():
    told = (DOCS.parent / "importing.md").read_text(encoding="utf-8")
    names = {*IMPORT_KEYS, *SOURCE_KEYS, *DATE_KEYS, *LIST_KEYS, *PRECISIONS}
    for shape in (EVENTS, ORGANISATIONS):
        names |= {*shape.columns, *shape.dates, *shape.lists}
    assert {name for name in names if f"`{name}`" not in told and f".{name}]" not in told} == set()


@pytest.mark.parametrize(
    ("name", "shape"), [("peace-operations", ORGANISATIONS), ("vetoes", EVENTS)]
)
def test_documented_mappings_are_those_of_the_files(name, shape):
    """What the page shows of an example is in its file, to the letter."""
    told = (DOCS.parent / "importing.md").read_text(encoding="utf-8")
    shown = told.split(f"(mappings/{name}.toml):")[1].split("```toml")[1].split("```")[0]
    whole = tomllib.loads((DOCS / f"{name}.toml").read_text(encoding="utf-8"))
    assert mapping_of(whole, shape)

    def within(part, of):
        return all(
            within(value, of[key]) if isinstance(value, dict) else of[key] == value
            for key, value in part.items()
        )

    assert within(tomllib.loads(shown), whole)
