"""Sound from messages to turns."""

import base64

from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.emulator.session.input_buffer import MANUAL_LIMIT_MS, Uplink
from appliance.emulator.session.models import resolve_profile
from appliance.emulator.session.session_update import Settings, created_settings
from appliance.emulator.session.turns import Started
from tests.emulator.doubles import MODEL, PlainDetector, Span


def session_settings(*, manual: bool = False) -> Settings:
    from dataclasses import replace

    profile = resolve_profile(MODEL)
    assert profile is not None
    return replace(created_settings(profile), turn_detection=not manual, silence_ms=400)


SOUND = bytes(32 * 500) + b"\x07\x00" * 16 * 700 + bytes(32 * 650) + b"\x07\x00" * 16 * 300 + bytes(32 * 450)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 5_000), min_size=1, max_size=40))
def test_turns_and_their_sound_do_not_depend_on_the_messages(sizes: list[int]) -> None:
    uplink = Uplink(session_settings(), PlainDetector)
    found, at, number = [], 0, 0
    while at < len(SOUND):
        size = sizes[number % len(sizes)]
        for mark, turn in uplink.hear(SOUND[at : at + size], 0):
            if not isinstance(mark, Started):
                found.append((turn.start_ms, turn.end_ms, turn.cut_ms, b"".join(turn.heard)))
        at, number = at + size, number + 1
    assert found == [
        (500, 1_200, 1_600, SOUND[32 * 200 : 32 * 1_600]),
        (1_840, 2_160, 2_560, SOUND[32 * 1_540 : 32 * 2_560]),
    ]


def test_what_audio_may_be() -> None:
    uplink = Uplink(session_settings(), PlainDetector)
    span = Span(640, (False, False))
    assert uplink.decode(span) is span
    assert uplink.decode(base64.b64encode(b"ab").decode()) == b"ab"
    assert [uplink.decode(each) for each in (None, 7, "a", "é", ["AAAA"])] == [None] * 5


def test_a_manual_buffer_is_bounded() -> None:
    uplink = Uplink(session_settings(manual=True), PlainDetector)
    for _ in range(MANUAL_LIMIT_MS // 1_000 + 20):
        list(uplink.hear(bytes(32_000), 0))
    turn = uplink.commit(0)
    assert turn is not None
    assert sum(len(each) for each in turn.heard) <= 32 * (MANUAL_LIMIT_MS + 20)
    assert uplink.commit(0) is None


def test_positions_go_on_under_other_settings() -> None:
    uplink = Uplink(session_settings(), PlainDetector)
    list(uplink.hear(bytes(32 * 1_000), 0))
    uplink.configure(session_settings())
    assert uplink.position_ms == 1_000
    marks = [mark for mark, _ in uplink.hear(b"\x07\x00" * 16 * 200, 0)]
    assert marks == [Started(1_000)]


def test_what_lies_behind_the_cut_is_the_next_buffers_first_sound() -> None:
    """A picture may follow it."""
    uplink = Uplink(session_settings(), PlainDetector)
    speech, pause = (True,) * 10, (False,) * 20  # 20 ms each: the turn is cut after 400 ms of silence
    list(uplink.hear(Span(320 * 30, speech + pause), 0))
    assert not uplink.fed, "the cut is the end of what came"
    list(uplink.hear(Span(320 * 30, speech + pause), 0))
    list(uplink.hear(Span(320 * 10, speech), 0))
    marks = [mark for mark, _ in uplink.hear(Span(320 * 30, pause + speech), 0)]
    assert len(marks) == 2
    assert uplink.fed
