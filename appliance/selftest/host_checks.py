"""What the box needs of the machine around it: a clock, a folder that can be written, letters, and what was kept.

Responsible for: these checks, each a row.
Must not: change anything that it finds, save for the one file that it writes and takes away again.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import appliance
from appliance.config.durable import write_durably
from appliance.config.folders import runtime_folder, state_folder
from appliance.display.fonts import missing_fonts
from appliance.errors import FaultCode
from appliance.selftest.findings import Finding
from appliance.workers.storage.runtime_store import Kept

PROBE = "selftest"
_MINUTE_MS = 60_000


def made_at() -> datetime:
    """When this version came to the machine: no right clock stands before it."""
    return datetime.fromtimestamp(Path(appliance.__file__).stat().st_mtime, UTC)


def clock(now: datetime, made: datetime) -> Finding:
    """N4. A certificate that is "not yet valid" looks like a network that cheats, so it is said first."""
    if now < made:
        words = f"it says {now:%Y-%m-%d %H:%M} UTC, and this version is of {made:%Y-%m-%d}"
        return Finding("clock", words, FaultCode.N4)
    return Finding("clock", f"{now:%Y-%m-%d %H:%M} UTC")


def storage(environment: Mapping[str, str]) -> Finding:
    """W1, where there is a state folder (systemd's ``StateDirectory=``)."""
    folder = state_folder(environment)
    if folder is None:
        return Finding("storage", "there is no STATE_DIRECTORY: settings that worked are not remembered", told=True)
    probe = folder / PROBE
    try:
        write_durably(probe, b"written by the self-test\n")
        probe.unlink()
    except OSError as error:
        return Finding("storage", f"{folder}: {error.strerror}", FaultCode.W1)
    return Finding("storage", f"{folder} can be written")


def fonts() -> Finding:
    """Letters that are missing are drawn from other fonts; nothing fails."""
    missing = missing_fonts()
    if missing:
        return Finding("letters", "; ".join(missing.values()), told=True)
    return Finding("letters", "every language has its font")


def kept(environment: Mapping[str, str], what: Kept, now_ms: int) -> Finding:
    """The counters that outlive a process: its dials, and whether it ended owing an answer."""
    if runtime_folder(environment) is None:
        return Finding("kept", "there is no RUNTIME_DIRECTORY: nothing is kept from one process to the next", told=True)
    dials = recent_dials(what, now_ms)
    owes = "speech was unanswered: the next process asks to repeat" if what.owes else "nothing is owed"
    return Finding("kept", f"{len(dials)} dials in the last minute; {owes}", told=True)


def recent_dials(what: Kept, now_ms: int) -> tuple[int, ...]:
    """The dials of the last minute."""
    return tuple(at for at in what.dials if now_ms - at < _MINUTE_MS)
