"""The schematic: drawn from the map of pins, wired as the program expects, and checked by KiCad as it stands.

Responsible for: ``hardware/schematic/``. KiCad itself runs in ``make hardware-schematic``.
"""

import hashlib
import json
import re
import tomllib
from pathlib import Path

import pytest

from hardware.schematic import draw, nets, symbols

FOLDER = Path(__file__).resolve().parents[2] / "hardware" / "schematic"
PINS = tomllib.loads((FOLDER.parent / "gpio-map.toml").read_text(encoding="utf-8"))
SHEET = nets.read((FOLDER / "dragoman.kicad_sch").read_text(encoding="utf-8"))
NETS = nets.joined(SHEET)


def net_of(reference: str, number: str) -> nets.Net:
    """The net of a pin."""
    return next(net for net in NETS.values() if (reference, number) in net)


def part_of(value: str) -> str:
    """The part with that value."""
    return next(reference for reference, text in SHEET.values.items() if text.startswith(value))


def on_header(bcm: int) -> tuple[str, str]:
    """The pin of the header with that BCM number."""
    return ("J1", symbols.header_pin(bcm))


def test_the_committed_files_are_what_the_script_draws() -> None:
    sheet = draw.drawn()
    assert (FOLDER / "dragoman.kicad_sch").read_text(encoding="utf-8") == sheet.text()
    assert (FOLDER / "dragoman.kicad_sym").read_text(encoding="utf-8") == sheet.symbol_library()


def test_the_header_has_the_numbers_of_the_pi() -> None:
    assert {bcm: symbols.header_pin(bcm) for bcm in (2, 3, 4, 17, 12, 13, 26, 21)} == {
        2: "3", 3: "5", 4: "7", 17: "11", 12: "32", 13: "33", 26: "37", 21: "40",
    }  # fmt: skip
    assert len({symbols.header_pin(bcm) for bcm in range(28)}) == 28
    with pytest.raises(ValueError, match="no pin"):
        symbols.header_pin(28)


@pytest.mark.parametrize("name", [name for name in PINS["keys"] if name != "privacy"])
def test_a_key_joins_its_pin_and_ground(name: str) -> None:
    key = part_of(name.upper())
    assert net_of(key, "1") == {on_header(PINS["keys"][name]["bcm"]), (key, "1")}
    assert (key, "2") in NETS["GND"]
    assert (PINS["keys"][name]["pull"], PINS["keys"][name]["active"]) == ("up", "low")


def test_the_slide_reads_with_one_pole_and_cuts_the_microphone_with_the_other() -> None:
    slide, plug, socket = part_of("PRIVACY"), part_of("plug to a USB port"), part_of("socket for the USB microphone")
    assert net_of(slide, "2") == {on_header(PINS["keys"]["privacy"]["bcm"]), (slide, "2")}
    assert (slide, "1") in NETS["GND"], "up is contact to ground: live"
    assert net_of(slide, "3") == {(slide, "3")}, "down is open, as a cut wire: private"
    assert net_of(plug, "1") == {(plug, "1"), (slide, "5")}
    assert net_of(socket, "1") == {(socket, "1"), (slide, "4")}
    assert net_of(slide, "6") == {(slide, "6")}


def test_the_knob_has_its_three_pins_and_ground() -> None:
    knob = part_of("EC11")
    for contact, number in (("a", "A"), ("b", "B"), ("push", "S1")):
        assert net_of(knob, number) == {on_header(PINS["knob"][contact]), (knob, number)}
    assert {(knob, "C"), (knob, "S2")} <= NETS["GND"]


def test_the_light_has_a_resistor_and_never_more_than_a_pin_may_give() -> None:
    resistor, light = part_of("330 R"), part_of("red")
    assert net_of(resistor, "1") == {on_header(PINS["lights"]["on_air"]["bcm"]), (resistor, "1")}
    assert net_of(resistor, "2") == {(resistor, "2"), (light, "1")}
    assert (light, "2") in NETS["GND"]
    ohms = float(SHEET.values[resistor].split()[0])
    assert 1000 * (3.3 - 1.6) / ohms <= 16, "mA, at the lowest forward voltage of a red light"


