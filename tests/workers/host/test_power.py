"""The board's supply and heat, from files as the kernel shows them."""

import queue
from pathlib import Path

import pytest

from appliance.core.model.events import Event, TroubleReported
from appliance.errors import FaultCode
from appliance.workers.host.power import HOT_MILLIDEGREES, WELL_AFTER_MS, Power

WELL = TroubleReported(FaultCode.V1, "")
LOW = TroubleReported(FaultCode.V1, "low voltage")
HOT = TroubleReported(FaultCode.V1, "a hot processor")


class Board:
    def __init__(self, root: Path) -> None:
        self.at = 0
        self.root = root
        self.told: list[Event] = []
        self.power = Power(self.told.append, lambda: self.at, root)

    def shows(self, path: str, value: str) -> None:
        file = self.root / "class" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(value + "\n")

    def has_supply(self, *, low: bool, name: str = "rpi_volt") -> None:
        self.shows("hwmon/hwmon0/name", "cpu_thermal")
        self.shows("hwmon/hwmon0/in0_lcrit_alarm", "1")
        self.shows("hwmon/hwmon1/name", name)
        self.shows("hwmon/hwmon1/in0_lcrit_alarm", str(int(low)))

    def has_heat(self, millidegrees: str, kind: str = "cpu-thermal") -> None:
        self.shows("thermal/thermal_zone0/type", kind)
        self.shows("thermal/thermal_zone0/temp", millidegrees)

    def looks(self, after_ms: int = 0) -> list[Event]:
        self.at += after_ms
        self.told.clear()
        self.power.look()
        return list(self.told)


@pytest.fixture
def board(tmp_path: Path) -> Board:
    return Board(tmp_path)


def test_low_voltage_is_told_once_and_is_over_a_minute_after_the_last(board: Board) -> None:
    board.has_supply(low=False)
    assert board.looks() == []
    board.has_supply(low=True)
    assert board.looks() == [LOW]
    assert board.looks(5_000) == []
    board.has_supply(low=False)
    assert board.looks(WELL_AFTER_MS - 1) == []
    assert board.looks(1) == [WELL]
    assert board.looks(5_000) == []
    board.has_supply(low=True)
    assert board.looks() == [LOW]


def test_heat_is_told_where_the_processor_is_slowed_down(board: Board) -> None:
    board.has_heat(str(HOT_MILLIDEGREES - 1))
    assert board.looks() == []
    board.has_heat(str(HOT_MILLIDEGREES))
    assert board.looks() == [HOT]


def test_other_sensors_are_none_of_its_business(board: Board) -> None:
    board.has_supply(low=True, name="nvme")
    board.has_heat("95000", kind="x86_pkg_temp")
    assert board.looks() == []


@pytest.mark.parametrize("value", ["", "-5000", "hot", "\N{DEGREE SIGN}"])
def test_what_cannot_be_read_is_no_trouble(board: Board, value: str) -> None:
    assert board.looks() == [], "a machine that shows nothing"
    board.has_heat(value)
    assert board.looks() == []


def test_it_looks_by_itself_until_it_is_stopped(tmp_path: Path) -> None:
    board, told = Board(tmp_path), queue.Queue[Event]()
    board.has_supply(low=True)
    power = Power(told.put, lambda: 0, tmp_path)
    power.start()
    assert told.get(timeout=5) == LOW
    power.stop(5_000)
    assert told.empty()
    board.power.stop(5_000)  # which was never started
