"""One turn and its answer, from the first sound to ``response.done``: the timeline of
appliance/protocol/README.md#8-timing-and-sizes.

Responsible for: what is sent for a turn, in which order and when.
Must not: cut turns (``turns.py``), judge what a client sends, or end a session (``injected_faults.py`` asks the stage
for that).
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from appliance.emulator.faults.settings import Habits
from appliance.emulator.session import messages
from appliance.emulator.session.audio_deltas import DELTA_MS, FAST_MS, Speaker
from appliance.emulator.session.incremental_text import WITHDRAWN, Unfolding, spoken_ms
from appliance.emulator.session.injected_faults import UNEXPECTED, Strike, fits_into_reason
from appliance.emulator.session.interfaces import Close, Interpretation, Interpreter, Message, Output
from appliance.emulator.session.limits import CLONE_SURCHARGE_PERCENT
from appliance.emulator.session.models import Profile
from appliance.emulator.session.scheduler import Agenda
from appliance.emulator.session.session_update import Settings
from appliance.emulator.session.token_meter import Meter, output_text_tokens
from appliance.emulator.session.turns import Turn

STARTED_MS = 250  # of the turn
ASR_FIRST_MS, ASR_EACH_MS = 500, 300
OPEN_MS = 900
TEXT_EACH_MS = (300, 600)
TEXT_PAUSE_MS = 2_000
TEXT_PAUSE = 0.08  # of the gaps
SPEAK_MS = 2_600
CONCLUDE_MS = 150  # from the end of the turn to the final text
COMPLETED_SPREAD_MS = 200
STRIKE_MS = 600  # a blow falls so long after the response opened
ASK_EACH_MS = 50
ASK_MORE_MS = 2_000  # of a long turn: more than one utterance may be in it
ASK_FOR_MS = 10_000
MANY_WITHDRAWN = 0.6


@dataclass(slots=True)
class Stage:
    """What all turns of one session share."""

    profile: Profile
    meter: Meter
    interpreter: Interpreter
    habits: Habits
    chance: random.Random
    agenda: Agenda
    say: Callable[[int, Message], None]
    put: Callable[[int, Output], None]
    halt: Callable[[], None]  # nothing more happens in this session
    settled: Callable[[int, int], None]  # a turn has said all it had to say, for so many tokens
    conversation_id: str = ""
    responses: int = 0

    def new_id(self, prefix: str) -> str:
        """An identifier as the service makes them."""
        return f"{prefix}_{self.chance.getrandbits(84):021x}"


@dataclass(slots=True)
class Told:
    """What a turn has sent so far."""

    started: bool = False
    opened: bool = False
    stopped: bool = False
    completed: bool = False
    text: str | None = None  # the final one
    spoken: bool = False  # audio.done
    closed: bool = False  # response.done, or nothing where a habit wants it so
    status: str = "completed"
    next_asr_ms: int = ASR_FIRST_MS
    next_text_ms: int = OPEN_MS


@dataclass(slots=True)
class Answer:
    """One turn being answered. ``plan``: habit -> word, what befalls this turn. ``manual``: it was committed."""

    stage: Stage
    settings: Settings
    turn: Turn
    previous: "Answer | None"
    plan: dict[str, str]
    manual: bool = False
    told: Told = field(default_factory=Told)
    item_id: str = ""
    known: Interpretation | None = None
    final: Interpretation | None = None
    shapes: messages.ResponseShapes = field(init=False)
    _speaker: Speaker = field(init=False)
    _asr: Unfolding = field(init=False)
    _text: Unfolding = field(init=False)
    _cut_at: int = 0
    _waiting: bool = False
    _asked_at: int = -ASK_EACH_MS
    _pictures: int = 0  # that ``known`` takes into account
    _strike: Strike = field(init=False)

    def __post_init__(self) -> None:
        stage = self.stage
        withdrawn = MANY_WITHDRAWN if "withdrawn_stash" in self.plan else WITHDRAWN
        self.item_id = self.item_id or stage.new_id("item")
        self.shapes = messages.ResponseShapes(
            self.settings, stage.new_id("resp"), stage.new_id("item"), stage.conversation_id
        )
        plan = self.plan | {"audio_pace": stage.habits.word("audio_pace")}
        self._speaker = Speaker(stage.agenda, self._delta, self._speech_over, plan)
        self._asr, self._text = Unfolding(stage.chance, withdrawn), Unfolding(stage.chance, withdrawn)
        self._strike = Strike(self.plan, stage.chance)

    @property
    def settled(self) -> bool:
        """Nothing more will come for this turn."""
        stopped = self.told.stopped or self.manual
        completed = self.told.completed or not self.settings.transcribed
        return self.told.closed and stopped and completed

    def hear(self, now: int) -> None:
        """More sound has come."""
        at_ms = self.turn.progress_ms
        if at_ms >= STARTED_MS:
            self._start(now)
        if not self.told.started or self.turn.cut_ms is not None or "hears_only" in self.plan:
            return
        self._recognise(now)
        if at_ms >= self.told.next_asr_ms:
            self._asr_text(now)
            self.told.next_asr_ms = at_ms - at_ms % ASR_EACH_MS + ASR_EACH_MS
        if at_ms >= OPEN_MS or "prompt" in self.plan:
            self._open(now)
        if self.told.opened and at_ms >= self.told.next_text_ms:
            self._partial(now)
            pause = self.stage.chance.random() < TEXT_PAUSE
            self.told.next_text_ms = at_ms + (TEXT_PAUSE_MS if pause else self.stage.chance.randint(*TEXT_EACH_MS))
        if (at_ms >= SPEAK_MS or "prompt" in self.plan) and self.known is not None:
            self._speak(self.known, now)

    def cut(self, now: int) -> None:
        """The turn is over; ``turn.cut_ms`` and ``turn.end_ms`` are set."""
        self._cut_at = now
        self._start(now)
        if "hears_only" in self.plan:
            self._only_hear(now)
            return
        if not self.manual and "late_stopped" not in self.plan:
            self._stop(now)
        stream_ms = max(1, self.turn.progress_ms)
        quicker = max(1, stream_ms // max(1, now - self.turn.arrived_at))
        self._speaker.pace_ms = max(FAST_MS, DELTA_MS // quicker)  # what was pushed fast is answered fast
        self.final = self._whole(now)
        self.stage.agenda.plan(now + (0 if "prompt" in self.plan else ASK_EACH_MS), self._conclude)

    def _only_hear(self, now: int) -> None:
        """Mark the turn, and say nothing to it."""
        if self.settings.transcribed:
            found = self._whole(now) if self.plan["hears_only"] == "completed" else None
            completed = messages.asr_completed(self.item_id, found.source, found.language) if found else None
            self._send(now, completed or messages.asr_failed(self.item_id, UNEXPECTED | {"param": None}))
        self._stop(now)
        self.told.closed = self.told.completed = True
        self.turn.heard.clear()
        self.previous = None
        self.stage.settled(now, 0)

    def poke(self, now: int) -> None:
        """The response before this one is over, or the next turn has begun to wait."""
        if self.told.closed:
            return
        if self._waiting:
            self._waiting = False
            self._conclude(now)
        elif self.turn.cut_ms is None:
            self.hear(now)

    def hurry(self) -> None:
        """Another turn waits behind this one."""
        self._speaker.crowded = True

    def interrupt(self, how: str, now: int) -> None:
        """A new turn ends this response: ``incomplete``, ``cancelled``, or without any done."""
        if self.told.closed or not self.told.opened or self.turn.cut_ms is None:
            return
        self._speaker.stop()
        self.told.status = how
        if how == "no-done":
            self.told.closed = self.told.completed = True
            self.stage.settled(now, 0)
            return
        self._finish_text(now)
        self._finish_speech(now)

    def _send(self, now: int, message: Message) -> None:
        self.stage.say(now, message | {"x_emulator_field": {"level": 1}} if "unknown_field" in self.plan else message)

    def _may_open(self) -> bool:
        return self.previous is None or self.previous.told.closed or "overlap" in self.plan

    def _start(self, now: int) -> None:
        if self.told.started:
            return
        self.told.started = True
        how = self.stage.habits.word("interrupt")
        if self.previous is not None and how != "never":
            self.previous.interrupt(how, now)
        if "deaf" in self.plan:
            self._strike.deafen(self.stage.put, self.stage.halt, now)
            return
        if not self.manual:
            self._send(now, messages.speech_started(self.turn.start_ms, self.item_id))
        if self.manual or self.stage.habits.word("source_item") == "on":
            self._send(now, messages.source_item_created(self.item_id))
        if "thread_pool" in self.plan:
            self._strike.exhaust(self._send, self.stage.put, self.stage.halt, now)

    def _stop(self, now: int) -> None:
        whole = self.stage.habits.word("audio_end") == "with-silence" and self.turn.cut_ms is not None
        end_ms = self.turn.cut_ms if whole and self.turn.cut_ms is not None else self.turn.end_ms
        self.told.stopped = True
        self._send(now, messages.speech_stopped(end_ms, self.item_id))

    def _recognise(self, now: int) -> None:
        """Ask what is being said until it is known, again with each picture, and now and then whether there is more."""
        answered = self.known is not None and self._pictures == len(self.turn.pictures)
        if now - self._asked_at >= (ASK_MORE_MS if answered else ASK_EACH_MS):
            self._asked_at = now
            found = self._ask(speak=self.settings.audible, complete=False)
            if found is not None:
                self.known, self._pictures = found, len(self.turn.pictures)

    def _ask(self, *, speak: bool, complete: bool) -> Interpretation | None:
        if "empty_turn" in self.plan:
            return Interpretation("", "", "")
        pictures = self.turn.pictures
        return self.stage.interpreter.interpret(
            self.turn.heard, self.settings.target, speak=speak, complete=complete, phrases=self.settings.phrases,
            picture=pictures[-1].data if pictures else None,
        )  # fmt: skip

    def _asr_text(self, now: int) -> None:
        if not self.settings.transcribed or self.known is None or not self.known.source:
            return
        at_ms = self.turn.progress_ms
        fraction = min(1.0, at_ms / spoken_ms(self.known.source))
        found = self._asr.snapshot(self.known.source, fraction, at_ms)
        if found is not None:
            self._say_stash(now, messages.asr_text(self.item_id, *found, self.known.language))

    def _partial(self, now: int) -> None:
        if self.known is None or not self._translation(self.known):
            return
        at_ms = self.turn.progress_ms
        fraction = min(1.0, max(0, at_ms - ASR_FIRST_MS) / spoken_ms(self.known.translation))
        found = self._text.snapshot(self._translation(self.known), fraction, at_ms)
        if found is not None:
            self._say_stash(now, self.shapes.text(*found))

    def _say_stash(self, now: int, message: Message) -> None:
        if "no_stash" in self.plan:
            del message["stash"]
        self._send(now, message)

    def _translation(self, found: Interpretation) -> str:
        return "" if self.settings.skip_text and self._same_language(found) else found.translation

    def _same_language(self, found: Interpretation) -> bool:
        """Skipping acts for these two targets only (appliance/protocol/README.md#41-sessionupdate)."""
        return found.language == self.settings.target and self.settings.target in ("zh", "en")

    def _open(self, now: int) -> None:
        if self.told.opened or not self._may_open():
            return
        self.told.opened = True
        self.stage.responses += 1
        if not self.settings.voice_ok:
            why = f"<400> InternalError.Algo.InvalidParameter: Voice '{self.settings.voice}' is not supported."
            self._send(now, {"type": "error", "error": {"code": "COMMON_ERROR", "message": why}})
            self.stage.put(now, Close(1011, fits_into_reason(why)))
            self.stage.halt()
            return
        link = self.stage.habits.word("link")
        bare = link == "null" or (link == "not-first" and self.stage.responses == 1)
        for message in self.shapes.opening(None if bare else self.item_id, linked=link != "none"):
            self._send(now, message)
        self.stage.agenda.plan(now + STRIKE_MS, self._hit)

    def _hit(self, now: int) -> None:
        """What befalls this turn, once, in the middle of its response."""
        if self._strike.fall(self._send, self.stage.put, self.item_id, now):
            self.stage.halt()

    def _speak(self, found: Interpretation, now: int) -> None:
        """Send the speech of what is known; later more of it, where more is known."""
        if self.told.opened and self.settings.audio and not self.told.closed:
            silent = not self.settings.audible or (self.settings.skip_audio and self._same_language(found))
            self._speaker.speak(b"" if silent else found.speech, output_text_tokens(found.translation), now)

    def _delta(self, now: int, delta: str) -> None:
        self._send(now, self.shapes.audio_delta(delta))

    def _conclude(self, now: int) -> None:
        """The turn is over: get the whole answer, and say it."""
        if self.told.closed:
            return
        if not self._may_open():
            self._waiting = True
            if self.previous is not None:
                self.previous.hurry()
            return
        if self.final is None:
            self.final = self._whole(now)
        if self.final is None:
            self.stage.agenda.plan(now + ASK_EACH_MS, self._conclude)
            return
        self.known = self.final
        self._open(now)
        self._partial(now)
        self._hit(now)
        text_at = now if "prompt" in self.plan else max(now, self._cut_at + CONCLUDE_MS)
        if self.settings.transcribed and "late_completed" not in self.plan:
            apart_ms = self.stage.chance.randint(-COMPLETED_SPREAD_MS // 2, COMPLETED_SPREAD_MS)
            self.stage.agenda.plan(now if "prompt" in self.plan else max(now, text_at + apart_ms), self._complete)
        self.stage.agenda.plan(text_at, self._finish_text)
        self._speak(self.final, now)

    def _whole(self, now: int) -> Interpretation | None:
        """The interpretation of the whole turn; after ten seconds without sound, after twenty an empty one."""
        waited_ms = now - self._cut_at
        if waited_ms >= 2 * ASK_FOR_MS:
            return Interpretation("", "", "")
        return self._ask(speak=self.settings.audible and waited_ms < ASK_FOR_MS, complete=True)

    def _complete(self, now: int) -> None:
        """The source's own words are final."""
        if self.told.completed or not self.settings.transcribed:
            return
        self.told.completed = True
        if "asr_failed" in self.plan:
            error = {"code": "SOME_CODE", "message": "emulator: transcription failed.", "param": "audio"}
            self._send(now, messages.asr_failed(self.item_id, error))
        else:
            found = self.final or self.known
            source, language = (found.source, found.language) if found else ("", "")
            self._send(now, messages.asr_completed(self.item_id, source, language))
        self._close(now)

    def _finish_text(self, now: int) -> None:
        if self.told.text is not None or self.told.closed:
            return
        found = self.final or self.known
        text = self._translation(found).rstrip() if found else ""
        for status in self.plan.keys() & {"incomplete", "cancelled"}:
            self.told.status = status
            text = text[: len(text) // 2].rstrip() if self.plan[status] == "half" else ""
        self.told.text = text + "  " if text else ""  # recorded: final text ends in two spaces
        self._send(now, self.shapes.text_done(self.told.text))
        self._close(now)

    def _speech_over(self, now: int) -> None:
        if self._speaker.running:  # there was more
            return
        if self.turn.cut_ms is None or self.told.text is None:  # speech may end before the speaker does
            self.stage.agenda.plan(now + ASK_EACH_MS, self._speech_over)
            return
        self._finish_speech(now)

    def _finish_speech(self, now: int) -> None:
        if not self.told.spoken and not self.told.closed:
            self.told.spoken = True
            if self.settings.audio:
                self._send(now, self.shapes.audio_done())
            if self.told.status != "completed":
                self._complete(now)
            self._close(now)

    def _close(self, now: int) -> None:
        """End the response when all its parts are there."""
        told = self.told
        if told.closed or told.text is None or (self.settings.audio and not told.spoken):
            return
        if self.settings.transcribed and not told.completed and "late_completed" not in self.plan:
            if self.settings.audio:  # nothing else is to come: it ends within 20 ms
                self._complete(now)
            return
        told.closed = True
        self._speaker.stop()
        spoken_ms_ = (self.turn.end_ms or self.turn.position_ms) - self.turn.start_ms
        habits = self.stage.habits
        surcharge = habits.number("clone_surcharge", CLONE_SURCHARGE_PERCENT) or 0
        tokens = self.stage.meter.turn(
            spoken_ms=spoken_ms_, translation=told.text, sound_bytes=self._speaker.sent_bytes(),
            pictures=self.turn.pictures, surcharge_percent=surcharge if self.settings.frequency else 0,
        )  # fmt: skip
        status = "incomplete" if self._speaker.clipped and told.status == "completed" else told.status
        for message in self.shapes.closing(told.text, status, self._usage()):
            self._send(now, message)
        if not told.stopped and not self.manual:
            self._stop(now)
        self._complete(now)
        self.turn.heard.clear()
        self.previous = None
        self.stage.settled(now, tokens)

    def _usage(self) -> Message | None:
        usage = self.stage.meter.usage(audio=self.settings.audio, images=self.stage.habits.word("usage_images") == "on")
        match self.plan.get("usage_jump"):
            case "missing":
                return None
            case "smaller":
                details = ("input_tokens_details", "output_tokens_details")
                return {
                    name: {each: count // 2 for each, count in value.items()} if name in details else value // 2
                    for name, value in usage.items()
                }
            case _:
                return usage
