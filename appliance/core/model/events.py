"""Events: what has happened, in the past tense. The only way anything reaches ``step``.

Responsible for: one frozen class per kind of news. Must not: carry PCM, JPEG or sockets; words are never logged.
``line`` is the number of the line the news is about; a number no longer in ``State.lines`` changes nothing.
"""

from dataclasses import dataclass
from enum import StrEnum

from appliance.core.model.codes import CodeApplied, CodeRead, CodeRefused
from appliance.core.model.direction import Direction
from appliance.errors import FaultCode


class Key(StrEnum):
    """The keys by name; pins are in ``hardware/gpio-map.toml``."""

    TALK = "talk"
    GUEST = "guest"
    LANGUAGE = "language"
    REPEAT = "repeat"
    CAMERA = "camera"
    MUTE = "mute"
    LOUDER = "louder"
    QUIETER = "quieter"
    PRIVACY = "privacy"
    POWER = "power"


class Device(StrEnum):
    """The devices that may fail on their own."""

    MICROPHONE = "microphone"
    LOUDSPEAKER = "loudspeaker"
    SCREEN = "screen"
    GUEST_SCREEN = "guest_screen"  # the second panel
    KEYS = "keys"
    CAMERA = "camera"


class Loss(StrEnum):
    """Why a line ended, as far as the worker can tell. ``core/link/disconnect_diagnosis.py`` maps it to a fault
    code."""

    NO_NAME = "no name"  # the look-up failed
    NO_ROUTE = "no route"  # the network is unreachable
    REFUSED = "refused"  # TCP was refused
    NO_ANSWER = "no answer"  # neither TCP nor TLS answered
    UNKNOWN_ISSUER = "unknown issuer"
    WRONG_NAME = "wrong name"
    NOT_YET_VALID = "not yet valid"
    EXPIRED = "expired"
    TLS = "tls"  # any other failure of TLS
    HTTP = "http"  # the upgrade was answered by ``status``
    NO_KEY = "no key"
    CLOSED = "closed"  # a close frame: ``status`` is its code, ``detail`` its reason
    RESET = "reset"  # the link broke without a close frame
    DEAD = "dead"  # no pong, no progress
    OVERSIZED = "oversized"  # a frame above 4 MiB
    NONSENSE = "nonsense"  # what came was not the protocol
    SEND_STALLED = "send stalled"  # a partial send or a send that took too long
    HUNG_UP = "hung up"  # we asked for it


@dataclass(frozen=True, slots=True)
class Booted:
    """The process is up and the privacy slide has been read."""

    private: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """A deadline of the state is due."""


@dataclass(frozen=True, slots=True)
class StopRequested:
    """SIGTERM, Ctrl-C, or the end of a run that has one."""

    why: str


@dataclass(frozen=True, slots=True)
class KeyEdge:
    """A key's contact changed. ``at`` is the edge's own time, for debouncing."""

    key: Key
    down: bool
    at: int


@dataclass(frozen=True, slots=True)
class DeviceReady:
    """A device was opened and works."""

    device: Device


@dataclass(frozen=True, slots=True)
class DeviceFailed:
    """A device failed; its worker keeps trying to open it again. ``kind`` is one of ``errors.Kind``."""

    device: Device
    kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class WorkerSilent:
    """A device's worker is at work and has given no sign of life: it hangs in a call."""

    device: Device


@dataclass(frozen=True, slots=True)
class MicrophoneClosed:
    """The capture is closed, and the closing silence has been appended to the replay buffer."""


@dataclass(frozen=True, slots=True)
class MicrophoneEnded:
    """A recording has no more samples, and the closing silence has been appended to the replay buffer."""


class CaptureHealth(StrEnum):
    """What the microphone's samples say of its card."""

    RATE_OK = "rate ok"
    WRONG_RATE = "wrong rate"  # not the frames per second that it should deliver
    FLATLINE = "flatline"  # no sample has changed for long


@dataclass(frozen=True, slots=True)
class MicrophoneJudged:
    """The judgement changed, or the card is deaf after it was opened anew. ``percent`` of the nominal rate."""

    health: CaptureHealth
    percent: int


@dataclass(frozen=True, slots=True)
class CameraTurned:
    """The camera's device was opened, or it is closed (or hangs and was left behind: nothing comes of it any more)."""

    on: bool


@dataclass(frozen=True, slots=True)
class LevelMetered:
    """The microphone's level, 0 to 5. Coalesced: the latest wins."""

    level: int


@dataclass(frozen=True, slots=True)
class VoiceActivityChanged:
    """The local voice detector changed its mind."""

    active: bool


@dataclass(frozen=True, slots=True)
class ReplayReported:
    """One direction's replay buffer, whenever it changed. Coalesced for each direction: the latest wins."""

    direction: Direction
    unanswered_ms: int  # speech that the service has not answered
    reported_lost: int  # utterances dropped so far, each with "please repeat"; counts up for ever
    deaf_ms: int  # the line takes speech and answers nothing: how long, 0 = not so


