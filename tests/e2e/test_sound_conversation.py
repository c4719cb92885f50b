"""Spoken conversations over the real libasound: in through the microphone, out of the loudspeaker, at the pace of life.

The scenes run side by side, each with a card, a service and a box of its own, and are judged by the tests below.
"""

import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from appliance.emulator.script.script import Rehearsal, Turn
from tests.e2e.harness import Row
from tests.e2e.numbers import WORDS, Account, account, recording, rehearsal, utterance
from tests.e2e.pulse import missing
from tests.e2e.sound_stage import Stage, answer, likenesses, longest_stall_ms, silence, uplink_rate_hz, wait_until

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "it is all there")

GAP_MS = 2_600  # after a question there is time for its answer
ECHO_GAP_MS = 4_500  # and, where the box is not heard while it speaks, for the echo of it
SETTLING_MS = 10_000
BACK_S = 2.0
EARLY_S = 0.3  # the longest that a card, an ear or a key takes to be there
SILENT = 30  # of 32,767
STOOD_STILL_MS = 250  # the uplink sends every 40 ms; this machine alone has been seen to delay it by 220
LONG_ANSWER = "Esta respuesta es larga, y quien la escucha sabe muy pronto que no es lo que ha querido decir. " * 2


@dataclass(frozen=True, slots=True)
class Scene:
    """What came of one."""

    code: int
    account: Account
    rows: list[Row]
    told: str
    likenesses: tuple[float, ...] = ()
    rate_hz: float = 0
    responses: int = 0
    stall_ms: int = 0
    fault_s: float = 0
    back_s: float = 0
    silent_s: float = 0

    def of(self, what: str) -> list[Row]:
        return [row for row in self.rows if row["what"] == what]

    @property
    def gaps_ms(self) -> int:
        return sum(row["gap_ms"] for row in self.of("turn"))


