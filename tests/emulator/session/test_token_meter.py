"""The arithmetic of appliance/protocol/README.md#9-usage-arithmetic."""

import pytest

from appliance.emulator.session.image_rules import Picture
from appliance.emulator.session.token_meter import Meter, image_tokens, input_audio_tokens, output_audio_tokens
from appliance.protocol.voices import Model, resolve_model
from tests.emulator.doubles import LEGACY, MODEL


def model(name: str) -> Model:
    found = resolve_model(name)
    assert found is not None
    return found


@pytest.mark.parametrize(("spoken_ms", "tokens"), [(4_700, 35), (2_900, 21), (600, 7), (1_000, 7), (0, 0)])
def test_input_audio_by_started_seconds(spoken_ms: int, tokens: int) -> None:
    assert input_audio_tokens(model(MODEL), spoken_ms) == tokens


def test_the_legacy_model_takes_twelve_and_a_half_a_second() -> None:
    assert input_audio_tokens(model(LEGACY), 4_000) == 50


@pytest.mark.parametrize(
    ("sound_bytes", "tokens"), [(195_840, 51), (380_160, 99), (349_440, 91), (330_240, 86), (1, 1)]
)
def test_output_audio_as_recorded(sound_bytes: int, tokens: int) -> None:
    assert output_audio_tokens(model(MODEL), sound_bytes) == tokens


@pytest.mark.parametrize(("name", "width", "height", "tokens"), [(MODEL, 1_280, 720, 450), (MODEL, 640, 360, 113)])
def test_pictures_by_patches(name: str, width: int, height: int, tokens: int) -> None:
    assert image_tokens(model(name), Picture(b"", width, height)) == tokens
    assert image_tokens(model(LEGACY), Picture(b"", width, height)) > tokens


def test_totals_add_up_and_pictures_show_only_when_asked() -> None:
    meter = Meter(model(MODEL))
    picture = Picture(b"", 640, 360)
    meter.turn(spoken_ms=4_700, translation="x" * 25 + "  ", sound_bytes=195_840, pictures=[picture])
    meter.turn(spoken_ms=900, translation="", sound_bytes=0, pictures=[])
    usage = meter.usage(audio=True, images=False)
    assert usage == {
        "total_tokens": 50 + 63 + 42 + 10 + 51,
        "input_tokens": 50 + 63 + 42,
        "output_tokens": 61,
        "input_tokens_details": {"text_tokens": 113, "audio_tokens": 42},
        "output_tokens_details": {"text_tokens": 10, "audio_tokens": 51},
    }
    assert meter.usage(audio=False, images=True)["input_tokens_details"]["image_tokens"] == 113
    assert meter.context(accumulate=True) == (155 + 113, 155 + 113 + 61)
    assert meter.context(accumulate=False) == (155, 155 + 61)


SERIES = {  # recorded by others: cumulative tokens of four turns, and what each turn said in bytes
    "audio_in": (35, 84, 133, 189),
    "text_in": (50, 113, 175, 245),
    "audio_out": (51, 150, 241, 327),
    "sound_bytes": (195_840, 380_160, 349_440, 330_240),
}
SPOKEN_MS = (4_700, 6_600, 6_300, 7_500)  # the first is known; the others stand for 7, 7 and 8 started seconds


def test_the_published_series_of_the_newer_model() -> None:
    meter = Meter(model(MODEL))
    for nth, spoken_ms in enumerate(SPOKEN_MS):
        before = meter.total
        spent = meter.turn(
            spoken_ms=spoken_ms, translation="", sound_bytes=SERIES["sound_bytes"][nth], pictures=[]
        )  # fmt: skip
        assert meter.audio_in == SERIES["audio_in"][nth]
        assert meter.audio_out == SERIES["audio_out"][nth]
        assert abs(meter.text_in - SERIES["text_in"][nth]) <= 0.03 * SERIES["text_in"][nth]
        assert spent == meter.total - before


def test_the_older_model_counts_speech_in_and_out_alike() -> None:
    meter = Meter(model(LEGACY))
    for nth, sound_bytes in enumerate(SERIES["sound_bytes"]):
        meter.turn(spoken_ms=sound_bytes * 1000 // 48_000, translation="", sound_bytes=sound_bytes, pictures=[])
        assert meter.audio_in == meter.audio_out == SERIES["audio_out"][nth]


@pytest.mark.parametrize(("percent", "tokens"), [(0, 51), (20, 62), (40, 72)])
def test_a_cloned_voice_costs_a_fifth_to_two_fifths_more(percent: int, tokens: int) -> None:
    meter = Meter(model(MODEL))
    meter.turn(spoken_ms=1_000, translation="", sound_bytes=195_840, pictures=[], surcharge_percent=percent)
    assert meter.audio_out == tokens
