"""The map of the pins: what hardware/gpio-map.toml lists, and what the reader refuses."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.config import pins
from appliance.errors import SettingsError

SOURCE = pins.MAP_FILE.read_text(encoding="utf-8")


def test_the_shipped_map() -> None:
    shipped = pins.packaged()
    assert dict(shipped.used()) == {
        "keys.talk": 17, "keys.guest": 27, "keys.language": 22, "keys.repeat": 16, "keys.camera": 23,
        "keys.privacy": 4, "keys.power": 26, "knob.a": 5, "knob.b": 6, "knob.push": 13, "lights.on_air": 12,
    }  # fmt: skip
    assert sorted(shipped.reserved) == [0, 1, 2, 3, 7, 18, 19, 20, 21, 24, 25]
    assert set(shipped.keys.values()) == {pins.Pin(pin.bcm, "up", True) for pin in shipped.keys.values()}
    assert shipped.knob.push == pins.Pin(13, "up", True)
    assert shipped.knob.steps_per_detent == 4
    assert shipped.lights["on_air"] == pins.Pin(12, "none", False)


def test_the_hardware_folder_shows_the_same_file() -> None:
    link = Path(__file__).parents[2] / "hardware" / "gpio-map.toml"
    assert link.resolve() == pins.MAP_FILE.resolve()


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("bcm = 27", "bcm = 17", "keys.guest: GPIO 17 is taken by keys.talk"),
        ("b = 6", "b = 5", "knob.b: GPIO 5 is taken by knob.a"),
        ("bcm = 12", "bcm = 2", "lights.on_air: GPIO 2 is kept free for I2C: the panels and the clock"),
        ("bcm = 12", "bcm = 28", "gpio-map.toml: lights.on_air.bcm must be a whole number from 0 to 27"),
        ("bcm = 12", "bcm = true", "gpio-map.toml: lights.on_air.bcm must be a whole number from 0 to 27"),
        ("bcm = 12", 'bcm = "12"', "gpio-map.toml: lights.on_air.bcm must be a whole number from 0 to 27"),
        ("steps_per_detent = 4", "steps_per_detent = 0", "gpio-map.toml: knob.steps_per_detent must be a whole"),
        ("[keys.guest]", "[keys.gast]", "gpio-map.toml: keys: guest is missing"),
        ("[knob]", "[keys.more]\n[knob]", 'gpio-map.toml: keys: there is no "more"'),
        ("[knob]", "[knob]\nc = 1", 'gpio-map.toml: knob: there is no "c"'),
        ("[lights.on_air]", "[lamps.on_air]", "gpio-map.toml: the map: lights is missing"),
        ("[keys.talk]", "[[keys.talk]]", "gpio-map.toml: keys.talk must be a section"),
        ('pull = "up"', 'pull = "upp"', 'gpio-map.toml: keys.talk.pull must be "up", "down" or "none"'),
        ('active = "low"', 'active = "1"', 'gpio-map.toml: keys.talk.active must be "low" or "high"'),
        ("bcm = [0, 1]", "bcm = 0", "gpio-map.toml: reserved.bcm must be a list of numbers"),
        ("bcm = [0, 1]", "bcm = [99]", "gpio-map.toml: reserved.bcm must be a whole number from 0 to 27"),
        ("bcm = [0, 1]", "", "gpio-map.toml: reserved: bcm is missing"),
        ("do = ", "does = ", "gpio-map.toml: clash: do is missing"),
        ("[knob]", "[knob", "gpio-map.toml: Expected ']' at the end of a table declaration"),
    ],
)
def test_a_wrong_map_is_refused(old: str, new: str, complaint: str) -> None:
    assert old in SOURCE
    with pytest.raises(SettingsError) as refusal:
        pins.parse(SOURCE.replace(old, new, 1))
    assert str(refusal.value.problems[0]).startswith(complaint)


def test_reserved_must_be_rows() -> None:
    head = SOURCE[: SOURCE.index("# Never to be used")]
    with pytest.raises(SettingsError, match="reserved must be a list"):
        pins.parse("reserved = 1\nclash = []\n" + head)
    with pytest.raises(SettingsError, match="reserved must be a section"):
        pins.parse("reserved = [1]\nclash = []\n" + head)


def test_each_board_that_clashes_wants_a_pin_of_the_map_and_has_advice() -> None:
    shipped = pins.packaged()
    taken = set(dict(shipped.used()).values()) | set(shipped.reserved)
    assert {clash.board: set(clash.bcm) - taken for clash in shipped.clashes if set(clash.bcm) - taken} == {}
    assert all(clash.do.endswith(".") for clash in shipped.clashes)
    assert {17, 22, 23, 27} <= {bcm for clash in shipped.clashes for bcm in clash.bcm}


def test_every_clash_is_reported_not_the_first() -> None:
    with pytest.raises(SettingsError) as refusal:
        pins.parse(SOURCE.replace("bcm = 27", "bcm = 17").replace("bcm = 12", "bcm = 3"))
    assert len(refusal.value.problems) == 2


@given(st.text(max_size=60) | st.text(alphabet='[keys.talk]bcm=1"\n', max_size=60))
def test_any_text_is_refused_with_a_sentence(source: str) -> None:
    with pytest.raises(SettingsError):
        pins.parse(source)
