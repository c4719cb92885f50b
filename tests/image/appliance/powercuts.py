"""Twenty times the plug is pulled from the amd64 appliance, at moments that a seed chose: half of them while it starts,
half while somebody is speaking and the cost meter is written.

Responsible for: settings, key, Wi-Fi profile and meter after each cut, and file systems that the next start can use.
QEMU is killed; what the guest had not flushed to its disk is gone. A card that lies about flushing is not modelled.
"""

import json
import os
import random
import re
import time
import zlib
from pathlib import Path

import pytest

from tests.e2e.harness import Emulator
from tests.image.appliance import disk, machine
from tests.image.appliance.amd64 import BOOT_S, SETTINGS, guest, provided

pytestmark = pytest.mark.skipif(bool(machine.missing("amd64")), reason=machine.missing("amd64") or "it is all there")

CUTS = int(os.environ.get("DRAGOMAN_CUTS", "20"))
SEED = int(os.environ.get("DRAGOMAN_CUT_SEED", "11"))
RUNNING_S = 90.0
"""The latest cut behind READY. The meter is written every 40 s."""
LOST_MS = 60_000
"""What the meter may be behind after a cut."""
STATE = "/var/lib/dragoman"
KEY = "/etc/dragoman/credentials/dashscope_api_key"
PROFILE = "/etc/NetworkManager/system-connections/dragoman-wifi.nmconnection"
WIFI = '[wifi]\nssid = "of the test"\npassword = "correct horse"\ncountry = "DE"\n'


def meter(kept: disk.Data) -> tuple[int, int] | None:
    """(serial, ms sent) of the newest whole file of the two; None where none was ever written."""
    found = []
    for name in ("cost.0", "cost.1"):
        text, _, checksum = (kept.read(f"{STATE}/{name}") or b"").decode("ascii", "replace").strip().rpartition(" ")
        if text and f"{zlib.crc32(text.encode()):08x}" == checksum:
            row = json.loads(text)
            found.append((int(row["serial"]), int(row["sent_ms"])))
    return max(found, default=None)


def check(image: Path, folder: Path, before: tuple[int, int] | None, was_ready: bool) -> tuple[int, int] | None:
    """After a cut: nothing is broken, nothing that was kept is gone. Gives the meter."""
    kept = disk.data(image, folder)
    assert kept.fsck <= disk.REPAIRED, kept.words
    boot = disk.get(image, "dragoman.toml")
    assert boot is not None, "the boot file is gone"
    key = kept.read(KEY)
    assert key == b"a-key-of-the-tests" or b"a-key-of-the-tests" in boot, f"the key is in neither place: {key!r}"
    assert re.sub(rb'(key|password) = ".*"', rb"\1", boot) == re.sub(rb'(key|password) = ".*"', rb"\1", wanted()), boot
    now = meter(kept)
    assert before is None or (now is not None and now >= before), f"the meter went from {before} to {now}"
    if was_ready:
        assert key == b"a-key-of-the-tests"
        assert b"correct horse" in (kept.read(PROFILE) or b""), "the Wi-Fi profile is gone"
    return now


def wanted() -> bytes:
    """The boot file as somebody wrote it."""
    return (SETTINGS + WIFI).encode()


def test_cuts_at_any_moment_lose_nothing(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    with Emulator(tmp_path / "emulator", key="a-key-of-the-tests") as emulator:
        image = provided(tmp_path, emulator, guest("loop.sh", PORT=emulator.port))
        disk.put(image, {"dragoman.toml": wanted()}, tmp_path)
        count, boot_s, ready_once = None, 0.0, False
        for cut in range(1, CUTS + 1):
            with machine.on("amd64", image, tmp_path / "console", append=["modules-load=snd-aloop"]) as box:
                if cut % 2 or not boot_s:  # the first tells how long a start takes
                    box.wait_for("GUEST ready", BOOT_S)
                    boot_s, ready_once, moment = box.age_s(), True, "after READY"
                    delay = chance.uniform(0, RUNNING_S)
                else:
                    moment, delay = "after power-on", chance.uniform(0, boot_s)
                time.sleep(delay)
                box.cut()
            found = check(image, tmp_path, count, ready_once)
            fat = disk.boot_fsck(image, tmp_path)
            print(f"\ncut {cut}: {delay:.1f} s {moment}; meter {count} -> {found}; fsck.fat {fat}", end="", flush=True)
            count = found
        print()
        assert count is not None, "the meter was never written: the cuts came too early to prove anything"
        assert count[1] > 0
