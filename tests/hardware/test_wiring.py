"""The wiring pages: every lead ends where the map of pins says, and each picture belongs to its document.

WireViz itself is not run here: `make hardware` draws, and notes the hashes that are compared below.
"""

import csv
import json
from collections import Counter
from typing import Any

import pytest

from appliance.config.pins import packaged
from hardware.wiring import draw, harness, header
from hardware.wiring.parts import BUILDS, Part, of_build, shipped

PINS = packaged()
PARTS = {build: of_build(shipped(), build) for build in BUILDS}
EXPECTED = {f"SW{number}": f"keys.{name}" for number, name in enumerate(harness.KEYS, 1)} | {"D1": "lights.on_air"}


def document(build: str) -> dict[str, Any]:
    """What WireViz is given."""
    return harness.document(build, PINS, PARTS[build])


def joined(build: str) -> list[tuple[str, int, str, int]]:
    """Every wire: from part and pin, to part and pin."""
    wires = []
    for source, _, target in document(build)["connections"]:
        ((one, from_pin),), ((other, to_pin),) = source.items(), target.items()
        wires.append((one, from_pin, other, to_pin))
    return wires


@pytest.mark.parametrize("build", BUILDS)
def test_the_document_is_the_one_of_the_map_and_the_list(build: str) -> None:
    assert draw.files_of(build)["yml"].read_text(encoding="utf-8") == draw.text_of(build), "run: make hardware"


@pytest.mark.parametrize("build", BUILDS)
def test_picture_and_list_were_drawn_from_this_document(build: str) -> None:
    note = json.loads(draw.NOTE.read_text(encoding="utf-8"))[build]
    files = draw.files_of(build)
    assert note == {kind: draw.sha256(path.read_bytes()) for kind, path in files.items()}, "run: make hardware"


@pytest.mark.parametrize("build", BUILDS)
def test_each_contact_hangs_between_its_pin_and_ground(build: str) -> None:
    used = dict(PINS.used())
    wires = joined(build)
    for ref, name in EXPECTED.items():
        mine = {to_pin: from_pin for one, from_pin, other, to_pin in wires if (one, other) == ("J1", ref)}
        assert mine[1] == header.place(used[name]), name
        assert mine[2] in header.GROUNDS, name
    knob = {to_pin: from_pin for one, from_pin, other, to_pin in wires if (one, other) == ("J1", "SW8")}
    assert (knob[1], knob[3], knob[4]) == tuple(header.place(used[f"knob.{name}"]) for name in ("a", "b", "push"))
    assert {knob[2], knob[5]} <= set(header.GROUNDS)
    slide = {to_pin: from_pin for one, from_pin, other, to_pin in wires if (one, other) == ("J1", "SW7")}
    assert slide.keys() == {1, 2}
    assert slide[1] in header.GROUNDS
    assert slide[2] == header.place(used["keys.privacy"])


@pytest.mark.parametrize("build", BUILDS)
def test_nothing_else_is_on_a_pin_of_the_box(build: str) -> None:
    box = {header.place(bcm) for _, bcm in PINS.used()}
    kept_free = {header.place(bcm) for bcm in PINS.reserved} - {header.place(2), header.place(3)}
    counts = Counter(pin for one, pin, _, _ in joined(build) if one == "J1")
    assert {pin: counts[pin] for pin in box} == dict.fromkeys(box, 1)
    assert kept_free & counts.keys() == set()


@pytest.mark.parametrize("build", BUILDS)
def test_no_ground_or_supply_has_more_leads_than_fit_into_it(build: str) -> None:
    leads = {
        (pin, ref) for one, pin, ref, _ in joined(build) if one == "J1" and header.NAMES[pin - 1] in ("GND", "3.3V")
    }
    assert {pin: n for pin, n in Counter(pin for pin, _ in leads).items() if n > 2} == {}


