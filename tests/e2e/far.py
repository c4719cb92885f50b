"""The service in a network namespace of its own, and the box in another: a link that can really be cut.

Responsible for: two namespaces, the pair of interfaces between them, dropping packets, and an emulator process behind.
Must not: touch the machine's own interfaces or firewall, or leave anything behind.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.e2e.harness import ROOT, Emulator, read_rows, wait_for

BOX_IP, FAR_IP = "10.77.0.2", "10.77.0.1"


def missing() -> str:
    """Why it cannot be had here; empty where it can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    absent = [name for name in ("ip", "iptables") if shutil.which(name) is None]
    if absent:
        return f"no {' and no '.join(absent)} (apt packages iproute2 and iptables)"
    tried = subprocess.run(["ip", "netns", "add", _name("try")], capture_output=True, text=True)
    if tried.returncode:
        return f"this machine gives no network namespaces: {tried.stderr.strip()}"
    subprocess.run(["ip", "netns", "del", _name("try")], check=False)
    return ""


def _name(part: str) -> str:
    return f"dragoman-{os.getpid()}-{part}"


def _do(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        raise OSError(f"{' '.join(words)}: {done.stderr.strip()}")


class Cable:
    """A link between two namespaces. A context manager; one at a time in a process and name."""

    def __init__(self, name: str) -> None:
        self._box, self._far = _name(f"{name}-box"), _name(f"{name}-far")
        self._ends = (f"dg{os.getpid() % 10_000}{name[:3]}b", f"dg{os.getpid() % 10_000}{name[:3]}f")

    def __enter__(self) -> "Cable":
        near, far = self._ends
        for space in (self._box, self._far):
            _do("ip", "netns", "add", space)
        _do("ip", "link", "add", near, "netns", self._box, "type", "veth", "peer", "name", far, "netns", self._far)
        for space, end, address in ((self._box, near, BOX_IP), (self._far, far, FAR_IP)):
            _do("ip", "-n", space, "address", "add", f"{address}/24", "dev", end)
            _do("ip", "-n", space, "link", "set", "lo", "up")
            _do("ip", "-n", space, "link", "set", end, "up")
        return self

    def __exit__(self, *_exc: object) -> None:
        for space in (self._box, self._far):
            subprocess.run(["ip", "netns", "del", space], check=False)

    @property
    def near(self) -> tuple[str, ...]:
        """What runs a command on the box's side."""
        return ("ip", "netns", "exec", self._box)

    @property
    def far(self) -> tuple[str, ...]:
        """What runs a command on the service's side."""
        return ("ip", "netns", "exec", self._far)

    def drop(self) -> None:
        """A black hole: every packet of both ways is dropped behind the link, and nobody is told."""
        self._rules("-A", "INPUT", "-j", "DROP")
        self._rules("-A", "OUTPUT", "-j", "DROP")

    def lose(self, percent: int) -> None:
        """So many packets of each way are lost, at random."""
        some = ("-m", "statistic", "--mode", "random", "--probability", f"{percent / 100:.2f}", "-j", "DROP")
        self._rules("-A", "INPUT", *some)
        self._rules("-A", "OUTPUT", *some)

    def reset(self) -> None:
        """Every packet to the service is answered by a TCP reset."""
        self._rules("-A", "INPUT", "-p", "tcp", "-j", "REJECT", "--reject-with", "tcp-reset")

    def clear(self) -> None:
        """Fair weather."""
        self._rules("-F")

    def pull(self) -> None:
        """Pull the cable: the box's interface has no carrier."""
        _do("ip", "-n", self._far, "link", "set", self._ends[1], "down")

    def plug(self) -> None:
        """Plug it in again."""
        _do("ip", "-n", self._far, "link", "set", self._ends[1], "up")

    def _rules(self, *words: str) -> None:
        _do(*self.far, "iptables", "-w", *words)


class FarEmulator(Emulator):
    """The emulator as a process of its own behind the cable. Looks like one in this process, without its controls."""

    def __init__(self, folder: Path, cable: Cable, rehearsal: Path, habits: Sequence[str] = ()) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.ca = folder / "certificates" / "ca.pem"
        self.url = ""
        self._log = folder / "wire.jsonl"
        self._out = folder / "output.txt"
        self._command = [
            *cable.far, sys.executable, "-m", "appliance", "emulator", "--host", FAR_IP, "--port", "0",
            "--cert-dir", str(self.ca.parent), "--rehearsal", str(rehearsal), "--log", str(self._log),
            *(word for habit in habits for word in ("--habit", habit)),
        ]  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "FarEmulator":
        with self._out.open("wb") as out:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
            )
        told = wait_for(self._listening, 60, self._out.read_text)
        self.url = told.rpartition(" ")[2]
        return self

    def __exit__(self, failed: object, *_exc: object) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(20)
        if failed is None:
            self.assert_pictures_in_order()

    def _listening(self) -> str | None:
        lines = self._out.read_text(encoding="utf-8").splitlines()
        return next((line for line in lines if line.startswith("listening on ")), None)

    def dials(self) -> int:
        """Upgrade requests so far."""
        return len([row for row in read_rows(self._log) if row["way"] in ("open", "refused")])
