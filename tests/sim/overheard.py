"""What the emulated service was given to hear, as spans: looked up in its sessions, for the simulator's books alone.

Responsible for: which sound its latest turn is about, and which turns it opened no ear or no mouth for.
Must not: change anything, or tell the product.
"""

from collections.abc import Iterable

from appliance.emulator.session.interfaces import Sound
from appliance.emulator.session.session import ServiceSession
from appliance.emulator.session.turn_response import Answer
from tests.sim.pcm import spans_in
from tests.sim.sound import SILENCE, Span


def spans_of(sounds: Iterable[Sound]) -> list[Span]:
    """Those of numbered utterances."""
    each = (spans_in(sound) if isinstance(sound, bytes) else sound for sound in sounds)
    return [span for spans in each for span in spans.spans if span.utterance > SILENCE]


def _latest(session: ServiceSession | None) -> Answer | None:
    return session._answers[-1] if session is not None and session._answers else None


def of_latest_turn(session: ServiceSession | None) -> list[Span]:
    """What the latest turn that is not over is about."""
    latest = _latest(session)
    return [] if latest is None else spans_of(latest.turn.heard)


def of_unopened_turn(session: ServiceSession | None) -> list[Span] | None:
    """What a service heard that fell silent from the first sound of a turn on, as a habit has it; None: it did not.

    In its own books it may have opened that turn in the same moment, and told nobody.
    """
    latest = _latest(session)
    return None if latest is None or "deaf" not in latest.plan else spans_of(latest.turn.heard)


def of_empty_turn(session: ServiceSession | None, before: set[Span]) -> set[Span]:
    """What a habit makes the service understand nothing of: such a turn counts as answered
    (appliance/workers/uplink/README.md#the-release-rule).

    ``before``: what was found so far; it stands, for the answer comes when the service has long forgotten the turn.
    """
    latest = _latest(session)
    return before.union(spans_of(latest.turn.heard)) if latest is not None and "empty_turn" in latest.plan else before
