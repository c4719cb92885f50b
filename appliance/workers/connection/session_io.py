"""What a line says and hears, without its socket.

Responsible for: the order of what is sent (settings, sound, finish), and where everything that comes goes: events to
the event loop, marks to the replay buffer, speech to the jitter buffer.
Must not: touch a socket, wait, or decide (the event loop's orders arrive as method calls). The simulator runs it too.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Generic, Protocol

from appliance.core.link.disconnect_diagnosis import is_busy
from appliance.core.model.events import (
    Event,
    LineMetered,
    ServiceComplained,
    TextArrived,
    TurnAnswered,
    TurnOpened,
    UsageCounted,
)
from appliance.core.model.modes import Valve
from appliance.protocol.bill import Bill
from appliance.protocol.codec import encode_finish, encode_image, encode_update
from appliance.protocol.marks import AudioDone, Finished, Mark, ResponseDone, SpeechStopped
from appliance.protocol.pcm import OUTPUT_HZ, ms_of_bytes
from appliance.protocol.session import ClientSession, Sound
from appliance.protocol.settings import SessionSettings
from appliance.protocol.voices import known_model
from appliance.workers.camera.policy import Picture
from appliance.workers.connection.disconnect import plain
from appliance.workers.playback.jitter_buffer import JitterBuffer
from appliance.workers.uplink.replay_buffer import ReplayBuffer
from appliance.workers.uplink.sample_queue import P

METER_EVERY_MS = 5_000
COMPLAINT_COUNTS_MS = 3_000  # an error event explains the end that follows it so soon


class PictureSource(Protocol):
    """What a line needs of ``CameraFeed``. Times in milliseconds, bytes on the scale of ``LineSocket.acked_bytes``."""

    def sound_sent(self, line: int) -> None:
        """An audio message is being sent: speech, or what follows closely."""

    def other_sent(self, line: int) -> None:
        """Another message is being sent."""

    def cut(self, line: int) -> None:
        """The service ended a turn."""

    def next(self, line: int, at: int) -> Picture | None:
        """The picture to send now."""

    def handed(self, line: int, at: int, upto: int, size: int) -> None:
        """A message was handed to TCP."""

    def acked(self, line: int, at: int, acked: int) -> None:
        """The far end has acknowledged so many bytes."""

    def lost(self, line: int, at: int) -> None:
        """The line is gone."""


class Conversation(Generic[P]):
    """One line above the socket. All methods are for the line's own thread."""

    def __init__(
        self,
        line: int,
        settings: SessionSettings,
        replay_buffer: ReplayBuffer[P],
        jitter: JitterBuffer,
        post: Callable[[Event], None],
        fill: Callable[[list[P]], bytes],
        output: str = "both",
        picture_source: PictureSource | None = None,
        secret: str = "",
    ) -> None:
        """``fill`` makes an audio message of payloads; ``output``: the ear that hears it; ``picture_source``: the
        camera feed, or None."""
        self.line = line
        self._session = ClientSession(line, settings)
        self._secret = secret
        self._replay_buffer = replay_buffer
        self._jitter = jitter
        self._post = post
        self._fill = fill
        self._output = output
        self.picture_source = picture_source
        self._pictures = 0
        self._uplink = Valve.SHUT
        self._wants_update = False
        self._wants_finish = False
        self._finish_sent = False
        self._sound_bytes: dict[int, int] = {}
        self._bill = Bill(known_model(settings.model))
        self._metered = 0  # tokens, as the owner was told
        self._metered_at: int | None = None
        self.answers = 0  # turns that were answered in full
        self._busy_at: int | None = None  # the service complained that it has too much to do

    # The event loop's orders.

    def configure(self) -> None:
        """Send the settings next."""
        self._wants_update = True

    @property
    def sending(self) -> bool:
        """Whether sound is taken from the replay buffer and goes out."""
        return self._uplink is Valve.OPEN and not self._finish_sent

    def set_uplink(self, valve: Valve, at: int) -> None:
        """Begin or stop to take sound from the replay buffer."""
        if valve is Valve.OPEN and self._uplink is Valve.SHUT:
            self._replay_buffer.attach(self.line, speaks=self._session.wants_sound, at=at)
        self._uplink = valve

    def finish(self) -> None:
        """Send what the replay buffer still holds, then ``session.finish``."""
        self._wants_finish = True

    # What goes out.

    def next_message(self, at: int) -> bytes | None:
        """The next message to send, or None while there is nothing."""
        if self._wants_update:
            self._wants_update = False
            if self.picture_source is not None:
                self.picture_source.other_sent(self.line)
            return encode_update(self._session.settings, f"event_{self.line}_update")
        if self._finish_sent:
            return None
        if self._uplink is Valve.OPEN:
            payloads = self._replay_buffer.take(self.line, at, flush=self._wants_finish)
            if payloads:
                self._sounded()
                return self._fill(payloads)
        if self._wants_finish:
            self._finish_sent = True
            self._replay_buffer.finishing(self.line)
            if self.picture_source is not None:
                self.picture_source.other_sent(self.line)
            return encode_finish(f"event_{self.line}_finish")
        return self._picture(at) if self._uplink is Valve.OPEN else None

    def _sounded(self) -> None:
        """A picture may follow speech. Behind a long silence the service may have emptied its buffer just now."""
        if self.picture_source is None:
            return
        if self._replay_buffer.in_speech(self.line):
            self.picture_source.sound_sent(self.line)
        else:
            self.picture_source.other_sent(self.line)

    def _picture(self, at: int) -> bytes | None:
        """In the gap between two audio messages: whether it comes right behind sound of its turn, the camera feed
        knows."""
        picture = self.picture_source.next(self.line, at) if self.picture_source is not None else None
        if picture is None:
            return None
        self._pictures += 1
        self._bill.pictured(picture.width, picture.height)
        return encode_image(picture.jpeg, f"event_{self.line}_picture_{self._pictures}")

    # What comes in.

    def received(self, raw: bytes, at: int) -> None:
        """One message of the service. Raises ``NonsenseError`` where it is not the protocol."""
        heard = self._session.receive(raw, at)
        if heard.sound is not None:
            self._speech(heard.sound, at)
        for mark in heard.marks:
            if not isinstance(mark, ResponseDone):
                self._marked(mark, at)
        if any(isinstance(mark, Finished) for mark in heard.marks):
            self.report(at)  # before the end itself: the event loop would dial for what is owed no more
        for event in heard.events:
            self._pass_on(event, at)
        for mark in heard.marks:
            if isinstance(mark, ResponseDone):
                self._answered(mark, at)
        if heard.marks:
            self.report(at)

    def report(self, at: int) -> None:
        """Tell the event loop what is owed, where that is news, and now and then what it costs."""
        self._replay_buffer.tell(self._post, at)
        if self._metered_at is None or at - self._metered_at >= METER_EVERY_MS:
            self._metered_at = at
            self._meter()

    def _meter(self) -> None:
        self._bill.sent(self._replay_buffer.sent_to(self.line))
        if self._bill.tokens != self._metered:
            self._metered = self._bill.tokens
            self._post(LineMetered(self.line, self._metered))

    def lost(self, at: int, reason: str = "") -> None:
        """The line is gone; ``reason``: what the service said of it."""
        self._meter()
        if self.picture_source is not None:
            self.picture_source.lost(self.line, at)
        self._jitter.cut(self.line)
        complained = self._busy_at is not None and at - self._busy_at <= COMPLAINT_COUNTS_MS
        self._replay_buffer.lose(self.line, at, busy=complained or is_busy(reason))
        self.report(at)

    def _speech(self, sound: Sound, at: int) -> None:
        self._replay_buffer.touch(self.line, sound.turn, at)
        facts = self._replay_buffer.facts(self.line, sound.turn, at)
        self._bill.heard(len(sound.pcm))
        if facts.dropped or not sound.pcm:
            return
        self._sound_bytes[sound.turn] = self._sound_bytes.get(sound.turn, 0) + len(sound.pcm)
        self._jitter.push(
            self.line, sound.turn, sound.pcm, replay=facts.replay, output=self._output, at=at, late=facts.late
        )

    def _marked(self, mark: Mark, at: int) -> None:
        self._replay_buffer.mark(self.line, mark, at)
        if isinstance(mark, SpeechStopped) and self.picture_source is not None:
            self.picture_source.cut(self.line)
        if isinstance(mark, AudioDone):
            self._jitter.close(self.line, mark.turn)

    def _pass_on(self, event: Event, at: int) -> None:
        match event:
            case TurnOpened(_, turn):
                self._post(replace(event, replay=self._replay_buffer.facts(self.line, turn, at).replay))
            case TextArrived(_, turn):
                self._replay_buffer.touch(self.line, turn, at)
                facts = self._replay_buffer.facts(self.line, turn, at)
                if not facts.dropped:
                    self._post(replace(event, late=facts.late))
            case UsageCounted():
                self._bill.sent(self._replay_buffer.sent_to(self.line))
                self._bill.counted()
                self._metered = 0
                self._post(event)
            case ServiceComplained(_, code, message):
                self._busy_at = at if is_busy(f"{code} {message}") else self._busy_at
                # Some services quote what they were sent, the key too; from here it goes to log, journal and recorder.
                self._post(replace(event, code=plain(code, self._secret), message=plain(message, self._secret)))
            case _:
                self._post(event)

    def _answered(self, mark: ResponseDone, at: int) -> None:
        self.answers += mark.ok
        facts = self._replay_buffer.facts(self.line, mark.turn, at)
        self._jitter.close(self.line, mark.turn)
        self._replay_buffer.mark(self.line, mark, at)
        sound_ms = ms_of_bytes(self._sound_bytes.pop(mark.turn, 0), OUTPUT_HZ)
        if not facts.dropped:
            self._post(TurnAnswered(self.line, mark.turn, mark.ok, mark.empty, facts.start_at, facts.end_at, sound_ms))
