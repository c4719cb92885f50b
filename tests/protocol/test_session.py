"""A whole line: recorded sessions, and everything that may come in another order or not at all."""

import pytest

from appliance.core.model import events as e
from appliance.errors import NonsenseError
from appliance.protocol import marks as k
from appliance.protocol.prices import Usage
from appliance.protocol.session import ClientSession, Received, Sound
from tests.protocol.recordings import (
    audio_done,
    began,
    created,
    delta,
    done,
    ended,
    frame,
    frames,
    linked,
    situations,
    text,
    text_done,
)
from tests.protocol.told import LINE, SPOKEN, WRITTEN, Told


def test_the_recorded_audio_session() -> None:
    told = Told(*frames("turn_audio"))
    assert told.events[:3] == [e.LineCreated(LINE), e.LineConfigured(LINE), e.TurnOpened(LINE, 1)]
    assert told.marks == [
        k.SpeechStarted(1, 640),
        k.ResponseOpened(1),
        k.SpeechStopped(1, 3540),
        k.TextDone(1),
        k.SourceClosed(1),
        k.AudioDone(1),
        k.ResponseDone(1, ok=True, empty=False),
        k.Finished(),
    ]
    assert told.texts() == [
        ("", "Where", False),
        ("", "Where is it", False),
        ("Where is", " the platform", False),
        ("Where is the platform", " for Turin.", False),
        ("Where is the platform for Turin?", "", False),
        ("Where is the platform for Turin?", "", True),
    ]
    assert told.sources()[-1] == ("Dove si trova il binario per Torino?", "", True)
    assert {one.language for one in told.events if isinstance(one, e.SourceArrived)} == {"it"}
    assert [(one.turn, one.response, len(one.pcm)) for one in told.sounds] == [(1, 1, 3840)] * 5
    assert told.events[-2:] == [e.UsageCounted(LINE, 69, 17), e.LineFinished(LINE)]
    assert told.session.usage == Usage(69, 17, 21, 48, 0, 5, 12)
    assert (told.session.created, told.session.configured, told.session.finished) == (True, True, True)
    assert told.session.unknown == 0


def test_text_arrives_with_the_time_at_which_it_was_read() -> None:
    session = ClientSession(LINE, SPOKEN)
    (event,) = session.receive(text("Hello"), 4711).events[1:]
    assert event == e.TextArrived(LINE, 1, "Hello", "", final=False, at=4711)


def test_the_recorded_text_session() -> None:
    told = Told(*frames("turn_text"), line=ClientSession(LINE, WRITTEN))
    assert told.texts()[0] == ("", "Demain.", False)
    assert told.texts()[1] == ("", "Demain matin", False)  # the stash lost its full stop
    assert told.texts()[-1] == ("Demain matin, à huit heures, le bus part pour le port.", "", True)
    assert told.marks == [
        k.SpeechStarted(1, 0),
        k.ResponseOpened(1),
        k.SpeechStopped(1, 4300),
        k.TextDone(1),
        k.SourceClosed(1),
        k.ResponseDone(1, ok=True, empty=False),
        k.Finished(),
    ]
    assert told.sounds == []


def test_the_recorded_empty_turn_counts() -> None:
    told = Told(*frames("turn_empty"))
    assert told.texts() == [("", "", True)]
    assert told.sources() == [("", "", True)]
    assert told.marks[-2:] == [k.ResponseDone(1, ok=True, empty=True), k.Finished()]
    again = Told(*frames("turn_empty")[2:-1], began("b"), line=told.session).marks
    assert again[-1] == k.SpeechStarted(3, None), "the same ids once more are a turn of their own"


def test_empty_turns_between_real_ones_do_not_shift_the_pairing() -> None:
    raw: list[bytes] = []
    for n, said in enumerate(["one", "", "three", "", "", "six"], start=1):
        raw += [began(f"s{n}"), created(f"r{n}"), text_done(said, f"r{n}"), done(f"r{n}", said)]
    told = Told(*raw)
    assert [told.texts(n)[-1][0] for n in range(1, 7)] == ["one", "", "three", "", "", "six"]
    assert [one.empty for one in told.marks if isinstance(one, k.ResponseDone)] == [
        False,
        True,
        False,
        True,
        True,
        False,
    ]


