"""``dragoman power``: root's answer to what the box asked for: power off, or a reboot at most once an hour.

Responsible for: reading the request, keeping two reboots an hour apart, and giving the order to systemd.
Must not: trust the request: whoever took over the box can write it. Of its words only two have a meaning.
"""

import argparse
import logging
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from appliance.errors import DragomanError
from appliance.workers.host.reboot import REQUEST_NAME, Action, Mark
from appliance.workers.storage.runtime_store import boot_id

RUNTIME = Path("/run/dragoman")
STATE = Path("/var/lib/dragoman-machine")
APART_MS = 60 * 60 * 1_000
REQUEST_MAX_BYTES = 200
ORDER_LIMIT_S = 30

log = logging.getLogger(__name__)


class PowerError(DragomanError):
    """The request was not carried out."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None: the places are fixed."""
    parser.epilog = (
        f"It is for dragoman-power.service, which runs it as root when the box leaves a request in {RUNTIME}. "
        "A reboot is refused within an hour of the last one."
    )


def run(_args: argparse.Namespace) -> int:
    """0, also where there is nothing to do or it is too early; 69 with a sentence where it fails."""
    if os.geteuid() != 0:
        raise PowerError("only root can do this; dragoman-power.service does")
    print(carry_out(RUNTIME, STATE, boot_id(), int(time.monotonic() * 1000), systemctl))
    return 0


def systemctl(action: Action) -> None:
    """Give the order to systemd; it returns before the machine goes."""
    words = ["/usr/bin/systemctl", str(action)]
    subprocess.run(words, capture_output=True, timeout=ORDER_LIMIT_S, check=True)  # noqa: S603 - two fixed commands


def carry_out(runtime: Path, state: Path, boot: str, now_ms: int, order: Callable[[Action], None]) -> str:
    """Do what was asked for; returns a sentence of what was done. ``now_ms``: the boot's monotonic clock.

    The mark is written before the order is given: a machine that cannot write it is not rebooted at all, for it might
    be rebooted again and again.
    """
    action, why = _asked(runtime / REQUEST_NAME)
    if action is None:
        return "nothing was asked for"
    try:
        (runtime / REQUEST_NAME).unlink(missing_ok=True)
        if action is Action.REBOOT:
            mark = Mark(state, boot, APART_MS)
            left_ms = mark.allowed_from() - now_ms
            if left_ms > 0:
                return f"no reboot ({why}): the last one is too near, {left_ms // 60_000 + 1} minutes are left"
            mark.write(now_ms)
        order(action)
    except (OSError, subprocess.SubprocessError) as error:
        raise PowerError(f"no {action} ({why}): {error}") from None
    return f"{action}: {why}"


def _asked(request: Path) -> tuple[Action | None, str]:
    """What was asked for, and why, in letters that do no harm to a log."""
    try:
        descriptor = os.open(request, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None, ""
    with os.fdopen(descriptor, "rb") as file:
        text = file.read(REQUEST_MAX_BYTES).decode("ascii", errors="replace")
    word, _, why = text.partition("\n")[0].partition(" ")
    action = next((each for each in Action if each == word), None)
    return action, "".join(letter if letter.isascii() and letter.isprintable() else "?" for letter in why)
