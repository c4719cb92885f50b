"""How often what listens or looks was opened, as the adapters themselves count it: the proof of privacy.

Responsible for: one count a driver, of this process and of the children that it forks (the self-test's checks).
Must not: open anything, or know why somebody does.

Each adapter counts before it touches its device, so that an opening that fails counts as well. The counts are in memory
that a child shares. Two processes that count in the same instant may lose one of the two, never both.
"""

import mmap
import struct
import threading

DRIVERS = ("alsa", "file", "picamera2", "folder")
"""As they are called in the settings. Cards and cameras, and what stands in their place: recordings and pictures."""
_CELLS = struct.Struct(f"<{len(DRIVERS)}Q")

_shared = mmap.mmap(-1, _CELLS.size)
_lock = threading.Lock()


def count(driver: str) -> None:
    """``driver`` is about to open its capture."""
    with _lock:
        cells = list(_CELLS.unpack_from(_shared))
        cells[DRIVERS.index(driver)] += 1
        _CELLS.pack_into(_shared, 0, *cells)


def opened() -> dict[str, int]:
    """How often each was, since the process began."""
    return dict(zip(DRIVERS, _CELLS.unpack_from(_shared), strict=True))


def in_words() -> str:
    """The same as a sentence."""
    told = ", ".join(f"{driver} {times}" for driver, times in opened().items() if times)
    return f"opened of what listens or looks: {told}" if told else "nothing that listens or looks was opened"