def test_two_responses_open_at_once_stay_apart() -> None:
    told = Told(
        began("a"),
        created("r1"),
        *linked("r1", "o1", "a"),
        text("one", response="r1"),
        began("b"),
        created("r2"),
        *linked("r2", "o2", "b"),
        delta(b"\x01\x00\x02", "r1"),
        delta(b"\x03\x00\x04", "r2"),
        text("two", response="r2"),
        delta(b"\x05\x06\x07", "r1"),
        text_done("ONE", "r1"),
        done("r2", "TWO"),
        done("r1"),
    )
    assert told.texts(1) == [("one", "", False), ("ONE", "", True)]
    assert told.texts(2) == [("two", "", False), ("TWO", "", True)]
    assert told.sounds == [Sound(1, 1, b"\x01\x00"), Sound(2, 2, b"\x03\x00"), Sound(1, 1, b"\x02\x05\x06\x07")]
    assert [one.turn for one in told.marks if isinstance(one, k.ResponseDone)] == [2, 1]


def test_links_decide_where_two_turns_wait() -> None:
    told = Told(
        began("a"),
        began("b"),
        created("r1"),
        created("r2"),
        *linked("r1", "o1", "b"),
        *linked("r2", "o2", "a"),
        text("of b", response="r1"),
        text("of a", response="r2"),
    )
    assert told.texts(1) == [("of a", "", False)]
    assert told.texts(2) == [("of b", "", False)]
    assert told.marks[-2:] == [k.ResponseOpened(2), k.ResponseOpened(1)]


def test_without_links_two_waiting_turns_are_paired_by_order_at_the_first_words() -> None:
    told = Told(began("a"), began("b"), created("r1"), created("r2"), text("second", response="r2"))
    assert told.marks[-2:] == [k.ResponseOpened(1), k.ResponseOpened(2)]
    assert told.texts(2) == [("second", "", False)]


def test_a_response_without_speech_opens_its_turn() -> None:
    told = Told(created("r1"), text("Hello"), done(said="Hello"))
    assert told.events[0] == e.TurnOpened(LINE, 1)
    assert told.marks == [k.ResponseOpened(1), k.ResponseDone(1, ok=True, empty=False)]


def test_a_response_that_was_never_announced_is_taken_from_its_words() -> None:
    told = Told(began("a"), text("Hello", response="r9"), done("r9"))
    assert told.texts() == [("Hello", "", False), ("Hello", "", True)]
    assert [one for one in told.events if isinstance(one, e.TurnOpened)] == [e.TurnOpened(LINE, 1)]


def test_late_messages_of_a_turn_change_neither_pairing_nor_words() -> None:
    source = "conversation.item.input_audio_transcription.completed"
    told = Told(
        began("a", 0),
        created("r1"),
        text_done("Done."),
        done("r1", "other words"),
        began("b", 9000),
        text("too late"),
        audio_done(),
        done("r1"),
        ended("a", 4000),
        frame(source, item_id="a", transcript="Fertig.", language="de"),
        frame(source, item_id="a", transcript="again", language="de"),
        text_done("again"),
    )
    assert told.texts(1) == [("Done.", "", True)]
    assert told.sources(1) == [("Fertig.", "", True)]
    assert told.marks[-3:] == [k.SpeechStarted(2, 9000), k.SpeechStopped(1, 4000), k.SourceClosed(1)]


def test_an_empty_text_erases_nothing_and_the_last_word_wins() -> None:
    told = Told(text("Hello", " the"), text("", " there"), text(None, None), text_done("", "r1"))
    assert told.texts() == [("Hello", " the", False), ("Hello", " there", False), ("Hello", "", False), ("", "", True)]


def test_nothing_said_is_not_told() -> None:
    assert Told(text("", "")).texts() == []


@pytest.mark.parametrize(
    ("raw", "final"),
    [
        ([text("Hel", "lo"), done(said="Hello  ")], "Hello"),  # from the output
        ([text("Hel", "lo"), done(said=None)], "Hel"),  # what was confirmed
        ([text("Hel", "lo"), text_done(None), done(said="Hello")], "Hel"),
        ([done(said="Hello")], "Hello"),
        ([text("Hel", "lo"), done(said=None, status="incomplete")], "Hel …"),
        ([text("Hel", "lo"), done(said="Hello th", status="cancelled")], "Hello th …"),
        ([text("", "lo"), done(said=None, status="failed")], ""),
    ],
)
def test_final_words_where_done_events_are_missing(raw: list[bytes], final: str) -> None:
    told = Told(*raw)
    assert told.texts()[-1] == (final, "", True)
    assert [one[2] for one in told.texts()].count(True) == 1


