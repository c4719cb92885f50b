"""One session of the emulated service, from ``session.created`` to the close. Sans-I/O: messages and instants in, out.

Responsible for: the life cycle (appliance/protocol/README.md#3-handshake-and-life-cycle), what each client event does,
and the list of the client's own
faults.
Must not: touch a socket, a thread or a clock. The same object runs in the simulator and behind a real TLS WebSocket.

Outputs come out when they are due: what ``feed`` and ``advance`` return is never later than ``now``, and ``next_wake``
says when there is more.
"""

import json
from collections import deque
from functools import partial
from random import Random

from appliance.emulator.session import messages
from appliance.emulator.session.context import House, Phase
from appliance.emulator.session.image_rules import Picture, PictureJudge
from appliance.emulator.session.injected_faults import fits_into_reason
from appliance.emulator.session.input_buffer import Uplink
from appliance.emulator.session.interfaces import Close, Drop, Message, Output, Send, Timed
from appliance.emulator.session.limits import (
    CONTEXT_FULL,
    LINGER_MS,
    QUOTA_CODE,
    QUOTA_USED,
    TOKENS_SPENT,
    context_is_full,
    idle_end,
    idle_limit_ms,
    length_end,
    length_limit_ms,
)
from appliance.emulator.session.models import Profile
from appliance.emulator.session.scheduler import Agenda, Outlet
from appliance.emulator.session.session_update import (
    Complaint,
    Settings,
    created_settings,
    merged,
    read_update,
    unknown_fields,
)
from appliance.emulator.session.token_meter import Meter
from appliance.emulator.session.turn_response import Answer, Stage
from appliance.emulator.session.turns import Started, Turn

UPDATED_MS = 20
FINISH_LATE_MS = 5_000
GAP_MS = 1_000  # in the middle of speech: a gap in the client's audio
BEHIND_MS = 1_000  # at the end of a turn: slower than real time
ANSWERS_LIMIT = 500  # turns waiting for their answer
WAITING_LIMIT = 10_000  # messages before session.updated
FAULTS_LIMIT = 1_000
COMMIT_EMPTY = "Error committing input audio buffer: buffer too small, or have no audio."
OPUS_UNKNOWN = "emulator: the framing of opus is not known."
OMNI_EVENTS = ("response.", "conversation.")


