"""Modes of the box, phases of a line, and the legal moves of both.

Responsible for: the two tables. A move that is not in a table is a bug of ours (``invariants.py``).
Must not: decide which move is made.
"""

from enum import StrEnum


class Mode(StrEnum):
    """What the box is doing. What the person *wants* is another field (``State.wanted``)."""

    STARTING = "starting"
    STANDBY = "standby"
    DIALING = "dialing"
    CONFIGURING = "configuring"
    ON_AIR = "on_air"
    FINISHING = "finishing"
    WAITING = "waiting"  # between two redials
    FAULT = "fault"  # stopped by a fatal refusal; a key or new settings are needed
    STOPPING = "stopping"


WORKING = frozenset({Mode.STANDBY, Mode.WAITING, Mode.DIALING, Mode.CONFIGURING, Mode.ON_AIR, Mode.FINISHING})
"""Between these any move is legal, for the mode is that of the active direction and a key may turn it at any time."""

MOVES: dict[Mode, frozenset[Mode]] = {
    Mode.STARTING: frozenset({Mode.STANDBY, Mode.STOPPING}),
    **{mode: (WORKING - {mode}) | {Mode.FAULT, Mode.STOPPING} for mode in WORKING},
    # A line that was ready before the refusal of another serves on; one on its way is dropped by the refusal.
    Mode.FAULT: (WORKING - {Mode.CONFIGURING}) | {Mode.STOPPING},
    Mode.STOPPING: frozenset(),
}


LIFE: dict[Mode, frozenset[Mode]] = {
    Mode.STANDBY: frozenset({Mode.DIALING}),
    Mode.WAITING: frozenset({Mode.DIALING}),
    Mode.DIALING: frozenset({Mode.CONFIGURING, Mode.WAITING}),
    Mode.CONFIGURING: frozenset({Mode.ON_AIR, Mode.WAITING}),
    Mode.ON_AIR: frozenset({Mode.FINISHING, Mode.WAITING, Mode.DIALING}),
    Mode.FINISHING: frozenset({Mode.STANDBY}),
}
"""Of ``MOVES`` those by which one direction lives while nobody touches a key: what the diagram draws."""


class Phase(StrEnum):
    """Where one line is in its life. A line that is lost or closed leaves the state, so it needs no phase here."""

    DIALING = "dialing"  # reaching the service: name, TCP, TLS, upgrade
    CONFIGURING = "configuring"  # upgraded; waits for session.created, then session.updated
    SPARE = "spare"  # configured; takes over from the line it is to replace, in a pause
    READY = "ready"  # may receive uplink
    FINISHING = "finishing"  # session.finish is sent or on its way; still delivers


PHASES: dict[Phase, frozenset[Phase]] = {
    Phase.DIALING: frozenset({Phase.CONFIGURING}),
    # Finished at once where only a rest was to be sent.
    Phase.CONFIGURING: frozenset({Phase.READY, Phase.SPARE, Phase.FINISHING}),
    Phase.SPARE: frozenset({Phase.READY}),  # unwanted, it is hung up: it has been sent nothing
    Phase.READY: frozenset({Phase.FINISHING}),
    Phase.FINISHING: frozenset(),
}


class Valve(StrEnum):
    """How a stream of sound is let through. ``MUTED`` sends silence of equal length in its place."""

    SHUT = "shut"
    OPEN = "open"
    MUTED = "muted"
