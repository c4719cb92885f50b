"""luma.oled's drivers, without their habits at birth.

Responsible for: a live luma device on a given bus, and the commands with which luma opens that kind of panel.
Must not: know frames, or decide when anything is sent.

A luma device sends its opening from its constructor, clears the panel, and registers an exit hook that keeps it for
ever (130 kB for an SSD1306). A box whose panel is unplugged would grow by that every five seconds. So each driver is
constructed once, onto a transcript; every panel gets a copy of it on its own bus, and the opening from the transcript.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from appliance.adapters.oled.controllers import CONTROLLERS


@dataclass(frozen=True, slots=True)
class Step:
    """One call of luma's serial interface: ``data``, or else ``command``."""

    is_data: bool
    payload: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Opening:
    """What initialises a panel. ``whole`` begins by darkening it; ``quiet`` may be sent while a picture is shown."""

    whole: tuple[Step, ...]
    quiet: tuple[Step, ...]


@dataclass(slots=True)
class _Transcript:
    """A luma serial interface that only takes notes."""

    steps: list[Step] = field(default_factory=list)

    def command(self, *payload: int) -> None:
        self.steps.append(Step(False, payload))

    def data(self, payload: list[int]) -> None:
        self.steps.append(Step(True, tuple(payload)))

    def cleanup(self) -> None:
        """Nothing is held open: this is what luma's exit hook calls."""


def opening(controller: str) -> Opening:
    """The opening of ``controller``, in luma's words."""
    return _construct(controller)[1]


def device(controller: str, serial: Any) -> Any:
    """luma's device for ``controller`` on ``serial``. Nothing has been sent yet."""
    pattern, _ = _construct(controller)
    live = object.__new__(_driver(controller))
    vars(live).update(vars(pattern))
    live._serial_interface = serial
    return live


def _driver(controller: str) -> Any:
    import luma.oled.device

    return getattr(luma.oled.device, controller)


@cache
def _construct(controller: str) -> tuple[Any, Opening]:
    panel = CONTROLLERS[controller]
    transcript = _Transcript()
    # The panel is cleared and switched on by the first picture, not before it: no flash, and no noise of a cold RAM.
    silent = type(controller, (_driver(controller),), {"clear": _nothing, "show": _nothing})
    pattern = silent(transcript, width=panel.width, height=panel.height)
    pattern.persist = True  # the exit hook must not darken anything
    whole = tuple(transcript.steps)
    return pattern, Opening(whole, tuple(kept for step in whole if (kept := _without(step, panel.blanking)).payload))


def _without(step: Step, blanking: int) -> Step:
    if not step.is_data and step.payload[0] == blanking:
        return Step(False, step.payload[1:])
    return step


def _nothing(_: Any) -> None:
    """In the place of a method that would draw."""
