"""The colours that words and marks are drawn in can be told from what lies behind them."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[2] / "static" / "css" / "tokens.css"
LIGHT, DARK = TOKENS.read_text().split("@media screen and (prefers-color-scheme: dark)")
TEXT, DRAWN = 4.5, 3.0  # WCAG 2.2, success criteria 1.4.3 and 1.4.11

PAIRS = [
    ("ink", "paper", TEXT),
    ("ink", "card", TEXT),
    ("ink", "paper-sunk", TEXT),
    ("ink-soft", "paper", TEXT),
    ("ink-soft", "paper-sunk", TEXT),
    ("ink-soft", "card", TEXT),
    ("ink-soft", "accent-tint", TEXT),
    ("ink", "accent-tint", TEXT),
    ("accent", "paper", TEXT),
    ("accent", "card", TEXT),
    ("accent", "accent-tint", TEXT),
    ("on-accent", "accent", TEXT),
    ("olive", "paper", TEXT),
    ("olive-ink", "olive-tint", TEXT),
    ("clay-ink", "clay-tint", TEXT),
    ("warn-ink", "warn-tint", TEXT),
    ("edge", "paper", DRAWN),
    ("edge", "card", DRAWN),
    ("edge", "accent-tint", DRAWN),
    ("mark", "paper", DRAWN),
    ("mark", "card", DRAWN),
]
DECORATION = {"rule"}


def colours(css):
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", css))


def luminance(colour):
    """Relative luminance of `#rrggbb`, from 0 to 1 (WCAG 2.2)."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_as_the_standard_does():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_contrast_of_every_role(theme, front, back, least):
    found = colours(theme)
    assert contrast(found[front], found[back]) >= least


def test_every_colour_of_the_light_theme_has_its_dark():
    assert colours(LIGHT).keys() == colours(DARK).keys()


def test_dark_that_staff_chose_is_that_of_the_machine():
    by_machine, by_hand = DARK.split('[data-theme="dark"]')
    assert colours(by_machine) == colours(by_hand)


def test_every_role_is_measured_or_is_decoration():
    measured = {role for front, back, _least in PAIRS for role in (front, back)}
    assert measured | DECORATION == colours(LIGHT).keys()


def test_no_colour_stands_outside_the_tokens():
    for path in TOKENS.parent.glob("*.css"):
        if path != TOKENS:
            assert not re.search(r"#[0-9a-fA-F]{3,8}\b", path.read_text()), path.name


def test_css_is_logical():
    for path in TOKENS.parent.glob("*.css"):
        css = path.read_text()
        found = re.search(
            r"(?:margin|padding|border)-(?:left|right|top|bottom)|text-align: (?:left|right)"
            r"|\b(?:left|right|top|bottom):|float: (?:left|right)|!important",
            css,
        )
        assert not found, (path.name, found)
