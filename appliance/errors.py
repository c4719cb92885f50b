"""The error tree and the fault codes.

Responsible for: who is to blame (world, peer, operator, us), and the short codes that a person sees.
Must not: log, exit, or know any device.

Blame, after h11: a *device* fails (``DeviceError``), the *peer* sends nonsense (``NonsenseError``), the *operator*
wrote a setting that cannot be used (``SettingsError``). Our own bugs have no class here: they are plain exceptions,
they crash the process, and systemd starts it again.
"""

from dataclasses import dataclass
from enum import StrEnum


class DragomanError(Exception):
    """Everything that this package raises on purpose."""


class Kind(StrEnum):
    """What went wrong with a device: the short list that every port answers with."""

    ABSENT = "absent"
    BUSY = "busy"
    DENIED = "denied"
    GONE = "gone"
    STALLED = "stalled"
    BROKEN = "broken"


class DeviceError(DragomanError):
    """A device did not do its work. ``device`` is the port's name (``microphone``, ``screen``…)."""

    def __init__(self, device: str, kind: Kind, detail: str) -> None:
        super().__init__(f"{device} {kind}: {detail}")
        self.device = device
        self.kind = kind
        self.detail = detail


class DrawingError(DragomanError):
    """A picture that the graphics library refuses to draw: a fault of that picture. Never holds its words."""


class NonsenseError(DragomanError):
    """The peer sent what the protocol does not allow. Never holds what was said, only its shape."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the settings: where it stands and a sentence that says what to do."""

    where: str  # file:line, or a key
    sentence: str

    def __str__(self) -> str:
        return f"{self.where}: {self.sentence}"


class SettingsError(DragomanError):
    """The operator's settings cannot be used. Carries every problem found, not the first."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(p) for p in problems))
        self.problems = problems


class FaultCode(StrEnum):
    """The codes of the fault table; ``hardware/fault-codes.md`` has a row for each."""

    N1 = "N1"
    N2 = "N2"
    N3 = "N3"
    N4 = "N4"
    S1 = "S1"
    S2 = "S2"
    S3 = "S3"
    S4 = "S4"
    M1 = "M1"
    M2 = "M2"
    M3 = "M3"
    M4 = "M4"
    P1 = "P1"
    P2 = "P2"
    C1 = "C1"
    D1 = "D1"
    K2 = "K2"
    B1 = "B1"
    V1 = "V1"
    W1 = "W1"
    X1 = "X1"


@dataclass(frozen=True, slots=True)
class Advice:
    """What a fault says and the one thing to do, in plain words for the person at the box."""

    says: str
    do: str


ADVICE: dict[FaultCode, Advice] = {
    FaultCode.N1: Advice("no network", "check Wi-Fi or cable"),
    FaultCode.N2: Advice("the network wants a log-in", "ask the desk to allow this box, or use a telephone's hotspot"),
    FaultCode.N3: Advice("service unreachable", "wait; it keeps trying"),
    FaultCode.N4: Advice("the clock is wrong", "ask IT to allow time (UDP 123); it keeps trying"),
    FaultCode.S1: Advice("the service refused the key", "check the key"),
    FaultCode.S2: Advice("quota or rate exhausted", "wait, or check the account"),
    FaultCode.S3: Advice("the service is failing", "wait; it keeps trying"),
    FaultCode.S4: Advice("language, voice, model or account not accepted", "check the settings"),
    FaultCode.M1: Advice("no microphone", "plug it in"),
    FaultCode.M2: Advice("the microphone is busy", "restart the box"),
    FaultCode.M3: Advice("the microphone has gaps", "plug it in again, or restart the box"),
    FaultCode.M4: Advice("microphone muted?", "check its switch"),
    FaultCode.P1: Advice("no sound card for the voice", "plug it in"),
    FaultCode.P2: Advice("the sound card is busy", "restart the box"),
    FaultCode.C1: Advice("no camera; works on without", "check the cable"),
    FaultCode.D1: Advice("no screen; works on without", "check the cable"),
    FaultCode.K2: Advice("a key is stuck", "free the key named here"),
    FaultCode.B1: Advice("today's allowance is used up", "ask the owner"),
    FaultCode.V1: Advice("weak supply or too hot", "use another supply, give it air"),
    FaultCode.W1: Advice("storage cannot be written", "use another card"),
    FaultCode.X1: Advice("settings not usable", "mend the file and line shown"),
}