@pytest.mark.parametrize(
    ("raw", "final"),
    [
        ([text_done("Hello th"), done(said="Hello th", status="max_output_tokens")], "Hello th …"),
        ([done(said=None), text_done("Hello")], "Hello"),  # behind the end of the response
        ([done(said=None), text("Hello", ""), text_done(None)], "Hello"),
    ],
)
def test_final_words_that_are_mended_behind_the_text_or_the_response(raw: list[bytes], final: str) -> None:
    assert Told(*raw).texts()[-1] == (final, "", True)


@pytest.mark.parametrize(
    ("status", "ok"),
    [
        ("completed", True),
        ("", True),
        ("failed", False),
        ("incomplete", False),
        ("cancelled", False),
        ("in_progress", False),
        ("content_filter", False),
    ],
)
def test_only_completed_is_answered_in_full(status: str, ok: bool) -> None:
    assert Told(done(said="x", status=status)).marks[-1] == k.ResponseDone(1, ok=ok, empty=False)
    assert Told(done(said="", status=status)).marks[-1] == k.ResponseDone(1, ok=ok, empty=True)


def test_ids_that_are_used_again_are_turns_and_responses_of_their_own() -> None:
    raw: list[bytes] = []
    for said in ("one", "two", "three"):
        raw += [began("a", 0), created("r"), ended("a", 900), text_done(said, "r"), done("r", said)]
    told = Told(*raw)
    assert [told.texts(n)[-1][0] for n in (1, 2, 3)] == ["one", "two", "three"]
    assert [one.turn for one in told.marks if isinstance(one, k.ResponseDone)] == [1, 2, 3]


def test_sound_is_joined_to_whole_samples_response_by_response() -> None:
    told = Told(delta(b"\x01"), delta(b"\x02\x03"), delta(b""), delta(b"\x04"))
    assert told.sounds == [Sound(1, 1, b"\x01\x02"), Sound(1, 1, b"\x03\x04")]


def test_sound_that_was_not_asked_for_is_let_go() -> None:
    told = Told(delta(b"\x01\x02"), audio_done(), line=ClientSession(LINE, WRITTEN))
    assert not told.session.wants_sound
    assert told.sounds == []
    assert told.marks == [k.ResponseOpened(1)]


def test_usage_is_cumulative_and_never_falls() -> None:
    def use(tokens_in: int, tokens_out: int) -> dict[str, int]:
        return {"input_tokens": tokens_in, "output_tokens": tokens_out}

    told = Told(
        done("r1", usage=use(100, 20)),
        done("r2", usage=use(40, 5)),
        done("r3"),
        done("r4", usage=use(160, 41)),
    )
    counts = [one for one in told.events if isinstance(one, e.UsageCounted)]
    assert counts == [e.UsageCounted(LINE, 100, 20), e.UsageCounted(LINE, 100, 20), e.UsageCounted(LINE, 160, 41)]


def test_the_source_keeps_its_language_and_its_confirmed_words() -> None:
    kind = "conversation.item.input_audio_transcription"
    told = Told(
        began("a"),
        frame(f"{kind}.text", item_id="a", text="Dove", stash=" si", language="it"),
        frame(f"{kind}.text", item_id="a", text="", stash=" si trova"),
        frame(f"{kind}.completed", item_id="a", transcript=None),
    )
    assert told.events[1:] == [
        e.SourceArrived(LINE, 1, "Dove", " si", "it", final=False),
        e.SourceArrived(LINE, 1, "Dove", " si trova", "it", final=False),
        e.SourceArrived(LINE, 1, "Dove", "", "it", final=True),
    ]


