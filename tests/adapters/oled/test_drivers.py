"""luma's devices, copied onto a bus, and their openings."""

import atexit
from typing import Any

import luma.oled.device
import pytest

from appliance.adapters.oled.controllers import CONTROLLERS
from appliance.adapters.oled.drivers import Step, device, opening


class Notes:
    """A serial interface that remembers."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def command(self, *payload: int) -> None:
        self.steps.append(Step(False, payload))

    def data(self, payload: list[int]) -> None:
        self.steps.append(Step(True, tuple(payload)))

    def cleanup(self) -> None:
        self.steps.append(Step(False, ()))


@pytest.mark.parametrize("name", list(CONTROLLERS))
def test_the_opening_is_what_luma_sends_before_it_clears_the_panel(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = opening(name).whole
    hooks: list[Any] = []
    monkeypatch.setattr(atexit, "register", hooks.append)
    notes = Notes()
    real = getattr(luma.oled.device, name)(notes, width=CONTROLLERS[name].width, height=64)
    assert tuple(notes.steps[: len(whole)]) == whole
    assert len(notes.steps) > len(whole), "luma clears the panel afterwards"
    assert len(hooks) == 1, "luma still keeps every device until the end, which is why there is a transcript"
    assert type(device(name, Notes())) is type(real)


@pytest.mark.parametrize("name", list(CONTROLLERS))
def test_the_quiet_opening_says_the_same_without_darkness(name: str) -> None:
    blanking = CONTROLLERS[name].blanking
    whole, quiet = opening(name).whole, opening(name).quiet
    told = [(step.is_data, byte) for step in whole for byte in step.payload]
    told.remove((False, blanking))
    assert [(step.is_data, byte) for step in quiet for byte in step.payload] == told


@pytest.mark.parametrize("name", list(CONTROLLERS))
def test_a_device_is_live_on_its_own_bus_and_leaves_no_hook(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opening(name)  # the one construction
    hooks: list[Any] = []
    monkeypatch.setattr(atexit, "register", hooks.append)
    first, second = Notes(), Notes()
    one, other = device(name, first), device(name, second)
    one.contrast(17)
    other.hide()
    contrast = [byte for step in first.steps for byte in step.payload]
    assert contrast == [0xC1 if name == "ssd1322" else 0x81, 17]
    assert second.steps == [Step(False, (0xAE,))]
    assert hooks == []


def test_the_exit_hook_of_the_pattern_sends_nothing_to_any_panel() -> None:
    live = device("ssd1306", notes := Notes())
    assert live.persist is True
    live.cleanup()
    assert notes.steps == [Step(False, ())], "only the bus is closed"
