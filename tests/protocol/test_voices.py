"""The table of models and voices."""

import pytest

from appliance.protocol.languages import LANGUAGES
from appliance.protocol.voices import MODELS, Model, is_clone, known_model, resolve_model

NEWER = MODELS["qwen3.5-livetranslate-flash-realtime"]
OLDER = MODELS["qwen3-livetranslate-flash-realtime"]


@pytest.mark.parametrize("model", [NEWER, OLDER])
def test_alias_and_dated_name_are_the_same_model(model: Model) -> None:
    assert resolve_model(model.name) is model
    assert resolve_model(model.dated_name) is model
    assert known_model(model.dated_name) is model
    assert model.dated_name.startswith(f"{model.name}-20")


@pytest.mark.parametrize("name", ["", "qwen3.8-livetranslate-flash-realtime", "qwen3.5-livetranslate-flash-realtime-"])
def test_other_names_are_no_model_of_ours(name: str) -> None:
    assert resolve_model(name) is None
    with pytest.raises(LookupError, match="no model is called"):
        known_model(name)


def test_figures_of_the_newer_model() -> None:
    assert (len(NEWER.targets), len(NEWER.audio_targets), len(NEWER.voices)) == (60, 29, 47)
    assert (NEWER.input_tokens_per_second, NEWER.output_tokens_per_second) == (7, 12.5)
    assert NEWER.pixels_per_patch_side == 32
    assert NEWER.audio_targets == {code for code, language in LANGUAGES.items() if language.speaks}
    assert NEWER.clones


def test_figures_of_the_older_model() -> None:
    assert (len(OLDER.targets), len(OLDER.audio_targets), len(OLDER.voices)) == (18, 11, 9)
    assert (OLDER.input_tokens_per_second, OLDER.output_tokens_per_second) == (12.5, 12.5)
    assert OLDER.pixels_per_patch_side == 28
    assert not OLDER.clones


@pytest.mark.parametrize("model", [NEWER, OLDER])
def test_every_voice_speaks_targets_of_its_model_and_every_audio_target_has_a_voice(model: Model) -> None:
    assert model.voice(model.default_voice) is not None
    assert model.audio_targets <= model.targets
    assert not model.rejected_voices & {voice.id for voice in model.voices}
    for voice in model.voices:
        assert voice.languages is None or voice.languages <= model.audio_targets
    for target in model.targets:
        assert model.speaks(target, model.voice_for(target)) == (target in model.audio_targets)


@pytest.mark.parametrize(
    ("model", "target", "voice", "heard"),
    [
        (NEWER, "en", "Tina", True),
        (NEWER, "en", "", True),
        (NEWER, "en", "tina", False),  # as it stands, not nearly so
        (NEWER, "el", "Tina", False),
        (NEWER, "cs", "Eliška", True),
        (NEWER, "en", "Cherry", False),
        (NEWER, "en", "default", True),
        (NEWER, "el", "default", False),
        (NEWER, "en", "qwen-translate-vc-anna-0001", True),
        (OLDER, "en", "Cherry", True),
        (OLDER, "yue", "Cherry", False),
        (OLDER, "yue", "Kiki", True),
        (OLDER, "en", "Kiki", False),
        (OLDER, "ar", "", False),
        (OLDER, "en", "default", False),
    ],
)
def test_which_voice_speaks_which_target(model: Model, target: str, voice: str, heard: bool) -> None:
    assert model.speaks(target, voice) is heard


def test_the_voice_taken_where_none_is_set() -> None:
    assert NEWER.voice_for("fr") == "Tina"
    assert NEWER.voice_for("el") == "Tina"  # text only: a voice is sent all the same
    assert OLDER.voice_for("ja") == "Cherry"
    assert OLDER.voice_for("yue") == "Kiki"


def test_copies_of_voices_are_known_to_the_model_that_has_cloning() -> None:
    assert is_clone("default")
    assert is_clone("qwen-translate-vc-x")
    assert not is_clone("Tina")
    assert NEWER.knows_voice("default")
    assert not OLDER.knows_voice("default")
    assert NEWER.knows_voice("Liora Mira")
    assert not NEWER.knows_voice("Cherry")
