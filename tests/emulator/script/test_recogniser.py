"""The recogniser: every rehearsed utterance through every distortion, early answers, pieces, joins and the unknown."""

import numpy as np
import pytest

from appliance.emulator.script.numbered import numbered_speech
from appliance.emulator.script.recogniser import Recogniser
from appliance.emulator.script.recognition_cache import Memory, Piece
from appliance.emulator.script.script import desk
from appliance.emulator.script.tts import Part, Speech, resampled

SPEECH = Speech()
TURNS = desk().turns
SOUNDS = [SPEECH.render(turn.said(), turn.language, 16_000, Part.SOURCE) or b"" for turn in TURNS]
UNKNOWN = [
    SPEECH.render(text, "it", 16_000, Part.SOURCE) or b""
    for text in ("Vorrei una camera doppia con bagno per due notti.", "Il treno per Torino parte dal binario cinque.")
]
SHARED = Recogniser(desk(), SPEECH)


def known(pcm: bytes, *, complete: bool) -> tuple[Piece, ...] | None:
    """What it is for somebody who has heard nothing before."""
    return SHARED.recognise(pcm, Memory(), complete=complete)


def distorted(pcm: bytes, gain: float, how: str, snr_db: float | None, seed: int) -> bytes:
    """Leading silence, another gain, a round trip through other rates, noise."""
    if how == "48 kHz stereo":
        wide = np.frombuffer(resampled(pcm, 16_000, 48_000), "<i2")
        pcm = resampled(np.stack([wide, np.roll(wide, 3)]).mean(0).astype("<i2").tobytes(), 48_000, 16_000)
    chance = np.random.default_rng(seed)
    sound = np.concatenate([np.zeros(int(chance.integers(0, 8_000))), np.frombuffer(pcm, "<i2") * gain])
    if snr_db is not None:
        sound += chance.normal(0, float(np.sqrt(np.mean(sound**2))) * 10 ** (-snr_db / 20), len(sound))
    whole = np.clip(sound, -32_768, 32_767).astype("<i2").tobytes()
    return resampled(whole, 16_000, 8_000) if how == "8 kHz" else bytes(whole)


@pytest.mark.parametrize("gain", [0.05, 1.0, 3.0])
@pytest.mark.parametrize("how", ["as it is", "48 kHz stereo", "8 kHz"])
@pytest.mark.parametrize("snr_db", [None, 20.0])
def test_whole_utterances(gain: float, how: str, snr_db: float | None) -> None:
    for place, pcm in enumerate(SOUNDS):
        heard = distorted(pcm, gain, how, snr_db, place)
        assert known(heard, complete=True) == (Piece(place),), TURNS[place].source


@pytest.mark.parametrize("speed_wpm", [150, 160, 175, 185])
def test_the_plain_voice_at_other_paces(speed_wpm: int) -> None:
    for place, turn in enumerate(TURNS):
        pcm = SPEECH.render(turn.said(), turn.language, 16_000, Part.PLAIN, speed_wpm)
        assert pcm
        assert known(pcm, complete=True) == (Piece(place),), turn.source