@pytest.mark.parametrize("build", BUILDS)
def test_five_volts_go_to_the_amplifier_alone(build: str) -> None:
    fives = {pin for pin, name in enumerate(header.NAMES, 1) if name == "5V"}
    assert {(ref, pin) for one, from_pin, ref, pin in joined(build) if one == "J1" and from_pin in fives} <= {("A1", 3)}


def test_the_battery_reaches_the_pi_through_the_charger_alone() -> None:
    for build in ("handheld", "handheld-zero2"):
        mine = [wire for wire in joined(build) if {"BT1", "PS1", "J3"} & {wire[0], wire[2]}]
        assert mine == [("BT1", 1, "PS1", 1), ("BT1", 2, "PS1", 2), ("PS1", 3, "J3", 1), ("PS1", 4, "J3", 2)]


@pytest.mark.parametrize("build", ["handheld", "kiosk"])
def test_the_supply_of_the_microphone_goes_through_the_slide_alone(build: str) -> None:
    wires = joined(build)
    assert [wire for wire in wires if wire[:2] == ("J2", 1)] == [("J2", 1, "SW7", 5)]
    assert [wire for wire in wires if wire[2:] == ("MK1", 1)] == [("SW7", 4, "MK1", 1)]


def test_a_zero_cuts_the_sound_of_its_microphone_and_keeps_its_voice() -> None:
    wires = joined("handheld-zero2")
    assert [wire for wire in wires if wire[:2] == ("MK1", 1)] == [("MK1", 1, "SW7", 5)]
    assert [wire for wire in wires if wire[2:] == ("J4", 1)] == [("SW7", 4, "J4", 1)]


def rows(build: str) -> list[dict[str, str]]:
    """WireViz's own list of parts."""
    with draw.files_of(build)["bom.tsv"].open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def is_row_of(row: dict[str, str], part: Part, length: float | None) -> bool:
    """Whether WireViz lists that part as often as the list does; leads are listed by their length."""
    amount = str(part.quantity if length is None else length)
    known = (part.buyable.get("manufacturer", ""), part.buyable.get("mpn", ""))
    return part.part in row["Description"] and row["Qty"] == amount and (row["Manufacturer"], row["MPN"]) == known


@pytest.mark.parametrize("build", BUILDS)
def test_wireviz_lists_the_parts_of_bom_csv(build: str) -> None:
    drawn = {ref: part for ref, part in PARTS[build].items() if part.drawn}
    # A part without pins of its own stands under the part on which it sits.
    sits_on = {"R1": "D1", "R2": "U1", "C1": "U1"}
    listed = rows(build)
    cables = document(build)["cables"]
    for ref, part in drawn.items():
        length = cables[ref]["length"] if ref in cables else None
        found = [row for row in listed if is_row_of(row, part, length)]
        places = {place for row in found for place in row["Designators"].split(", ")}
        assert sits_on.get(ref, ref) in places, f"{ref}: {part.part}"
    assert len(listed) == len(drawn)


def test_currents_are_within_what_a_pin_may_give() -> None:
    assert round(header.light_ma(), 1) == 3.9
    # the shortest resistor and the lowest drop that bom.csv allows, all contacts closed, both I2C lines low
    worst = header.light_ma(light_v=1.8, ohms=220)
    assert worst < header.PIN_MA_AT_MOST
    contacts = len(list(PINS.used())) - 1
    assert worst + contacts * header.contact_ua() / 1000 + 2 * header.LOGIC_V / 1.8 < header.ALL_PINS_MA_AT_MOST


def test_the_header_is_the_one_of_every_pi() -> None:
    assert len(header.NAMES) == 40
    assert header.GROUNDS == (6, 9, 14, 20, 25, 30, 34, 39)
    assert sorted(int(name) for name in header.NAMES if name.isdigit()) == list(range(28))
    assert [header.place(bcm) for bcm in (2, 3, 17, 21, 26)] == [3, 5, 11, 40, 37]
