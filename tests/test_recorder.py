import dataclasses
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance import cli
from appliance.core.model import events as e
from appliance.core.model.direction import Direction
from appliance.core.model.events import Event, LevelMetered, SourceArrived, TextArrived
from appliance.core.model.state import Captions, Shown, State
from appliance.recorder import FORMAT, Recorder, decoded, encoded, read
from tests.core import states

CANARY = "Kanarienvogel"


def dump(tmp_path: Path, events: list[tuple[int, Event]], state: State | None = None, most: int = 2_000) -> Path:
    path = tmp_path / "dump.jsonl"
    recorder = Recorder(path, most)
    recorder.begin(state or State())
    for at, event in events:
        recorder.note(at, event)
        recorder.keep(State(tokens=at))
    recorder.dump("a test")
    return path


any_event = st.one_of(*(st.from_type(kind) for kind in e.Event.__args__))


@settings(max_examples=200, deadline=None)
@given(any_event)
def test_every_event_is_written_and_read_back(event: Event) -> None:
    assert decoded(json.loads(json.dumps(encoded(event))), type(event)) == event


@pytest.mark.parametrize(
    "make", [states.starting, states.on_air, states.finishing, states.waiting, states.fault, states.stopping]
)
def test_every_state_is_written_and_read_back(make: object) -> None:
    state = make().state  # type: ignore[operator]
    assert decoded(json.loads(json.dumps(encoded(state))), State) == state


def test_no_words_in_a_dump(tmp_path: Path) -> None:
    said = Shown(1, 1, "es", text=CANARY, tail=CANARY, raw=CANARY)
    events: list[tuple[int, Event]] = [
        (1, TextArrived(1, 1, CANARY, CANARY, False, 1)),
        (2, SourceArrived(1, 1, CANARY, CANARY, "en", True)),
    ]
    path = dump(tmp_path, events, State(shown=(said,), source_text=CANARY, captions=Captions(said=(said,))))
    assert CANARY not in path.read_text(encoding="utf-8")
    state, rows = read(path)
    assert state.shown[0].text == "·" * len(CANARY), "lengths stay"
    assert [at for at, _ in rows] == [1, 2]


def test_the_last_events_are_kept_with_the_state_they_began_from(tmp_path: Path) -> None:
    path = dump(tmp_path, [(at, e.Tick()) for at in range(1, 26)], most=10)
    state, rows = read(path)
    assert [at for at, _ in rows] == list(range(21, 26))
    assert state.tokens == rows[0][0] - 1


def test_meters_are_not_kept(tmp_path: Path) -> None:
    assert read(dump(tmp_path, [(1, LevelMetered(3))]))[1] == []


def test_nothing_is_written_without_a_path_or_a_beginning(tmp_path: Path) -> None:
    Recorder(None).dump("nowhere")
    path = tmp_path / "none"
    recorder = Recorder(path)
    recorder.note(0, e.Tick())
    recorder.keep(State())
    recorder.dump("too early")
    assert not path.exists()


def test_a_storage_that_cannot_be_written_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    recorder = Recorder(tmp_path / "no" / "where")
    recorder.begin(State())
    recorder.dump("a test")
    assert "the recorder cannot write" in caplog.text


@pytest.mark.parametrize(
    "text",
    ["", "{", "{}", '{"format": "other"}', f'{{"format": "{FORMAT}", "state": {{"": "Nobody"}}}}', "\xff"],
)
def test_what_is_no_recording_says_so(tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ValueError, match="recording"):
        read(path)
    assert cli.main(["replay", str(path)]) == 64
    assert "recording" in capsys.readouterr().err


def test_a_replay_goes_through_the_same_modes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from appliance.core.machine.step import step
    from appliance.core.model.limits import Limits

    state, at = State(setup=states.SETUP), 0
    path = tmp_path / "dump"
    recorder = Recorder(path)
    recorder.begin(state)
    story: list[Event] = [
        e.Booted(False),
        e.KeyEdge(e.Key.TALK, True, 100),
        e.Tick(),
        e.KeyEdge(e.Key.TALK, False, 200),
        e.Tick(),
        e.LineReached(1),
        e.LineOpened(1),
        e.LineCreated(1),
        e.LineConfigured(1),
        TextArrived(1, 1, CANARY, "", False, 900),
        e.ReplayReported(Direction("en", "es"), 900, 0, 0),
        e.LineLost(1, e.Loss.HTTP, 401),
    ]
    modes = []
    for event in story:
        at += 100
        recorder.note(at, event)
        before = state
        state, _ = step(state, event, at, Limits())
        recorder.keep(state)
        modes += [str(state.mode)] if state.mode is not before.mode else []
    recorder.dump("a test")
    assert len(modes) >= 4
    assert cli.main(["replay", str(path), "--all"]) == 0
    out = capsys.readouterr().out
    assert [line.split("→ ")[1].split(";")[0].strip() for line in out.splitlines() if "→" in line] == modes
    assert out.splitlines()[-1].startswith(f"{len(story)} events, {state.mode}")
    assert CANARY not in out


def test_dataclasses_stay_frozen_after_reading(tmp_path: Path) -> None:
    state, _ = read(dump(tmp_path, []))
    with pytest.raises(dataclasses.FrozenInstanceError):
        state.tokens = 1  # type: ignore[misc]
