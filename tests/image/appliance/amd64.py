"""The amd64 appliance in QEMU: to READY, one conversation through a real ALSA card, and a kernel that hangs.

Responsible for: `make image-test`, the part that takes minutes. Each test prints its figures for image-build/README.md.
"""

import re
import time
from pathlib import Path

import pytest

from tests.e2e.harness import SHORT, Emulator, sound, write_wav
from tests.image.appliance import disk, machine

pytestmark = pytest.mark.skipif(bool(machine.missing("amd64")), reason=machine.missing("amd64") or "it is all there")

BOOT_S = 900.0
"""QEMU translates every instruction, and the machine below has other work."""
TALK_S = 600.0
WATCHDOG_S = 14
SETTINGS = """\
[service]
url = "wss://127.0.0.1:9443/api-ws/v1/realtime"
key = "a-key-of-the-tests"
ca_file = "/boot/firmware/guest/ca.pem"
[languages]
mine = "en"
theirs = "es"
[microphone]
device = "plughw:Loopback,1,0"
[loudspeaker]
device = "plughw:Loopback,0,1"
[screen]
driver = "none"
[keys]
driver = "none"
[camera]
driver = "none"
[run]
journal = "/run/dragoman/journal.jsonl"
[system]
hostname = "virtual"
"""


def guest(name: str, **values: object) -> bytes:
    """A script of the folder ``guest`` with its capital words filled in."""
    text = (machine.GUEST / name).read_text(encoding="utf-8")
    for word, value in values.items():
        text = text.replace(word, str(value))
    return text.encode()


def provided(folder: Path, emulator: Emulator, *scripts: bytes) -> Path:
    """A new disk with a boot file, a certificate, something to say, and the guest's script."""
    image = disk.copy(machine.BUILT / "amd64" / "disk.img", folder / "disk.img")
    speech = write_wav(folder / "speech.wav", sound(SHORT))
    files = {"dragoman.toml": SETTINGS.encode(), "guest/run": b"\n".join(scripts)}
    files |= {"guest/ca.pem": emulator.ca.read_bytes(), "guest/speech.wav": speech.read_bytes()}
    disk.put(image, files, folder)
    return image


def test_it_boots_and_interprets_through_a_real_card(tmp_path: Path) -> None:
    with Emulator(tmp_path / "emulator", key="a-key-of-the-tests") as emulator:
        talk = guest("talk.sh", PORT=emulator.port, SENTENCES=len(SHORT))
        image = provided(tmp_path, emulator, guest("ready.sh"), talk)
        with machine.on("amd64", image, tmp_path / "console", append=["modules-load=snd-aloop"]) as box:
            ready = int(box.wait_for(r"GUEST ready (\d+)", BOOT_S)[1]) / 1e6
            print(f"\nREADY {ready:.1f} s of the guest's time after the kernel, {box.age_s():.0f} s after power-on")
            box.wait_for("GUEST told", 60)
            told = box.said()
            print("\n".join(line for line in told.splitlines() if line.startswith("GUEST")))
            box.wait_for("GUEST heard-all", TALK_S)
            said = box.said()
    print("\n".join(line for line in said[len(told) :].splitlines() if line.startswith("GUEST")))
    assert "GUEST root overlay lower ro" in told
    assert re.search(r"GUEST data /dev/vda3 ext4", told)
    assert len(re.findall(r"GUEST kept \S+ ext4", told)) == len(re.findall("GUEST kept", told)) > 5
    assert re.search(r"GUEST failed *\r?\n", told), "a unit failed"
    assert re.search(r"GUEST tcp *\r?\n", told), "something listens"
    assert re.search(r"GUEST tcp6 *\r?\n", told), "something listens"
    assert "GUEST passwords 0" in told
    assert len(re.findall(r'"what": "spoken"', said)) == len(SHORT)
    heard = re.search(r"GUEST heard ([\d.]+) ([\d.]+) (\d+)", said)
    assert heard
    assert float(heard[2]) > 1.0, "seconds in which something was heard"
    assert b"a-key-of-the-tests" not in (disk.get(image, "dragoman.toml") or b"")


@pytest.mark.parametrize("fitted", [True, False], ids=["watchdog", "no-watchdog"])
def test_a_kernel_that_hangs_is_reset_by_the_watchdog(tmp_path: Path, fitted: bool) -> None:
    """Without the device it hangs for good: that is what the first case is worth."""
    with Emulator(tmp_path / "emulator", key="a-key-of-the-tests") as emulator:
        image = provided(tmp_path, emulator, guest("freeze.sh"))
    devices = ["-device", "i6300esb", "-action", "watchdog=reset"] if fitted else []
    words = ["modules-load=i6300esb"] if fitted else []
    with machine.on("amd64", image, tmp_path / "console", append=words, devices=devices) as box:
        box.wait_for("GUEST freezes", BOOT_S)
        frozen = time.monotonic()
        while box.is_on() and time.monotonic() - frozen < 4 * WATCHDOG_S:
            time.sleep(0.1)
        after = time.monotonic() - frozen
        print(f"\n{box.said().split('GUEST watchdog')[-1].splitlines()[0]}: ", end="")
        print(f"reset {after:.1f} s after the kernel hung" if not box.is_on() else f"hung for {after:.0f} s, then cut")
        assert box.is_on() is not fitted
