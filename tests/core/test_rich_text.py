import pytest

from peaceportal.core.rich_text import sanitise
from tests.factories import make_event

HARMFUL = [
    "<script>alert(1)</script>",
    '<p onclick="alert(1)">x</p>',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="data:text/html,x">x</a>',
    '<iframe src="https://example.org"></iframe>',
    '<p style="color:red">x</p>',
    "<svg><script>alert(1)</script></svg>",
    '<img src="x" onerror="alert(1)">',
    "<style>a{}</style>",
]


@pytest.mark.parametrize("html", HARMFUL)
def test_harmful_html_is_taken_out(html):
    clean = sanitise(html).lower()
    for word in ("script", "onclick", "data:", "iframe", "style", "svg", "img"):
        assert word not in clean


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        ("<div>one</div><div>two</div>", "<p>one</p><p>two</p>"),
        ("<h1>a</h1><h2>b</h2>", "<h2>a</h2><h2>b</h2>"),
        ("<section><p>a</p></section>", "<p>a</p>"),
        ("<p><strong>a</strong> <em>b</em></p>", "<p><strong>a</strong> <em>b</em></p>"),
        ("", ""),
    ],
)
def test_words_of_blocks_do_not_run_together(html, clean):
    assert sanitise(html) == clean
    assert sanitise(clean) == clean


@pytest.mark.django_db
def test_text_typed_plainly_becomes_paragraphs_and_stays_so():
    event = make_event(body="First.<script>alert(1)</script>")
    assert event.body == "<p>First.</p>"
    event = make_event(body="First.\n\n5 < 6 & more.")
    assert event.body == "<p>First.</p>\n\n<p>5 &lt; 6 &amp; more.</p>"
    event.save()
    assert event.body == "<p>First.</p>\n\n<p>5 &lt; 6 &amp; more.</p>"
