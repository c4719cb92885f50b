"""Effects: what the event loop is told to do, in the imperative.

Responsible for: one frozen class per order. Plain data: the event loop knows which worker obeys it.
Must not: carry sound, or do anything.
"""

from dataclasses import dataclass
from enum import StrEnum

from appliance.core.model.direction import Direction
from appliance.core.model.events import Device
from appliance.core.model.modes import Valve

Field = str | int | bool | None


@dataclass(frozen=True, slots=True)
class OpenMicrophone:
    """Open the capture and let its sound into the selected direction's replay buffer."""


@dataclass(frozen=True, slots=True)
class CloseMicrophone:
    """Close the capture, then append the closing silence; answered by ``MicrophoneClosed``."""


@dataclass(frozen=True, slots=True)
class RestartWorker:
    """Abandon the device's thread, which hangs, and start a fresh one."""

    device: Device


@dataclass(frozen=True, slots=True)
class SelectInput:
    """Live sound goes to this direction's replay buffer. With ``move`` the open utterance moves there whole."""

    direction: Direction
    valve: Valve
    move: bool = False


@dataclass(frozen=True, slots=True)
class OpenCamera:
    """Open the camera: pictures at the usual pace from now on."""


@dataclass(frozen=True, slots=True)
class CloseCamera:
    """No more pictures; what was asked for by the key still comes, and then the camera is closed."""


@dataclass(frozen=True, slots=True)
class TakePicture:
    """One sharp picture now. It opens the camera for itself where that is closed."""


@dataclass(frozen=True, slots=True)
class WipeSound:
    """Forget all sound that was not sent and all that was not heard, and all pictures (privacy, between guests)."""


@dataclass(frozen=True, slots=True)
class Dial:
    """Reach the service for a new line."""

    line: int
    direction: Direction


@dataclass(frozen=True, slots=True)
class Upgrade:
    """Write the upgrade request, once it is written down that this was done: it is what the service counts."""

    line: int


@dataclass(frozen=True, slots=True)
class Configure:
    """Send ``session.update``."""

    line: int


@dataclass(frozen=True, slots=True)
class SetUplink:
    """Let the line take sound from its direction's replay buffer, or stop it."""

    valve: Valve
    line: int


@dataclass(frozen=True, slots=True)
class SetDownlink:
    """Let the line's speech through to the loudspeaker, or drop it."""

    valve: Valve
    line: int


@dataclass(frozen=True, slots=True)
class Finish:
    """Send what the replay buffer still holds, then ``session.finish``."""

    line: int


@dataclass(frozen=True, slots=True)
class HangUp:
    """Close the line's socket; what it has not answered goes back to the replay buffer."""

    line: int
    why: str


class CueName(StrEnum):
    """The tones that the box has; ``workers/playback/earcons.py`` makes them."""

    TICK = "tick"  # a key was pressed
    READY = "ready"
    YOUR_TURN = "your turn"
    SORRY = "sorry"  # please repeat
    NO_NETWORK = "no network"
    ATTENTION = "attention"  # look at the screen
    TEXT = "text"  # in the place of a voice that the service does not have


@dataclass(frozen=True, slots=True)
class Cue:
    """A short tone, where no speech sounds just now."""

    name: CueName


@dataclass(frozen=True, slots=True)
class DropSpeech:
    """Be silent at once. The turn that was being spoken is not what was said: it is not asked for again either."""

    line: int
    turn: int


@dataclass(frozen=True, slots=True)
class Repeat:
    """Say this turn again from memory, behind what sounds; nothing where it is not remembered."""

    line: int
    turn: int
    slower: bool = False  # and louder


@dataclass(frozen=True, slots=True)
class Say:
    """Let the synthetic voice read what comes without a voice: a translation, a language's name, the words of a cue.

    ``late``: spoken only if nothing newer waits.
    """

    line: int
    turn: int
    language: str
    text: str
    late: bool = False
    toward: Direction | None = None  # whose listener hears it; None: that of the line, or everybody


@dataclass(frozen=True, slots=True)
class SetVolume:
    """How loud everything is, 0 to 100 % of what is good for ears."""

    percent: int
    muted: bool


@dataclass(frozen=True, slots=True)
class SetBrightness:
    """How bright all panels are: 0 (asleep, dark) to 255."""

    level: int


@dataclass(frozen=True, slots=True)
class ReopenMicrophone:
    """Close the capture and open it again by name: it delivers, and not what it should."""


@dataclass(frozen=True, slots=True)
class Reboot:
    """Start the whole machine anew, having written down that this was done."""


@dataclass(frozen=True, slots=True)
class PowerOff:
    """Ask for the whole machine to be powered off; the run ends beside it."""


@dataclass(frozen=True, slots=True)
class BeginCheck:
    """Run the self-test beside the box, which rests; answered by ``CheckTold`` and ``CheckEnded``.

    ``private``: nothing that listens is opened.
    """

    private: bool


@dataclass(frozen=True, slots=True)
class EndCheck:
    """End it at once: its devices are wanted, or nobody looks."""


@dataclass(frozen=True, slots=True)
class LookForCodes:
    """Open the camera and look for codes, sending nothing; answered by ``CodeRead`` or ``CodeRefused``."""


@dataclass(frozen=True, slots=True)
class StopLooking:
    """Close it."""


@dataclass(frozen=True, slots=True)
class ApplyCode:
    """Ask root for what this code says; answered by ``CodeApplied``. ``country``: chosen by a person, or empty."""

    number: int
    country: str


@dataclass(frozen=True, slots=True)
class DrainSound:
    """Say when all speech has been played; answered by ``SoundDrained``."""


@dataclass(frozen=True, slots=True)
class Note:
    """A row of the journal; ``what`` and ``fields`` as in hardware/guide/operate.md#the-journal."""

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
    | OpenCamera
    | CloseCamera
    | TakePicture
    | WipeSound
    | Dial
    | Upgrade
    | Configure
    | SetUplink
    | SetDownlink
    | Finish
    | HangUp
    | Cue
    | DropSpeech
    | Repeat
    | Say
    | SetVolume
    | SetBrightness
    | ReopenMicrophone
    | Reboot
    | PowerOff
    | BeginCheck
    | EndCheck
    | LookForCodes
    | StopLooking
    | ApplyCode
    | DrainSound
    | Note
    | Exit
)
