"""``core/session/usage_caps.py``: the count, its day and the caps.

Responsible for: the rule of days, when a cap acts, and what follows. Must not: know prices or calendars, or ask whether
somebody is there (``test_attendance.py``).
"""

from dataclasses import replace

import pytest

from appliance.core.model.effects import CloseMicrophone, Cue, CueName, Finish, Note, OpenMicrophone
from appliance.core.model.events import (
    DateTold,
    Key,
    LineFinished,
    LineMetered,
    MicrophoneClosed,
    SoundSent,
    TurnOpened,
    UsageCounted,
    VoiceActivityChanged,
)
from appliance.core.model.modes import Mode
from appliance.core.model.state import Cost, Ending, Setup, Wanted
from appliance.core.model.views import FaultView, SignView, View
from appliance.core.screen.screen import view
from tests.core.box import Box, fields

MONDAY, TUESDAY, WEDNESDAY = "2026-11-23", "2026-11-24", "2026-11-25"
MINUTE_MS = 60_000
CAPPED = Setup(favourites=("es", "fr"), cap_ms=10 * MINUTE_MS, cues=True)


def on_air(setup: Setup = CAPPED, cost: Cost | None = None) -> Box:
    """Line 1 takes speech. ``cost``: what an earlier process of that day left."""
    box = Box(setup)
    box.state = replace(box.state, cost=cost or Cost())
    box.boot()
    if not setup.at_once:
        box.press(Key.TALK)
    box.connect(1)
    return box


def count(box: Box) -> tuple[str, int, int]:
    cost = box.state.cost
    return cost.day, cost.sent_ms, cost.tokens


def codes(box: Box) -> list[str]:
    return [str(fault.code) for fault in box.state.faults]


def shown(box: Box) -> View:
    return view(box.state, box.now, box.limits)


def title(box: Box) -> str:
    seen = shown(box)
    return seen.title if isinstance(seen, SignView) else f"{type(seen).__name__}"


# The count.


def test_sound_is_counted_as_the_process_sends_it() -> None:
    box = on_air(cost=Cost(MONDAY, sure=True, sent_ms=1_000))
    box.send(SoundSent(400), SoundSent(1_400), SoundSent(1_400))
    assert count(box) == (MONDAY, 2_400, 0)


def test_the_services_own_count_takes_the_place_of_the_estimate() -> None:
    box = on_air()
    box.send(LineMetered(1, 70), LineMetered(1, 90))
    assert box.state.cost.tokens == 90
    box.send(UsageCounted(1, 40, 20))
    assert (box.state.cost.tokens, box.state.tokens) == (60, 60)
    box.send(LineMetered(1, 14))
    assert box.state.cost.tokens == 74
    box.send(UsageCounted(1, 100, 40), UsageCounted(1, 90, 40))
    assert (box.state.cost.tokens, box.state.tokens) == (140, 140)


def test_what_a_line_cost_stays_when_it_is_gone() -> None:
    box = on_air()
    box.send(LineMetered(1, 70))
    box.press(Key.TALK)
    box.send(MicrophoneClosed(), LineFinished(1), LineMetered(1, 200))
    assert box.state.cost.tokens == 70


def test_an_estimate_taken_back_after_midnight_makes_no_debt() -> None:
    box = on_air(cost=Cost(MONDAY, sure=True))
    box.send(LineMetered(1, 70), DateTold(TUESDAY, sure=True), UsageCounted(1, 5, 0))
    assert count(box) == (TUESDAY, 0, 0)


# The rule of days.


def test_a_count_without_a_date_takes_the_first_one() -> None:
    box = on_air()
    box.send(SoundSent(500), DateTold(MONDAY, sure=False), SoundSent(600), DateTold(MONDAY, sure=True))
    assert count(box) == (MONDAY, 600, 0)


@pytest.mark.parametrize("sure", [True, False])
def test_a_later_date_begins_a_new_count(sure: bool) -> None:
    box = on_air(cost=Cost(MONDAY, sure=sure, sent_ms=900, tokens=50))
    box.send(DateTold(MONDAY, sure=sure), SoundSent(100), DateTold(TUESDAY, sure=sure))
    assert count(box) == (TUESDAY, 0, 0)
    box.send(SoundSent(150))
    assert count(box) == (TUESDAY, 50, 0)


