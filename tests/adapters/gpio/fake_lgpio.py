"""lgpio without a chip: as much of the module as gpiozero's lgpio pins call, with levels that a test sets.

Responsible for: claims, levels, pulls, and edges that reach their callbacks when the test lets them.
Must not: behave better than lgpio 0.2.2: it changes the working directory when imported (``install``), it knows one
exception, and it drops what the kernel's queue of 16 edges a line cannot take.
"""

import os
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

KERNEL_QUEUE = 16
PULL_UP = 1 << 5


class error(Exception):  # noqa: N801, N818 (lgpio's own spelling)
    """lgpio's only exception."""

    def __str__(self) -> str:
        return repr(self.args[0])


@dataclass
class Line:
    """One line of the chip. ``driven``: what the contact makes of it, None where nothing does."""

    driven: int | None = None
    written: int = 0
    flags: int = 0
    is_output: bool = False
    is_watched: bool = False
    refuses: str = ""
    callbacks: list[Callable[[int, int, int, int], None]] = field(default_factory=list)
    queue: deque[int] = field(default_factory=deque)

    @property
    def level(self) -> int:
        """What a reading says."""
        if self.is_output:
            return self.written
        return self.driven if self.driven is not None else int(bool(self.flags & PULL_UP))


class Chip:
    """The state behind the module."""

    def __init__(self) -> None:
        self.lines: dict[int, Line] = {}
        self.refuses = ""

    def line(self, gpio: int) -> Line:
        """The line of a BCM number."""
        line = self.lines.setdefault(gpio, Line())
        if line.refuses:
            raise error(line.refuses)
        return line

    def drive(self, gpio: int, *levels: int | None) -> None:
        """Set levels one after the other; the edges wait in the kernel."""
        line = self.lines.setdefault(gpio, Line())
        for driven in levels:
            before, line.driven = line.level, driven
            if line.level != before and line.is_watched and len(line.queue) < KERNEL_QUEUE:
                line.queue.append(line.level)

    def deliver(self) -> None:
        """Let lgpio's thread have what the kernel kept."""
        for gpio, line in self.lines.items():
            while line.queue:
                level = line.queue.popleft()
                for callback in list(line.callbacks):
                    callback(0, gpio, level, 0)


class _Callback:
    def __init__(self, line: Line, call: Callable[[int, int, int, int], None]) -> None:
        self._line, self._call = line, call
        line.callbacks.append(call)

    def cancel(self) -> None:
        if self._call in self._line.callbacks:
            self._line.callbacks.remove(self._call)


def module(chip: Chip) -> ModuleType:
    """The module ``lgpio`` for this chip."""

    def gpiochip_open(_number: int) -> int:
        if chip.refuses:
            raise error(chip.refuses)
        return 0

    def claim_input(_handle: int, gpio: int, flags: int = 0) -> int:
        line = chip.line(gpio)
        line.is_output, line.is_watched, line.flags = False, False, flags or line.flags
        return 0

    def claim_output(_handle: int, gpio: int, level: int = 0) -> int:
        line = chip.line(gpio)
        line.is_output, line.written = True, level
        return 0

    def claim_alert(_handle: int, gpio: int, _edges: int, flags: int = 0) -> int:
        line = chip.line(gpio)
        line.is_watched, line.flags = True, flags
        return 0

    def free(_handle: int, gpio: int) -> int:
        chip.line(gpio).flags = 0
        return 0

    def write(_handle: int, gpio: int, level: int) -> int:
        chip.line(gpio).written = int(level)
        return 0

    fake: Any = ModuleType("lgpio")
    fake.error = error
    fake.SET_PULL_NONE, fake.SET_PULL_UP, fake.SET_PULL_DOWN = 1 << 7, PULL_UP, 1 << 6
    fake.RISING_EDGE, fake.FALLING_EDGE, fake.BOTH_EDGES = 1, 2, 3
    fake.gpiochip_open, fake.gpiochip_close = gpiochip_open, lambda _handle: 0
    fake.gpio_claim_input, fake.gpio_claim_output, fake.gpio_claim_alert = claim_input, claim_output, claim_alert
    fake.gpio_free, fake.gpio_write = free, write
    fake.gpio_read = lambda _handle, gpio: chip.line(gpio).level
    fake.gpio_get_mode = lambda _handle, gpio: chip.line(gpio).flags | (chip.line(gpio).is_output << 1)
    fake.callback = lambda _handle, gpio, _edges, call: _Callback(chip.line(gpio), call)
    return fake  # type: ignore[no-any-return]


class _Finder:
    """Imports ``lgpio`` as the real one is imported: into ``LG_WD``, with a pipe left there."""

    def __init__(self, chip: Chip) -> None:
        self._chip = chip

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> Any:
        from importlib.machinery import ModuleSpec

        return ModuleSpec(name, self) if name == "lgpio" else None  # type: ignore[arg-type]

    def create_module(self, _spec: object) -> ModuleType:
        os.chdir(os.environ["LG_WD"])
        with open(".lgd-nfy0", "wb") as pipe:
            pipe.write(b"")
        return module(self._chip)

    def exec_module(self, _module: ModuleType) -> None:
        """Nothing more to run."""


@contextmanager
def installed(chip: Chip) -> Iterator[None]:
    """Make ``import lgpio`` find this chip, on a Raspberry Pi 4, and leave no trace of it."""
    import gpiozero.pins
    import gpiozero.pins.local as local

    from appliance.adapters.gpio import chip as ours

    finder: Any = _Finder(chip)
    revision, lock = local.get_pi_revision, local.LocalPiFactory._res_lock
    before = os.getcwd()
    kept = {name: os.environ.get(name) for name in ("LG_WD", "RUNTIME_DIRECTORY")}
    sys.meta_path.insert(0, finder)
    local.get_pi_revision = lambda: 0xC03114
    try:
        yield
    finally:
        os.chdir(before)
        sys.meta_path.remove(finder)
        local.get_pi_revision, local.LocalPiFactory._res_lock = revision, lock
        ours._opened.clear()
        local.LocalPiFactory.pins.clear()
        local.LocalPiFactory._reservations.clear()
        for name in ("lgpio", "gpiozero.pins.lgpio"):
            sys.modules.pop(name, None)
        if hasattr(gpiozero.pins, "lgpio"):
            del gpiozero.pins.lgpio
        for name, value in kept.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
