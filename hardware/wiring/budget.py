"""The power budget: hardware/power.toml added up.

Responsible for: milliamperes of each build in each state, and the hours of the battery. Must not: hold a figure.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).resolve().parents[1] / "power.toml"
STATES = ("idle", "interpreting", "interpreting, camera open")
KINDS = ("published", "measured", "assumed", "computed")
SUPPLY_V = 5.0


@dataclass(frozen=True)
class Load:
    """One part: what it takes in the three states."""

    name: str
    builds: tuple[str, ...]
    ma: tuple[float, float, float]
    kind: str
    source: str
    date: str


@dataclass(frozen=True)
class Battery:
    """The cell, and what is lost between it and 5 V."""

    builds: tuple[str, ...]
    capacity_mah: float
    volts: float
    boost_efficiency: float
    usable: float

    def hours(self, ma: float) -> float:
        """How long it feeds so many milliamperes at 5 V."""
        energy_mwh = self.capacity_mah * self.volts * self.usable * self.boost_efficiency
        return energy_mwh / (SUPPLY_V * ma)


@dataclass(frozen=True)
class Budget:
    """The whole file."""

    loads: tuple[Load, ...]
    battery: Battery
    supply_a: dict[str, float]

    def total(self, build: str, state: str) -> float:
        """Milliamperes of a build."""
        at = STATES.index(state)
        return sum(load.ma[at] for load in self.loads if build in load.builds)


def read(text: str) -> Budget:
    """The budget of a file like hardware/power.toml. ``ValueError`` or ``KeyError`` where something is missing."""
    tree = tomllib.loads(text)
    loads = []
    for row in tree["load"]:
        if row["kind"] not in KINDS or not row["source"] or not row["date"]:
            raise ValueError(f"{row['name']}: a figure needs its kind, source and date")
        speaking = float(row["interpreting_ma"])
        ma = (float(row["idle_ma"]), speaking, speaking + float(row.get("camera_ma", 0)))
        loads.append(Load(row["name"], tuple(row["builds"]), ma, row["kind"], row["source"], row["date"]))
    cell = dict(tree["battery"])
    battery = Battery(tuple(cell.pop("builds")), **{name: float(value) for name, value in cell.items()})
    supplies = {build: float(row["amperes"]) for row in tree["supply"] for build in row["builds"]}
    return Budget(tuple(loads), battery, supplies)


def shipped() -> Budget:
    """The budget in the repository."""
    return read(FILE.read_text(encoding="utf-8"))


def loads_table(budget: Budget) -> str:
    """Every figure with its source."""
    rows = [
        f"| {load.name} | {', '.join(load.builds)} | {' / '.join(f'{ma:.0f}' for ma in load.ma)} | {load.kind} | "
        f"{load.source}, {load.date} |"
        for load in budget.loads
    ]
    head = ["| part | builds | mA at 5 V: idle / interpreting / with camera | figure | from |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows])


def totals_table(budget: Budget) -> str:
    """The sums, and what the battery makes of them."""
    head = ["| build | state | mA at 5 V | W | hours on the battery |", "|---|---|---|---|---|"]
    rows = []
    for build in sorted(budget.supply_a):
        for state in STATES:
            if state == STATES[2] and budget.total(build, state) == budget.total(build, STATES[1]):
                continue
            ma = budget.total(build, state)
            hours = f"{budget.battery.hours(ma):.1f}" if build in budget.battery.builds else "on the mains"
            rows.append(f"| {build} | {state} | {ma:.0f} | {ma * SUPPLY_V / 1000:.1f} | {hours} |")
    return "\n".join([*head, *rows])
