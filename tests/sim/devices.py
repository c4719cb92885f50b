"""Microphone and loudspeaker on the virtual clock: what their workers do, without devices and threads.

Responsible for: spans into the replay buffers with the local ear's flags, the closing silence, taking speech from the
jitter buffer, and devices that are lost and come back.
Must not: decide when to listen (the core does), or who speaks when (``person.py``).

While nobody speaks, sound is appended in large pieces: idle time is cheap.
"""

from collections.abc import Callable
from random import Random

from appliance.core.model.events import (
    CaptureHealth,
    Device,
    DeviceFailed,
    DeviceReady,
    Event,
    MicrophoneClosed,
    MicrophoneEnded,
    MicrophoneJudged,
    SoundDrained,
    VoiceActivityChanged,
)
from appliance.core.model.modes import Valve
from appliance.emulator.session.interfaces import Sound
from appliance.workers.playback.jitter_buffer import JitterBuffer
from appliance.workers.uplink.capture_health import PROOF_MS
from appliance.workers.uplink.replay_buffer import ReplayBuffers
from tests.sim.agenda import Agenda
from tests.sim.books import Said
from tests.sim.sound import FRAME_MS, FRAME_SAMPLES, HUM, MURMUR, SILENCE, Span

RETRY_MS = 1_000
DEAF_PERCENT = 47
DEAF_AFTER_MS = 3_100
SETTLED_MS = 1_300  # after speech: by then the service has heard the pause
IDLE_MS = 4_000
COARSE_MS = 200  # where speech comes in pieces of this or more, the pause behind it comes in pieces of twice that
PAUSE_HEARD_MS = 300
SPEECH_HEARD_MS = 60


