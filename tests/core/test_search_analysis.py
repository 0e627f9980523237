"""How texts and queries are cut into terms."""

import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peaceportal.core.search.analysis import FORM, GAP, LONGEST_TERM, stem, stream
from peaceportal.core.search.query import MOST_CLAUSES, parse
from peaceportal.core.search.store import fts_expression, tsquery, vector
from peaceportal.core.search.texts import Entry


def terms(text):
    found = stream(text)
    return found[: found.index(GAP)] if GAP in found else found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("reconciliation", "Reconcile"),
        ("mediators", "mediation"),
        ("negotiations", "negotiate"),
        ("organization", "organisations"),
        ("labor", "labour"),
        ("center", "centre"),
        ("program", "programmes"),
        ("women", "woman"),
        ("António", "Antonio"),
        ("Évian", "EVIAN"),
        ("U.N.", "UN"),
        ("women’s", "women's"),
        ("“work”", '"work"'),
        ("السَّلام", "السلام"),
        ("ـسلام", "سلام"),
        ("ｐｅａｃｅ", "peace"),
        ("peace\u00adbuilding", "peacebuilding"),
    ],
)
def test_what_readers_do_not_tell_apart_is_one_term(one, other):
    assert terms(one) == terms(other) != []


@pytest.mark.parametrize(
    ("one", "other"), [("police", "policy"), ("organ", "organisation"), ("peace", "piece")]
)
def test_other_words_are_other_terms(one, other):
    assert terms(one) != terms(other)


def test_chinese_and_japanese_are_cut_into_pairs():
    assert stream("和平与正义") == ["和平", "平与", "与正", "正义", "义"]
    assert stream("平") == ["平"]
    assert stream("第1条") == ["第", "1", "条"]
    assert stream("がくしゃ") == ["がく", "くし", "しゃ", "ゃ"]


def test_words_with_hyphens_stand_joined_and_apart():
    found = stream("the Peace-building Commission")
    assert found[:4] == ["the", "peac", "build", "commiss"]
    at = found.index("peacebuild")
    assert found[at - 1] == "the"
    assert found[at + 1] == "commiss"
    assert "peacebuild" in stream("peace–building")
    assert "ndjamena" in stream("N’Djamena")
    assert not any("20012012" in term for term in stream("2001-2012"))


def test_words_in_full_stand_apart():
    assert stream("mediation")[-1] == f"{FORM}mediation"


def test_long_words_are_cut():
    assert all(len(term) <= LONGEST_TERM + 1 for term in stream("x" * 10_000))
    assert stream("和" * 1000).count("和和") == 999


def phrases(typed):
    return [[phrase.terms for phrase in clause.either] for clause in parse(typed).clauses]


def test_words_in_quotation_marks_are_a_phrase():
    for typed in ("“good offices” talks", '"good offices" talks', "«good offices» talks"):
        assert phrases(typed)[0] == [("good", "offic")]
        assert phrases(typed)[1][0] == ("talk",)


def test_quotation_mark_too_many_is_passed_over():
    assert phrases('"good offices') == phrases("good offices")


def test_last_word_may_be_going_on():
    clause = parse("talks medi").clauses[1]
    assert [(p.terms, p.is_beginning) for p in clause.either] == [
        (("medi",), False),
        (("medi",), True),
        ((f"{FORM}medi",), True),
    ]
    assert not any(p.is_beginning for p in parse("talks medi").clauses[0].either)
    assert not any(p.is_beginning for p in parse("UN").clauses[0].either)
    assert not any(p.is_beginning for p in parse('"medi"').clauses[0].either)


def test_small_words_are_not_looked_for_unless_alone_or_in_a_phrase():
    assert [found[0] for found in phrases("talks in the hall")] == [("talk",), ("hall",)]
    assert len(phrases("the of")) == 2
    assert phrases('"in the hall"') == [[("in", "the", "hall")]]
    assert phrases("WHO")[0][0] == ("who",)


@pytest.mark.parametrize("typed", ["", " ", "\x00", '"', "“”", "*", "---", "()"])
def test_nothing_to_look_for_is_no_query(typed):
    assert not parse(typed)


HOSTILE = [
    'a" OR "b',
    "NEAR(a b, 3)",
    "title:x AND NOT y",
    "{title} : x ^y",
    "a* b* c*",
    "x & !y | (z <-> w):*A",
    "'; DROP TABLE core_searchentry; --",
    "\\' \\\\ ''",
    "a\x00b",
    "\ud800",
    "x" * 10_000,
    "x " * 5000,
    '"' * 999,
    "(" * 500,
    "%s %(a)s {}",
]


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_input_is_read_as_words(typed):
    query = parse(typed)
    assert len(query.clauses) <= MOST_CLAUSES
    fts_expression(query.clauses, ["title"])
    tsquery(query.clauses)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read(typed):
    query = parse(typed)
    for term in query.terms:
        assert term.strip(FORM).isprintable()
        assert not set(term) & set(" \"'\\&|!()<>:*")


@given(st.text(max_size=60))
def test_text_meets_itself(text):
    """All terms of a query that is typed as a text stands are terms of the text."""
    found = set(stream(text))
    for clause in parse(f'"{text}"').clauses if '"' not in text else ():
        assert any(
            set(phrase.terms[:-1]) <= found
            and any(term.startswith(phrase.terms[-1]) for term in found)
            for phrase in clause.either
        )


def test_stem_is_the_same_in_every_thread():
    from concurrent.futures import ThreadPoolExecutor

    words = [f"mediat{ending}" for ending in ("ing", "ion", "or", "ors", "ed")] * 50
    stem.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(stem, words)) == {"mediat"}


def test_vector_marks_columns_and_neighbours_and_queries_ask_for_them():
    """PostgreSQL's index answers from the marks; places are read of what is left."""
    texts = {"title": "Peace talks", "names": "", "summary": "Talks on peace", "body": "Quiet"}
    terms = {name: stream(text) for name, text in texts.items()}
    stored = vector(Entry(1, 1, UUID(int=1), terms))
    marks = {lexeme.strip("'") for lexeme in stored.split() if ":" not in lexeme}
    assert {"Apeac", "Atalk", "Cpeac", "Ctalk"} <= marks
    assert not marks & {"Bpeac", "Dquiet"}
    [pair] = re.findall("'(P[0-9a-f]{4})'", tsquery(parse('"peace talks"').clauses))
    [other] = re.findall("'(P[0-9a-f]{4})'", tsquery(parse('"talks peace"').clauses))
    assert pair in marks
    assert other not in marks
    assert tsquery(parse('"quiet"').clauses, ["title", "names"]) == "('Aquiet' | 'Bquiet')"
