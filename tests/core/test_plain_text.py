import pytest

from peaceportal.core.plain_text import clean, flowing


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\0b", "ab"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("\ufeffArticle 1  \n\n\n\nEnd", "Article 1\n\nEnd"),
        ("half \ud800 of a character", "half  of a character"),
        ("page\fpage", "page\fpage"),
        ("اتفاق", "اتفاق"),
    ],
)
def test_clean_text(text, cleaned):
    assert clean(text) == cleaned


LONG = "The Parties agree to an immediate cessation of all hostilities"


@pytest.mark.parametrize(
    ("printed", "text"),
    [
        ("the o\ufb03ce, a \ufb01le", "the office, a file"),
        ("\ufe97\ufea4\ufe96", "تحت"),
        ("½ mile, m² of land", "½ mile, m² of land"),
        (f"{LONG}\nand of all acts.\nSigned", f"{LONG} and of all acts.\n\nSigned"),
        (f"{LONG}\n2. Nothing else", f"{LONG}\n\n2. Nothing else"),
        (f"{LONG}\n(a) Nothing else", f"{LONG}\n\n(a) Nothing else"),
        (f"{LONG}\nArticle 2\nThe end", f"{LONG}\n\nArticle 2\nThe end"),
        (f"{LONG}\n\nA paragraph", f"{LONG}\n\nA paragraph"),
        ("For A\nFor B", "For A\nFor B"),
        ("", ""),
    ],
)
def test_lines_become_paragraphs(printed, text):
    assert flowing([printed]) == text


def test_word_cut_at_the_end_of_a_line_is_whole_where_the_text_has_it():
    text = flowing(["This agree-\nment on a cease-\nfire", "An agreement"])
    assert text == "This agreement on a cease-fire\fAn agreement"


def test_soft_hyphen_goes():
    assert flowing(["the recon\u00ad\nciliation"]) == "the reconciliation"


def test_pages_keep_their_number():
    assert flowing(["", "two\fstill two", ""]) == "\ftwo\nstill two\f"


@pytest.mark.parametrize("char", [" ", "\t", "a", "-", "\n", "1"])
def test_long_runs_of_one_character_are_read_once(char):
    """Where the work grew with the square of the length, this would take hours."""
    run = char * 400_000
    assert clean(f"before\n{run}.\nafter").startswith("before\n")
    assert flowing([f"before {run}\nafter"]).startswith("before")
