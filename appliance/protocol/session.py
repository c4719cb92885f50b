"""One line as the client sees it: what came over the wire becomes events for the core and marks for the replay buffer.

Responsible for: the life of the session, the turns (``turns.py``), words as snapshots, sound in whole samples, and the
service's count of tokens.
Must not: send, know the time (it is an argument), or decide what an error means.

No order is taken for granted but this: created before updated before the rest, and within one response the documented
order. Speech may end after its translation, a transcript may come late or never, several responses may be open at once.
"""

from dataclasses import dataclass

from appliance.core.model import events as e
from appliance.core.transcript.text_bounds import CUT_OFF
from appliance.protocol import marks as k
from appliance.protocol import messages as m
from appliance.protocol.codec import read
from appliance.protocol.prices import Usage
from appliance.protocol.settings import SessionSettings
from appliance.protocol.turns import Pairing, Response, Snapshot, TurnTable

_ANSWERED = frozenset({"completed", ""})
"""Statuses of a response that answers its turn in full; the rest, unknown ones too, do not. "" = it was left out."""
LONGEST_MESSAGE = 200
"""Characters of a complaint that are passed on."""


@dataclass(frozen=True, slots=True)
class Sound:
    """Speech of one turn: 24 kHz, signed 16 bit, mono, whole samples. Played in order of ``response``."""

    turn: int
    response: int  # order of creation on this line, from 1
    pcm: bytes


@dataclass(frozen=True, slots=True)
class Received:
    """What one message meant."""

    events: tuple[e.Event, ...] = ()
    marks: tuple[k.Mark, ...] = ()
    sound: Sound | None = None


