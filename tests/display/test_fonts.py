"""The table of sixty languages."""

from pathlib import Path

import pytest

from appliance.display import fonts
from appliance.protocol.languages import LANGUAGES


def test_every_language_has_a_row() -> None:
    assert set(fonts.TABLE) == set(LANGUAGES)
    assert {code for code in LANGUAGES if LANGUAGES[code].rtl} == fonts.RIGHT_TO_LEFT


@pytest.mark.parametrize(
    ("code", "family", "px", "pitch", "raster"),
    [
        ("en", "DejaVu Sans", 12, 13, "mono"),
        ("vi", "DejaVu Sans", 13, 16, "mono"),
        ("ar", "Noto Sans Arabic UI", 14, 16, "thr110"),
        ("bn", "Noto Sans Bengali UI", 15, 17, "mono"),
        ("gu", "Noto Sans Gujarati UI", 14, 16, "thr110"),
        ("kn", "Noto Sans Kannada UI", 14, 17, "thr110"),
        ("ml", "Noto Sans Malayalam UI", 12, 16, "mono"),
        ("ja", "EfontJA12", 12, 13, "mono"),
        ("ko", "Galmuri11", 12, 13, "mono"),
        ("zh", "WenQuanYi Zen Hei Sharp", 12, 13, "mono"),
    ],
)
def test_measured_rows(code: str, family: str, px: int, pitch: int, raster: str) -> None:
    choice = fonts.choose(code)
    assert (choice.family, choice.px, choice.pitch, choice.raster) == (family, px, pitch, raster)


def test_letters_grow_and_still_fill_the_panel() -> None:
    for code in fonts.TABLE:
        sizes = [fonts.choose(code, letters) for letters in fonts.LETTERS]
        assert sizes[0].px < sizes[1].px < sizes[2].px, code
        assert all(52 // size.pitch >= 2 for size in sizes), code
    assert [52 // fonts.choose("en", letters).pitch for letters in fonts.LETTERS] == [4, 3, 2]
    assert [fonts.choose("en", letters).px for letters in fonts.LETTERS] == [12, 16, 24]


def test_eleven_pixels_are_never_used_for_latin() -> None:
    assert all(choice.px != 11 for choice in fonts.TABLE.values())


def test_unknown_size_and_unknown_language() -> None:
    with pytest.raises(ValueError, match="none of normal, large, huge"):
        fonts.choose("en", "tiny")
    assert fonts.choose("xx") == fonts.choose("en")


def test_families_end_in_the_last_resort() -> None:
    assert fonts.choose("th").families == "Noto Sans Thai UI,DejaVu Sans,WenQuanYi Zen Hei Sharp,WenQuanYi Zen Hei"
    assert fonts.choose("en").families.startswith("DejaVu Sans,WenQuanYi")


def test_what_an_empty_machine_lacks(tmp_path: Path) -> None:
    missing = fonts.missing_fonts(tmp_path)
    assert len(missing) == 10
    assert "fonts-noto-ui-core" in missing["Noto Sans Thai UI"]
    assert set(fonts.unfurnished_languages(tmp_path)) == set(LANGUAGES) - {"ja", "ko"}


def test_japanese_has_a_font_for_each_size() -> None:
    choices = [fonts.choose("ja", letters) for letters in fonts.LETTERS]
    assert [choice.family for choice in choices] == ["EfontJA12", "EfontJA16", "EfontJA24"]
    assert all(choice.family.endswith(str(choice.px)) for choice in choices)
    assert {fonts.choose("ko", letters).family for letters in fonts.LETTERS} == {"Galmuri11"}
