"""Audio deltas."""

import base64

import pytest

from appliance.emulator.session.audio_deltas import DELTA_BYTES, Speaker, sound_of
from appliance.emulator.session.scheduler import Agenda


def spoken(
    speech: bytes, *habits: str, crowded: bool = False, pace_ms: int = 323
) -> tuple[list[tuple[int, bytes]], int]:
    """(deltas with their times, when it was over)."""
    agenda = Agenda()
    deltas: list[tuple[int, bytes]] = []
    over: list[int] = []
    speaker = Speaker(
        agenda, lambda at, delta: deltas.append((at, base64.b64decode(delta))), over.append, dict.fromkeys(habits, "")
    )
    speaker.crowded, speaker.pace_ms = crowded, pace_ms
    speaker.speak(speech, 0, 0)
    agenda.run(10**6)
    assert speaker.sent_bytes() == sum(len(each) for _, each in deltas)
    return deltas, over[0]


SPEECH = b"\x01\x02" * 24_000 * 2


def test_zeros_come_first_then_all_the_speech() -> None:
    deltas, over = spoken(SPEECH)
    sound = b"".join(each for _, each in deltas)
    assert sound.startswith(bytes(DELTA_BYTES) + SPEECH)
    assert len(sound) % 3_840 == 0
    assert [at for at, _ in deltas] == [323 * n for n in range(len(deltas))]
    assert over == deltas[-1][0] + 5


def test_no_speech_is_over_at_once() -> None:
    assert spoken(b"") == ([], 0)


@pytest.mark.parametrize(
    ("habits", "crowded", "pace_ms", "gap_ms"),
    [(["starving"], False, 323, 485), (["prompt"], False, 323, 20), ([], True, 323, 80), ([], False, 40, 40)],
)
def test_pace(habits: list[str], crowded: bool, pace_ms: int, gap_ms: int) -> None:
    deltas, _ = spoken(SPEECH, *habits, crowded=crowded, pace_ms=pace_ms)
    assert deltas[1][0] - deltas[0][0] == gap_ms


def test_a_burst_is_ten_seconds_at_once() -> None:
    deltas, _ = spoken(SPEECH * 10, "burst")
    at_once = sum(len(each) for at, each in deltas if at == 0)
    assert 480_000 <= at_once < 480_000 + 2 * DELTA_BYTES


def test_speech_beyond_the_output_window_is_cut() -> None:
    sound, cut = sound_of(bytes([1]) * 48_000 * 330, 96)
    assert (len(sound), cut) == (4_000 * 3_840, True)
    assert sound_of(SPEECH, 96)[1] is False


def test_a_stopped_speaker_is_silent_and_reports_nothing() -> None:
    agenda = Agenda()
    deltas: list[str] = []
    over: list[int] = []
    speaker = Speaker(agenda, lambda at, delta: deltas.append(delta), over.append, {})
    speaker.speak(SPEECH, 0, 0)
    speaker.stop()
    agenda.run(10**6)
    assert (len(deltas), over) == (1, [])


def test_what_is_known_later_is_said_behind_and_nothing_twice() -> None:
    agenda = Agenda()
    deltas: list[bytes] = []
    over: list[int] = []
    speaker = Speaker(agenda, lambda at, delta: deltas.append(base64.b64decode(delta)), over.append, {})
    first, second = b"\x01\x02" * 19_200, b"\x03\x04" * 19_200
    speaker.speak(first, 0, 0)
    speaker.speak(first, 0, 0)
    agenda.run(5_000)
    assert not speaker.running
    speaker.speak(first + second, 0, 5_000)
    speaker.speak(first + second, 0, 5_000)
    agenda.run(10_000)
    sound = b"".join(deltas)
    assert len(over) == 2
    assert (sound.count(first), sound.count(second)) == (1, 1)
    assert len(sound) % 3_840 == 0
