"""What must always hold, checked after every step, in production too.

Responsible for: saying which rule a step broke. A broken rule is a bug of ours: it crashes the process, which is dumped
and restarted, rather than going on silently wrong.
Must not: mend anything.
"""

from appliance.core.devices.playback import talk_held
from appliance.core.machine.reconcile import condition
from appliance.core.model.limits import Limits
from appliance.core.model.modes import MOVES, PHASES, Mode, Phase
from appliance.core.model.state import Ending, State
from appliance.core.session.guest_session import has_words

_ENDINGS = {ending: place for place, ending in enumerate(Ending)}


class BrokenInvariantError(AssertionError):
    """A step led to a state that must not be."""


def check(old: State, new: State, limits: Limits) -> None:
    """Raise ``BrokenInvariantError`` where the step from ``old`` to ``new`` is not legal."""
    for broken in _broken(old, new, limits):
        raise BrokenInvariantError(broken)


def _broken(old: State, new: State, limits: Limits) -> list[str]:
    legal = new.mode is old.mode or new.mode in MOVES[old.mode]
    same_lines = new.lines is old.lines  # and so they hold what they held
    rules = {
        "mode is the condition": Mode.STARTING in (old.mode, new.mode) or new.mode is condition(new),
        "too many lines": len(new.lines) <= limits.lines_at_most,
        "line numbers count up": same_lines or _numbers_count_up(new),
        "next line went back": new.next_line >= old.next_line,
        "two lines of one direction take speech": same_lines or _one_ready_a_direction(new),
        "capture in private": not (new.capture and new.private),
        "the camera without the microphone": not new.camera.open or new.capture,
        "looks for codes in private": not (new.code.looks and new.private),
        "looks for codes while it listens": not (new.code.looks and new.capture),
        "a camera that is off": not new.camera.open or new.setup.camera != "off",
        "capture beyond the allowance": not (new.capture and new.cost.closed),
        "muted without a loudspeaker": not new.input_muted or new.setup.half_duplex,
        "a talk key is not heard": not (new.input_muted and new.capture and talk_held(new)),
        "volume out of range": 0 <= new.sound.volume <= 100,
        "capture without input": not new.capture or new.shut or new.input == new.direction,
        "shut outside a pause of a kiosk": not (new.shut and new.capture) or new.setup.kiosk,
        "a visit ends in a handheld": new.setup.kiosk or new.guest_session.leaving_by is None,
        "words that no visit's end forgets": not new.setup.kiosk
        or new.guest_session.touched_at is not None
        or not has_words(new),
        "a line in a fatal refusal": new.refusal is None or not any(line.phase is Phase.DIALING for line in new.lines),
        "dials above the window": len(new.budget.dials) <= limits.dials_in_window,
        "tokens above the bucket": len(new.budget.tokens_spent) <= limits.redial_tokens,
        "too many sentences": len(new.shown) <= limits.sentences,
        "too many captions": len(new.captions.said) <= limits.captions,
        "too many turns": len(new.turns) <= limits.turns,
        "one fault twice": not new.faults or len({fault.code for fault in new.faults}) == len(new.faults),
        "the end went back": new.ending is old.ending or _ENDINGS[new.ending] >= _ENDINGS[old.ending],
        "a stop was forgotten": new.stopping or not old.stopping,
    }
    broken = [] if legal else [f"move {old.mode} → {new.mode}"]
    if not all(rules.values()):
        broken += [name for name, holds in rules.items() if not holds]
    if same_lines:
        return broken
    for line in new.lines:
        before = old.line(line.number)
        if before is not None and before.phase is not line.phase and line.phase not in PHASES[before.phase]:
            broken.append(f"line {line.number}: {before.phase} → {line.phase}")
        if before is not None and before.direction != line.direction:
            broken.append(f"line {line.number} changed its direction")
    return broken


def _numbers_count_up(state: State) -> bool:
    numbers = [line.number for line in state.lines]
    return numbers == sorted(set(numbers)) and all(n < state.next_line for n in numbers)


def _one_ready_a_direction(state: State) -> bool:
    ready = [line.direction for line in state.lines if line.phase is Phase.READY]
    return len(ready) == len(set(ready))
