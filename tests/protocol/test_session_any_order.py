"""A whole line under fuzz: responses that interleave by chance, and messages of any kind in any order."""

import random
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from appliance.core.model import events as e
from appliance.errors import NonsenseError
from appliance.protocol import marks as k
from appliance.protocol.session import ClientSession
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
    text,
    text_done,
)
from tests.protocol.told import LINE, SPOKEN, Told


def shuffled(streams: list[list[bytes]], seed: int) -> Iterable[bytes]:
    """The streams merged by chance, each in its own order."""
    chance = random.Random(seed)
    streams = [list(each) for each in streams]
    while streams:
        stream = chance.choice(streams)
        yield stream.pop(0)
        streams = [each for each in streams if each]


@given(st.integers(0, 10**9), st.integers(1, 5))
def test_however_responses_interleave_links_keep_words_and_sound_with_their_turn(seed: int, turns: int) -> None:
    opening = [began(f"s{n}", 1000 * n) for n in range(1, turns + 1)]
    streams = [
        [
            created(f"r{n}"),
            *linked(f"r{n}", f"o{n}", f"s{n}"),
            text(f"words {n}", " more", f"r{n}"),
            delta(bytes([n, 0, n]), f"r{n}"),
            delta(bytes([0, n, 0]), f"r{n}"),
            text_done(f"final {n}  ", f"r{n}"),
            audio_done(f"r{n}"),
            done(f"r{n}"),
        ]
        for n in range(1, turns + 1)
    ]
    late = [[ended(f"s{n}", 1000 * n + 500)] for n in range(1, turns + 1)]
    told = Told(*opening, *shuffled(streams + late, seed))
    for n in range(1, turns + 1):
        assert told.texts(n) == [(f"words {n}", " more", False), (f"final {n}", "", True)]
        sound = b"".join(one.pcm for one in told.sounds if one.turn == n)
        assert sound == bytes([n, 0, n, 0, n, 0])
        of_turn = [one for one in told.marks if getattr(one, "turn", 0) == n]
        assert len(of_turn) == 6
        assert k.SpeechStopped(n, 1000 * n + 500) in of_turn
        assert of_turn[0] == k.SpeechStarted(n, 1000 * n)


IDS = st.sampled_from(["", "a", "b", "r1", "r2", "o1", None])
WORDS = st.none() | st.text(max_size=5)
MESSAGES = st.one_of(
    st.builds(began, IDS, st.none() | st.integers(-5, 99)),
    st.builds(ended, IDS, st.none() | st.integers(-5, 99)),
    st.builds(created, IDS),
    st.builds(lambda *ids: linked(*ids)[0], IDS, IDS, IDS),
    st.builds(lambda *ids: linked(*ids)[1], IDS, IDS, IDS),
    st.builds(text, WORDS, WORDS, IDS),
    st.builds(text_done, WORDS, IDS),
    st.builds(delta, st.binary(max_size=5), IDS),
    st.builds(audio_done, IDS),
    st.builds(done, IDS, WORDS, st.sampled_from(["completed", "failed"]), st.dictionaries(WORDS.filter(bool), WORDS)),
    st.builds(
        lambda kind, item, said: frame(f"conversation.item.input_audio_transcription.{kind}", item_id=item, text=said),
        st.sampled_from(["text", "completed", "failed"]),
        IDS,
        WORDS,
    ),
    st.sampled_from(frames("turn_audio") + frames("turn_text") + frames("turn_empty")),
    st.binary(max_size=30),
)


@given(st.lists(MESSAGES, max_size=40))
def test_whatever_comes_turns_open_once_before_anything_is_told_of_them(raw: list[bytes]) -> None:
    session = ClientSession(LINE, SPOKEN)
    opened: set[int] = set()
    answered: set[int] = set()
    for each in raw:
        try:
            received = session.receive(each, 0)
        except NonsenseError:
            continue
        for event in received.events:
            if isinstance(event, e.TurnOpened):
                assert event.turn == len(opened) + 1
                opened.add(event.turn)
            elif isinstance(event, e.TextArrived | e.SourceArrived):
                assert event.turn in opened
        for mark in received.marks:
            if isinstance(mark, k.ResponseDone):
                assert mark.turn not in answered
                answered.add(mark.turn)
            assert isinstance(mark, k.Finished) or mark.turn in opened
        if received.sound is not None:
            assert received.sound.turn in opened
            assert len(received.sound.pcm) % 2 == 0