def test_a_failed_transcript_is_told_and_the_translation_goes_on() -> None:
    kind = "conversation.item.input_audio_transcription"
    failed = frame(f"{kind}.failed", item_id="a", error={"code": "SOME_CODE", "message": "m"})
    told = Told(failed, began("a"), frame(f"{kind}.text", item_id="a", text="Dove"), failed, text("Where"))
    assert told.events == [
        e.ServiceComplained(LINE, "SOME_CODE", "m", of_transcript=True),
        e.TurnOpened(LINE, 1),
        e.SourceArrived(LINE, 1, "Dove", "", "", final=False),
        e.ServiceComplained(LINE, "SOME_CODE", "m", of_transcript=True),
        e.SourceArrived(LINE, 1, "Dove", "", "", final=True),
        e.TextArrived(LINE, 1, "Where", "", final=False, at=4),
    ]


def test_words_of_a_speaker_without_a_turn_are_let_go() -> None:
    assert Told(frame("conversation.item.input_audio_transcription.text", item_id="a", text="Dove")).events == []


def test_complaints_are_passed_on_cut() -> None:
    session = ClientSession(LINE, SPOKEN)
    image = {"type": "invalid_request_error", "message": "Error append image before append audio."}
    first = session.receive(frame("error", error=image), 0)
    assert first.events == (e.ServiceComplained(LINE, "invalid_request_error", image["message"]),)
    second = session.receive(frame("error", error={"code": "COMMON_ERROR", "message": "x" * 500}), 0)
    assert second.events == (e.ServiceComplained(LINE, "COMMON_ERROR", "x" * 200),)


@pytest.mark.parametrize("row", situations(), ids=lambda row: str(row["situation"]))
def test_every_situation_is_an_event_and_the_session_goes_on(row: dict[str, object]) -> None:
    session = ClientSession(LINE, SPOKEN)
    steps = row["steps"]
    assert isinstance(steps, list)
    for step in steps:
        if "event" in step:
            received = session.receive(frame(step["event"].pop("type", None), **step["event"]), 0)
            assert isinstance(received.events[0], e.ServiceComplained | e.LineFinished)
    assert session.receive(text("Hello"), 0).events[-1] == e.TextArrived(LINE, 1, "Hello", "", final=False, at=0)


def test_the_session_s_own_events_are_told_once() -> None:
    raw = [frame("session.created"), frame("session.updated"), frame("session.finished")]
    told = Told(*raw, *raw)
    assert told.events == [e.LineCreated(LINE), e.LineConfigured(LINE), e.LineFinished(LINE)]
    assert told.marks == [k.Finished()]


def test_unknown_events_and_fields_are_counted_and_ignored() -> None:
    told = Told(frame("response.text.delta", delta="x"), frame("session.created", session={}, new=1, newer=2))
    assert told.events == [e.LineCreated(LINE)]
    assert told.session.unknown == 3


def test_nonsense_changes_nothing() -> None:
    session = ClientSession(LINE, SPOKEN)
    for raw in (b"{", b"[]", frame("response.audio.delta", delta="?"), frame("response.created")):
        with pytest.raises(NonsenseError):
            session.receive(raw, 0)
    assert session.receive(began("a"), 0).marks == (k.SpeechStarted(1, None),)
    assert session.receive(began("a"), 0) == Received()
    assert session.receive(ended("z"), 0) == Received()


def test_messages_without_ids_go_to_what_is_open() -> None:
    told = Told(
        began(None),
        frame("response.created", response={"id": None}),
        frame("response.text.text", text="Hello"),
        frame("response.audio.delta", delta="AAA="),
        frame("response.text.done", text="Hello."),
        ended(None),
        frame("response.done", response={}),
        began(None),
        frame("response.created", response={}),
        frame("response.text.text", text="Again"),
    )
    assert told.texts(1) == [("Hello", "", False), ("Hello.", "", True)]
    assert told.texts(2) == [("Again", "", False)]
    assert told.sounds == [Sound(1, 1, b"\x00\x00")]


def test_an_hour_of_turns_keeps_the_memory_bounded_and_the_numbers_right() -> None:
    session = ClientSession(LINE, SPOKEN)
    for n in range(1, 1001):
        told = Told(began(f"s{n}"), created(f"r{n}"), text_done("x", f"r{n}"), done(f"r{n}"), line=session)
        assert told.marks[-1] == k.ResponseDone(n, ok=True, empty=False)


def test_the_end_of_a_response_whose_turn_is_forgotten() -> None:
    told = Told(created("r0"), *(began(f"s{n}") for n in range(100)), done("r0", "late"))
    assert told.marks[-1] == k.ResponseDone(1, ok=True, empty=False)
