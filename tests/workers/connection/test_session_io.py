import base64
import json
from collections.abc import Callable
from typing import cast

import pytest

from appliance.core.model.direction import Direction
from appliance.core.model.events import (
    Event,
    LineConfigured,
    LineCreated,
    LineFinished,
    LineMetered,
    PlaybackStarted,
    ReplayReported,
    TextArrived,
    TurnAnswered,
    TurnOpened,
    UsageCounted,
)
from appliance.core.model.modes import Valve
from appliance.errors import NonsenseError
from appliance.protocol.codec import AppendTemplate
from appliance.protocol.settings import plan
from appliance.protocol.voices import resolve_model
from appliance.workers.camera.policy import Picture
from appliance.workers.connection.session_io import Conversation, PictureSource
from appliance.workers.playback.jitter_buffer import JitterBuffer
from appliance.workers.uplink.replay_buffer import ReplayBuffer

SOUND = "AAAA" * 640  # 1,920 bytes: 40 ms


def message(kind: str, **fields: object) -> bytes:
    return json.dumps({"type": kind, **fields}).encode()


class Glance:
    """CameraFeed that give away what they hold whenever they are asked, and write down what they are told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.held: Picture | None = None

    def next(self, line: int, at: int) -> Picture | None:
        held, self.held = self.held, None
        self.told += ["picture"] if held is not None else []
        return held

    def handed(self, line: int, at: int, upto: int, size: int) -> None:
        raise AssertionError("the line's worker tells it")

    def acked(self, line: int, at: int, acked: int) -> None:
        raise AssertionError("the line's worker tells it")

    def __getattr__(self, what: str) -> Callable[..., None]:
        return lambda *_: self.told.append(what)


class Desk:
    def __init__(self, *, speech: bool = True, picture_source: Glance | None = None, secret: str = "") -> None:
        model = resolve_model("qwen3.5-livetranslate-flash-realtime")
        assert model is not None
        self.events: list[Event] = []
        self.replay_buffer: ReplayBuffer[bytes] = ReplayBuffer(
            Direction("en", "es"), 800, lambda samples: bytes(2 * samples)
        )
        self.jitter = JitterBuffer(self.events.append)
        fill = AppendTemplate().fill
        settings = plan(model, "en", "es", speech=speech)
        self.talk = Conversation(
            1, settings, self.replay_buffer, self.jitter, self.events.append, lambda parts: fill(b"".join(parts)),
            picture_source=cast(PictureSource | None, picture_source), secret=secret,
        )  # fmt: skip
        self.at = 0

    def hear(self, periods: int) -> None:
        for _ in range(periods):
            self.at += 20
            self.replay_buffer.append(b"\1" * 640, 320, speech=True, at=self.at)

    def told(self, kind: str, **fields: object) -> list[Event]:
        before = len(self.events)
        self.talk.received(message(kind, **fields), self.at)
        return self.events[before:]

    def out(self) -> str:
        raw = self.talk.next_message(self.at)
        return "" if raw is None else json.loads(raw)["type"]

    def turn(self, n: int, start: int, stop: int) -> None:
        self.told("input_audio_buffer.speech_started", item_id=f"i{n}", audio_start_ms=start)
        self.told("input_audio_buffer.speech_stopped", item_id=f"i{n}", audio_end_ms=stop)
        self.told("response.created", response={"id": f"r{n}"})


def test_settings_then_sound_then_the_rest_then_finish() -> None:
    desk = Desk()
    desk.hear(3)
    assert desk.out() == ""
    desk.talk.configure()
    assert desk.out() == "session.update"
    assert desk.out() == ""
    desk.talk.set_uplink(Valve.OPEN, desk.at)
    assert desk.out() == "input_audio_buffer.append"
    assert desk.out() == "", "20 ms wait for more"
    desk.talk.finish()
    assert [desk.out() for _ in range(4)] == ["input_audio_buffer.append", "session.finish", "", ""]


def test_a_shut_uplink_takes_nothing() -> None:
    desk = Desk()
    desk.hear(2)
    desk.talk.set_uplink(Valve.OPEN, 0)
    desk.talk.set_uplink(Valve.SHUT, 0)
    assert desk.out() == ""
    desk.talk.finish()
    assert desk.out() == "session.finish"


def test_the_handshake_and_the_end_are_told() -> None:
    desk = Desk()
    assert desk.told("session.created", session={"id": "s"}) == [LineCreated(1)]
    assert desk.told("session.updated", session={"id": "s"}) == [LineConfigured(1)]
    assert LineFinished(1) in desk.told("session.finished")


def test_a_whole_turn_with_text_and_speech() -> None:
    desk = Desk()
    desk.talk.set_uplink(Valve.OPEN, 0)
    desk.hear(50)
    while desk.out():
        continue
    opened = desk.told("input_audio_buffer.speech_started", item_id="i1", audio_start_ms=0)
    assert opened[0] == TurnOpened(1, 1, replay=False)
    assert isinstance(opened[1], ReplayReported)
    desk.told("input_audio_buffer.speech_stopped", item_id="i1", audio_end_ms=1_000)
    desk.told("response.created", response={"id": "r1"})
    ids = {"response_id": "r1", "item_id": "o1"}
    text = desk.told("response.audio_transcript.text", **ids, text="Hola", stash=" qué")
    assert text == [TextArrived(1, 1, "Hola", " qué", False, desk.at, late=False)]
    desk.told("response.audio.delta", **ids, delta=SOUND)
    desk.told("response.audio_transcript.done", **ids, transcript="Hola")
    desk.told("response.audio.done", **ids)
    assert desk.jitter.queued_ms == 40
    done = desk.told("response.done", response={"id": "r1", "status": "completed"})
    assert done == [TurnAnswered(1, 1, True, False, 0, 1_000, 40)]
    reports = [event for event in desk.events if isinstance(event, ReplayReported)]
    assert [report.unanswered_ms for report in reports] == [1_000, 0], "told as soon as text and sound were done"
    desk.jitter.take(960, 1_000)
    assert PlaybackStarted(1, 1, 1_000) in desk.events


def test_text_that_is_late_says_so() -> None:
    desk = Desk()
    desk.talk.set_uplink(Valve.OPEN, 0)
    desk.hear(50)
    while desk.out():
        continue
    for _ in range(50):
        desk.replay_buffer.append(bytes(640), 320, speech=False, at=desk.at)
    desk.at += 15_000
    desk.turn(1, 0, 1_000)
    event = desk.told("response.text.text", response_id="r1", item_id="o", text="Hola", stash="")[0]
    assert isinstance(event, TextArrived)
    assert event.late


def test_what_was_said_to_another_direction_is_neither_shown_nor_played() -> None:
    desk = Desk()
    other: ReplayBuffer[bytes] = ReplayBuffer(Direction("en", "fr"), 800, lambda samples: bytes(2 * samples))
    desk.talk.set_uplink(Valve.OPEN, 0)
    desk.hear(50)
    while desk.out():
        continue
    desk.told("input_audio_buffer.speech_started", item_id="i1", audio_start_ms=0)
    desk.replay_buffer.move_open_utterance(other, desk.at)
    ids = {"response_id": "r1", "item_id": "o1"}
    desk.told("response.created", response={"id": "r1"})
    assert desk.told("response.audio_transcript.text", **ids, text="Hola", stash="") == []
    desk.told("response.audio.delta", **ids, delta=SOUND)
    assert desk.jitter.empty
    done = desk.told("response.done", response={"id": "r1", "status": "completed"})
    assert not any(isinstance(event, TurnAnswered) for event in done)


def test_on_loss_the_sound_is_cut_and_what_is_owed_is_told() -> None:
    desk = Desk()
    desk.talk.set_uplink(Valve.OPEN, 0)
    desk.hear(50)
    while desk.out():
        continue
    desk.turn(1, 0, 1_000)
    desk.told("response.audio.delta", response_id="r1", item_id="o", delta=SOUND)
    desk.talk.lost(desk.at)
    assert desk.out() == ""
    desk.jitter.take(960, desk.at)
    desk.jitter.take(960, desk.at)
    desk.jitter.take(960, desk.at)
    assert desk.jitter.empty, "no more of it is waited for"


def test_what_is_owed_is_told_before_the_end_of_the_line() -> None:
    """Else the event loop would dial anew for what the end itself has answered."""
    desk = Desk()
    desk.talk.set_uplink(Valve.OPEN, desk.at)
    desk.hear(50)
    desk.talk.finish()
    while desk.out():
        desk.talk.report(desk.at)
    told = desk.told("session.finished")
    assert [type(event) for event in told] == [ReplayReported, LineFinished]


def test_nonsense_is_raised_and_changes_nothing() -> None:
    desk = Desk()
    for raw in (b"{", b"[]", b"\xff", message("response.audio.delta", delta=3)):
        with pytest.raises(NonsenseError):
            desk.talk.received(raw, 0)
    assert desk.events == []
    assert desk.told("session.created", session={}) == [LineCreated(1)]


def test_a_picture_goes_out_in_the_gap_between_audio_messages_alone() -> None:
    glance = Glance()
    desk = Desk(picture_source=glance)
    glance.held = Picture(b"\xff\xd8jpeg", 640, 360, b"", False, 0)
    desk.talk.configure()
    assert [desk.out(), desk.out()] == ["session.update", ""], "the uplink is shut"
    desk.hear(4)
    desk.talk.set_uplink(Valve.OPEN, desk.at)
    assert [desk.out(), desk.out()] == ["input_audio_buffer.append"] * 2, "a backlog has no gap"
    raw = desk.talk.next_message(desk.at)
    assert raw is not None
    message = json.loads(raw)
    assert message["type"] == "input_image_buffer.append"
    assert base64.b64decode(message["image"]) == b"\xff\xd8jpeg"
    assert message["event_id"] == "event_1_picture_1"
    assert desk.out() == ""
    desk.talk.finish()
    glance.held = Picture(b"late", 640, 360, b"", False, 0)
    assert [desk.out(), desk.out()] == ["session.finish", ""], "none at the end or behind it"
    assert glance.told == ["other_sent", "sound_sent", "sound_sent", "picture", "other_sent"]


def test_behind_a_closing_silence_no_picture_goes_out() -> None:
    """The service cuts its turn in the middle of it, and then takes no picture before fresh sound."""
    glance = Glance()
    desk = Desk(picture_source=glance)
    desk.hear(4)
    desk.talk.set_uplink(Valve.OPEN, desk.at)
    desk.replay_buffer.seal(desk.at)
    while desk.out() == "input_audio_buffer.append":
        continue
    assert glance.told[:2] == ["sound_sent", "sound_sent"]
    assert glance.told[-1] == "other_sent"


def test_the_eyes_are_told_of_a_cut_and_of_the_end() -> None:
    glance = Glance()
    desk = Desk(picture_source=glance)
    desk.talk.set_uplink(Valve.OPEN, 0)
    desk.turn(1, 0, 1_000)
    assert glance.told == ["cut"]
    desk.talk.lost(desk.at)
    assert glance.told == ["cut", "lost"]


def test_what_the_line_costs_is_told_now_and_then_until_the_service_counts() -> None:
    desk = Desk(picture_source=(picture_source := Glance()))
    desk.talk.set_uplink(Valve.OPEN, 0)
    desk.talk.report(0)
    desk.hear(60)
    picture_source.held = Picture(b"jpeg", 640, 360, b"", sharp=False, at=0)
    while desk.out():
        continue
    assert "picture" in picture_source.told
    desk.turn(1, 0, 1_000)
    ids = {"response_id": "r1", "item_id": "o1"}
    desk.told("response.audio.delta", **ids, delta=SOUND)
    desk.talk.report(4_999)
    assert not any(isinstance(event, LineMetered) for event in desk.events)
    desk.talk.report(5_000)
    assert desk.events[-1] == LineMetered(1, 2 * 7 + 113 + 1)
    usage = {"input_tokens": 120, "output_tokens": 40, "total_tokens": 160}
    told = desk.told("response.done", response={"id": "r1", "status": "completed", "usage": usage})
    assert UsageCounted(1, 120, 40) in told
    desk.talk.report(10_000)
    desk.hear(2)
    assert desk.out()
    desk.events.clear()
    desk.talk.lost(10_001)
    assert desk.events[0] == LineMetered(1, 7)  # before anybody hears that the line is gone


def test_a_key_that_the_service_quotes_goes_no_further() -> None:
    desk = Desk(secret="sk-0123456789")
    (event,) = desk.told("error", error={"code": "bad sk-0123456789", "message": "Bearer sk-0123456789 is not valid"})
    assert "sk-0123456789" not in str(event)
    assert "is not valid" in str(event)
