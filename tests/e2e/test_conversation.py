"""Whole conversations: a recording in, subtitles and speech out, and a clean end."""

import re
import wave
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest

from appliance.core.model.effects import CueName
from appliance.workers.playback.earcons import NOTES
from tests.e2e.harness import (
    HEARD_RATE_HZ,
    LOUD,
    SHORT,
    Box,
    Emulator,
    Row,
    all_of,
    heard_levels,
    sound,
    translation,
    write_wav,
)

pytestmark = pytest.mark.timing  # sound is looked for where the journal says it was

SLACK_MS = 700  # between the journal's zero and the first sample of the file
PACES = {"realtime": "es", "fast": "fr"}
TARGETS = PACES | {"eight bits": "de", "truncated": "ru", "text only": "el", "robot": "sw", "detected": "ar"}


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with Emulator(tmp_path_factory.mktemp("emulator")) as started:
        yield started


@pytest.fixture(scope="module")
def boxes(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Box]]:
    """All of them side by side; each has a target of its own, by which its connection is known."""
    folder = tmp_path_factory.mktemp("boxes")

    def box(name: str, **changes: Any) -> Box:
        return Box(folder / name.replace(" ", "-"), emulator, languages__theirs=TARGETS[name], **changes)

    made = {
        "realtime": box("realtime"),
        "fast": box("fast", microphone__pace="fast"),
        "eight bits": box("eight bits", microphone__pace="fast", microphone__channel="right"),
        "truncated": box("truncated", microphone__pace="fast"),
        "text only": box("text only", microphone__pace="fast", service__voice="Tina"),
        "robot": box("robot", microphone__pace="fast", loudspeaker__robot_voice=True),
        "detected": box("detected", microphone__pace="fast", languages__mine=""),
    }
    for name in PACES:
        write_wav(made[name].folder / "in.wav", sound(SHORT, 48_000), 48_000, channels=2)
    write_wav(made["eight bits"].folder / "in.wav", sound(SHORT[:1], 44_100), 44_100, channels=2, width=1)
    whole = write_wav(made["truncated"].folder / "in.wav", sound(SHORT[:2])).read_bytes()
    (made["truncated"].folder / "in.wav").write_bytes(whole[: len(whole) * 9 // 10 + 1])
    for name in ("text only", "robot", "detected"):
        write_wav(made[name].folder / "in.wav", sound(SHORT[:1]))
    with all_of(made):
        yield made


def connection(emulator: Emulator, target: str) -> list[Row]:
    """The wire log of the only connection that asked for this target."""
    updates = [row for row in emulator.rows("in") if row["message"].get("type") == "session.update"]
    numbers = {row["connection"] for row in updates if row["message"]["session"]["translation"]["language"] == target}
    assert len(numbers) == 1
    return [row for row in emulator.rows() if row.get("connection") in numbers]


@pytest.mark.parametrize("pace", PACES)
def test_every_utterance_is_shown_and_spoken(boxes: Mapping[str, Box], pace: str) -> None:
    box = boxes[pace]
    done = box.wait()
    assert done.code == 0, box.told()
    assert box.finals() == [translation(turn, PACES[pace]) for turn in SHORT]
    spoken = box.rows("spoken")
    assert [(row["line"], row["turn"], row["replay"]) for row in spoken] == [(1, n, False) for n in (1, 2, 3)]
    assert all(row["ms"] > 500 for row in spoken)
    assert [row["n"] for row in box.rows("turn")] == [1, 2, 3]
    assert box.rows("fault") == []
    assert "not answered" not in done.errors


def test_every_kind_of_row_of_a_plain_conversation_is_in_the_journal(boxes: Mapping[str, Box]) -> None:
    boxes["realtime"].wait()
    kinds = {row["what"] for row in boxes["realtime"].rows()}
    assert kinds >= {"subtitle", "heard", "spoken", "line", "mode", "turn", "screen"}


@pytest.mark.parametrize("pace", PACES)
def test_the_session_is_finished_in_order(emulator: Emulator, boxes: Mapping[str, Box], pace: str) -> None:
    boxes[pace].wait()
    rows = connection(emulator, PACES[pace])
    said = [(row["way"], row["message"]["type"]) for row in rows if row["way"] in ("in", "out")]
    assert said[0] == ("out", "session.created")
    assert said[1] == ("in", "session.update")
    assert said.count(("in", "session.finish")) == said.count(("out", "session.finished")) == 1
    assert said[-1] == ("out", "session.finished")
    assert boxes[pace].line_states() == [
        (1, state) for state in ("dialing", "configuring", "ready", "finishing", "closed")
    ]
    assert [row["to"] for row in boxes[pace].rows("mode")] == [
        "standby", "dialing", "configuring", "on_air", "finishing", "stopping",
    ]  # fmt: skip


@pytest.mark.parametrize("pace", PACES)
def test_the_sound_is_where_the_journal_says(boxes: Mapping[str, Box], pace: str) -> None:
    box = boxes[pace]
    box.wait()
    levels = heard_levels(box.folder / "heard.wav")
    spoken = [(row["at"] - row["ms"], row["at"]) for row in box.rows("spoken")]
    for begin, end in spoken:
        inside = levels[max(0, begin - SLACK_MS) // 10 : end // 10]
        assert sum(level > LOUD for level in inside) * 10 > (end - begin) // 3
    loud_at = [n * 10 for n, level in enumerate(levels) if level > LOUD]
    strays = [at for at in loud_at if not any(begin - SLACK_MS <= at <= end + SLACK_MS for begin, end in spoken)]
    assert strays == []


def test_eight_bit_stereo_is_understood(boxes: Mapping[str, Box]) -> None:
    box = boxes["eight bits"]
    assert box.wait().code == 0, box.told()
    assert box.finals() == [translation(SHORT[0], "de")]


def test_a_truncated_recording_is_used_and_told(boxes: Mapping[str, Box]) -> None:
    box = boxes["truncated"]
    done = box.wait()
    assert done.code == 0, box.told()
    assert box.finals()[0] == translation(SHORT[0], "ru")
    assert len(box.finals()) == 2
    assert re.search(r"in\.wav is cut short: 4\.\d s of 5\.\d s are there", done.errors)
    assert box.faults() == []


def test_a_language_without_voice_is_asked_for_as_text(emulator: Emulator, boxes: Mapping[str, Box]) -> None:
    box = boxes["text only"]
    done = box.wait()
    assert done.code == 0, box.told()
    assert "Greek is written, not spoken" in done.errors
    rows = connection(emulator, "el")
    update = next(r["message"] for r in rows if r["way"] == "in" and r["message"]["type"] == "session.update")
    assert update["session"]["modalities"] == ["text"]
    kinds = {row["message"]["type"] for row in rows if row["way"] == "out"}
    assert "error" not in kinds
    assert not any("audio.delta" in kind for kind in kinds)
    assert box.finals() == [translation(SHORT[0], "el")]
    assert box.rows("spoken") == []
    assert 0 < max(heard_levels(box.folder / "heard.wav")) < 2_000, "a soft tone takes the place of the voice"


def test_a_robot_reads_what_is_only_written_and_a_tone_marks_it(boxes: Mapping[str, Box]) -> None:
    box = boxes["robot"]
    assert box.wait().code == 0, box.told()
    assert box.rows("spoken") == [], "the service said nothing"
    with wave.open(str(box.folder / "heard.wav"), "rb") as file:
        heard = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(float)
    begins = int(np.argmax(np.abs(heard) > LOUD))
    mark = heard[begins : begins + HEARD_RATE_HZ // 20]
    loudest_hz = np.argmax(np.abs(np.fft.rfft(mark, HEARD_RATE_HZ)))  # a bin is 1 Hz
    assert abs(loudest_hz - NOTES[CueName.TEXT][0].hz) < 20, "the soft tone comes first"
    voice = np.abs(heard) > 2 * NOTES[CueName.TEXT][0].peak
    assert np.ptp(np.flatnonzero(voice)) > HEARD_RATE_HZ, "and then a voice, to its last word"


def test_an_unset_source_is_detected(emulator: Emulator, boxes: Mapping[str, Box]) -> None:
    box = boxes["detected"]
    assert box.wait().code == 0, box.told()
    assert box.rows("line")[0]["direction"] == "auto>ar"
    assert {row["language"] for row in box.rows("heard")} == {"en"}
    assert box.finals() == [translation(SHORT[0], "ar")]


def test_the_key_and_the_words_are_not_in_the_log(boxes: Mapping[str, Box]) -> None:
    for box in boxes.values():
        errors = box.wait().errors
        assert "a-key-of-the-tests" not in errors
        assert not any(text in errors for text in box.finals())
