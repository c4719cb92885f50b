"""The state of the box: frozen, slotted dataclasses, and nothing else.

Responsible for: every fact the core decides by. Deadlines are fields (``deadlines.py`` finds the next).
Must not: change itself, read a clock, or know how anything is done.

Intent and condition are different fields: ``wanted`` is what the person asked for, ``mode`` what the box is doing.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from appliance.core.model.codes import CodeSetup
from appliance.core.model.direction import Direction
from appliance.core.model.effects import CueName
from appliance.core.model.events import CheckTold, Device, Key, Loss
from appliance.core.model.modes import Mode, Phase
from appliance.errors import FaultCode

_pair = lru_cache(256)(Direction)  # asked for several times a step


class Wanted(StrEnum):
    """What the person asked for."""

    NOTHING = "nothing"
    INTERPRETING = "interpreting"
    PAUSE = "pause"  # the talk key is up: more will come, so lines stay warm


class Purpose(StrEnum):
    """Why a line is dialled: only a redial takes a token of the bucket
    (appliance/workers/connection/README.md#dialling)."""

    WANTED = "wanted"
    REDIAL = "redial"
    ROTATION = "rotation"  # takes the place of a line that nears the service's limits


class Ending(StrEnum):
    """How far the end of the run has come."""

    NONE = "none"
    ANSWERS = "answers"  # waits until nothing is unanswered
    FINISH = "finish"  # session.finish is on its way
    DRAIN = "drain"  # the loudspeaker plays out
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Setup:
    """What the settings say, for the whole run."""

    mine: str = "en"
    theirs: str = "es"
    favourites: tuple[str, ...] = ()
    kiosk: bool = False
    talk_taps: bool = False  # kiosk: a tap starts and ends, for hands that cannot hold
    at_once: bool = False
    keyless: bool = False  # nobody can press anything
    captions: bool = False  # the speaker's own words are shown, and nothing is spoken
    ends_with_microphone: bool = False
    letters: str = "normal"
    flip: bool = False
    show_source: bool = False
    guest_panel: bool = False  # a second panel faces the guest
    text_only: frozenset[str] = frozenset()  # targets that the model reads and does not speak
    camera: str = "off"  # "off" | "hold" | "auto"
    half_duplex: bool = False  # a loudspeaker in the room: the microphone would hear it
    cues: bool = False
    spoken_cues: str = "once"  # "never" | "once": invitations, to each who does not know them | "always"
    robot_voice: bool = False  # reads what the service only writes
    names: tuple[tuple[str, str], ...] = ()  # languages that the model has, with their own names, in order of these
    cap_ms: int = 0  # of sound sent in a day; 0: no cap
    cap_tokens: int = 0  # of a day; 0: no cap
    unattended_ms: int = 0  # interpreting for so long without a key asks, then stops; 0: never (there are no keys)
    code_reader: bool = False  # there is a camera, and a key to confirm with
    looks_at_start: bool = False  # nobody has set up this box
    countries: tuple[tuple[str, str], ...] = ()  # code and name, the likeliest first
    country_guessed: bool = False  # the first of them is more than the first of a list
    serial: int = 0  # feeds the jitter of redials
    restarted: bool = False  # the process before this one ended by a bug, a watchdog or a kill


@dataclass(frozen=True, slots=True)
class Line:
    """One connection to the service: one direction for life."""

    number: int
    direction: Direction
    phase: Phase
    purpose: Purpose
    since: int  # when it entered its phase
    dialled: bool = False  # its upgrade was booked, and ordered
    opened: bool = False
    created: bool = False
    used_at: int = 0  # when speech last went into it
    trouble: Loss | None = None  # the last failed attempt to reach the service
    complaint: str = ""  # the last error event: code and message
    complained_at: int = 0
    tokens: int = 0  # as the service counts them
    estimate: int = 0  # what it cost since, by the published rates


@dataclass(frozen=True, slots=True)
class Budget:
    """What dialling may still cost."""

    dials: tuple[int, ...] = ()  # when the last ones were ordered
    tokens_spent: tuple[int, ...] = ()  # when redials took their tokens; each comes back in its turn
    refusals: int = 0  # in a row, by the service itself
    limited: int = 0  # in a row, by its rate limit


@dataclass(frozen=True, slots=True)
class Fault:
    """Something a person must know. ``detail`` names the thing, never a word that was said."""

    code: FaultCode
    since: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """One turn on the screen. ``raw`` is the last snapshot with its stash, for the agreement of two updates."""

    line: int
    turn: int
    language: str
    text: str = ""
    tail: str = ""
    raw: str = ""
    final: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True)
