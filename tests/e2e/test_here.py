"""``dragoman run --here`` on a terminal of its own, with a desktop's sound server: ALSA's ``default`` both ways."""

import os
import signal
import subprocess
import sys
import termios
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pytest

from appliance.ports import LOUDSPEAKER_RATE_HZ, MICROPHONE_RATE_HZ
from tests.e2e.harness import KEY, ROOT, TURNS, WAIT_S, Emulator, read_rows, said, settings, translation, wait_for
from tests.e2e.pulse import PulseCard, missing
from tests.e2e.sound_stage import answer, likenesses

pytestmark = [pytest.mark.timing, pytest.mark.skipif(bool(missing()), reason=missing() or "it is all there")]
TURN = 12
PAUSE_S = 3
CTRL_C = b"\x03"


class Person:
    """Somebody at a terminal who has typed the command. A context manager: what lives is killed."""

    def __init__(self, folder: Path, *words: str, key: str | None = KEY, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self._words = words
        self._environment = dict(environment) | ({} if key is None else {"DASHSCOPE_API_KEY": key})
        self._hand, self._terminal = os.openpty()
        termios.tcsetwinsize(self._terminal, (44, 140))
        self.terminal_before = termios.tcgetattr(self._terminal)
        self._seen = bytearray()
        self._process: subprocess.Popen[bytes]

    def __enter__(self) -> Self:
        own = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "HOME": str(self.folder)}
        # setsid --ctty: a session whose terminal this is, so that Ctrl-C is a signal.
        self._process = subprocess.Popen(
            ["setsid", "--ctty", sys.executable, "-m", "appliance", "run", "--here", *self._words],
            cwd=self.folder,
            env=own | self._environment,
            stdin=self._terminal,
            stdout=self._terminal,
            stderr=self._terminal,
        )
        self._eye = threading.Thread(target=self._look)
        self._eye.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
        self._process.wait(WAIT_S)
        os.close(self._terminal)
        self._eye.join(WAIT_S)
        os.close(self._hand)

    def type(self, letters: bytes) -> None:
        os.write(self._hand, letters)

    def wait(self) -> int:
        return self._process.wait(WAIT_S)

    @property
    def terminal(self) -> list[Any]:
        """Its settings now."""
        return termios.tcgetattr(self._terminal)

    @property
    def seen(self) -> str:
        """Everything that was written to the terminal."""
        return self._seen.decode("utf-8", "replace")

    def _look(self) -> None:
        while True:
            try:
                self._seen += os.read(self._hand, 65_536)
            except OSError:  # the other end is closed
                return

    def row(self, what: str, **fields: object) -> dict[str, Any]:
        """The first row of the journal with these fields, as soon as it is there."""

        def found() -> dict[str, Any] | None:
            rows = read_rows(self.folder / "journal.jsonl")
            fits = (row for row in rows if row["what"] == what and all(row.get(k) == v for k, v in fields.items()))
            return next(fits, None)

        return wait_for(found, WAIT_S, lambda: self.seen[-3_000:])


def sound(card: PulseCard, program: str, device: str, rate_hz: int, path: Path) -> "subprocess.Popen[bytes]":
    words = [program, "-q", "-D", device, "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", str(rate_hz), str(path)]
    return subprocess.Popen(words, env={"PATH": "/usr/bin:/bin", **card.environment}, stderr=subprocess.DEVNULL)


def test_a_sentence_is_interpreted_and_ctrl_c_ends_in_order(tmp_path: Path) -> None:
    folder = tmp_path / "person"
    folder.mkdir()
    with PulseCard() as card, Emulator(tmp_path / "emulator", turns=(TURN,), key=KEY) as service:
        bench = settings(service__url=service.url, service__ca_file=service.ca, languages__theirs="fr")
        (folder / "bench.toml").write_text(bench)  # its devices are files, and a recording that ends: --here wins
        heard = tmp_path / "heard.raw"
        with (
            sound(card, "arecord", "spkmon", LOUDSPEAKER_RATE_HZ, heard) as ear,
            Person(folder, "--config", "bench.toml", "--to", "es", environment=card.desktop) as person,
        ):
            person.row("mode", to="standby")
            person.type(b"t")
            person.row("line", state="ready")
            # The microphone waits while the box says that one may speak, and so does a person.
            pause = bytes(2 * MICROPHONE_RATE_HZ * PAUSE_S)
            (tmp_path / "said.raw").write_bytes(pause + said(TURN) + pause)
            with sound(card, "aplay", "micfeed", MICROPHONE_RATE_HZ, tmp_path / "said.raw") as talk:
                talk.wait(WAIT_S)
            assert person.row("subtitle", final=True)["text"] == translation(TURN, "es")
            person.type(CTRL_C)
            assert person.wait() == 0, person.seen[-3_000:]
            assert person.terminal == person.terminal_before
            assert "English to Spanish" in person.seen
            assert "t talk" in person.seen
            assert person.seen.rstrip().endswith("\x1b[?25h"), "the picture is gone, the cursor is back"
            ear.terminate()
    raw = heard.read_bytes()
    played = np.frombuffer(raw[: len(raw) & ~1], "<i2").astype(np.float32)
    (likeness,) = likenesses([answer(TURNS[TURN].answered("es"))], played, WAIT_S * 4)
    assert likeness > 0.9, "Ctrl-C let the answer be heard to its end"
    left = {path.name for path in folder.iterdir()} - {".config"}  # libpulse's own, of every program that uses it
    assert left == {"bench.toml", "journal.jsonl"}


def test_no_sound_server_is_a_sentence(tmp_path: Path) -> None:
    nowhere = {"PULSE_SERVER": f"unix:{tmp_path}/none"}
    with Person(tmp_path, environment=nowhere) as person:
        assert person.wait() == 69
    assert "dragoman run: no microphone: default " in person.seen
    assert list(tmp_path.iterdir()) == []


def test_no_key_is_a_sentence(tmp_path: Path) -> None:
    with Person(tmp_path, key=None, environment={}) as person:
        assert person.wait() == 78
    assert "DASHSCOPE_API_KEY: holds no key" in person.seen