def test_panels_and_clock_share_the_bus_and_the_panels_have_two_addresses() -> None:
    first, second, clock = part_of("SSD1309"), part_of("second panel"), part_of("DS3231")
    for bcm, panel_pin, clock_pin in ((2, "3", "3"), (3, "4", "4")):
        assert {on_header(bcm), (first, panel_pin), (second, panel_pin), (clock, clock_pin)} == net_of(*on_header(bcm))
    for part in (first, second, clock):
        assert (part, "1") in NETS["+3V3"], "never 5 V: the pull-ups of a module would lift the pins of the Pi"
        assert (part, "2") in NETS["GND"]
    assert (first, "6") in NETS["GND"]
    assert (second, "6") in NETS["+3V3"]


def test_reserved_pins_are_free() -> None:
    bus = {2, 3}
    for row in PINS["reserved"]:
        for bcm in set(row["bcm"]) - bus:
            assert net_of(*on_header(bcm)) == {on_header(bcm)}
            assert SHEET.pins[on_header(bcm)] in SHEET.free


def test_every_pin_that_leads_nowhere_is_marked_so() -> None:
    alone = {next(iter(net)) for net in NETS.values() if len(net) == 1}
    assert {SHEET.pins[pin] for pin in alone} == SHEET.free


def test_no_supplies_meet() -> None:
    assert not any("=" in name for name in NETS)
    assert {name for name in NETS if name.startswith("+")} == {"+3V3", "+5V"}


def test_kicad_checked_and_drew_this_very_sheet() -> None:
    note = json.loads((FOLDER / "drawn-from.json").read_text(encoding="utf-8"))
    sheet = (FOLDER / "dragoman.kicad_sch").read_bytes()
    assert note["sheet_sha256"] == hashlib.sha256(sheet).hexdigest(), "run make hardware-schematic"
    report = (FOLDER / "erc.rpt").read_text(encoding="utf-8")
    assert re.search(r"ERC messages: 0\s+Errors 0\s+Warnings 0", report)
    picture = (FOLDER / "dragoman.svg").read_text(encoding="utf-8")
    assert picture.rstrip().endswith("</svg>")
    assert picture.count("<path") > 100


def small(wires: str) -> dict[str, nets.Net]:
    """The nets of a sheet with two resistors, R1 at 0 and R2 at 20."""
    ends = '(pin passive line (at -5 0 0) (number "1")) (pin passive line (at 5 0 180) (number "2"))'
    part = f'(symbol "x:R" (symbol "R_1_1" {ends}))'
    placed = "".join(
        f'(symbol (lib_id "x:R") (at {x} 0 0) (property "Reference" "R{n}") (property "Value" "1 k"))'
        for n, x in ((1, 0), (2, 20))
    )
    return nets.joined(nets.read(f"(kicad_sch (lib_symbols {part}) {placed} {wires})"))


def test_a_wire_that_misses_a_pin_joins_nothing() -> None:
    assert frozenset({("R1", "2"), ("R2", "1")}) in small("(wire (pts (xy 5 0) (xy 15 0)))").values()
    assert frozenset({("R1", "2"), ("R2", "1")}) not in small("(wire (pts (xy 5 0) (xy 14 0)))").values()
    assert frozenset({("R1", "2")}) in small("(wire (pts (xy 5 1) (xy 15 1)))").values()


def test_two_labels_of_one_name_are_one_net() -> None:
    labels = '(label "A" (at 5 0 0)) (label "A" (at 15 0 0))'
    wires = "(wire (pts (xy 5 0) (xy 6 0))) (wire (pts (xy 14 0) (xy 15 0)))"
    assert small(wires + labels)["A"] == {("R1", "2"), ("R2", "1")}
