"""What a line asks of the service, and what is refused before the service does."""

import pytest

from appliance.protocol.languages import LANGUAGES
from appliance.protocol.settings import Phrases, hot_words, plan, refusals
from appliance.protocol.voices import MODELS, Model

NEWER = MODELS["qwen3.5-livetranslate-flash-realtime"]
OLDER = MODELS["qwen3-livetranslate-flash-realtime"]
PREPARED = "qwen-translate-vc-anna-0001"


def test_speech_is_asked_for_where_a_voice_speaks_the_target() -> None:
    settings = plan(NEWER, "it", "en")
    assert settings.modalities == ("text", "audio")
    assert settings.speaks
    assert (settings.model, settings.voice, settings.clone) == (NEWER.name, "Tina", "off")
    assert (settings.silence_ms, settings.threshold, settings.transcription, settings.phrases) == (800, 0.2, True, ())


def test_a_target_that_is_only_read_gets_text_and_keeps_its_voice() -> None:
    settings = plan(NEWER, "en", "el", "Ethan")
    assert settings.modalities == ("text",)
    assert not settings.speaks
    assert settings.voice == "Ethan"


def test_text_alone_where_no_speech_is_wanted() -> None:
    assert plan(NEWER, "en", "fr", speech=False).modalities == ("text",)


def test_a_voice_that_does_not_speak_the_target_means_text_alone() -> None:
    assert plan(OLDER, "zh", "yue", "Cherry").modalities == ("text",)
    assert plan(OLDER, "zh", "yue").voice == "Kiki"
    assert plan(OLDER, "zh", "yue").speaks


def test_the_dated_name_goes_to_the_service_as_it_was_configured() -> None:
    assert plan(NEWER, "", "en", model_name=NEWER.dated_name).model == NEWER.dated_name


@pytest.mark.parametrize(("voice", "clone"), [("", "once"), ("default", "once"), ("", "always"), ("default", "always")])
def test_live_cloning_asks_for_the_voice_default(voice: str, clone: str) -> None:
    settings = plan(NEWER, "en", "fr", voice, clone)
    assert (settings.voice, settings.clone) == ("default", clone)


def test_a_prepared_voice() -> None:
    assert refusals(NEWER, "en", "fr", PREPARED, "never") == ()
    assert plan(NEWER, "en", "fr", PREPARED, "never").voice == PREPARED


@pytest.mark.parametrize(("target", "speech"), [("el", True), ("fr", False)])
def test_nobody_s_voice_is_copied_where_none_will_be_heard(target: str, speech: bool) -> None:
    settings = plan(NEWER, "en", target, PREPARED, "never", speech=speech)
    assert (settings.modalities, settings.voice, settings.clone) == (("text",), "Tina", "off")


@pytest.mark.parametrize("model", [NEWER, OLDER])
def test_every_pair_of_languages_of_a_model_is_taken(model: Model) -> None:
    for code in LANGUAGES:
        assert (refusals(model, code, "en") == ()) is (code in model.targets)
        assert (refusals(model, "", code) == ()) is (code in model.targets)
    for voice in model.voices:
        assert refusals(model, "", "zh", voice.id) == ()


@pytest.mark.parametrize(
    ("source", "target", "parts"),
    [
        ("", "xx", ["target", "'xx'", "not known"]),
        ("", "jp", ["target", "'jp'", "did you mean 'ja' (Japanese)?"]),
        ("english", "fr", ["source", "did you mean 'en' (English)?"]),
        ("auto", "fr", ["source", "leave it empty"]),
    ],
)
def test_a_language_that_nobody_knows(source: str, target: str, parts: list[str]) -> None:
    (sentence,) = refusals(NEWER, source, target)
    for part in parts:
        assert part in sentence


def test_a_language_that_the_older_model_lacks() -> None:
    (sentence,) = refusals(OLDER, "", "sv")
    assert "'sv' (Swedish)" in sentence
    assert "18" in sentence
    assert OLDER.name in sentence


