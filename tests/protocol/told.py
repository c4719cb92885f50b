"""All that a session makes of a list of frames, for the tests of ``session.py``."""

from appliance.core.model import events as e
from appliance.protocol.session import ClientSession, Received
from appliance.protocol.settings import plan
from appliance.protocol.voices import MODELS

LINE = 7
SPOKEN = plan(MODELS["qwen3.5-livetranslate-flash-realtime"], "it", "en", "Ethan")
WRITTEN = plan(MODELS["qwen3.5-livetranslate-flash-realtime"], "de", "fr", speech=False)


class Told:
    """All that a session made of a list of frames; the n-th frame is read at n ms."""

    def __init__(self, *raw: bytes, line: ClientSession | None = None) -> None:
        self.session = line or ClientSession(LINE, SPOKEN)
        self.received: list[Received] = [self.session.receive(each, at) for at, each in enumerate(raw)]
        self.events = [event for one in self.received for event in one.events]
        self.marks = [mark for one in self.received for mark in one.marks]
        self.sounds = [one.sound for one in self.received if one.sound is not None]

    def texts(self, turn: int = 1) -> list[tuple[str, str, bool]]:
        return [(t.text, t.stash, t.final) for t in self.events if isinstance(t, e.TextArrived) and t.turn == turn]

    def sources(self, turn: int = 1) -> list[tuple[str, str, bool]]:
        return [(t.text, t.stash, t.final) for t in self.events if isinstance(t, e.SourceArrived) and t.turn == turn]