class Unread:
    """Confirmed words of one turn that a reader had not read when ``Reader.since`` was, and how long they take him."""

    line: int
    turn: int
    chars: int
    ms: int


@dataclass(frozen=True, slots=True)
class Reader:
    """Whoever reads one language. Sentences in the order in which they are shown."""

    language: str
    since: int
    unread: tuple[Unread, ...]


class Brightness(StrEnum):
    """How bright the panels are."""

    BRIGHT = "bright"
    DIM = "dim"
    ASLEEP = "asleep"


@dataclass(frozen=True, slots=True)
class ScreenPower:
    """Burn-in protection: when the screens dim and sleep."""

    since: int = 0  # the last sign of life
    brightness: Brightness = Brightness.BRIGHT


@dataclass(frozen=True, slots=True)
class Turn:
    """The figures of one turn, until they are complete and noted."""

    line: int
    n: int
    replay: bool = False
    text_at: int | None = None
    sound_at: int | None = None
    start_at: int | None = None
    end_at: int | None = None
    gap_ms: int = 0
    answered: bool = False
    sounding: bool = False  # speech is still to be played
    played: bool = False  # all of it was played


@dataclass(frozen=True, slots=True)
class Contact:
    """One key as the debouncer sees it."""

    key: Key
    raw: bool = False
    down: bool = False
    changed_at: int = -1_000_000
    pressed_at: int = 0
    warned: bool = False  # a talk key that is down for so long that it was asked about
    stuck: bool = False  # down for so long that it counts as up
    spent: bool = False  # this press has done what it was for: its release asks for nothing more


@dataclass(frozen=True, slots=True)
class Sound:
    """What the loudspeaker does. Turns are (line, turn)."""

    speaking: tuple[int, int] | None = None
    echo_until: int | None = None  # the room still rings with the last speech
    last: tuple[int, int] | None = None  # the translation that REPEAT says
    repeated_at: int | None = None
    volume: int = 85  # per cent: 6 dB below what is good for ears
    muted: bool = False
    volume_until: int | None = None  # it is shown so long


@dataclass(frozen=True, slots=True)
class MicrophoneHealth:
    """What the microphone's card delivers, and what was done about it. Times before this process are negative."""

    deaf: bool = False
    reopened_at: int | None = None
    restarted_at: int | None = None  # a process ended because of it
    restarting: bool = False  # this process is about to
    reboot_from: int | None = None  # a reboot may be ordered from then on; None: never


@dataclass(frozen=True, slots=True)
class Menu:
    """The menu of all languages is open. ``chosen`` is an index into ``languages.offered``."""

    chosen: int
    until: int  # it closes then, unless it is touched


@dataclass(frozen=True, slots=True)
class Captions:
    """What was said in this visit, in the speakers' own words."""

    said: tuple[Shown, ...] = ()  # oldest first
    back: int = 0  # rows scrolled back
    back_until: int | None = None