def talked(folder: Path, seconds: int) -> Scene:
    """A conversation with nothing wrong."""
    count = max(3, seconds * 1_000 // (GAP_MS + len(utterance(1)) // 32))
    said = recording(range(1, count + 1), gap_ms=GAP_MS)
    with Stage(folder, rehearsal(count)) as stage:
        stage.speak(said.pcm + silence(SETTLING_MS))
        wait_until(time.monotonic() + said.ends_ms[-1] / 1_000 + 5)
        stage.box.signal(signal.SIGTERM)
        done = stage.box.wait(20)
        heard = stage.heard()
        first = next(row["at"] for row in stage.emulator.rows("in"))
        return Scene(
            done.code,
            account(stage.box, said.numbers),
            stage.box.rows(),
            stage.box.told(),
            tuple(likenesses([answer(f"número {n}") for n in said.numbers], heard, 12)),
            uplink_rate_hz(stage.emulator, first + SETTLING_MS, first + said.ends_ms[-1]),
            stall_ms=longest_stall_ms(stage.emulator),
        )


def echoed(folder: Path, seconds: int, mode: str = "loudspeaker") -> Scene:
    """The microphone hears the loudspeaker; half duplex is to keep the box from interpreting itself."""
    count = max(3, seconds * 1_000 // (ECHO_GAP_MS + len(utterance(1)) // 32))
    said = recording(range(1, count + 1), gap_ms=ECHO_GAP_MS)
    with Stage(folder, rehearsal(count), wired=True, loudspeaker__mode=mode) as stage:
        stage.speak(said.pcm + silence(SETTLING_MS))
        wait_until(time.monotonic() + said.ends_ms[-1] / 1_000 + 7)
        stage.box.signal(signal.SIGTERM)
        done = stage.box.wait(20)
        responses = len(stage.emulator.messages("out", "response.created"))
        return Scene(
            done.code, account(stage.box, said.numbers), stage.box.rows(), stage.box.told(), responses=responses,
            stall_ms=longest_stall_ms(stage.emulator),
        )  # fmt: skip


def pulled_out(folder: Path) -> Scene:
    """The card is pulled out in mid-conversation and plugged in again after five seconds."""
    before, after = recording((1, 2, 3), gap_ms=GAP_MS), recording((4, 5, 6), gap_ms=GAP_MS, lead_ms=0)
    with Stage(folder, rehearsal(6)) as stage:
        stage.speak(before.pcm + silence(SETTLING_MS))
        wait_until(time.monotonic() + before.ends_ms[-1] / 1_000 + 4)
        stage.card.unplug()
        began = time.monotonic()
        for code in ("M1", "P1"):
            stage.box.wait_for("fault", lambda row, code=code: row["code"] == code and row["on"])  # type: ignore[misc]
        fault_s = time.monotonic() - began
        wait_until(began + 5)
        stage.card.plug()
        began = time.monotonic()
        for code in ("M1", "P1"):
            stage.box.wait_for("fault", lambda row, code=code: row["code"] == code and not row["on"])  # type: ignore[misc]
        back_s = time.monotonic() - began
        stage.listen()
        stage.speak(after.pcm + silence(SETTLING_MS))
        wait_until(time.monotonic() + after.ends_ms[-1] / 1_000 + 5)
        stage.box.signal(signal.SIGTERM)
        done = stage.box.wait(20)
        return Scene(
            done.code,
            account(stage.box, range(1, 7)),
            stage.box.rows(),
            stage.box.told(),
            tuple(likenesses([answer(f"número {n}") for n in after.numbers], stage.heard(), 12)),
            fault_s=fault_s,
            back_s=back_s,
        )


def interrupted(folder: Path) -> Scene:
    """The box speaks into its own microphone, at length; a talk key is pressed, and its holder speaks."""
    turns = (Turn("en", WORDS, {"es": f"número 1. {LONG_ANSWER}"}), Turn("en", WORDS, {"es": "número 2"}))
    folder.mkdir(parents=True, exist_ok=True)
    keys = folder / "keys.toml"
    pressed_ms, released_ms = 9_000, 12_500
    keys.write_text(
        f'[[key]]\nat_ms = {pressed_ms}\nkey = "talk"\ndown = true\n'
        f'[[key]]\nat_ms = {released_ms}\nkey = "talk"\ndown = false\n'
    )
    made = Stage(
        folder,
        Rehearsal("long", turns),
        wired=True,
        loudspeaker__mode="loudspeaker",
        keys__driver="script",
        keys__script=keys,
        run__start="at-once",
    )
    with made as stage:
        stage.speak(silence(300) + utterance(1) + silence(SETTLING_MS))
        stage.box.wait_for("key", lambda row: row["down"])
        pressed = len(stage.heard())
        stage.speak(silence(100) + utterance(2) + silence(SETTLING_MS))
        wait_until(time.monotonic() + 8)
        stage.box.signal(signal.SIGTERM)
        done = stage.box.wait(20)
        heard = stage.heard()
        assert abs(heard[max(0, pressed - 24_000) : pressed]).max() > SILENT, "it did not speak when the key came"
        behind = abs(heard[pressed : pressed + 24_000]) > SILENT
        silent_s = float(behind.nonzero()[0][-1] / 24_000) if behind.any() else 0.0
        return Scene(
            done.code,
            account(stage.box, (1, 2)),
            stage.box.rows(),
            stage.box.told(),
            silent_s=silent_s,
            responses=len(stage.emulator.messages("out", "response.created")),
            stall_ms=longest_stall_ms(stage.emulator),
        )


def unstalled(play: Callable[[Path], Scene], folder: Path) -> Scene:
    """Play it again, twice at most, if this machine stood still meanwhile.

    The model of the room is a process of this machine: what it plays late comes back as an echo that no room has.
    """
    scene = play(folder / "first")
    for again in ("second", "third"):
        if scene.stall_ms < STOOD_STILL_MS:
            break
        print(f"the machine stood still for {scene.stall_ms} ms: the scene is played again")
        scene = play(folder / again)
    return scene


Scenes = dict[str, Future[Scene]]


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenes]:
    """All that CI has time for, three at a time: the longest first, the shortest behind those that end sooner."""
    folder = tmp_path_factory.mktemp("sound")
    plays: dict[str, Callable[[], Scene]] = {
        "talked": lambda: talked(folder / "talked", 90),
        "echoed": lambda: unstalled(partial(echoed, seconds=60), folder / "echoed"),
        "unguarded": lambda: echoed(folder / "unguarded", 20, "headset"),
        "pulled out": lambda: pulled_out(folder / "pulled-out"),
        "interrupted": lambda: unstalled(interrupted, folder / "interrupted"),
    }
    with ThreadPoolExecutor(3) as pool:
        yield {name: pool.submit(play) for name, play in plays.items()}


def judge_talk(scene: Scene) -> None:
    worst = min(scene.likenesses)
    print(
        f"conversation: {scene.account.said} utterances, {scene.gaps_ms} ms of gaps, capture {scene.rate_hz:.1f} Hz, "
        f"least correlation {worst:.3f}, {sum(each < 0.99 for each in scene.likenesses)} below 0.99, "
        f"longest stall of the uplink {scene.stall_ms} ms"
    )
    assert scene.code == 0, scene.told
    assert scene.account.lost == scene.account.strangers == (), scene.told
    assert scene.account.repeats == 0, scene.told
    assert scene.gaps_ms == 0, scene.told
    assert abs(scene.rate_hz / 16_000 - 1) < 0.005
    assert worst > 0.9, scene.likenesses
    assert [row for row in scene.of("fault") if row["on"]] == []


def judge_echo(scene: Scene) -> None:
    print(
        f"echo: {scene.account.said} utterances, {scene.responses} responses, {len(scene.of('spoken'))} spoken, "
        f"longest stall of the uplink {scene.stall_ms} ms"
    )
    assert scene.code == 0, scene.told
    assert scene.account.lost == scene.account.strangers == (), scene.told
    assert scene.account.repeats == 0, scene.told
    assert scene.responses == scene.account.said == len(scene.of("spoken")), scene.told


@pytest.mark.timing
def test_a_conversation_of_90_seconds(scenes: Scenes) -> None:
    judge_talk(scenes["talked"].result())


@pytest.mark.timing
def test_for_a_minute_the_box_does_not_interpret_itself(scenes: Scenes) -> None:
    judge_echo(scenes["echoed"].result())


@pytest.mark.timing
def test_without_half_duplex_it_would(scenes: Scenes) -> None:
    """The proof that there is an echo."""
    scene = scenes["unguarded"].result()
    assert scene.responses > scene.account.said, scene.told


@pytest.mark.timing
def test_a_card_that_comes_back_is_used_and_nothing_said_to_it_is_lost(scenes: Scenes) -> None:
    scene = scenes["pulled out"].result()
    print(f"pulled out: told after {scene.fault_s:.2f} s, both back {scene.back_s:.2f} s after the card")
    assert scene.code == 0, scene.told
    assert scene.back_s < BACK_S, scene.told
    assert scene.account.lost == scene.account.strangers == (), scene.told
    assert min(scene.likenesses) > 0.9, scene.likenesses


@pytest.mark.timing
def test_a_talk_key_gets_through_at_once(scenes: Scenes) -> None:
    scene = scenes["interrupted"].result()
    print(
        f"talk key: silent {scene.silent_s * 1_000:.0f} ms after it, {scene.responses} responses, "
        f"longest stall of the uplink {scene.stall_ms} ms"
    )
    assert scene.code == 0, scene.told
    assert scene.silent_s < EARLY_S, scene.told
    assert scene.account.lost == (), scene.told
    assert scene.responses == 2, scene.told


@pytest.mark.soak
def test_a_conversation_of_ten_minutes(tmp_path: Path) -> None:
    judge_talk(talked(tmp_path, 600))


@pytest.mark.soak
def test_for_ten_minutes_the_box_does_not_interpret_itself(tmp_path: Path) -> None:
    judge_echo(echoed(tmp_path, 600))
