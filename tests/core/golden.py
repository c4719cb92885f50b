"""The golden files: for every mode and every kind of event, the mode that follows and the orders given.

Responsible for: the instances, and their text. ``python -m tests.core.golden --write`` writes the files anew; a change
of behaviour is a change of these files, to be read before it is committed.
Must not: check anything (``test_golden.py`` compares).
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import get_args

from appliance.core.machine.invariants import check
from appliance.core.machine.step import step
from appliance.core.model.codes import CodeApplied, CodePage, CodeRead, CodeRefused
from appliance.core.model.direction import Direction
from appliance.core.model.effects import Effect, Note
from appliance.core.model.events import (
    Booted,
    CameraTurned,
    CaptureHealth,
    CheckEnded,
    CheckTold,
    DateTold,
    Device,
    DeviceFailed,
    DeviceReady,
    Event,
    Key,
    KeyEdge,
    LevelMetered,
    LineConfigured,
    LineCreated,
    LineFinished,
    LineLost,
    LineMetered,
    LineOpened,
    LineReached,
    LineTroubled,
    Loss,
    MicrophoneClosed,
    MicrophoneEnded,
    MicrophoneJudged,
    PlaybackEnded,
    PlaybackStarted,
    ReplayReported,
    ServiceComplained,
    SoundDrained,
    SoundSent,
    SourceArrived,
    StopRequested,
    TextArrived,
    Tick,
    TroubleReported,
    TurnAnswered,
    TurnOpened,
    UsageCounted,
    VoiceActivityChanged,
    WorkerSilent,
)
from appliance.core.model.modes import Mode
from appliance.errors import FaultCode
from tests.core.box import Box
from tests.core.states import REACHED

FOLDER = Path(__file__).parent / "golden"
STEP_MS = 100
"""Every event comes this long after the mode was reached."""


def instances(box: Box, now: int) -> list[tuple[str, Event]]:
    """A representative of each kind of event, and of each cause that is decided differently. Named for the file."""
    n = box.state.lines[-1].number if box.state.lines else 1
    talk_is_down = any(contact.key is Key.TALK and contact.down for contact in box.state.contacts)
    # The slide's contact opens: private. Every other key goes down, and TALK moves whichever way it can.
    keys = [KeyEdge(key, not talk_is_down if key is Key.TALK else key is not Key.PRIVACY, now) for key in Key]
    lost = [
        LineLost(n, Loss.RESET),
        LineLost(n, Loss.HTTP, 401),
        LineLost(n, Loss.HTTP, 503),
        LineLost(n, Loss.CLOSED, 1007, "Requests rate limit exceeded, please try again later."),
        LineLost(n, Loss.CLOSED, 1011),
    ]
    events: list[Event] = [
        Booted(private=False),
        Booted(private=True),
        Tick(),
        StopRequested("SIGTERM"),
        *keys,
        DeviceReady(Device.MICROPHONE),
        DeviceFailed(Device.MICROPHONE, "absent", "no card"),
        DeviceFailed(Device.LOUDSPEAKER, "busy", "in use"),
        DeviceFailed(Device.KEYS, "broken", "no chip"),
        WorkerSilent(Device.MICROPHONE),
        MicrophoneClosed(),
        MicrophoneEnded(),
        *(MicrophoneJudged(sense, 47) for sense in CaptureHealth),
        DeviceFailed(Device.CAMERA, "absent", "no camera is connected"),
        CameraTurned(on=True),
        LevelMetered(3),
        *(VoiceActivityChanged(active) for active in (True, False)),
        ReplayReported(Direction("en", "es"), 1_500, 0, 0),
        ReplayReported(Direction("en", "es"), 0, 1, 0),
        ReplayReported(Direction("en", "es"), 1_500, 0, 20_000),
        ReplayReported(Direction("es", "en"), 1_500, 0, 0),
        LineTroubled(n, Loss.NO_ROUTE),
        LineTroubled(n, Loss.UNKNOWN_ISSUER),
        LineReached(n),
        LineOpened(n),
        LineCreated(n),
        LineConfigured(n),
        LineConfigured(999),
        TurnOpened(n, 1),
        TextArrived(n, 1, "Where is", " the", final=False, at=now),
        TextArrived(n, 1, "Where is the lift?", "", final=True, at=now),
        SourceArrived(n, 1, "¿Dónde está", "", "es", final=False),
        TurnAnswered(n, 1, ok=True, empty=False, speech_start_at=now - 900, speech_end_at=now - 300, sound_ms=0),
        PlaybackStarted(n, 1, now),
        PlaybackEnded(n, 1, 800, 0),
        UsageCounted(n, 120, 40),
        *_costs(n),
        ServiceComplained(n, "invalid_value", "Invalid modalities"),
        ServiceComplained(n, "", "Error append image before append audio."),
        LineFinished(n),
        *lost,
        LineLost(999, Loss.HTTP, 401),
        SoundDrained(),
    ]
    return [(_short(event), event) for event in events]


def _costs(n: int) -> tuple[Event, ...]:
    return (
        LineMetered(n, 30),
        SoundSent(3_000),
        DateTold("2026-11-28", sure=True),
        TroubleReported(FaultCode.W1, "No space left on device"),
        TroubleReported(FaultCode.W1, ""),
        TroubleReported(FaultCode.V1, "low voltage"),
        CheckTold("microphone", "M1"),
        CheckEnded(),
        CodeRead(1, (CodePage("network", "Sol"),), needs_country=True),
        CodeRefused("it is not for this box"),
        CodeApplied(ok=True, words="done"),
    )


def text(mode: Mode) -> str:
    """The golden file of one mode."""
    reach = REACHED[mode]
    rows = [f"# From {mode}, {STEP_MS} ms later. Each event on its own; what it leaves is the mode after the arrow."]
    for name, event in instances(reach(), reach().now + STEP_MS):
        rows += ["", *_outcome(reach, name, event)]
    return "\n".join(rows) + "\n"


def _outcome(reach: Callable[[], Box], name: str, event: Event) -> list[str]:
    box = reach()
    state, effects = step(box.state, event, box.now + STEP_MS, box.limits)
    check(box.state, state, box.limits)
    nothing = not effects and state == box.state
    rows = [f"{name}\n    → {state.mode}{' (nothing changes)' if nothing else ''}"]
    return rows + [f"      {_order(effect)}" for effect in effects]


def _order(effect: Effect) -> str:
    if isinstance(effect, Note):
        return f"note {effect.what}: " + ", ".join(f"{name}={value!r}" for name, value in effect.fields)
    return _short(effect)


def _short(thing: Event | Effect) -> str:
    values = [getattr(thing, name) for name in type(thing).__slots__]
    return " ".join([type(thing).__name__, *(_value(value) for value in values)])


def _value(value: object) -> str:
    return f'"{value}"' if type(value) is str else str(value)


def uncovered() -> set[str]:
    """Kinds of event without an instance."""
    box = REACHED[Mode.ON_AIR]()
    return {kind.__name__ for kind in get_args(Event)} - {type(e).__name__ for _, e in instances(box, box.now)}


def main() -> None:
    """Write the files where asked to; without, say how."""
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: python -m tests.core.golden --write")
    FOLDER.mkdir(exist_ok=True)
    for mode in Mode:
        (FOLDER / f"{mode}.txt").write_text(text(mode), encoding="utf-8")


if __name__ == "__main__":
    main()