class ServiceSession:
    """One connection. ``faults``: what the client did wrong, as sentences."""

    def __init__(self, house: House, profile: Profile, chance: Random) -> None:
        self.faults: list[str] = []
        self.phase = Phase.CREATED
        self.profile = profile
        self._house = house
        self._habits = house.habits
        self._agenda = Agenda()
        self._outlet = Outlet(house.habits, chance)
        self._settings: Settings = created_settings(profile)
        self._uplink: Uplink | None = None
        self._answers: deque[Answer] = deque()
        self._latest: Answer | None = None
        self._waiting: deque[tuple[str, Message]] = deque()  # sent before session.updated
        self._pictures = PictureJudge()
        self._now = self._opened_at = self._created_at = self._active_at = self._heard_at = 0
        self._left = self._finish_asked = False
        self._stage = Stage(
            profile, Meter(profile.model), house.interpreter, house.habits, chance, self._agenda, self._say,
            self._outlet.put, self._halt, self._settled,
        )  # fmt: skip
        self._stage.conversation_id = self._stage.new_id("conv")
        self.session_id = self._stage.new_id("sess")

    def open(self, now: int) -> list[Timed]:
        """The upgrade succeeded."""
        self._now = self._opened_at = self._created_at = self._active_at = now
        if self._house.doom is not None:
            self._end(now, self._house.doom)
            return self._outlet.take(now)
        self._created_at = now + (self._habits.number("slow_created", 0) or 0)
        if "no_created" not in self._house.dial:
            created = messages.session_created(self.session_id, self.profile, self._settings)
            self._agenda.plan(self._created_at, lambda at: self._say(at, created))
        self._watch(now)
        return self.advance(now)

    def feed(self, message: Message | str, now: int) -> list[Timed]:
        """A message of the client. Nonsense never raises."""
        self._now = now = max(now, self._now)
        self._agenda.run(now)
        if self.phase is not Phase.OVER:
            self._receive(message, now)
            self._agenda.run(now)
        return self._outlet.take(now)

    def advance(self, now: int) -> list[Timed]:
        """Time has come."""
        self._now = now = max(now, self._now)
        self._agenda.run(now)
        return self._outlet.take(now)

    def next_wake(self) -> int | None:
        """When ``advance`` wants calling; None = not before the next message."""
        return min((at for at in (self._agenda.next_due(), self._outlet.next_due()) if at is not None), default=None)

    def closed(self, now: int) -> None:
        """The connection is gone, whoever ended it."""
        self._now = max(now, self._now)
        if self.phase in (Phase.UPDATING, Phase.STREAMING):
            self._fault("the connection ended without session.finish")
        elif self.phase is Phase.FINISHING:
            self._fault("the connection ended before session.finished")
        self._halt()

    def _say(self, now: int, message: Message) -> None:
        self._outlet.put(now, Send({"event_id": self._stage.new_id("event")} | message))

    def _halt(self) -> None:
        """Nothing more happens here."""
        self._agenda.close()
        self.phase = Phase.OVER
        if not self._left:
            self._left = True
            self._house.left(sum(not each.told.closed for each in self._answers))

    def _end(self, now: int, output: Output) -> None:
        self._outlet.put(now, output)
        self._halt()

    def _complain(self, now: int, complaint: Complaint) -> None:
        self._say(now, {"type": "error", "error": complaint.body()})
        if self._habits.word("error_closes") == "on":
            self._end(now, Close(1011, fits_into_reason(complaint.message)))

    def _object(self, how: str, now: int, complaint: Complaint, code: int) -> None:
        """Answer what a client should not have sent, as a habit says: ``error``, ``close``, or not at all."""
        if how == "error":
            self._complain(now, complaint)
        elif how == "close":
            self._end(now, Close(code, fits_into_reason(complaint.message)))

    def _fault(self, sentence: str) -> None:
        if len(self.faults) < FAULTS_LIMIT:
            self.faults.append(sentence)

    # --- client events

    def _receive(self, message: Message | str, now: int) -> None:
        if isinstance(message, str):
            try:
                message = json.loads(message)
            except (ValueError, RecursionError):
                self._fault("a frame that is not JSON")
                self._complain(now, Complaint("emulator: the message is not JSON.", code=""))
                return
        kind = message.get("type") if isinstance(message, dict) else None
        if not isinstance(kind, str) or not isinstance(message, dict):
            self._fault("a message without a type")
            self._complain(now, Complaint("emulator: the message has no type.", "type"))
        elif self.phase in (Phase.FINISHING, Phase.FINISHED):
            self._fault(f"{kind[:80]} after session.finish")
        elif self.phase is Phase.UPDATING:
            self._hold(kind, message, now)
        else:
            self._dispatch(kind, message, now)

    def _hold(self, kind: str, message: Message, now: int) -> None:
        """A client that does not wait for ``session.updated``: its turn comes behind that."""
        how = "accept"
        if kind == "input_audio_buffer.append":
            how = self._habits.word("eager_audio")
            self._fault("audio before session.updated")
        how = how if len(self._waiting) < WAITING_LIMIT else "close"
        if how == "accept":
            self._waiting.append((kind, message))
        self._object(how, now, Complaint("emulator: audio before session.updated.", code=""), 1007)

    def _dispatch(self, kind: str, message: Message, now: int) -> None:
        match kind:
            case "session.update":
                self._update(message.get("session"), now)
            case "session.finish":
                self._finish(now)
            case "input_audio_buffer.append":
                self._append(message.get("audio"), now)
            case "input_image_buffer.append":
                self._append_image(message.get("image"), now)
            case "input_audio_buffer.commit":
                self._commit(now)
            case "input_audio_buffer.clear":
                if self._uplink is not None:
                    self._uplink.clear()
                self._say(now, {"type": "input_audio_buffer.cleared"})
            case _:
                self._unsupported(kind, now)

    def _unsupported(self, kind: str, now: int) -> None:
        kind = kind[:80].encode(errors="replace").decode()
        how = self._habits.word("omni_events") if kind.startswith(OMNI_EVENTS) else "error"
        self._fault(f"unsupported event type {kind}")
        self._object(how, now, Complaint(f"emulator: unsupported event type '{kind}'.", "type"), 1011)

    def _update(self, session: object, now: int) -> None:
        if "rejects_update" in self._house.dial:
            self._complain(now, Complaint("emulator: the update is rejected.", "session"))
            return
        if self._uplink is not None:
            self._fault("a second session.update")
            how = self._habits.word("second_update")
            self._object({"reject": "error"}.get(how, how), now, Complaint("session already started", "session"), 1007)
            if how != "accept":
                return
            how = self._habits.word("partial_update")
            if how == "merge":
                session = merged(self._settings.as_sent, session)
            elif how == "reject" and isinstance(session, dict) and "translation" not in session:
                self._complain(now, Complaint("Invalid translation parameter.", "session.translation"))
                return
        for name in unknown_fields(session):
            self._fault(f"unknown field session.{name[:80]}")
        found = read_update(session, self.profile, self._habits)
        if isinstance(found, Complaint):
            self._complain(now, found)
        else:
            self._configure(found, now)

    def _configure(self, settings: Settings, now: int) -> None:
        self._settings = settings
        if self._uplink is None:
            self._uplink = Uplink(settings, self._house.make_detector)
        else:
            self._cut_open_turn(now)
            self._uplink.configure(settings)
        self.phase = Phase.UPDATING
        self._active_at = now
        if "close_1007_workspace" in self._house.dial:
            self._end(now, Close(1007, "Workspace access denied"))
        elif self._habits.word("quota") == "error":
            self._say(now, {"type": "error", "error": {"code": QUOTA_CODE, "message": QUOTA_USED}})
            self._end(now, Close(1011, f"{QUOTA_CODE} {QUOTA_USED}"))
        else:
            self._agenda.plan(max(now, self._created_at) + UPDATED_MS, self._updated)

    def _updated(self, now: int) -> None:
        """The answer to the update, and then what came before it."""
        self.phase = Phase.STREAMING
        if "no_updated" not in self._house.dial:
            self._say(now, messages.session_updated(self.session_id, self.profile, self._settings))
        while self._waiting and self.phase is Phase.STREAMING:
            kind, message = self._waiting.popleft()
            self._dispatch(kind, message, now)

    def _append(self, audio: object, now: int) -> None:
        if (uplink := self._uplink) is None:
            self._fault("audio before session.update")
            self._end(now, Close(1007, ""))
            return
        if self._settings.input_format == "opus":
            self._object(self._habits.word("opus"), now, Complaint(OPUS_UNKNOWN, "audio"), 1007)
            return
        sound = uplink.decode(audio)
        if sound is None:
            self._fault("audio that is not base64")
            self._complain(now, Complaint("emulator: audio is not base64.", "audio"))
            return
        self._hear(uplink, sound, now)

    def _hear(self, uplink: Uplink, sound: object, now: int) -> None:
        if uplink.speaking and now - self._heard_at >= GAP_MS:
            self._fault(f"a gap of {now - self._heard_at} ms in the audio of a turn")
        self._heard_at = now
        if self._habits.word("idle_counts") == "no-audio" or not self._settings.turn_detection:
            self._active_at = now
        for mark, turn in uplink.hear(sound, now):
            if self.phase is Phase.OVER:
                return
            if isinstance(mark, Started):
                self._begin(turn, manual=False)
            else:
                self._cut(turn, now)
        if uplink.turn is not None and self._answers:
            self._active_at = now
            self._answers[-1].hear(now)

    def _begin(self, turn: Turn, *, manual: bool) -> Answer:
        if len(self._answers) >= ANSWERS_LIMIT:
            self._end(self._now, Close(1011, "emulator: too many turns are waiting"))
        answer = Answer(self._stage, self._settings, turn, self._latest, self._house.plan_turn(), manual)
        self._latest = answer
        self._answers.append(answer)
        return answer

    def _cut(self, turn: Turn, now: int) -> None:
        behind_ms = (now - turn.arrived_at) - turn.progress_ms
        if behind_ms >= BEHIND_MS:
            self._fault(f"audio came slower than real time: {behind_ms} ms in one turn")
        self._active_at = now
        self._answers[-1].cut(now)

    def _cut_open_turn(self, now: int) -> None:
        ended = self._uplink.end() if self._uplink is not None else None
        if ended is not None:
            self._cut(ended[1], now)

    def _append_image(self, image: object, now: int) -> None:
        gate = self._habits.word("image_gate")
        if gate == "always" or (gate == "on" and (self._uplink is None or not self._uplink.fed)):
            self._fault("a picture before audio")
            self._complain(now, Complaint("Error append image before append audio.", code=""))
            return
        found = self._pictures.judge(image, now)
        if isinstance(found, Picture):
            if self._uplink is not None:
                self._uplink.add_picture(found)
            return
        self._fault(f"a picture was refused: {found.removeprefix('emulator: ')}")
        self._object(self._habits.word("image_limits"), now, Complaint(found, "image"), 1007)

    def _commit(self, now: int) -> None:
        if self._settings.turn_detection:
            self._fault("a commit while turn detection is on")
            self._complain(now, Complaint("emulator: commit is not allowed while turn detection is on.", code=""))
            return
        turn = self._uplink.commit(now) if self._uplink is not None else None
        if turn is None:
            self._complain(now, Complaint(COMMIT_EMPTY, code=""))
            return
        self._active_at = now
        self._say(now, {"type": "input_audio_buffer.committed"})
        answer = self._begin(turn, manual=True)
        answer.hear(now)
        answer.cut(now)

    # --- the end

    def _finish(self, now: int) -> None:
        if self._uplink is not None and self._uplink.fed and not self._settings.turn_detection:
            self._fault("audio that was never committed")
        self.phase = Phase.FINISHING
        self._cut_open_turn(now)
        self._finish_if_done(now)

    def _settled(self, now: int, tokens: int) -> None:
        """A turn's response is over, and cost so many tokens."""
        self._active_at = now
        if not self._house.spend(now, tokens):
            self._end(now, Close(1007, TOKENS_SPENT))
        while self._answers and self._answers[0].settled:
            self._answers.popleft()
        for answer in tuple(self._answers):
            if not answer.told.closed:
                answer.poke(now)
        self._weigh(now)
        self._finish_if_done(now)

    def _finish_if_done(self, now: int) -> None:
        if self.phase is not Phase.FINISHING or self._answers or self._finish_asked:
            return
        how = self._habits.word("finish")
        self._finish_asked = True
        if how != "never":
            self._agenda.plan(now + (FINISH_LATE_MS if how == "delayed" else 0), self._finished)

    def _finished(self, now: int) -> None:
        self.phase = Phase.FINISHED
        self._say(now, {"type": "session.finished"})
        self._agenda.plan(now + LINGER_MS, partial(self._end, output=Drop()))

    def _weigh(self, now: int) -> None:
        """The context may be full."""
        if not context_is_full(self._habits, self._stage.meter):
            return
        if self._habits.word("context_full") == "error":
            self._complain(now, Complaint(CONTEXT_FULL))
        else:
            self._end(now, Close(1011, CONTEXT_FULL))

    def _watch(self, now: int) -> None:
        """Idle too long, or too long altogether?"""
        if self.phase in (Phase.FINISHED, Phase.OVER):
            return
        if any(each.turn.cut_ms is not None for each in self._answers):
            self._active_at = now  # still speaking
        length_due = self._opened_at + length_limit_ms(self._habits)
        idle_due = self._active_at + idle_limit_ms(self._habits)
        if now >= length_due:
            self._end(now, length_end(self._habits))
        elif now >= idle_due:
            error, close = idle_end(self._habits, now - self._active_at)
            if error is not None:
                self._say(now, {"type": "error", "error": error})
            self._end(now, close)
        else:
            self._agenda.plan(min(length_due, idle_due), self._watch)