class ClientSession:
    """The state of one line above the socket."""

    def __init__(self, line: int, settings: SessionSettings) -> None:
        self.line = line
        self.settings = settings
        self.usage = Usage()  # cumulative over the session
        self.unknown = 0  # events and top-level fields that no page describes
        self.created = False
        self.configured = False
        self.finished = False
        self._table = TurnTable()
        self._events: list[e.Event] = []
        self._marks: list[k.Mark] = []

    @property
    def wants_sound(self) -> bool:
        """Whether speech was asked for."""
        return self.settings.speaks

    def receive(self, raw: bytes, at: int) -> Received:
        """Take one text frame, read at ``at`` (ms). Raises ``NonsenseError`` and then has changed nothing."""
        message, unknown_fields = read(raw)
        self.unknown += unknown_fields
        if isinstance(message, m.AudioDelta):
            sound = self._sound(message)
        else:
            sound = None
            self._take(message, at)
        received = Received(tuple(self._events), tuple(self._marks), sound)
        self._events.clear()
        self._marks.clear()
        return received

    def _take(self, message: m.ServerMessage | m.Unknown, at: int) -> None:
        match message:
            case m.ServerSpeechStarted():
                self._speech_began(message)
            case m.ServerSpeechStopped():
                stopped = self._table.stop(message.item_id, message.audio_end_ms)
                if stopped is not None:
                    self._marks.append(k.SpeechStopped(stopped.number, message.audio_end_ms))
            case m.SourceText() | m.SourceCompleted() | m.SourceFailed():
                self._source(message)
            case m.ItemCreated():
                self._paired(self._table.link(message.item_id, message.role, message.previous_item_id))
            case m.ResponseCreated():
                self._paired(self._table.create(message.response_id))
            case m.OutputItemAdded():
                self._table.add_item(message.response_id, message.item_id)
            case m.TranslationText() | m.TranslationDone():
                self._translation(message, at)
            case m.AudioDone():
                response = self._response(message.response_id, message.item_id)
                if self.wants_sound and not response.done:
                    self._marks.append(k.AudioDone(response.turn))
            case m.ResponseDone():
                self._response_done(message, at)
            case m.ServiceError(code, told):
                self._complain(code, told)
            case m.Unknown():
                self.unknown += 1
            case _:
                self._session_event(message)

    def _session_event(self, message: m.ServerMessage) -> None:
        match message:
            case m.SessionCreated() if not self.created:
                self.created = True
                self._events.append(e.LineCreated(self.line))
            case m.SessionUpdated() if not self.configured:
                self.configured = True
                self._events.append(e.LineConfigured(self.line))
            case m.SessionFinished() if not self.finished:
                self.finished = True
                self._events.append(e.LineFinished(self.line))
                self._marks.append(k.Finished())

    def _speech_began(self, message: m.ServerSpeechStarted) -> None:
        heard = self._table.hear(message.item_id, message.audio_start_ms)
        if heard is None:
            return
        turn, opened = heard
        if opened:
            self._events.append(e.TurnOpened(self.line, turn.number))
        self._marks.append(k.SpeechStarted(turn.number, message.audio_start_ms))

    def _paired(self, pairings: list[Pairing]) -> None:
        for each in pairings:
            if each.opened:
                self._events.append(e.TurnOpened(self.line, each.turn))
            self._marks.append(k.ResponseOpened(each.turn))

    def _response(self, response_id: str, item_id: str) -> Response:
        """The response that a message is about, with its turn."""
        response = self._table.respond(response_id, item_id)
        self._paired(self._table.pair(response))
        return response

    def _source(self, message: m.SourceText | m.SourceCompleted | m.SourceFailed) -> None:
        if isinstance(message, m.SourceFailed):
            self._complain(message.code, message.message, of_transcript=True)
        turn = self._table.source(message.item_id)
        if turn is None or turn.source.final:
            return
        said, stash = turn.source, ""
        if isinstance(message, m.SourceText):
            said.replace(message.text)
            stash = message.stash
        else:  # where the transcript failed, what was confirmed of it stands
            said.close(message.transcript if isinstance(message, m.SourceCompleted) else None)
            self._marks.append(k.SourceClosed(turn.number))
        if not isinstance(message, m.SourceFailed):
            turn.language = message.language or turn.language
        self._events.append(e.SourceArrived(self.line, turn.number, said.text, stash, turn.language, said.final))

    def _translation(self, message: m.TranslationText | m.TranslationDone, at: int) -> None:
        response = self._response(message.response_id, message.item_id)
        if response.text_done or (response.done and not isinstance(message, m.TranslationDone) and not message.text):
            return
        if response.done:  # behind the end of its response: the last word all the same
            response.text.close(message.text)
            response.text_done = isinstance(message, m.TranslationDone)
            self._tell(response.turn, response.text, "", at)
        elif isinstance(message, m.TranslationText):
            response.text.replace(message.text)
            self._tell(response.turn, response.text, message.stash, at)
        else:
            response.text.close(message.text)
            response.text_done = True
            self._tell(response.turn, response.text, "", at)
            self._marks.append(k.TextDone(response.turn))

    def _tell(self, turn: int, said: Snapshot, stash: str, at: int) -> None:
        if said.text or stash or said.final:
            self._events.append(e.TextArrived(self.line, turn, said.text, stash, said.final, at))

    def _response_done(self, message: m.ResponseDone, at: int) -> None:
        if message.usage is not None:
            self.usage = self.usage.raised_to(message.usage)
            self._events.append(e.UsageCounted(self.line, self.usage.input_tokens, self.usage.output_tokens))
        response = self._response(message.response_id, "")
        if response.done:
            return
        response.done = True
        turn = self._table.turn(response.turn)
        if turn is not None:
            turn.answered = True
        ok = message.status in _ANSWERED
        given_up = not ok and bool(response.text.text)
        if not response.text_done or given_up:  # the text's own .done never came, or it is half a sentence
            response.text.close(message.text if not response.text_done else None)
            if given_up and not response.text.text.endswith(CUT_OFF):
                response.text.text += CUT_OFF
            self._tell(response.turn, response.text, "", at)
        self._marks.append(k.ResponseDone(response.turn, ok=ok, empty=not response.text.text))

    def _sound(self, message: m.AudioDelta) -> Sound | None:
        response = self._response(message.response_id, message.item_id)
        pcm = response.joiner.join(message.pcm)
        return Sound(response.turn, response.order, pcm) if pcm and self.wants_sound else None

    def _complain(self, code: str, message: str, *, of_transcript: bool = False) -> None:
        self._events.append(e.ServiceComplained(self.line, code, message[:LONGEST_MESSAGE], of_transcript))
