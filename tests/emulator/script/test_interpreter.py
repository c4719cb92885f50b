"""The interpreter: texts, speech, hot words, senses and pieces."""

import threading
from collections.abc import Iterator

import pytest

from appliance.emulator.script.interpreter import RehearsedInterpreter, answers_in
from appliance.emulator.script.numbered import numbered_speech
from appliance.emulator.script.prerender import Renderer
from appliance.emulator.script.recogniser import Recogniser
from appliance.emulator.script.recognition_cache import Memory
from appliance.emulator.script.script import desk
from appliance.emulator.script.tts import ANSWER_RATE_HZ, Part, Speech
from appliance.emulator.session.interfaces import Interpretation, Interpreter

SPEECH = Speech()
TURNS = desk().turns
ROOM = 4  # "Your room is on the third floor, with a view of the sea."


def sound(place: int) -> bytes:
    return SPEECH.render(TURNS[place].said(), TURNS[place].language, 16_000, Part.SOURCE) or b""


class Tongue(Speech):
    """Speech that tells when a text was rendered."""

    def __init__(self) -> None:
        super().__init__()
        self.rendered = threading.Condition()

    def render(
        self, text: str, language: str, rate_hz: int, part: Part = Part.ANSWER, speed_wpm: int = 0
    ) -> bytes | None:
        pcm = super().render(text, language, rate_hz, part, speed_wpm)
        with self.rendered:
            self.rendered.notify_all()
        return pcm

    def await_answer(self, text: str, language: str) -> bytes:
        """The rendered answer, once it is there."""
        with self.rendered:
            assert self.rendered.wait_for(lambda: self.remembered(text, language, ANSWER_RATE_HZ) is not None, 10)
        return self.remembered(text, language, ANSWER_RATE_HZ) or b""


@pytest.fixture(scope="module")
def tongue() -> Tongue:
    return Tongue()


@pytest.fixture(scope="module")
def renderer(tongue: Tongue) -> Iterator[Renderer]:
    made = Renderer(tongue)
    yield made
    made.close()


@pytest.fixture(scope="module")
def interpreter(tongue: Tongue, renderer: Renderer) -> RehearsedInterpreter:
    return RehearsedInterpreter(desk(), Recogniser(desk(), tongue), renderer, Memory())


def ask(
    interpreter: Interpreter,
    heard: bytes,
    target: str,
    speak: bool = False,
    phrases: dict[str, str] | None = None,
    picture: bytes | None = None,
) -> Interpretation | None:
    return interpreter.interpret([heard], target, speak=speak, complete=True, phrases=phrases or {}, picture=picture)


@pytest.mark.parametrize("target", ["es", "ja", "ar", "zh", "hi", "ru", "fr", "de"])
def test_texts(interpreter: RehearsedInterpreter, target: str) -> None:
    answer = ask(interpreter, sound(ROOM), target)
    assert answer == Interpretation("en", TURNS[ROOM].source, TURNS[ROOM].translations[target])


def test_a_target_the_turn_lacks(interpreter: RehearsedInterpreter) -> None:
    answer = ask(interpreter, sound(ROOM), "sv")
    assert answer is not None
    assert answer.translation == f"[sv] {TURNS[ROOM].source}"


def test_speech_comes_from_its_own_thread(interpreter: RehearsedInterpreter, tongue: Tongue) -> None:
    assert ask(interpreter, sound(0), "ja", speak=True) is None
    pcm = tongue.await_answer(TURNS[0].answered("ja"), "ja")
    answer = ask(interpreter, sound(0), "ja", speak=True)
    assert answer is not None
    assert answer.speech == pcm
    assert len(pcm) > ANSWER_RATE_HZ


def test_a_language_without_voice_is_answered_in_text(interpreter: RehearsedInterpreter) -> None:
    answer = ask(interpreter, sound(0), "ast", speak=True)
    assert answer is not None
    assert answer.speech == b""


def test_all_that_may_be_said_in_a_language_can_be_rendered_ahead(
    interpreter: RehearsedInterpreter, tongue: Tongue, renderer: Renderer
) -> None:
    texts = list(answers_in(desk(), "de"))
    renderer.warm(texts, "de")
    assert texts[-1] == desk().scene("mask-masquerade")[0].answered("de")
    assert tongue.await_answer(texts[-1], "de")
    place = next(place for place, turn in enumerate(TURNS) if turn.language == "ru")
    answer = ask(interpreter, sound(place), "de", speak=True)
    assert answer is not None
    assert answer.speech


@pytest.mark.parametrize("target", ["es", "ja", "ar", "zh", "hi", "ru", "fr", "de"])
def test_a_picture_decides_what_a_word_means(interpreter: RehearsedInterpreter, target: str) -> None:
    mask = len(TURNS) - 1
    medical, masquerade = (sense.picture for sense in TURNS[mask].senses)
    for picture, scene in ((medical, "mask-medical"), (masquerade, "mask-masquerade"), (None, "mask")):
        answer = ask(interpreter, sound(mask), target, picture=picture)
        assert answer is not None
        assert answer.source == TURNS[mask].source
        assert answer.translation == desk().scene(scene)[0].translations[target]
    other = ask(interpreter, sound(ROOM), target, picture=medical)
    assert other is not None
    assert other.translation == TURNS[ROOM].translations[target]


@pytest.mark.parametrize(
    ("phrases", "translation"),
    [
        ({"room": "suite"}, "Su suite está en la tercera planta, con vistas al mar."),
        ({"ROOM": "cuarto"}, "Su cuarto está en la tercera planta, con vistas al mar."),
        ({"view": "panorama"}, "Su habitación está en la tercera planta, con vistas al mar (panorama)."),
        ({"sea": "mar"}, "Su habitación está en la tercera planta, con vistas al mar."),
        ({"lift": "elevador"}, "Su habitación está en la tercera planta, con vistas al mar."),
    ],
)
def test_hot_words(interpreter: RehearsedInterpreter, phrases: dict[str, str], translation: str) -> None:
    answer = ask(interpreter, sound(ROOM), "es", phrases=phrases)
    assert answer is not None
    assert answer.translation == translation


def test_joined_turns_answer_with_both_texts(interpreter: RehearsedInterpreter) -> None:
    answer = ask(interpreter, sound(0) + bytes(16_000) + sound(2), "zh")
    assert answer is not None
    assert answer.source == f"{TURNS[0].source} {TURNS[2].source}"
    assert answer.translation == TURNS[0].translations["zh"] + TURNS[2].translations["zh"]


def test_a_cut_turn_answers_with_its_part(interpreter: RehearsedInterpreter) -> None:
    pcm = sound(ROOM)
    half = len(pcm) // 4 * 2
    parts = [ask(interpreter, each, "es") for each in (pcm[:half], pcm[half:])]
    assert " ".join(part.source for part in parts if part) == TURNS[ROOM].source
    assert " ".join(part.translation for part in parts if part) == TURNS[ROOM].translations["es"]


def test_numbered_speech(interpreter: RehearsedInterpreter) -> None:
    near, far = (numbered_speech(n, "Any words.", "en", 16_000, SPEECH) for n in (2, 730))
    assert ask(interpreter, near, "en") == Interpretation("es", TURNS[1].source, TURNS[1].translations["en"])
    assert ask(interpreter, far, "es") == Interpretation("en", "Utterance 730.", "[es] Utterance 730.")


def test_an_empty_turn(interpreter: RehearsedInterpreter) -> None:
    assert ask(interpreter, bytes(32_000), "es", speak=True) == Interpretation("", "", "")