class SimMicrophone:
    """``begin`` and ``cease`` are the room; the rest is the worker."""

    def __init__(
        self,
        agenda: Agenda,
        replay_buffers: ReplayBuffers[Sound],
        post: Callable[[Event], None],
        chance: Random,
        grain_ms: int,
    ) -> None:
        self._agenda, self._replay_buffers, self._post, self._chance = agenda, replay_buffers, post, chance
        self._grain_ms = grain_ms
        self.capturing = False
        self.present = True
        self._wanted = self._gone = False
        self._plan = 0  # number of the plan for the next piece; an older one does nothing
        self._from = 0
        self._said: Said | None = None
        self._voice = SILENCE
        self._frame = 0  # the next frame of the utterance
        self._voiced_ms = 0
        self._until = 0  # when the voice ceases
        self._quiet_since = 0
        self._speaking = self._heard = False
        self.rate_percent, self._heals, self._told_deaf, self._judged = 100, True, False, 0
        self._proved_ms = 0

    # The room.

    def begin(self, voice: int, said: Said | None, frame: int, until: int) -> None:
        """Somebody speaks from now until then: ``said`` from its ``frame`` on, or hum, or murmur."""
        self._flush()
        self._voice, self._said, self._frame, self._until = voice, said, frame, until
        self._next()

    def wiped(self) -> None:
        """All sound up to now is to be forgotten: what was said and not yet read from the card too."""
        if self._said is not None and self._voice != SILENCE and self.capturing:
            frames = (self._agenda.now - self._from) // FRAME_MS
            self._said.wiped |= Span(self._said.number, self._frame, frames * FRAME_SAMPLES).frames

    def lose(self) -> None:
        """The plug is pulled."""
        self.present = False
        if self.capturing:
            self._flush()
            self._post(DeviceFailed(Device.MICROPHONE, "gone", "the simulator pulled it"))
            self._seal()
            self._agenda.after(RETRY_MS, self._try)

    def deafen(self, *, heals: bool) -> None:
        """The card delivers 47 % of its rate; opening it anew ``heals`` it, or it takes more."""
        self._flush()
        self.rate_percent, self._heals = DEAF_PERCENT, heals
        self._listen_to_the_card()

    def heal(self) -> None:
        """It delivers all again."""
        self._flush()
        self.rate_percent = 100
        self._listen_to_the_card()

    def _listen_to_the_card(self) -> None:
        """What the worker's count will find: deafness after three whole seconds of one opening."""
        self._judged += 1
        judged = self._judged
        if self.capturing and self.rate_percent != 100:
            self._agenda.after(DEAF_AFTER_MS, lambda: self._judge(judged))

    def _judge(self, judged: int) -> None:
        if judged == self._judged and self.capturing and self.rate_percent != 100:
            self._told_deaf, self._proved_ms = True, 0
            self._post(MicrophoneJudged(CaptureHealth.WRONG_RATE, self.rate_percent))

    def _prove(self, frames: int) -> None:
        """That all is well it finds by a second of sound, over any number of openings."""
        self._proved_ms = self._proved_ms + frames * FRAME_MS if self.rate_percent == 100 else 0
        if self._proved_ms >= PROOF_MS:
            self._told_deaf = False
            self._post(MicrophoneJudged(CaptureHealth.RATE_OK, self.rate_percent))

    def reopen(self) -> None:
        """Close the card and open it by its name, keeping what was captured."""
        if self.capturing:
            self._flush()
            self.capturing = False
            if self._heals:
                self.rate_percent = 100
            self._agenda.after(1 + self._chance.randrange(200), self._try)

    def vanish(self) -> None:
        """The process dies."""
        self._gone, self.capturing, self._wanted = True, False, False

    # The worker.

    def open(self) -> None:
        """Listen."""
        self._wanted = True
        self._agenda.after(1 + self._chance.randrange(60), self._try)

    def close(self) -> None:
        """Stop listening; answered by ``MicrophoneClosed``."""
        self._wanted = False
        self._agenda.after(1 + self._chance.randrange(30), self._closed)

    def finish(self) -> None:
        """The recording has no more samples."""
        if self.capturing:
            self._wanted = False
            self._seal()
            self._post(MicrophoneEnded())

    def _try(self) -> None:
        if not self._wanted or self.capturing or self._gone:
            return
        if not self.present:
            self._post(DeviceFailed(Device.MICROPHONE, "absent", "the simulator pulled it"))
            self._agenda.after(RETRY_MS, self._try)
            return
        self.capturing = True
        self._from = self._quiet_since = self._agenda.now
        self._heard = False
        self._listen_to_the_card()
        self._next()

    def _closed(self) -> None:
        if self._wanted or self._gone:
            return
        self._seal()
        self._post(MicrophoneClosed())

    def _seal(self) -> None:
        self._flush()
        self.capturing = False
        if self._heard:
            self._heard = False
            self._replay_buffers.seal(self._agenda.now)
        self._replay_buffers.tell(self._post, self._agenda.now, last=True)
        self._tell(speaking=False)

    def _next(self) -> None:
        """Plan the end of the next piece."""
        if not self.capturing:
            return
        now = self._agenda.now
        if self._voice != SILENCE:
            length = max(0, min(self._grain_ms, self._until - now))
        elif now - self._quiet_since < SETTLED_MS:
            length = self._grain_ms if self._grain_ms < COARSE_MS else 2 * COARSE_MS
        else:
            length = IDLE_MS
        self._plan += 1
        plan = self._plan
        self._agenda.after(length, lambda: self._due(plan))

    def _due(self, plan: int) -> None:
        if plan != self._plan or not self.capturing:
            return
        self._flush()
        if self._voice != SILENCE and self._agenda.now >= self._until:
            self._voice, self._quiet_since = SILENCE, self._agenda.now
        self._pause()
        self._next()

    def _flush(self) -> None:
        """Append what was captured since the last piece."""
        now = self._agenda.now
        frames = (now - self._from) // FRAME_MS
        self._from = now
        heard = frames * self.rate_percent // 100
        if not self.capturing or frames <= 0:
            if self._voice != SILENCE:  # nobody listens, and the person speaks on
                self._frame += max(0, frames)
            return
        if heard <= 0:
            self._frame += frames
            return
        span = Span(self._said.number if self._said else self._voice, self._frame, heard * FRAME_SAMPLES)
        if self._voice == SILENCE:
            span = Span(SILENCE, 0, heard * FRAME_SAMPLES)
        # Between two presses the card stays open and nothing is kept: the panel says so, and nobody is promised more.
        if self._said is not None and self._voice != SILENCE and self._replay_buffers._valve is not Valve.SHUT:
            self._said.captured |= span.frames
            self._said.last_at = now
        self._frame += frames
        if not self._heard:  # open is a promise, sound is the proof
            self._heard = True
            self._post(DeviceReady(Device.MICROPHONE))
        if self._told_deaf:
            self._prove(frames)
        self._take_in(span, now)

    def _take_in(self, span: Span, now: int) -> None:
        flagged = span.utterance not in (SILENCE, MURMUR)
        self._voiced_ms = self._voiced_ms + span.samples // FRAME_SAMPLES * FRAME_MS if flagged else 0
        if self._voiced_ms >= SPEECH_HEARD_MS:
            self._tell(speaking=True)
        self._replay_buffers.append(span, span.samples, speech=flagged, at=now)
        self._replay_buffers.tell(self._post, now)

    def _pause(self) -> None:
        """So long is no breath any more."""
        if self._voice == SILENCE and self._agenda.now - self._quiet_since >= PAUSE_HEARD_MS:
            self._tell(speaking=False)

    def _tell(self, *, speaking: bool) -> None:
        if speaking is not self._speaking:
            self._speaking = speaking
            self._post(VoiceActivityChanged(speaking))


class SimLoudspeaker:
    """Takes what is due; sleeps while there is nothing."""

    def __init__(self, agenda: Agenda, jitter: JitterBuffer, post: Callable[[Event], None], period_ms: int) -> None:
        self._agenda, self._jitter, self._post = agenda, jitter, post
        self._period_ms = period_ms
        self._running = self._draining = self._gone = False
        self.present = True

    def wake(self) -> None:
        """There may be something to play."""
        if not self._running and not self._gone and not self._jitter.empty:
            self._running = True
            self._turn()

    def drain(self) -> None:
        """Answered by ``SoundDrained``."""
        self._draining = True
        if not self._running:
            self._running = True
            self._agenda.after(1, self._turn)

    def lose(self) -> None:
        """Subtitles only: speech is taken at its own pace."""
        self.present = False
        self._post(DeviceFailed(Device.LOUDSPEAKER, "gone", "the simulator pulled it"))

    def restore(self) -> None:
        """Plugged in again."""
        if not self.present:
            self.present = True
            self._post(DeviceReady(Device.LOUDSPEAKER))

    def vanish(self) -> None:
        """The process dies."""
        self._gone = True

    def _turn(self) -> None:
        if self._gone:
            return
        self._jitter.take(self._period_ms * 48, self._agenda.now)
        if not self._jitter.empty:
            self._agenda.after(self._period_ms, self._turn)
            return
        self._running = False
        if self._draining:
            self._draining = False
            self._post(SoundDrained())


__all__ = ["HUM", "SimLoudspeaker", "SimMicrophone"]