def test_an_earlier_date_that_is_not_sure_is_the_same_day() -> None:
    box = on_air(cost=Cost(TUESDAY, sent_ms=900))
    box.send(DateTold("1970-01-01", sure=False), SoundSent(100))
    assert count(box) == (TUESDAY, 1_000, 0)
    box.send(DateTold(TUESDAY, sure=True))
    assert count(box) == (TUESDAY, 1_000, 0)


def test_what_was_counted_before_the_date_was_sure_belongs_to_the_true_day() -> None:
    box = on_air(cost=Cost(MONDAY, sent_ms=900, tokens=50))
    box.send(DateTold(MONDAY, sure=False), SoundSent(100), LineMetered(1, 7), DateTold(WEDNESDAY, sure=True))
    assert count(box) == (WEDNESDAY, 100, 7)
    box.send(SoundSent(300), DateTold("2026-11-26", sure=True))
    assert count(box) == ("2026-11-26", 0, 0)


def test_a_day_written_in_the_future_ends() -> None:
    box = on_air(cost=Cost("2026-12-31", sent_ms=900))
    box.send(DateTold(MONDAY, sure=True), SoundSent(100))
    assert count(box) == (MONDAY, 1_000, 0)
    box.send(DateTold(TUESDAY, sure=True))
    assert count(box) == (TUESDAY, 0, 0)


# The caps.


def used_up(box: Box) -> None:
    """The allowance is gone, and a pause comes."""
    box.send(SoundSent(10 * MINUTE_MS))
    box.pass_time(1_000)


def test_a_cap_waits_for_a_pause_and_the_answer_still_comes() -> None:
    box = on_air()
    box.send(VoiceActivityChanged(True), TurnOpened(1, 1))
    box.owe(2_000)
    box.send(SoundSent(10 * MINUTE_MS))
    box.pass_time(5_000)
    box.send(VoiceActivityChanged(False))
    box.pass_time(999)
    box.send(VoiceActivityChanged(True))  # it was a breath
    box.pass_time(500)
    box.send(VoiceActivityChanged(False))
    box.pass_time(999)
    assert (codes(box), box.state.capture) == ([], True)
    box.pass_time(1)
    assert (codes(box), box.state.capture, box.wanted()) == (["B1"], False, Wanted.NOTHING)
    assert Cue(CueName.ATTENTION) in box.effects
    effects = box.send(MicrophoneClosed())
    assert Finish(1) in effects
    notes = [fields(effect) for effect in effects if isinstance(effect, Note) and effect.what == "line"]
    assert [note["why"] for note in notes] == ["allowance"]
    box.owe(0)
    box.send(LineFinished(1))
    assert box.mode() is Mode.STANDBY


def test_whoever_stops_by_himself_once_a_cap_is_reached_need_not_wait_for_a_pause() -> None:
    box = on_air(replace(CAPPED, at_once=True))
    box.send(SoundSent(10 * MINUTE_MS))
    assert (codes(box), box.state.capture) == ([], True)
    box.press(Key.TALK, 50)
    assert (codes(box), box.state.capture) == (["B1"], False)


def test_speech_that_never_pauses_does_not_outrun_a_cap_for_ever() -> None:
    box = on_air()
    box.send(VoiceActivityChanged(True), SoundSent(10 * MINUTE_MS))
    box.pass_time(119_999)
    assert codes(box) == []
    box.pass_time(1)
    assert (codes(box), box.state.capture) == (["B1"], False)


def test_a_cap_of_tokens_acts_like_one_of_minutes() -> None:
    box = on_air(Setup(cap_tokens=1_000))
    box.send(LineMetered(1, 999))
    assert codes(box) == []
    box.send(LineMetered(1, 1_000))
    box.pass_time(1_000)
    assert codes(box) == ["B1"]


def test_an_estimate_above_the_count_closes_nothing() -> None:
    box = on_air(Setup(cap_tokens=1_000))
    box.send(VoiceActivityChanged(True), LineMetered(1, 1_000), UsageCounted(1, 880, 0), VoiceActivityChanged(False))
    box.pass_time(2_000)
    assert (codes(box), box.state.cost.reached_at) == ([], None)
    box.send(LineMetered(1, 110))
    assert box.state.cost.low_at == box.now
    box.send(VoiceActivityChanged(True), LineMetered(1, 120), VoiceActivityChanged(False), UsageCounted(1, 900, 0))
    box.pass_time(2_000)
    assert (codes(box), box.state.cost.quiet_at) == ([], None)


