"""The units as systemd 257 runs them, as process 1 in namespaces, with the package installed and the emulator beside.

Nothing of this was run on a board: the devices are files, and there is neither a memory nor a processor limit.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.harness import wait_for
from tests.image.bench import CREDENTIAL, WATCHDOG_S, Bench, prepare
from tests.image.debian_root import UnavailableError
from tests.image.installed import installed
from tests.image.machine import Machine, why_not

WHY_NOT = why_not()
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)


@pytest.fixture(scope="module")
def bench(package_file: Path) -> Iterator[Bench]:
    """One machine for the tests that leave it running."""
    try:
        with installed(package_file) as root:
            prepare(root.path)
            with Machine(root.path) as machine:
                bench = Bench(machine)
                bench.start_service()
                yield bench
    except UnavailableError as why:
        pytest.skip(str(why))


@pytest.fixture
def box(bench: Bench) -> Iterator[Bench]:
    """The box, started for one test."""
    bench.start()
    yield bench
    bench.machine.run("systemctl", "kill", "--signal=SIGCONT", "dragoman.service")
    bench.machine.systemctl("stop", "dragoman.service")


def test_it_is_ready_interprets_and_has_only_the_rights_it_needs(box: Bench) -> None:
    machine = box.machine
    box.wait_for_number(3)
    assert box.numbers()[:3] == [1, 2, 3]
    assert machine.shown("dragoman.service", "NRestarts") == "0"
    assert machine.shown("dragoman.service", "StatusText").startswith("on_air")
    status = machine.path(f"/proc/{box.pid()}/status").read_text(encoding="ascii")
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert fields["Uid"].split()[0] != "0"
    assert int(fields["CapEff"], 16) == int(fields["CapBnd"], 16) == 0
    assert (fields["NoNewPrivs"], fields["Seccomp"]) == ("1", "2")
    named = {line.split(":")[2]: line.split(":")[0] for line in machine.path("/etc/group").read_text().splitlines()}
    groups = {named[number] for number in fields["Groups"].split()}
    assert groups == {"dragoman", "audio", "video", "gpio", "i2c", "spi"}
    assert machine.systemctl("--failed", "--plain", "--no-legend") == ""


def test_a_stop_in_mid_sentence_lets_the_last_sentence_arrive(box: Bench) -> None:
    box.wait_for("subtitle", lambda row: row["turn"] == 2 and not row["final"])
    began = time.monotonic()
    box.machine.systemctl("stop", "dragoman.service")
    took_s = time.monotonic() - began
    assert box.numbers()[:2] == [1, 2]
    assert box.machine.shown("dragoman.service", "Result") == "success"
    assert took_s < 15, "8 s to finish and 5 s to play"
    assert not box.machine.path("/run/dragoman").exists()


def restarted(box: Bench, before: int) -> None:
    """A fresh process interprets."""
    wait_for(lambda: box.pid() not in (0, before) or None, 60, box.told)
    box.wait_for_number(1)


def test_a_frozen_process_is_killed_by_the_watchdog_and_a_fresh_one_interprets(box: Bench) -> None:
    box.wait_for_number(1)
    frozen, began = box.pid(), time.monotonic()
    box.kill("SIGSTOP")
    box.forget()
    restarted(box, frozen)
    assert "watchdog" in box.machine.log("dragoman.service").lower()
    assert box.machine.shown("dragoman.service", "NRestarts") == "1"
    assert time.monotonic() - began > WATCHDOG_S / 2


def test_a_killed_process_is_started_again_and_interprets(box: Bench) -> None:
    box.wait_for_number(1)
    killed = box.pid()
    box.kill("SIGKILL")
    box.forget()
    restarted(box, killed)
    assert box.machine.shown("dragoman.service", "NRestarts") == "1"


def test_without_a_key_it_starts_and_says_so(bench: Bench) -> None:
    """No restart loop: the process that says S1 is the one that was started."""
    key = bench.machine.root / CREDENTIAL.lstrip("/")
    words = key.read_text()
    key.unlink()
    try:
        bench.start()
        first = bench.pid()
        bench.wait_for("fault", lambda row: row["code"] == "S1" and row["on"])
        wait_for(lambda: "S1" in bench.machine.shown("dragoman.service", "StatusText") or None, 10, bench.told)
        told = next(row["at"] for row in bench.rows("fault"))
        bench.wait_for("screen", lambda row: row["at"] > told)
        time.sleep(3)
        assert (bench.pid(), bench.machine.shown("dragoman.service", "NRestarts")) == (first, "0")
    finally:
        key.write_text(words)
        key.chmod(0o600)
        bench.machine.systemctl("stop", "dragoman.service")
