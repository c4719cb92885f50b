"""Limits and what their ends look like."""

import pytest

from appliance.emulator.faults.settings import Habits
from appliance.emulator.session.interfaces import Close, Drop, Output
from appliance.emulator.session.limits import context_is_full, idle_end, idle_limit_ms, length_end, length_limit_ms
from appliance.emulator.session.token_meter import Meter
from appliance.protocol.voices import MODELS
from tests.emulator.doubles import MODEL


def test_the_documented_numbers() -> None:
    assert (idle_limit_ms(Habits()), length_limit_ms(Habits())) == (300_000, 7_200_000)
    assert idle_limit_ms(Habits.parse(["idle_close", "idle_seconds:50"])) == 20_000


@pytest.mark.parametrize(
    ("code", "end"),
    [(code, Close(int(code), "emulator: session duration limit")) for code in ("1000", "1001", "1011")]
    + [("drop", Drop())],
)
def test_how_a_session_ends_at_its_limit(code: str, end: Output) -> None:
    assert length_end(Habits.parse([f"session_limit_code:{code}"])) == end


@pytest.mark.parametrize(
    ("how", "code", "error"), [("1011", 1011, False), ("1007", 1007, False), ("error", 1011, True)]
)
def test_how_an_idle_session_ends(how: str, code: int, error: bool) -> None:
    found, close = idle_end(Habits.parse([f"idle:{how}"]), 300_127)
    assert close.code == code
    assert (found is not None) is error
    assert ("elapsed_ms=300127" in close.reason) is not error
    assert len(close.reason.encode()) <= 123


def test_the_recogniser_may_be_what_times_out() -> None:
    error, close = idle_end(Habits.parse(["idle:asr-504"]), 300_412)
    assert error is not None
    assert error["message"].endswith("message=Response stream timeout (timeout_seconds=300, elapsed_ms=300412)")
    assert close == Close(1011)


def test_the_input_window_and_the_context_window() -> None:
    meter = Meter(MODELS[MODEL])
    meter.audio_in = 49_151
    assert not context_is_full(Habits(), meter)
    meter.audio_in = 49_152
    assert context_is_full(Habits(), meter)
    assert not context_is_full(Habits.parse(["context_full:ignore"]), meter)
    meter.audio_in, meter.audio_out = 40_000, 13_248
    assert context_is_full(Habits(), meter)
