"""lgpio is loaded where it may write, the working directory stays, and its pins carry keys and light."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import gpiozero
import pytest

from appliance.adapters.gpio.chip import settle_work_folder, shared_chip
from appliance.adapters.gpio.keys import GpioKeys
from appliance.adapters.gpio.light import GpioLight
from appliance.config.pins import packaged
from appliance.errors import DeviceError, Kind
from tests.adapters.gpio.fake_lgpio import KERNEL_QUEUE, PULL_UP, Chip, error, installed
from tests.adapters.virtual_clock import VirtualClock

PINS = packaged()
TALK, SLIDE, LIGHT = PINS.keys["talk"].bcm, PINS.keys["privacy"].bcm, PINS.lights["on_air"].bcm
Edges = list[tuple[str, bool]]


@pytest.fixture
def chip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Chip]:
    chip = Chip()
    (tmp_path / "here").mkdir()
    (tmp_path / "run").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.delenv("LG_WD", raising=False)
    monkeypatch.setenv("RUNTIME_DIRECTORY", f"{tmp_path / 'run'}:/nowhere")
    with installed(chip):
        yield chip


def started(edges: Edges) -> GpioKeys:
    keys = GpioKeys(PINS, VirtualClock())
    keys.privacy()
    keys.start(lambda key, down, at_ms: edges.append((key, down)))
    return keys


def test_lgpio_works_in_the_runtime_folder_and_we_stay_where_we_were(chip: Chip, tmp_path: Path) -> None:
    shared_chip()
    assert os.environ["LG_WD"] == str(tmp_path / "run")
    assert [path.name for path in (tmp_path / "run").iterdir()] == [".lgd-nfy0"]
    assert (Path.cwd(), list(Path.cwd().iterdir())) == (tmp_path / "here", [])


def test_we_stay_where_we_were_when_lgpio_cannot_be_loaded(chip: Chip, tmp_path: Path) -> None:
    (tmp_path / "run").rmdir()
    with pytest.raises(OSError, match="No such file"):
        shared_chip()
    assert Path.cwd() == tmp_path / "here"


def test_without_a_runtime_folder_a_temporary_one_is_made_and_removed_at_the_end() -> None:
    code = (
        "import os; from appliance.adapters.gpio.chip import settle_work_folder;"
        "settle_work_folder(os.environ); print(os.environ['LG_WD'], os.path.isdir(os.environ['LG_WD']))"
    )
    bare = {name: value for name, value in os.environ.items() if name not in ("LG_WD", "RUNTIME_DIRECTORY")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=bare)
    folder, was_there = done.stdout.split()
    assert was_there == "True"
    assert not Path(folder).exists()


def test_a_work_folder_that_somebody_chose_is_kept() -> None:
    environment = {"LG_WD": "/their/own", "RUNTIME_DIRECTORY": "/run/dragoman"}
    settle_work_folder(environment)
    assert environment["LG_WD"] == "/their/own"


def test_there_is_one_chip_for_all_and_no_global_one(chip: Chip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpiozero.Device, "pin_factory", None)
    assert shared_chip() is shared_chip()
    assert gpiozero.Device.pin_factory is None


def test_a_device_may_be_collected_while_another_is_made(chip: Chip) -> None:
    device = gpiozero.InputDevice(TALK, pull_up=True, pin_factory=shared_chip())
    with shared_chip()._res_lock:  # as in the middle of taking a pin
        assert shared_chip()._res_lock.acquire(blocking=False), "a thread that waits for itself"
        shared_chip()._res_lock.release()
        device.close()
    assert device.closed


def test_a_chip_that_does_not_open_is_tried_again(chip: Chip) -> None:
    chip.refuses = "can not open gpiochip"
    keys = GpioKeys(PINS, VirtualClock())
    assert keys.privacy() is True
    with pytest.raises(DeviceError, match="the pins: this machine has no pins") as caught:
        keys.start(lambda key, down, at_ms: None)
    assert caught.value.kind == Kind.ABSENT
    chip.refuses = ""
    chip.drive(SLIDE, 0)
    assert keys.privacy() is False
    keys.start(lambda key, down, at_ms: None)
    keys.close()


def test_keys_and_light_share_the_pins_of_lgpio(chip: Chip) -> None:
    edges: Edges = []
    chip.drive(SLIDE, 0)
    keys, light = started(edges), GpioLight(PINS.lights["on_air"])
    light.set(True)
    for row in PINS.keys.values():
        assert chip.lines[row.bcm].flags & PULL_UP
    for gpio, level in ((TALK, 0), (TALK, None), (SLIDE, None)):
        chip.drive(gpio, level)
        chip.deliver()
    assert edges == [("talk", True), ("talk", False), ("privacy", False)]
    assert keys.privacy() is True
    assert chip.lines[LIGHT].level == 1
    keys.close()
    light.close()
    assert chip.lines[LIGHT].is_output is False
    assert [row.callbacks for row in chip.lines.values() if row.callbacks] == []
    again = started(edges)
    again.close()


@pytest.mark.parametrize("edges_at_once", range(1, 2 * KERNEL_QUEUE + 2))
def test_the_last_state_is_told_though_the_kernel_drops_edges(chip: Chip, edges_at_once: int) -> None:
    edges: Edges = []
    keys = started(edges)
    down = False
    for round_number in range(3):  # a press after a storm is heard too
        edges.clear()
        storm: list[int | None] = []
        for _ in range(edges_at_once + round_number):
            down = not down
            storm.append(0 if down else None)
        chip.drive(TALK, *storm)
        chip.deliver()
        assert edges[-1] == ("talk", down)
    keys.close()


def test_a_line_that_the_kernel_gave_to_another_is_busy(chip: Chip) -> None:
    chip.drive(TALK, None)
    chip.lines[TALK].refuses = "GPIO busy"
    with pytest.raises(DeviceError, match=r"GPIO 17 \(talk\): in use by another program, or by an overlay") as caught:
        started([])
    assert caught.value.kind == Kind.BUSY


def test_a_slide_that_stops_to_answer_is_private(chip: Chip) -> None:
    chip.drive(SLIDE, 0)
    edges: Edges = []
    keys = started(edges)
    assert keys.privacy() is False
    chip.lines[SLIDE].refuses = "bad GPIO read"
    assert keys.privacy() is True
    chip.lines[SLIDE].refuses = ""
    keys.close()


def test_the_fake_has_lgpios_exception() -> None:
    assert str(error("GPIO busy")) == "'GPIO busy'"
    assert error.__mro__[1] is Exception
