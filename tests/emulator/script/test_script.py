"""Rehearsals: the shipped dialogue, and every mistake in a file at once."""

from pathlib import Path

import pytest

from appliance.emulator.script.script import Turn, desk, load, parse
from appliance.emulator.script.tts import voice_of
from appliance.errors import SettingsError

LANGUAGES = {"en", "es", "fr", "de", "zh", "ja", "ar", "hi", "ru"}
NOWHERE = Path("/nonexistent")
KANJI = range(0x4E00, 0xA000)


def test_the_desk_speaks_nine_languages_in_every_turn() -> None:
    turns = desk().turns
    assert len(turns) >= 14
    assert {turn.language for turn in turns} == LANGUAGES
    for turn in turns:
        assert set(turn.translations) >= LANGUAGES - {turn.language}, turn.source
        assert voice_of(turn.language)


def test_the_desk_has_kana_for_the_japanese_voice() -> None:
    for turn in desk().turns:
        read = turn.answered("ja")
        assert read
        assert not any(ord(letter) in KANJI for letter in read), read


@pytest.mark.parametrize(
    ("scene", "language", "count"),
    [("es-guest", "en", 3), ("es-guest", "es", 3), ("ja-guest", "en", 3), ("ar-guest", "en", 3)],
)
def test_scenes_for_the_demonstration(scene: str, language: str, count: int) -> None:
    assert sum(turn.language == language for turn in desk().scene(scene)) >= count
    assert scene in desk().scenes()


def test_terms_of_the_desk_stand_in_its_texts() -> None:
    for turn in desk().turns:
        for code, words in turn.terms.items():
            for term, word in words.items():
                assert term.casefold() in turn.source.casefold()
                assert word.casefold() in turn.translations[code].casefold()


def test_a_target_that_a_turn_lacks() -> None:
    turn = Turn("en", "Hello.", {"es": "Hola."}, spoken="Hullo.")
    assert turn.translation("es") == "Hola."
    assert turn.translation("sv") == "[sv] Hello."
    assert turn.answered("sv") == "Hello."
    assert turn.translation("en") == "Hello."
    assert turn.answered("en") == "Hullo."


def test_a_good_file(tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    turn = '[[turn]]\nlanguage = "en"\nsource = "Hi."\nspoken = "High."\n[turn.translations]\nes = "Hola."\n'
    path.write_text(f'title = "T"\n{turn}')
    rehearsal = load(path)
    assert rehearsal.title == "T"
    assert rehearsal.turns == (Turn("en", "Hi.", {"es": "Hola."}, spoken="High."),)


def test_a_turn_without_translations_is_answered_by_its_source() -> None:
    rehearsal = parse('[[turn]]\nlanguage = "en"\nsource = "Hi."\n', "small.toml", NOWHERE)
    assert rehearsal.turns[0].translation("es") == "[es] Hi."


def test_every_problem_is_reported() -> None:
    text = """
titel = "x"
[[turn]]
language = "en"
sauce = "Hi."
[turn.translations]
es = 3
[[turn]]
source = "Hi."
terms = 4
[turn.spoken_translations]
ja = "か"
"""
    with pytest.raises(SettingsError) as caught:
        parse(text, "bad.toml", NOWHERE)
    sentences = str(caught.value)
    for expected in (
        "'titel'; did you mean 'title'", "'sauce'; did you mean 'source'", "needs source = text", "es must be text",
        "turn 2: needs language = text", "ja is not in", "must hold tables",
    ):  # fmt: skip
        assert expected in sentences
    assert all("bad.toml" in str(problem) for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[turn", "is not TOML"),
        ("", "at least one"),
        ("turn = [3]", "must be a table"),
        ("title = 3\nturn = []", "must be text"),
        ('[[turn]]\nlanguage="en"\nsource="' + "x" * 2_000 + '"\n[turn.translations]\nes="y"', "at most 1000"),
        ('[[turn]]\nlanguage="en"\nsource="a"\ntranslations=3', "must be a table of code"),
        ('[[turn]]\nlanguage="english"\nsource="a"', "turn 1, language: 'english' is no .*; did you mean 'en'"),
        ('[[turn]]\nlanguage="en"\nsource="a"\n[turn.translations]\nqx="b"', "'qx' is no .* lists all"),
        ('[[turn]]\nlanguage="en"\nsource="a"\n[turn.translations]\n' * 501, "at most 500"),
    ],
)
def test_bad_files(text: str, sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        parse(text, "bad.toml", NOWHERE)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path / "absent.toml")
    (tmp_path / "latin.toml").write_bytes(b"title = '\xe9'")
    with pytest.raises(SettingsError, match="UTF-8"):
        load(tmp_path / "latin.toml")


def test_the_mask_has_a_scene_for_each_of_its_senses() -> None:
    rehearsal = desk()
    (neutral,) = rehearsal.scene("mask")
    (medical,) = rehearsal.scene("mask-medical")
    (masquerade,) = rehearsal.scene("mask-masquerade")
    assert "mask" in neutral.source
    assert neutral.source == medical.source == masquerade.source
    for code in LANGUAGES - {"en"}:
        three = {turn.translations[code] for turn in (neutral, medical, masquerade)}
        assert len(three) == 3, code
    assert {len(sense.picture) < 20_000 for sense in neutral.senses} == {True}


SENSE = """
[[turn]]
language = "en"
source = "A mask."
[turn.translations]
ja = "仮面"
es = "Una mascara."
[turn.spoken_translations]
ja = "かめん"
"""


def test_a_sense_says_what_differs(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff")
    text = SENSE + '[[turn.senses]]\npicture = "a.jpg"\nscene = "a"\n[turn.senses.translations]\nja = "マスク"\n'
    (turn,) = parse(text, "r.toml", tmp_path).turns
    meant = turn.in_sense(turn.senses[0])
    assert (turn.answered("ja"), meant.answered("ja")) == ("かめん", "マスク")
    assert meant.translation("es") == "Una mascara."
    assert (meant.scene, meant.senses) == ("a", ())


@pytest.mark.parametrize(
    ("senses", "sentence"),
    [
        ("senses = 3", "must be tables"),
        ("senses = [3]", "must be a table"),
        ("[[turn.senses]]\nscene = 'x'", "needs picture = text"),
        ("[[turn.senses]]\npicture = '../a.jpg'", "must be the name of a file beside"),
        ("[[turn.senses]]\npicture = 'absent.jpg'", "cannot be read"),
        ("[[turn.senses]]\npicture = 'b.png'", "must be a JPEG"),
        ("[[turn.senses]]\npicture = 'b.png'\npictur = 1", "did you mean 'picture'"),
    ],
)
def test_bad_senses(tmp_path: Path, senses: str, sentence: str) -> None:
    (tmp_path / "b.png").write_bytes(b"\x89PNG")
    head, _, rest = SENSE.partition("[turn.translations]")
    text = head + senses + "\n[turn.translations]" + rest if senses.startswith("senses") else SENSE + senses
    with pytest.raises(SettingsError, match=sentence):
        parse(text, "bad.toml", tmp_path)
