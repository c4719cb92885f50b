"""A virtual machine that runs the appliance as it was built: QEMU without hardware help, and always with a time limit.

Responsible for: starting and ending QEMU, what the guest says on its console, and giving it a script to run.
Must not: change the image. The guest's script comes from the boot partition, and the unit that starts it by a
credential on the kernel's command line (systemd.system-credentials(7), systemd.extra-unit).
"""

import base64
import contextlib
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
GUEST = Path(__file__).with_name("guest")
BUILT = Path(os.environ.get("DRAGOMAN_IMAGE_VIRT", ROOT / "build" / "image-virt"))
"""Where ``make image-virt`` leaves its results, one folder an architecture."""

UNIT = """\
[Unit]
After=local-fs.target
[Service]
ExecStart=/bin/sh /boot/firmware/guest/run
StandardOutput=tty
StandardError=tty
TTYPath=/dev/console
"""
# Not "ro": overlayroot carries that over to the memory that it puts over the root, and nothing could be written at all.
COMMON = ("root=LABEL=ROOT", "fsck.repair=yes", "mitigations=off", "random.trust_cpu=on", "cryptomgr.notests",
          "printk.devkmsg=off", "loglevel=3", "systemd.show_status=false", "systemd.wants=guest.service")  # fmt: skip
AMD64 = ("qemu-system-x86_64", "-accel", "tcg,thread=multi", "-smp", "2", "-M", "q35", "-cpu", "Nehalem", "-m", "768")
"""Two processors on two threads; ``-icount`` would allow one alone. Nothing here measures the guest's own pace."""
ARM64 = ("qemu-system-aarch64", "-M", "raspi3b")


def missing(arch: str) -> str:
    """Why the appliance cannot be booted here; empty if it can."""
    program = (AMD64 if arch == "amd64" else ARM64)[0]
    for tool in (program, "mcopy", "debugfs", "e2fsck", "fsck.fat"):
        if shutil.which(tool) is None:
            return f"{tool} is not installed (image-build/README.md names the packages)"
    if not (BUILT / arch / "disk.img").is_file():
        return f"{BUILT / arch / 'disk.img'} is not there: make image-virt ARCH={arch}"
    return ""


@dataclass(slots=True)
class Machine:
    """One that runs. ``said`` is all that came from its console so far."""

    process: "subprocess.Popen[bytes]"
    console: Path
    started: float = field(default_factory=time.monotonic)

    def said(self) -> str:
        """The console's text."""
        return self.console.read_text(encoding="utf-8", errors="replace") if self.console.exists() else ""

    def age_s(self) -> float:
        """Since power-on."""
        return time.monotonic() - self.started

    def is_on(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    def wait_for(self, pattern: str, limit_s: float) -> "re.Match[str]":
        """What the guest says, within a limit."""
        until = time.monotonic() + limit_s
        while True:
            if found := re.search(pattern, self.said()):
                return found
            if time.monotonic() > until or not self.is_on():
                reason = "went off" if not self.is_on() else f"did not say so in {limit_s:.0f} s"
                raise AssertionError(f"the guest {reason} ({pattern!r}); its last words:\n{self.said()[-3000:]}")
            time.sleep(0.2)

    def cut(self) -> None:
        """Pull the plug: nothing more is written, nothing is told to the guest."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)


@contextlib.contextmanager
def on(
    arch: str, disk: Path, console: Path, append: Sequence[str] = (), devices: Sequence[str] = ()
) -> Iterator[Machine]:
    """A machine with that disk, until the block ends."""
    folder = BUILT / arch
    console.unlink(missing_ok=True)
    unit = base64.b64encode(UNIT.encode()).decode()
    words = [*COMMON, f"systemd.set_credential_binary=systemd.extra-unit.guest.service:{unit}", *append]
    files = ["-kernel", str(folder / "vmlinuz"), "-initrd", str(folder / "initrd.img")]
    quiet = ["-nodefaults", "-display", "none", "-no-reboot"]
    if arch == "amd64":
        command = [*AMD64, *quiet, "-serial", f"file:{console}", "-nic", "user,model=virtio-net-pci"]
        command += ["-drive", f"file={disk},format=raw,if=virtio,cache=writeback"]
        words.append("console=ttyS0")
    else:
        command = [*ARM64, *quiet, "-serial", "null", "-serial", f"file:{console}"]
        command += ["-drive", f"file={disk},format=raw,if=sd", "-dtb", str(folder / "bcm2837-rpi-3-b.dtb")]
        words.append("console=ttyS1,115200")
    command += [*files, "-append", " ".join(words), *devices]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    machine = Machine(process, console)
    try:
        yield machine
    finally:
        if machine.is_on():
            machine.cut()
