"""The box as its package installs it, on the bench: recorded speech, files for devices, the emulator beside it.

Responsible for: the files that a root needs for that, and reading what the box and the service wrote.
Must not: change a unit in more than where it may write and how soon its watchdog bites.
"""

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.e2e.harness import KEY, Row, settings, wait_for, write_wav
from tests.e2e.numbers import as_toml, numbers_in, recording
from tests.image.machine import Machine

FOLDER = "/srv/bench"
OUT = f"{FOLDER}/out"
CREDENTIAL = "/etc/dragoman/credentials/dashscope_api_key"
WATCHDOG_S = 6
PORT = 8443
KNOWN = 12
WAIT_S = 60.0

EMULATOR = f"""[Unit]
Description=the service of the bench
[Service]
ExecStart=/usr/bin/dragoman emulator --port {PORT} --cert-dir {FOLDER}/certificates --rehearsal {FOLDER}/numbers.toml \
--habit rate_limit:off
"""
DROP_IN = f"""[Service]
ReadWritePaths={OUT}
WatchdogSec={WATCHDOG_S}
"""


def prepare(root: Path, numbers: Sequence[int] = range(1, 4), **changes: object) -> None:
    """What the root of a machine needs: settings, a recording of these numbers, the key and the emulator."""
    own: dict[str, object] = {
        "service__url": f"wss://127.0.0.1:{PORT}/api-ws/v1/realtime",
        "service__ca_file": f"{FOLDER}/certificates/ca.pem",
        "microphone__device": f"{FOLDER}/in.wav",
        "loudspeaker__device": f"{OUT}/heard.wav",
        "screen__driver": "png",
        "screen__directory": f"{OUT}/screen",
        "run__until": "forever",
        "run__start": "at-once",
        "run__journal": f"{OUT}/journal.jsonl",
    }
    out = root / OUT.lstrip("/")
    out.mkdir(parents=True, exist_ok=True)
    user = next(line for line in (root / "etc/passwd").read_text().splitlines() if line.startswith("dragoman:"))
    os.chown(out, int(user.split(":")[2]), int(user.split(":")[3]))
    write(root, "/etc/dragoman/config.toml", settings(**own | changes))
    write(root, f"{FOLDER}/numbers.toml", as_toml(KNOWN))
    write(root, "/etc/systemd/system/emulator.service", EMULATOR)
    write(root, "/etc/systemd/system/dragoman.service.d/bench.conf", DROP_IN)
    write(root, CREDENTIAL, f"{KEY}\n")
    (root / CREDENTIAL.lstrip("/")).chmod(0o600)
    write_wav(root / FOLDER.lstrip("/") / "in.wav", recording(numbers).pcm)
    # The box is started by the test, when the service is there.
    wanted = root / "etc/systemd/system/multi-user.target.wants/dragoman.service"
    wanted.unlink(missing_ok=True)


def write(root: Path, inside: str, text: str) -> None:
    """A file of the root, and the folders above it."""
    path = root / inside.lstrip("/")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


class Bench:
    """A machine that was prepared."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    def start_service(self) -> None:
        """The emulator listens."""
        self.machine.systemctl("start", "emulator.service")
        wait_for(lambda: "listening on" in self.machine.log("emulator.service") or None, WAIT_S, self.told)

    def start(self) -> None:
        """The box, with nothing left of an earlier one; returns when it said READY."""
        self.forget()
        self.machine.systemctl("start", "dragoman.service")

    def forget(self) -> None:
        """Whatever was journalled is not looked at again: the next process makes a new file."""
        self.out("journal.jsonl").unlink(missing_ok=True)

    def out(self, name: str) -> Path:
        """A file that the box wrote."""
        return self.machine.root / OUT.lstrip("/") / name

    def rows(self, *whats: str) -> list[Row]:
        """The box's journal so far, of the process that is."""
        try:
            lines = self.out("journal.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
        except FileNotFoundError:
            return []
        rows: list[dict[str, Any]] = [json.loads(line) for line in lines]
        return [row for row in rows if not whats or row["what"] in whats]

    def wait_for(self, what: str, fits: Callable[[Row], bool] = lambda _: True, limit_s: float = WAIT_S) -> Row:
        """The first row of a kind that fits."""
        return wait_for(lambda: next((row for row in self.rows(what) if fits(row)), None), limit_s, self.told)

    def numbers(self) -> list[int]:
        """Of the final subtitles."""
        return [number for row in self.rows("subtitle") if row["final"] for number in numbers_in(row["text"])]

    def wait_for_number(self, number: int) -> None:
        """Until this utterance was answered."""
        wait_for(lambda: number in self.numbers() or None, WAIT_S, self.told)

    def pid(self) -> int:
        """The main process, by its number in the machine; 0 between two."""
        return int(self.machine.shown("dragoman.service", "MainPID"))

    def kill(self, name: str) -> None:
        """Send the main process a signal."""
        self.machine.systemctl("kill", "--kill-whom=main", f"--signal={name}", "dragoman.service")

    def told(self) -> str:
        """All it said, for a failed test."""
        states = self.machine.run(
            "systemctl", "status", "--no-pager", "-n", "40", "dragoman.service", "emulator.service"
        )
        return states.stdout + "\n".join(json.dumps(row) for row in self.rows()[-30:])
