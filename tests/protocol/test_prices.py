"""Token arithmetic, against the series recorded by others (July 2026)."""

from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.protocol.prices import (
    Usage,
    input_audio_tokens,
    input_text_tokens,
    output_audio_tokens,
    output_text_tokens,
    picture_tokens,
)
from appliance.protocol.voices import MODELS, Model

NEWER = MODELS["qwen3.5-livetranslate-flash-realtime"]
OLDER = MODELS["qwen3-livetranslate-flash-realtime"]
COUNTS = st.integers(0, 10**9)
USAGES = st.builds(Usage, *[COUNTS] * 7)


@pytest.mark.parametrize(
    ("model", "turn_ms", "tokens"),
    [
        (NEWER, 0, 0),
        (NEWER, 1, 7),
        (NEWER, 1000, 7),
        (NEWER, 1001, 14),
        (NEWER, 4700, 35),  # recorded
        (OLDER, 0, 0),
        (OLDER, 80, 1),
        (OLDER, 81, 2),
        (OLDER, 4000, 50),
    ],
)
def test_input_audio(model: Model, turn_ms: int, tokens: int) -> None:
    assert input_audio_tokens(model, turn_ms) == tokens


@pytest.mark.parametrize(
    ("size", "tokens"),
    [(0, 0), (2, 1), (3840, 1), (3842, 2), (195_840, 51), (380_160, 99), (349_440, 91), (330_240, 86)],
)
def test_output_audio(size: int, tokens: int) -> None:
    assert output_audio_tokens(size) == tokens


@pytest.mark.parametrize(
    ("model", "width", "height", "tokens"),
    [(NEWER, 1280, 720, 450), (NEWER, 640, 360, 113), (OLDER, 560, 280, 100), (OLDER, 640, 360, 147)],
)
def test_pictures(model: Model, width: int, height: int, tokens: int) -> None:
    assert picture_tokens(model, width, height) == tokens


def test_text() -> None:
    assert [input_text_tokens(turn) for turn in (1, 2, 3)] == [50, 63, 63]
    assert [output_text_tokens("x" * length) for length in (0, 1, 5, 6)] == [0, 1, 2, 3]


def test_a_turn_is_the_difference_of_two_counts() -> None:
    first = Usage(85, 84, input_audio_tokens=35, input_text_tokens=50, output_audio_tokens=51, output_text_tokens=33)
    second = Usage(
        197, 239, input_audio_tokens=84, input_text_tokens=113, output_audio_tokens=150, output_text_tokens=89
    )
    assert (first.total_tokens, second.total_tokens) == (169, 436)
    assert second.difference(first) == Usage(112, 155, 49, 63, 0, 99, 56)


@given(USAGES, USAGES)
def test_a_difference_is_never_negative(one: Usage, other: Usage) -> None:
    assert min(astuple(one.difference(other))) >= 0


@given(USAGES, USAGES)
def test_a_count_never_falls(before: Usage, told: Usage) -> None:
    after = before.raised_to(told)
    assert after.difference(before) == told.difference(before)
    assert before.difference(after) == Usage()
