"""Making a running machine take over what was written, where it can without a reboot.

Responsible for: telling the kernel, NetworkManager and the box, each call bounded in time.
Must not: write a file that must outlive a boot, or fail the whole because a tool is not installed.
"""

import logging
import shutil
import socket
import subprocess
from pathlib import Path

from appliance.provision.outcome import Outcome

LIMIT_S = 20
_NOT_RUNNING = 8  # nmcli's own exit code for "NetworkManager is not running": it reads the files when it starts
_RFKILL = Path("/sys/class/rfkill")

log = logging.getLogger(__name__)


def name_machine(name: str) -> None:
    """The kernel's host name."""
    if socket.gethostname() == name:
        return
    try:
        socket.sethostname(name)
    except OSError as error:
        log.info("the new name counts from the next start on: %s", error.strerror)


def take_country(country: str) -> None:
    """Tell the kernel, and unblock the radio."""
    _call("iw", "reg", "set", country)
    for switch in sorted(_RFKILL.glob("rfkill*")):
        try:
            if (switch / "type").read_text("ascii").strip() == "wlan":
                (switch / "soft").write_text("0", "ascii")
        except OSError as error:
            log.info("%s stays as it is: %s", switch.name, error.strerror)


def take_profiles(outcome: Outcome, profile: str) -> None:
    """Let a running NetworkManager read the profiles, and connect by the box's own where it was written just now."""
    if _call("nmcli", "connection", "reload") in (None, _NOT_RUNNING):
        return
    _call("nmcli", "radio", "wifi", "on")
    if profile and _call("nmcli", "--wait", "0", "connection", "up", profile) not in (0, None):
        outcome.notices.append("NetworkManager does not connect at once; it goes on trying by itself")


def restart_box() -> None:
    """The box reads its settings and its key when it starts. It ends its sentence first. At boot it is not up yet."""
    _call("systemctl", "--no-block", "try-restart", "dragoman.service")


def _call(program: str, *arguments: str) -> int | None:
    """The exit code; None where it is not installed or did not come back. Its output may hold names, and is dropped."""
    path = shutil.which(program)
    if path is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - fixed programs; the arguments were checked and go through no shell
            [path, *arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        log.warning("%s did not do its work: %s", program, type(error).__name__)
        return None
    if done.returncode:
        log.info("%s %s ended with %d", program, arguments[0], done.returncode)
    return done.returncode
