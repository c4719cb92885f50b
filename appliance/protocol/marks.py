"""What the replay buffer's ack tracker needs to know of a line's turns, without words and without sound.

Responsible for: one frozen class for each step in the life of a turn as the service tells it.
Must not: decide what is released (``workers/uplink/replay_buffer.py``).

``turn`` counts from 1 on each line. Positions are milliseconds of what the line was sent, as the service gave them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The service heard speech: opens the turn, unless its response did so before."""

    turn: int
    audio_start_ms: int | None


@dataclass(frozen=True, slots=True)
class SpeechStopped:
    """The service heard the end of the turn's speech; may come after the turn is answered."""

    turn: int
    audio_end_ms: int | None


@dataclass(frozen=True, slots=True)
class SourceClosed:
    """The transcript of the turn's speech is complete, or failed: the service has heard all of it. It is no answer."""

    turn: int


@dataclass(frozen=True, slots=True)
class ResponseOpened:
    """The turn's response has begun: opens the turn where no speech was announced."""

    turn: int


@dataclass(frozen=True, slots=True)
class TextDone:
    """The turn's text is final."""

    turn: int


@dataclass(frozen=True, slots=True)
class AudioDone:
    """The turn's speech is complete."""

    turn: int


@dataclass(frozen=True, slots=True)
class ResponseDone:
    """The turn's response is over. ``ok`` False: it was given up, in part or whole; ``empty``: it has no words."""

    turn: int
    ok: bool
    empty: bool


@dataclass(frozen=True, slots=True)
class Finished:
    """The line has answered all that it was sent."""


Mark = SpeechStarted | SpeechStopped | SourceClosed | ResponseOpened | TextDone | AudioDone | ResponseDone | Finished