def test_without_a_cap_nothing_ends() -> None:
    box = on_air(Setup())
    box.send(SoundSent(10_000 * MINUTE_MS), LineMetered(1, 10**9))
    assert (codes(box), box.state.capture) == ([], True)


def test_the_next_process_of_the_day_does_not_begin_anew() -> None:
    box = Box(CAPPED)
    box.state = replace(box.state, cost=Cost(MONDAY, sent_ms=10 * MINUTE_MS))
    box.boot()
    box.send(DateTold(MONDAY, sure=False))
    effects = box.press(Key.TALK)
    assert OpenMicrophone() not in effects
    assert (codes(box), box.mode(), box.state.lines) == (["B1"], Mode.STANDBY, ())


def test_a_new_day_ends_it_and_waits_for_a_key() -> None:
    box = on_air(cost=Cost(MONDAY, sure=True, sent_ms=10 * MINUTE_MS))
    box.send(DateTold(TUESDAY, sure=True))
    box.pass_time(5_000)
    assert (codes(box), box.state.capture) == ([], False)
    assert OpenMicrophone() in box.press(Key.TALK)


def test_a_box_that_always_interprets_goes_on_by_itself_on_a_new_day() -> None:
    box = on_air(replace(CAPPED, at_once=True), Cost(MONDAY, sure=True))
    used_up(box)
    box.send(MicrophoneClosed(), LineFinished(1))
    assert (codes(box), box.mode(), box.state.lines) == (["B1"], Mode.STANDBY, ())
    assert OpenMicrophone() in box.send(DateTold(TUESDAY, sure=True))
    assert codes(box) == []


def test_what_was_carried_into_the_new_day_may_use_it_up() -> None:
    box = on_air(cost=Cost(MONDAY))
    used_up(box)
    box.send(DateTold(TUESDAY, sure=True))
    box.pass_time(1_000)
    assert (codes(box), box.state.cost.day) == (["B1"], TUESDAY)


def test_a_recording_that_a_cap_cuts_ends_with_69() -> None:
    box = on_air(replace(CAPPED, at_once=True, ends_with_microphone=True))
    used_up(box)
    assert (CloseMicrophone() in box.effects, box.ending()) == (True, Ending.FINISH)
    box.send(MicrophoneClosed(), LineFinished(1))
    box.pass_time(10_000)
    assert (box.ending(), box.state.exit_code) == (Ending.OVER, 69)


def test_the_last_tenth_is_told_once_and_between_two_sentences() -> None:
    box = on_air(cost=Cost(MONDAY, sure=True))
    box.send(VoiceActivityChanged(True), SoundSent(9 * MINUTE_MS))
    assert title(box) == "Ready"
    assert Cue(CueName.ATTENTION) in box.send(VoiceActivityChanged(False))
    assert title(box) == "Little time left today"
    box.pass_time(4_999)
    assert title(box) == "Little time left today"
    box.pass_time(1)
    assert title(box) == "Ready"
    assert box.send(SoundSent(9 * MINUTE_MS + 1)) == ()
    box.send(DateTold(TUESDAY, sure=True), SoundSent(18 * MINUTE_MS + 1))
    assert title(box) == "Little time left today"


def test_the_owner_and_the_guest_are_told_in_their_own_way() -> None:
    box = on_air()
    used_up(box)
    assert title(box) == "EN → ES"  # the last answers come
    box.send(MicrophoneClosed(), LineFinished(1))
    seen = shown(box)
    assert isinstance(seen, FaultView)
    assert (seen.code, seen.do) == ("B1", "ask the owner")
    box.state = replace(box.state, setup=replace(CAPPED, kiosk=True))
    seen = shown(box)
    assert isinstance(seen, SignView)
    assert (seen.title, seen.words, seen.language) == ("No disponible ahora", "B1", "es")
    box.state = replace(box.state, theirs="sw")  # a language in which the box has no words
    assert title(box) == "Not available now"
