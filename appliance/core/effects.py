"""Effects: what the runner is told to do, in the imperative.

Responsible for: one frozen class per order. Plain data: the runner knows which worker obeys it.
Must not: carry sound, or do anything.
"""

from dataclasses import dataclass

from appliance.core.direction import Direction
from appliance.core.events import Device
from appliance.core.modes import Valve

Field = str | int | bool | None


@dataclass(frozen=True, slots=True)
class OpenMicrophone:
    """Open the capture and let its sound into the selected direction's spool."""


@dataclass(frozen=True, slots=True)
class CloseMicrophone:
    """Close the capture, then append the closing silence; answered by ``MicrophoneClosed``."""


@dataclass(frozen=True, slots=True)
class RestartWorker:
    """Abandon the device's thread, which hangs, and start a fresh one."""

    device: Device


@dataclass(frozen=True, slots=True)
class SelectInput:
    """Live sound goes to this direction's spool. With ``move`` the open utterance moves there whole."""

    direction: Direction
    valve: Valve
    move: bool = False


@dataclass(frozen=True, slots=True)
class WipeSound:
    """Forget all sound that was not sent and all that was not heard (privacy, between guests)."""


@dataclass(frozen=True, slots=True)
class Dial:
    """Reach the service and write the upgrade for a new line."""

    line: int
    direction: Direction


@dataclass(frozen=True, slots=True)
class Configure:
    """Send ``session.update``."""

    line: int


@dataclass(frozen=True, slots=True)
class SetUplink:
    """Let the line take sound from its direction's spool, or stop it."""

    valve: Valve
    line: int


@dataclass(frozen=True, slots=True)
class SetDownlink:
    """Let the line's speech through to the loudspeaker, or drop it."""

    valve: Valve
    line: int


@dataclass(frozen=True, slots=True)
class Finish:
    """Send what the spool still holds, then ``session.finish``."""

    line: int


@dataclass(frozen=True, slots=True)
class HangUp:
    """Close the line's socket; what it has not answered goes back to the spool."""

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class DrainSound:
    """Say when all speech has been played; answered by ``SoundDrained``."""


@dataclass(frozen=True, slots=True)
class Note:
    """A row of the journal; ``what`` and ``fields`` as in CONTRACTS section 3."""

    what: str
    fields: tuple[tuple[str, Field], ...]


@dataclass(frozen=True, slots=True)
class Exit:
    """End the process with this code once the workers have stopped."""

    code: int


Effect = (
    OpenMicrophone
    | CloseMicrophone
    | RestartWorker
    | SelectInput
    | WipeSound
    | Dial
    | Configure
    | SetUplink
    | SetDownlink
    | Finish
    | HangUp
    | DrainSound
    | Note
    | Exit
)
