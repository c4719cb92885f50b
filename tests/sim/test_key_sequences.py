"""Any sequence of key edges, bounces, network and device events: every invariant holds, no deadline stays unserved.

Responsible for: sequences that people at the box make, a thousand here and ten thousand in the soak, each followed by
calm. ``core/box.py`` checks after every step; here stands what must be true when everybody has gone.
Must not: take the place of ``test_stateful.py``, which knows every kind of event and no manners at all.

A sequence is bytes, one an act: that draws ten times faster than rules, and shrinks as well.
"""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.core.model.events import (
    Device,
    DeviceFailed,
    DeviceReady,
    Key,
    KeyEdge,
    LineFinished,
    LineLost,
    Loss,
    MicrophoneClosed,
    PlaybackEnded,
    PlaybackStarted,
    ReplayReported,
    SourceArrived,
    TextArrived,
    VoiceActivityChanged,
    WorkerSilent,
)
from appliance.core.model.limits import Limits
from appliance.core.model.modes import Phase
from appliance.core.model.state import Setup, Wanted
from tests.core.box import Box

NAMES = (("ar", "العربية"), ("de", "Deutsch"), ("en", "English"), ("es", "Español"), ("sw", "Kiswahili"))
SETUPS = tuple(
    Setup(theirs="es", favourites=("ar", "sw"), names=NAMES, cues=True, text_only=frozenset({"sw"}), **changes)
    for changes in (
        {"kiosk": True},
        {"kiosk": True, "talk_taps": True, "half_duplex": True},
        {"kiosk": True, "at_once": True},
        {"kiosk": True, "captions": True, "half_duplex": True},
        {},
        {"mine": "", "half_duplex": True},
    )
)
LIMITS = Limits(idle_each_ms=60_000)  # a picture every few seconds for nobody would take half of the time
HELD_MS = (1, 15, 30, 150, 500, 850, 2_050)
WAITS_MS = (1, 19, 20, 300, 1_000, 3_000, 8_000, 15_000, 60_000, 119_000, 175_000)
Act = Callable[[Box], object]


def bounced(key: Key, held_ms: int) -> Act:
    """Down with a bounce, and up."""

    def act(box: Box) -> None:
        for ms, down in ((0, True), (2, False), (1, True), (held_ms, False)):
            box.pass_time(ms)
            box.key(key, down=down)

    return act


def edge(key: Key, *, down: bool) -> Act:
    """A contact moves, and stays."""
    return lambda box: box.send(KeyEdge(key, down, box.now))


def line_gets_on(box: Box) -> None:
    """The newest line takes its next step."""
    for line in box.state.lines[-1:]:
        if line.phase is Phase.DIALING:
            box.connect(line.number)
        elif line.phase is Phase.FINISHING:
            box.send(LineFinished(line.number))


def turn(language: str, *, final: bool) -> Act:
    """Words, and their translation."""

    def act(box: Box) -> None:
        for line in box.state.lines[-1:]:
            box.send(
                SourceArrived(line.number, 1 + box.now // 1_000 % 9, "secret", "", language, final),
                TextArrived(line.number, 1 + box.now // 1_000 % 9, "secreto", "", final, box.now),
            )

    return act


def lost(loss: Loss, status: int) -> Act:
    """The newest line ends."""
    return lambda box: [box.send(LineLost(line.number, loss, status)) for line in box.state.lines[-1:]]


def voice(box: Box) -> None:
    """The box begins or ends to speak."""
    spoken = box.state.sound.speaking
    if spoken is not None:
        box.send(PlaybackEnded(*spoken, 700, 0))
    elif box.state.lines:
        box.send(PlaybackStarted(box.state.lines[-1].number, 1, box.now))


def owes(ms: int) -> Act:
    """The replay buffer reports."""
    return lambda box: box.send(ReplayReported(box.state.direction, ms, 0, 0))


ACTS: tuple[Act, ...] = (
    *(bounced(key, held) for key in Key if key is not Key.POWER for held in HELD_MS),
    *(edge(key, down=down) for key in (*Key, Key.TALK, Key.GUEST, Key.LANGUAGE) for down in (True, False)),
    *(lambda box, ms=ms: box.pass_time(ms) for ms in (*WAITS_MS, *WAITS_MS)),
    *[line_gets_on] * 24,
    *(turn(language, final=final) for language in ("ar", "es", "en", "") for final in (True, False, True)),
    *(lost(*how) for how in ((Loss.RESET, 0), (Loss.HTTP, 401), (Loss.HTTP, 429), (Loss.CLOSED, 1011))),
    *(lambda box, on=on: box.send(VoiceActivityChanged(on)) for on in (True, False, True, False)),
    *[lambda box: box.send(MicrophoneClosed())] * 4,
    *[voice] * 6,
    *(owes(ms) for ms in (0, 0, 900)),
    lambda box: box.send(DeviceFailed(Device.MICROPHONE, "gone", "card")),
    lambda box: box.send(DeviceReady(Device.MICROPHONE)),
    lambda box: box.send(DeviceFailed(Device.LOUDSPEAKER, "busy", "card")),
    lambda box: box.send(WorkerSilent(Device.MICROPHONE)),
)


def played(acts: bytes) -> Box:
    """The first byte chooses the box."""
    box = Box(SETUPS[acts[0] % len(SETUPS)], LIMITS).boot(private=acts[0] >= 250)
    for act in acts[1:]:
        ACTS[act % len(ACTS)](box)
    return box


def everybody_goes(box: Box) -> None:
    """All keys are up, nobody speaks, and the network and the service do what they should."""
    box.pass_time(25)
    for contact in box.state.contacts:
        if contact.down is not (contact.key is Key.PRIVACY):  # the slide's rest is live
            box.key(contact.key, down=not contact.down)
    box.send(VoiceActivityChanged(False), MicrophoneClosed())
    for _ in range(12):
        box.pass_time(20_000)
        line_gets_on(box)
        if box.state.sound.speaking is not None:
            voice(box)
        box.send(*(ReplayReported(direction, 0, 0, 0) for direction, _ in box.state.owed), MicrophoneClosed())


def check(acts: bytes) -> None:
    """Whatever happened, nothing hangs; and of a guest nothing is left."""
    box = played(acts)
    everybody_goes(box)
    state = box.state
    if state.stopping:
        return
    assert state.menu is None
    assert state.guest_session.leaving_by is None
    assert state.captions.back == 0
    if not state.setup.kiosk:
        return
    assert "secret" not in repr(state), "a guest's words are kept"
    assert (state.guest_session.touched_at, state.lines, state.theirs, state.reversed) == (None, (), "", False)
    assert (state.sound.volume, state.sound.muted) == (85, False)
    assert state.wanted is (Wanted.INTERPRETING if state.setup.at_once else Wanted.NOTHING)
    assert state.capture is (state.setup.at_once and state.refusal is None)


SEQUENCES = st.binary(min_size=2, max_size=25)
PLAIN = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@settings(PLAIN, max_examples=1_000)
@given(SEQUENCES)
def test_any_sequence_of_keys_and_trouble(acts: bytes) -> None:
    check(acts)


@pytest.mark.soak
@settings(PLAIN, max_examples=10_000)
@given(st.binary(min_size=2, max_size=120))
def test_any_long_sequence_of_keys_and_trouble(acts: bytes) -> None:
    check(acts)