@pytest.mark.parametrize(
    ("model", "voice", "clone", "part"),
    [
        (NEWER, "tina", "off", "did you mean 'Tina'?"),
        (NEWER, "Nobody", "off", "its own choice is 'Tina'"),
        (NEWER, "Cherry", "off", "is refused by"),
        (NEWER, "default", "off", "needs clone = 'once' or 'always'"),
        (NEWER, PREPARED, "off", "needs clone = 'never'"),
        (NEWER, "Tina", "once", "needs voice = 'default', not 'Tina'"),
        (NEWER, PREPARED, "always", "needs voice = 'default'"),
        (NEWER, "default", "never", "needs the id of a prepared voice"),
        (NEWER, "", "never", "needs the id of a prepared voice"),
        (NEWER, "Tina", "never", "needs the id of a prepared voice"),
        (NEWER, "Tina", "sometimes", "'sometimes' is not one of off, never, once, always"),
        (OLDER, "default", "once", "cannot copy voices"),
        (OLDER, "default", "off", "cannot copy voices"),
        (OLDER, PREPARED, "off", "cannot copy voices"),
        (NEWER, "qwen-translate-vc-", "never", "needs the id of a prepared voice"),
        (NEWER, "qwen-translate-vc-anna 1", "never", "needs the id of a prepared voice"),
        (OLDER, "Tina", "off", "its own choice is 'Cherry'"),
    ],
)
def test_voices_that_are_refused(model: Model, voice: str, clone: str, part: str) -> None:
    (sentence,) = refusals(model, "", "en", voice, clone)
    assert part in sentence


@pytest.mark.parametrize(
    ("silence_ms", "threshold", "phrases", "part"),
    [
        (199, 0.2, (), "silence_ms is 199"),
        (6001, 0.2, (), "200 to 6000"),
        (800, 1.5, (), "threshold is 1.5"),
        (800, -1.1, (), "-1.0 to 1.0"),
        (800, float("nan"), (), "threshold"),
        (800, 0.2, tuple((f"term {n}", "x") for n in range(1001)), "1001 terms"),
        (800, 0.2, (("", "x"),), "without a source term"),
    ],
)
def test_numbers_out_of_range(silence_ms: int, threshold: float, phrases: Phrases, part: str) -> None:
    (sentence,) = refusals(NEWER, "", "en", silence_ms=silence_ms, threshold=threshold, phrases=phrases)
    assert part in sentence


def test_the_edges_are_taken() -> None:
    phrases = tuple((f"term {n}", "x") for n in range(1000))
    assert refusals(NEWER, "", "en", silence_ms=200, threshold=-1.0, phrases=phrases) == ()
    assert refusals(NEWER, "", "en", silence_ms=6000, threshold=1.0) == ()


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert len(refusals(NEWER, "yy", "xx", "Cherry", silence_ms=0, threshold=2.0)) == 5


TERMS: Phrases = (("platform", "andén"), ("track", "andén"), ("Adler", "Adler"))
TURNED: Phrases = (("andén", "platform"), ("Adler", "Adler"))
NAMES: Phrases = (("Adler", "Adler"),)


@pytest.mark.parametrize(
    ("mine", "source", "target", "words"),
    [
        ("en", "en", "es", TERMS),
        ("en", "", "es", TERMS),
        ("en", "es", "en", TURNED),
        ("en", "en", "fr", NAMES),
        ("en", "fr", "en", NAMES),
        ("en", "fr", "es", NAMES),
        ("", "", "es", TERMS),
        ("", "de", "es", TERMS),
        ("", "es", "de", TURNED),
        ("", "", "fr", NAMES),
    ],
)
def test_a_glossary_is_of_two_languages_and_one_direction(mine: str, source: str, target: str, words: Phrases) -> None:
    """Else an English station would be announced in French by a Spanish word."""
    assert hot_words(TERMS, mine, "es", source, target) == words