def test_early_answers_come_within_900_ms_and_are_right() -> None:
    for place, pcm in enumerate(SOUNDS):
        early = [known(pcm[: 32 * ms], complete=False) for ms in (300, 600, 950)]
        assert early[0] is None
        assert early[2] == (Piece(place),), TURNS[place].source
        assert early[1] in (None, (Piece(place),))


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros(32_000),
        np.random.default_rng(1).normal(0, 1_000, 48_000),
        2_000 * np.sin(np.arange(32_000) / 13),
        np.concatenate([np.zeros(5_000), np.random.default_rng(1).normal(0, 6_000, 3_000), np.zeros(12_000)]),
    ],
    ids=["zeros", "noise", "hum", "cough"],
)
def test_what_is_no_speech_is_an_empty_turn(sound: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> None:
    heard = np.clip(sound, -32_768, 32_767).astype("<i2").tobytes()
    assert known(heard, complete=False) is None
    assert known(heard, complete=True) == ()


def test_joined_and_cut_utterances() -> None:
    pause = bytes(16_000)
    joined = SOUNDS[0] + pause + SOUNDS[3] + SOUNDS[7] + pause + SOUNDS[8]
    assert known(joined, complete=True) == tuple(Piece(place) for place in (0, 3, 7, 8))
    half = len(SOUNDS[4]) // 4 * 2
    (first,) = known(SOUNDS[4][:half], complete=True) or ()
    (second,) = known(SOUNDS[4][half:], complete=True) or ()
    assert first.place == second.place == 4
    assert (first.begin, second.end) == (0.0, 1.0)
    assert first.end == pytest.approx(0.5, abs=0.03)
    assert second.begin == pytest.approx(0.5, abs=0.03)


def test_numbered_speech_counts_from_one() -> None:
    one, far = (numbered_speech(n, "Any words.", "en", 16_000, SPEECH) for n in (3, 4_711))
    assert known(one, complete=False) == (Piece(2),)
    assert known(one + bytes(8_000) + far, complete=True) == (Piece(2), Piece(4_710))
    assert known(resampled(far, 16_000, 8_000), complete=True) == (Piece(4_710),)


def test_unknown_sound_takes_the_next_turn_and_is_known_from_then_on() -> None:
    memory = Memory()
    not_spanish = [place for place, turn in enumerate(TURNS) if turn.language != "es"]

    def heard(pcm: bytes, complete: bool = True) -> tuple[Piece, ...] | None:
        return SHARED.recognise(pcm, memory, complete=complete, fits_turn=lambda place: TURNS[place].language != "es")

    assert heard(UNKNOWN[0][: 32 * 1_000], complete=False) is None
    early = heard(UNKNOWN[0][: 32 * 2_400], complete=False)
    assert early == (Piece(not_spanish[0]),)
    assert heard(UNKNOWN[0]) == early
    assert heard(UNKNOWN[1]) == (Piece(not_spanish[1]),)
    assert heard(distorted(UNKNOWN[0], 0.3, "48 kHz stereo", 20.0, 5)) == early
    assert heard(SOUNDS[9]) == (Piece(9),)
    assert heard(UNKNOWN[1]) == (Piece(not_spanish[1]),)


def test_each_key_has_a_memory_of_its_own() -> None:
    one, other = Memory(), Memory()
    assert SHARED.recognise(UNKNOWN[0], one, complete=True) == (Piece(0),)
    assert SHARED.recognise(UNKNOWN[1], one, complete=True) == (Piece(1),)
    assert SHARED.recognise(UNKNOWN[1], other, complete=True) == (Piece(0),)
    assert SHARED.recognise(UNKNOWN[1], one, complete=True) == (Piece(1),)


def test_what_was_answered_early_stays_where_the_whole_turn_is_nothing_known() -> None:
    memory = Memory()
    strange = SOUNDS[4][: 32 * 1_000] + UNKNOWN[0][32 * 300 :] + UNKNOWN[1][32 * 300 :]
    assert SHARED.recognise(strange[: 32 * 950], memory, complete=False) == (Piece(4),)
    assert SHARED.recognise(strange[: 32 * 3_000], memory, complete=False) == (Piece(4),)
    (found, *_) = SHARED.recognise(strange, memory, complete=True) or ()
    assert found.place == 4
    assert memory.next_place == 0, "no turn was given away"


def test_what_was_answered_early_gives_way_to_what_the_whole_turn_is_beyond_doubt() -> None:
    memory = Memory()
    memory.answered(SOUNDS[4][: 32 * 500], (Piece(9),))
    assert SHARED.recognise(SOUNDS[4], memory, complete=True) == (Piece(4),)


def test_an_unknown_turn_is_answered_once_whatever_its_loudness_does() -> None:
    for gain in (0.2, 1.0, 4.0):
        memory = Memory()
        second = np.clip(np.frombuffer(UNKNOWN[1], "<i2") * gain, -32_768, 32_767).astype("<i2").tobytes()
        whole = UNKNOWN[0] + second
        early = [SHARED.recognise(whole[: 32 * ms], memory, complete=False) for ms in range(300, len(whole) // 32, 300)]
        answers = {each for each in early if each is not None}
        assert answers == {(Piece(0),)}
        assert (SHARED.recognise(whole, memory, complete=True) or ())[0].place == 0
