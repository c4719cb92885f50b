"""What the world does to a box that systemd runs: no disk to write, weak power, restarts that do not help, power off.

Each in a machine of its own in namespaces. Nothing of this was run on a board.
"""

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.workers.host.restarts import MOST
from tests.e2e.harness import KEY, wait_for
from tests.image.bench import CREDENTIAL, FOLDER, OUT, Bench, prepare, write
from tests.image.debian_root import UnavailableError
from tests.image.installed import installed
from tests.image.machine import Machine, why_not

WHY_NOT = why_not()
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)

NETWORK = """[Unit]
Description=a network that goes at shutdown
Before=network.target
Wants=network.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/bin/true
ExecStop=/usr/sbin/ip link set lo down
[Install]
WantedBy=multi-user.target
"""
SURVIVES = "[Unit]\nDefaultDependencies=no\n"
"""The service is at the other end of the world: it does not stop because this machine does."""
POWER_KEY = "".join(f'[[key]]\nat_ms = {at}\nkey = "{key}"\ndown = {down}\n' for at, key, down in [
    (0, "privacy", "true"), (3_500, "power", "true"), (6_500, "power", "false"),
])  # fmt: skip


@pytest.fixture(scope="module")
def root(package_file: Path) -> Iterator[Path]:
    """One root for all of these: what a test leaves in it is a machine's past."""
    try:
        with installed(package_file) as made:
            prepare(made.path)
            yield made.path
    except UnavailableError as why:
        pytest.skip(str(why))


@pytest.fixture
def bench(root: Path) -> Iterator[Bench]:
    """A machine with the service, and the box not yet started."""
    with Machine(root) as machine:
        bench = Bench(machine)
        bench.start_service()
        yield bench


def interprets_with(bench: Bench, code: str) -> None:
    """The fault is told, and nothing is missing of what was said."""
    bench.start()
    bench.wait_for("fault", lambda row: row["code"] == code and row["on"])
    bench.wait_for_number(3)
    assert bench.numbers()[:3] == [1, 2, 3]
    assert bench.machine.shown("dragoman.service", "NRestarts") == "0"


def test_from_a_read_only_disk_it_starts_says_so_and_interprets(bench: Bench) -> None:
    out, run = OUT, bench.machine.run
    run("mount", "--bind", out, out, check=True)
    run("mount", "-o", "remount,ro,bind", "/", check=True)
    assert run("touch", "/var/lib/dragoman/probe").returncode != 0
    interprets_with(bench, "W1")


def test_with_a_full_disk_it_starts_says_so_and_interprets(bench: Bench) -> None:
    run = bench.machine.run
    run(
        "mount",
        "-t",
        "tmpfs",
        "-o",
        "size=64k,mode=700,uid=dragoman,gid=dragoman",
        "tmpfs",
        "/var/lib/dragoman",
        check=True,
    )
    run("dd", "if=/dev/zero", "of=/var/lib/dragoman/full", "bs=4k")
    assert run("sh", "-c", "echo more > /var/lib/dragoman/probe").returncode != 0
    interprets_with(bench, "W1")


def test_weak_power_is_told_by_the_real_process(bench: Bench) -> None:
    """The kernel's alarm, where raspberrypi-hwmon shows it; a tmpfs stands for sysfs."""
    run, sensor = bench.machine.run, "/sys/class/hwmon/hwmon0"
    run("mount", "-t", "tmpfs", "tmpfs", "/sys/class", check=True)
    run("mkdir", "-p", sensor, check=True)
    run("sh", "-c", f"echo rpi_volt > {sensor}/name; echo 1 > {sensor}/in0_lcrit_alarm", check=True)
    interprets_with(bench, "V1")
    (row,) = (row for row in bench.rows("fault") if row["code"] == "V1")
    assert row["detail"] == "low voltage"


def test_the_boot_file_is_carried_out_before_the_network_and_the_box_has_its_key(root: Path) -> None:
    """The unit's sandbox lets provisioning write what it has to: the key moves, the machine has its name."""
    key = root / CREDENTIAL.lstrip("/")
    key.unlink()
    write(root, "/boot/firmware/dragoman.toml", f'[service]\nkey = "{KEY}"\n[system]\nhostname = "desk-7"\n')
    with Machine(root) as machine:
        log = machine.log("dragoman-provision.service")
        assert machine.shown("dragoman-provision.service", "Result") == "success", log
        assert key.read_text().strip() == KEY, log
        assert KEY not in (root / "boot/firmware/dragoman.toml").read_text() + log
        assert (root / "etc/hostname").read_text().strip() == "desk-7"
        assert machine.run("hostname").stdout.strip() == "desk-7"
        bench = Bench(machine)
        bench.start_service()
        bench.start()
        bench.wait_for_number(1)
    (root / "boot/firmware/dragoman.toml").unlink()


def helpless(bench: Bench) -> None:
    """A box that was started so often that once more is once too often, and is killed once more."""
    bench.start()
    starts = bench.machine.path("/run/dragoman/starts.json")
    content = json.loads(starts.read_text(encoding="utf-8"))
    content["at_ms"] = content["at_ms"] * MOST
    starts.write_text(json.dumps(content), encoding="utf-8")
    bench.kill("SIGKILL")


def test_restarts_that_do_not_help_reboot_the_machine_once_and_not_again(root: Path) -> None:
    with Machine(root) as machine:
        bench = Bench(machine)
        bench.start_service()
        helpless(bench)
        assert machine.wait_off() == -signal.SIGHUP, "a reboot, as pid_namespaces(7) has it"
    mark = root / "var/lib/dragoman-machine/reboot.json"
    assert json.loads(mark.read_text())["at_ms"] > 0
    with Machine(root) as machine:
        bench = Bench(machine)
        bench.start_service()
        helpless(bench)
        wait_for(lambda: "too near" in machine.log("dragoman-power.service") or None, 60, bench.told)
        bench.wait_for_number(1)
        assert machine.is_on
        assert not machine.path("/run/dragoman/power").exists()
        assert machine.systemctl("is-active", "dragoman-power.path") == "active"
    mark.unlink()


def test_the_power_key_ends_the_sentence_before_the_network_goes_and_powers_off(root: Path) -> None:
    prepare(root, keys__driver="script", keys__script=f"{FOLDER}/keys.toml")
    write(root, f"{FOLDER}/keys.toml", POWER_KEY)
    write(root, "/etc/systemd/system/network-that-goes.service", NETWORK)
    write(root, "/etc/systemd/system/emulator.service.d/far.conf", SURVIVES)
    with Machine(root) as machine:
        bench = Bench(machine)
        bench.start_service()
        machine.systemctl("start", "network-that-goes.service")
        bench.start()
        bench.wait_for("mode", lambda row: row["to"] == "stopping")
        began = time.monotonic()
        assert machine.wait_off() == -signal.SIGINT, "powered off, as pid_namespaces(7) has it"
        took_s = time.monotonic() - began
    asked = next(row["at"] for row in bench.rows("mode") if row["to"] == "stopping")
    heard = [row["at"] for row in bench.rows("subtitle") if row["final"]]
    assert any(at > asked for at in heard), "the sentence that was being said arrived after the key"
    assert not [row for row in bench.rows("line") if row["state"] == "lost"]
    assert took_s < 25