class About(StrEnum):
    """What is said to people for some seconds."""

    LANGUAGE = "language"  # this one was chosen
    FOUND = "found"  # the guest speaks it: one press of LANGUAGE chooses it
    HEARD = "heard"  # it is not the one that was taken for granted
    UNHEARD = "unheard"  # none was heard that the conversation could be turned round to
    KEPT = "kept"  # nothing: the visit is over


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that the screen says for some seconds."""

    about: About
    language: str  # that it is about
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class CueState:
    """The last cue that asks for more than a tone, and what of it is still to come. ``cues.py`` has its rules."""

    name: CueName | None = None
    since: int = 0
    words: str = ""  # key of the phrases: still to be said
    language: str = ""  # of who must hear them
    said: tuple[tuple[CueName, str], ...] = ()  # invitations that were said, and in which language


@dataclass(frozen=True, slots=True)
class GuestSession:
    """A guest at a kiosk. ``guest_session.py`` has its rules."""

    since: int = 0  # when the box was last as the first guest found it
    touched_at: int | None = None  # the last key or speech; None: nobody has been here since
    leaving_by: int | None = None  # the visit is over; what is owed is waited for until then


@dataclass(frozen=True, slots=True)
class Camera:
    """What the camera was told, and what its device does."""

    open: bool = False  # told to take pictures at the usual pace
    on: bool = False  # the device says that it is open
    asked_at: int | None = None  # when the key last asked for a picture


@dataclass(frozen=True, slots=True)
class Selftest:
    """The self-test at the box. ``selftest.py`` has its rules."""

    due_at: int | None = None  # its keys are held: it begins then
    refused_until: int | None = None  # the screen says why it does not begin
    running: bool = False
    private: bool = True  # as it was when it began
    since: int | None = None  # its pages are shown since
    rows: tuple[CheckTold, ...] = ()


@dataclass(frozen=True, slots=True)
class Cost:
    """What today cost, and what that led to. ``usage_caps.py`` has the rule of days."""

    day: str = ""  # whose count this is, "2026-11-28"; empty while there never was a date
    sure: bool = False  # whether the date is true; a clock without a battery is not, until it was set
    sent_ms: int = 0  # of sound, replays not counted
    tokens: int = 0
    process_ms: int = 0  # of sound, by this process, whatever the day
    unsure_ms: int = 0  # of today's, what this process counted while the date was not sure
    unsure_tokens: int = 0
    low_at: int | None = None  # when it was said that little is left
    reached_at: int | None = None  # a cap is reached: it acts between turns
    quiet_at: int | None = None  # since when nobody has spoken after that
    closed: bool = False  # it has acted, until the day ends
    touched_at: int = 0  # the last key
    asked_at: int | None = None  # "still there?"


@dataclass(frozen=True, slots=True)
class State:
    """Everything. A new one is made by each step."""

    setup: Setup = field(default_factory=Setup)
    mode: Mode = Mode.STARTING
    why: str = ""  # the cause of the last change of mode
    wanted: Wanted = Wanted.NOTHING
    theirs: str = ""
    reversed: bool = False  # the direction is theirs → mine
    direction_since: int | None = None  # when the direction was last chosen
    detected: str = ""  # the language the service heard last
    private: bool = True
    lines: tuple[Line, ...] = ()
    next_line: int = 1
    budget: Budget = field(default_factory=Budget)
    single: bool = False  # the service refused a second line: one at a time from now on
    idle: bool = False  # nobody has spoken for so long that the line was finished; the next word dials
    retry_at: int | None = None
    lost_at: int | None = None  # since when a line is wanted and not there
    last_loss: Loss | None = None
    refusal: FaultCode | None = None  # a fatal refusal: never redialled by itself
    faults: tuple[Fault, ...] = ()
    owed: tuple[tuple[Direction, int], ...] = ()  # unanswered milliseconds, where there are any
    reported_lost: tuple[tuple[Direction, int], ...] = ()  # utterances dropped with "please repeat", counted for ever
    reported_lost_at: int | None = None  # when "please repeat" was last said
    reported_lost_in: Direction | None = None  # what was lost then; None: nobody knows
    capture: bool = False  # the microphone was told to be open
    closing_at: int | None = None  # the microphone was told to close, and has not said so yet
    input: Direction | None = None  # where live sound goes
    served: bool = False  # a line was configured since the process began
    input_muted: bool = False  # silence goes there in its place
    shut: bool = False  # nothing goes there: a kiosk's microphone stays open while no key is down
    speech: bool = False
    spoke_at: int | None = None  # when speech last began, ceased, or was muted
    level: int = 0
    ended: bool = False  # the recording has no more samples
    ending: Ending = Ending.NONE
    ending_by: int | None = None
    stopping: bool = False
    exit_code: int = 0
    contacts: tuple[Contact, ...] = ()
    talk_started: bool = False  # the press that is down started the talk
    talk_cut: bool = False  # it cut the voice off in a talk that goes on
    sound: Sound = field(default_factory=Sound)
    cue_state: CueState = field(default_factory=CueState)
    microphone_health: MicrophoneHealth = field(default_factory=MicrophoneHealth)
    menu: Menu | None = None
    remark: Remark | None = None
    guest_session: GuestSession = field(default_factory=GuestSession)
    captions: Captions = field(default_factory=Captions)
    camera: Camera = field(default_factory=Camera)
    cost: Cost = field(default_factory=Cost)
    selftest: Selftest = field(default_factory=Selftest)
    code: CodeSetup = field(default_factory=CodeSetup)
    shown: tuple[Shown, ...] = ()
    readers: tuple[Reader, ...] = ()  # those who are behind what is shown
    screen_power: ScreenPower = field(default_factory=ScreenPower)
    source_text: str = ""
    source_language: str = ""
    turns: tuple[Turn, ...] = ()
    tokens: int = 0  # of all lines of this run
    broken: tuple[Device, ...] = ()
    restarted: tuple[Device, ...] = ()  # their workers hung and were started anew, and have not delivered since

    @property
    def direction(self) -> Direction:
        """The active direction."""
        theirs, mine = self.theirs or self.setup.theirs, self.setup.mine
        return _pair(theirs, mine) if self.reversed else _pair(mine, theirs)

    def line(self, number: int) -> Line | None:
        """The line of this number, if it still is in the state."""
        return next((line for line in self.lines if line.number == number), None)

    def owed_ms(self, direction: Direction) -> int:
        """Speech of this direction that the service has not answered."""
        return dict(self.owed).get(direction, 0)
