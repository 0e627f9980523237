import pytest

from peaceportal.core.folding import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("L’Évian Talks", "l evian talks"),
        ("Peace-building  &\tdialogue", "peace building dialogue"),
        ("STRASSE Straße", "strasse strasse"),
        ("السَّلام", "السلام"),
        ("שָׁלוֹם", "שלום"),
        ("शान्ति", "शान्ति"),
        ("ที่ปรึกษา", "ที่ปรึกษา"),
        ("がくしゃ", "がくしゃ"),
        ("…", ""),
    ],
)
def test_fold_leaves_out_what_sorting_should_not_see(text, folded):
    assert fold(text) == folded
