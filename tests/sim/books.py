"""What was said, and what became of it: the simulator's own books, kept apart from the product's.

Responsible for: one record for each utterance: which of its frames were captured, answered, excused.
Must not: judge (the checkers do), or take anything from the product's own books.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from appliance.emulator.session.interfaces import Sound
from tests.sim.sound import Span

FRAME_MS = 20
SHORT_MS = 300  # what is shorter needs no answer (appliance/workers/uplink/README.md#the-release-rule)
CHAIN_GAP_MS = 900  # utterances closer than this may be one to the box: one apology covers them


@dataclass(slots=True)
class Said:
    """One utterance. Frames as bits."""

    number: int
    began_at: int
    ends_at: int
    chain: int
    guest_session: int = 0  # whose visit it belongs to, counted by the person
    captured: int = 0
    answered: int = 0
    wiped: int = 0  # was forgotten on purpose: under the slide, or between two guests
    unheard: int = 0  # was sent to a service that answers pings and opens no turn
    excused: str = ""  # why nobody needs to answer it
    excused_at: int = 0
    answered_at: int | None = None
    read: int = 0  # its final text reached the event loop
    read_on: dict[int, int] = field(default_factory=dict)  # by line: the sound of two turns may overlap
    repeats: int = 0  # how often most of it was read again
    rate_percent: int = 100  # of the microphone, when it began
    causes_before: int = 0  # of repeats, when it was said
    calm: bool = False  # said when nothing was wrong any more
    last_at: int = 0  # when its last frame was captured

    @property
    def missing(self) -> int:
        """How many captured frames nobody answered, of those that were not wiped."""
        return (self.captured & ~self.answered & ~self.wiped).bit_count()

    @property
    def forgivable(self) -> bool:
        """Less than 5 s that a live line took and opened no turn for: let go after 20 s
        (appliance/workers/uplink/README.md#the-release-rule)."""
        return self.lacking * FRAME_MS < SHORT_MS

    @property
    def lacking(self) -> int:
        """Of the missing frames those that a service which hears did not answer."""
        return (self.captured & ~self.answered & ~self.wiped & ~self.unheard).bit_count()


@dataclass
class Books:
    """All utterances of a run."""

    said: dict[int, Said] = field(default_factory=dict)
    open: dict[int, Said] = field(default_factory=dict)  # not yet settled
    losses: int = 0
    faults: int = 0
    fault_at: int = 0  # the last one
    repeats: int = 0
    moves: int = 0  # of open utterances to another direction
    poison: set[int] = field(default_factory=set)  # utterances at which the service breaks off, every time
    choked_at: int = -1_000_000  # when it last did
    apologies: list[int] = field(default_factory=list)  # when the box said "please repeat", and was not matched yet
    apologised: int = 0
    lines: int = 0

    @property
    def causes(self) -> int:
        """What may make somebody read something twice."""
        return self.losses + self.faults + self.moves

    def begin(self, at: int, ends_at: int, *, calm: bool, guest_session: int = 0, rate_percent: int = 100) -> Said:
        """A person begins to speak. ``rate_percent``: of the microphone, in whose time a pause may be shorter."""
        number = len(self.said) + 1
        last = self.said.get(number - 1)
        slowest = rate_percent if last is None else min(rate_percent, last.rate_percent)
        chained = last is not None and (at - last.ends_at) * slowest < CHAIN_GAP_MS * 100
        chain = last.chain if last is not None and chained else number
        record = Said(
            number, at, ends_at, chain, guest_session, rate_percent=rate_percent, causes_before=self.causes, calm=calm
        )
        self.said[number] = self.open[number] = record
        return record

    def poisoned(self, sound: Sound) -> bool:
        """Whether the service breaks off when it hears this."""
        return bool(self.poison) and any(span.utterance in self.poison for span in sound.spans)

    def unheard(self, spans: Iterable[Span]) -> None:
        """The service took this and will never answer it."""
        for span in spans:
            if span.utterance in self.said:
                self.said[span.utterance].unheard |= span.frames

    def understood_nothing(self, spans: Iterable[Span]) -> None:
        """The service says that there was nothing to understand: that is an answer."""
        for span in spans:
            if span.utterance in self.said:
                self.said[span.utterance].answered |= span.frames

    def recent(self, most: int) -> list[Said]:
        """The latest utterances."""
        last = len(self.said)
        return [self.said[number] for number in range(max(1, last - most + 1), last + 1)]

    def wipe(self) -> None:
        """What was said until now is forgotten; what is said next is not."""
        for record in self.open.values():
            record.wiped |= record.captured

    def excuse(self, why: str, at: int) -> None:
        """All that is not answered needs no answer any more."""
        for record in self.open.values():
            if not record.excused:
                record.excused, record.excused_at = why, at