@dataclass(frozen=True, slots=True)
class LineTroubled:
    """An attempt to reach the service failed; the worker goes on trying."""

    line: int
    loss: Loss
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LineReached:
    """Connected, through TLS where there is any: the upgrade request waits for ``Upgrade``."""

    line: int


@dataclass(frozen=True, slots=True)
class LineOpened:
    """The upgrade was accepted (101)."""

    line: int


@dataclass(frozen=True, slots=True)
class LineCreated:
    """``session.created`` came."""

    line: int


@dataclass(frozen=True, slots=True)
class LineConfigured:
    """``session.updated`` came: the line may receive uplink."""

    line: int


@dataclass(frozen=True, slots=True)
class TurnOpened:
    """The service opened a turn. ``turn`` counts from 1 on each line."""

    line: int
    turn: int
    replay: bool = False  # its sound had been sent on an earlier line


@dataclass(frozen=True, slots=True)
class TextArrived:
    """Translation: a snapshot of the confirmed text, and the provisional tail behind it."""

    line: int
    turn: int
    text: str
    stash: str
    final: bool
    at: int  # when the worker read it
    late: bool = False  # more than 10 s behind the speech it answers


@dataclass(frozen=True, slots=True)
class SourceArrived:
    """Transcript of the speaker's own words; ``language`` as detected, empty when unknown."""

    line: int
    turn: int
    text: str
    stash: str
    language: str
    final: bool


@dataclass(frozen=True, slots=True)
class TurnAnswered:
    """The service has answered a turn. The utterance's times are on the local clock, None where none was matched."""

    line: int
    turn: int
    ok: bool  # False: the response failed
    empty: bool  # nothing was understood
    speech_start_at: int | None
    speech_end_at: int | None
    sound_ms: int  # how much speech came with it


@dataclass(frozen=True, slots=True)
class PlaybackStarted:
    """The first sample of a turn's speech was handed to the loudspeaker."""

    line: int
    turn: int
    at: int


@dataclass(frozen=True, slots=True)
class PlaybackEnded:
    """All of a turn's speech was handed to the loudspeaker. ``gap_ms``: silence that underruns put into it."""

    line: int
    turn: int
    ms: int
    gap_ms: int


@dataclass(frozen=True, slots=True)
class UsageCounted:
    """Tokens of this line since it opened (cumulative, as the service reports them)."""

    line: int
    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class LineMetered:
    """What this line cost since the service last counted, by the published rates. Coalesced: the latest wins."""

    line: int
    tokens: int


@dataclass(frozen=True, slots=True)
class SoundSent:
    """How much sound this process has sent so far, replays not counted. Coalesced: the latest wins."""

    ms: int


@dataclass(frozen=True, slots=True)
class DateTold:
    """The calendar's date where the box stands, as "2026-11-28". ``sure``: the clock was set by somebody who knows."""

    day: str
    sure: bool


@dataclass(frozen=True, slots=True)
class TroubleReported:
    """Something that stands behind the box and is no device of it; ``detail`` is empty where all is well (again)."""

    code: FaultCode
    detail: str


@dataclass(frozen=True, slots=True)
class ServiceComplained:
    """An ``error`` event, or a failed transcript: the socket may or may not be closed after it."""

    line: int
    code: str
    message: str
    of_transcript: bool = False


@dataclass(frozen=True, slots=True)
class LineFinished:
    """``session.finished`` came: the line has said all it had."""

    line: int


@dataclass(frozen=True, slots=True)
class LineLost:
    """The line's socket is gone. ``status``: HTTP status or close code, 0 where neither; ``detail``: reason text."""

    line: int
    loss: Loss
    status: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class CheckTold:
    """A row of the self-test. ``told``: it only tells something, and can neither pass nor fail."""

    what: str
    code: str = ""  # of the fault where it failed
    told: bool = False


@dataclass(frozen=True, slots=True)
class CheckEnded:
    """The self-test has no more rows."""


@dataclass(frozen=True, slots=True)
class SoundDrained:
    """The loudspeaker has played all that it was given."""


Event = (
    Booted
    | Tick
    | StopRequested
    | KeyEdge
    | DeviceReady
    | DeviceFailed
    | WorkerSilent
    | MicrophoneClosed
    | MicrophoneEnded
    | MicrophoneJudged
    | CameraTurned
    | LevelMetered
    | VoiceActivityChanged
    | ReplayReported
    | LineTroubled
    | LineReached
    | LineOpened
    | LineCreated
    | LineConfigured
    | TurnOpened
    | TextArrived
    | SourceArrived
    | TurnAnswered
    | PlaybackStarted
    | PlaybackEnded
    | UsageCounted
    | LineMetered
    | SoundSent
    | DateTold
    | TroubleReported
    | ServiceComplained
    | LineFinished
    | LineLost
    | CheckTold
    | CheckEnded
    | CodeRead
    | CodeRefused
    | CodeApplied
    | SoundDrained
)
