"""The table of languages, and what a mistyped code may have meant."""

import pytest

from appliance.protocol.languages import LANGUAGES, suggest


def test_sixty_languages_of_which_twenty_nine_are_spoken_and_eighteen_are_of_the_older_model() -> None:
    assert len(LANGUAGES) == 60
    assert sum(language.speaks for language in LANGUAGES.values()) == 29
    assert sum(language.legacy for language in LANGUAGES.values()) == 18


def test_every_row_is_filed_under_its_own_code_and_has_names() -> None:
    for code, language in LANGUAGES.items():
        assert language.code == code
        assert language.name
        assert language.native_name
        assert len(language.script) == 4


def test_the_languages_written_from_the_right_are_those_in_arabic_and_hebrew_letters() -> None:
    right_to_left = {code for code, language in LANGUAGES.items() if language.rtl}
    assert right_to_left == {"ar", "he", "fa", "ur"}
    assert right_to_left == {code for code, each in LANGUAGES.items() if each.script in ("Arab", "Hebr")}


def test_those_with_a_voice_come_first() -> None:
    spoken = [language.speaks for language in LANGUAGES.values()]
    assert spoken == sorted(spoken, reverse=True)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ES", "es"),
        (" en ", "en"),
        ("en-US", "en"),
        ("pt_BR", "pt"),
        ("zh-HK", "yue"),
        ("jp", "ja"),
        ("cn", "zh"),
        ("no", "nb"),
        ("tl", "fil"),
        ("Spanish", "es"),
        ("español", "es"),
        ("日本語", "ja"),
        ("spa", "es"),
        ("portugese", "pt"),
        ("ukranian", "uk"),
        ("xx", None),
        ("", None),
        ("klingon-of-the-north", None),
    ],
)
def test_a_mistyped_code_is_answered_with_what_was_meant(typed: str, meant: str | None) -> None:
    assert suggest(typed) == meant
