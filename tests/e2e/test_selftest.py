"""``dragoman selftest`` as a process, over real libasound with a PulseAudio daemon as the card."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.adapters.sounds import encode, tone
from tests.e2e.harness import KEY, ROOT, Emulator, settings
from tests.e2e.pulse import PulseCard, missing
from tests.e2e.test_alsa import Talker, use

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "it is all there")

HUM = encode(tone(300, 16_000, 1, 0.01), 16)
LIMIT_S = 30


@dataclass(frozen=True, slots=True)
class Table:
    """What it printed: row → PASS, a code, or "-"; row → words."""

    code: int
    marks: dict[str, str]
    words: dict[str, str]
    took_s: float
    all_of_it: str


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with Emulator(tmp_path_factory.mktemp("emulator"), turns=()) as started:
        yield started


def selftest(folder: Path, emulator: Emulator, card: PulseCard, key: str = KEY, **changes: object) -> Table:
    values: dict[str, object] = {
        "service__url": emulator.url,
        "service__ca_file": emulator.ca,
        "microphone__driver": "alsa",
        "microphone__device": "mic",
        "loudspeaker__driver": "alsa",
        "loudspeaker__device": "speaker",
        "run__until": "forever",
    } | changes
    (folder / "bench.toml").write_text(settings(**values))
    for name in ("state", "run"):
        (folder / name).mkdir(exist_ok=True)
    own = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "HOME": str(folder)}
    folders = {"STATE_DIRECTORY": str(folder / "state"), "RUNTIME_DIRECTORY": str(folder / "run")}
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "appliance", "selftest", "--config", "bench.toml"],
        cwd=folder,
        env=own | folders | card.environment | ({"DASHSCOPE_API_KEY": key} if key else {}),
        capture_output=True,
        text=True,
        timeout=LIMIT_S + 15,
        check=False,
    )
    took_s = time.monotonic() - began
    rows = [[part.strip() for part in line.split("|", 2)] for line in done.stdout.splitlines()]
    told = done.stdout + done.stderr
    assert all(len(row) == 3 for row in rows), told
    assert took_s < LIMIT_S, told
    assert not key or key not in told
    return Table(done.returncode, {r[0]: r[1] for r in rows}, {r[0]: r[2] for r in rows}, took_s, told)


def test_a_good_box_passes_and_hears_itself(
    tmp_path: Path, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    with PulseCard(wired=True) as card:
        use(card, monkeypatch)
        with Talker(HUM):
            table = selftest(tmp_path, emulator, card)
    assert table.code == 0, table.all_of_it
    required = ("settings", "microphone", "loudspeaker", "clock", "name", "service", "key", "round trip", "storage")
    assert {what: table.marks[what] for what in required} == dict.fromkeys(required, "PASS"), table.all_of_it
    assert "the microphone hears the loudspeaker" in table.words["loop"]
    assert "session.finish" in [row["message"]["type"] for row in emulator.rows("in")]
    again = selftest(tmp_path, emulator, card, microphone__device="nowhere", loudspeaker__driver="none")
    assert again.words["kept"] == "1 dials in the last minute; nothing is owed"
    print(f"a whole self-test took {table.took_s:.1f} s")


def test_a_muted_microphone_fails_it(tmp_path: Path, emulator: Emulator) -> None:
    with PulseCard() as card:
        table = selftest(tmp_path, emulator, card)
    assert (table.code, table.marks["microphone"], table.marks["loudspeaker"]) == (69, "M4", "PASS"), table.all_of_it


def test_without_card_and_key_each_row_says_so(tmp_path: Path, emulator: Emulator) -> None:
    with PulseCard() as card:
        card.unplug()
        table = selftest(tmp_path, emulator, card, key="")
    marks = {what: table.marks[what] for what in ("microphone", "loudspeaker", "loop", "service", "key", "round trip")}
    assert marks == {
        "microphone": "M1", "loudspeaker": "P1", "loop": "-", "service": "PASS", "key": "S1", "round trip": "-",
    }, table.all_of_it  # fmt: skip
    assert table.code == 69


def test_a_card_that_hangs_holds_nothing_else_up(tmp_path: Path, emulator: Emulator) -> None:
    with PulseCard() as card:
        card.freeze()
        table = selftest(tmp_path, emulator, card)
    marks = {what: table.marks[what] for what in ("microphone", "loudspeaker", "service", "round trip", "storage")}
    assert marks == {
        "microphone": "M3", "loudspeaker": "P1", "service": "PASS", "round trip": "PASS", "storage": "PASS",
    }, table.all_of_it  # fmt: skip
    assert table.code == 69
    print(f"with a card that hangs it took {table.took_s:.1f} s")


def test_in_private_mode_nothing_listens(tmp_path: Path, emulator: Emulator) -> None:
    (tmp_path / "keys.toml").write_text('[[key]]\nat_ms = 0\nkey = "privacy"\ndown = false\n')
    with PulseCard() as card:
        table = selftest(tmp_path, emulator, card, keys__driver="script", keys__script="keys.toml")
    assert (table.marks["microphone"], table.marks["loop"], table.code) == ("-", "-", 0), table.all_of_it
    assert table.words["microphone"] == "private: it is not opened"
    assert table.marks["loudspeaker"] == table.marks["round trip"] == "PASS"
