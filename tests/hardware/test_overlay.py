"""The overlay sets what the map of pins says on every board, and takes no line from gpiozero; config.txt agrees."""

import re
from pathlib import Path

import pytest

from appliance.config.pins import packaged
from tests.hardware import trees

pytestmark = pytest.mark.skipif(bool(trees.missing_tools()), reason=f"not installed: {trees.missing_tools()}")

CONFIG = trees.ROOT / "hardware/config-txt"
PINS = packaged()
CONTACTS = {bcm for name, bcm in PINS.used() if not name.startswith("lights.")}
SHUTDOWN = 7


@pytest.fixture(scope="module")
def overlays(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All overlays, compiled."""
    folder = tmp_path_factory.mktemp("overlays")
    trees.build(folder)
    return folder


@pytest.fixture(params=sorted(trees.BOARDS))
def board(request: pytest.FixtureRequest, overlays: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Debian's tree of a board, and the same with the overlay."""
    tree = trees.TREES / f"{request.param}.dtb"
    if not tree.exists():
        pytest.skip("no trees here: hardware/overlay/fetch-trees build/trees")
    return tree, trees.merged(tree, overlays / f"dragoman-{trees.BOARDS[request.param]}.dtbo", tmp_path / "merged.dtb")


def pulled_up(tree: Path) -> set[int]:
    """The pins of the pin state, if it pulls up inputs and the controller takes it for itself."""
    node = trees.place(tree, "dragoman_contacts")
    controller = node.rpartition("/")[0]
    assert trees.get(tree, controller, "pinctrl-0") == trees.get(tree, node, "phandle")
    assert trees.get(tree, controller, "pinctrl-names") == ["default"]
    if trees.has(tree, node, "brcm,pins"):
        assert trees.get(tree, node, "brcm,function") == ["0"]
        assert trees.get(tree, node, "brcm,pull") == ["2"]
        return {int(pin) for pin in trees.get(tree, node, "brcm,pins")}
    assert trees.get(tree, node, "function") == ["gpio"]
    assert trees.has(tree, node, "bias-pull-up")
    return {int(pin.removeprefix("gpio")) for pin in trees.get(tree, node, "pins")}


def test_every_contact_of_the_map_is_pulled_up(board: tuple[Path, Path]) -> None:
    _, merged = board
    assert pulled_up(merged) == CONTACTS


def test_i2c_runs_at_400_khz(board: tuple[Path, Path]) -> None:
    _, merged = board
    bus = trees.place(merged, "rp1_i2c1" if "bcm2712" in trees.get(merged, "/", "compatible")[1] else "i2c1")
    assert trees.get(merged, bus, "clock-frequency") == ["400000"]
    assert trees.get(merged, bus, "status") == ["okay"]


def test_hdmi_has_no_sound_card(board: tuple[Path, Path]) -> None:
    tree, merged = board
    labels = [label for label in ("hdmi", "hdmi0", "hdmi1") if trees.has(tree, "/__symbols__", label)]
    nodes = [trees.place(tree, label) for label in labels]
    family = trees.get(tree, "/", "compatible")[1]
    # Debian's tree of a Pi 5 has no sound on HDMI yet; Raspberry Pi's has.
    sounding = {"brcm,bcm2837": 1, "brcm,bcm2711": 2, "brcm,bcm2712": 0}
    assert sum(bool(trees.get(tree, node, "dmas")) for node in nodes) == sounding[family]
    assert {node: trees.has(merged, node, "dmas") for node in nodes} == dict.fromkeys(nodes, True)
    assert [node for node in nodes if trees.get(merged, node, "dmas")] == []


def test_no_line_of_the_box_is_claimed(board: tuple[Path, Path]) -> None:
    tree, merged = board
    label = "gpio" if trees.has(tree, "/__symbols__", "gpio") else "rp1_gpio"
    box = {bcm for _, bcm in PINS.used()}
    assert trees.claimed_lines(merged, label) - trees.claimed_lines(tree, label) == set()
    assert trees.claimed_lines(merged, label) & box == set()


def test_a_claimed_line_is_found(tmp_path: Path) -> None:
    source = (
        "/dts-v1/; / { gpio: gpio { gpio-controller; #gpio-cells = <2>; phandle = <9>;"
        " hog { gpio-hog; gpios = <5 0>; output-high; }; }; key { gpios = <&gpio 17 1>; };"
        " many { cs-gpios = <&gpio 8 1 &gpio 7 1>; }; };"
    )
    assert trees.claimed_lines(trees.compiled(source, tmp_path), "gpio") == {5, 7, 8, 17}


@pytest.mark.parametrize("family", ["pi3", "pi4"])
def test_the_shutdown_key_is_off_until_asked_for(overlays: Path, tmp_path: Path, family: str) -> None:
    overlay = overlays / f"dragoman-{family}.dtbo"
    assert trees.has(overlay, "/__overrides__", "shutdown_key")
    labels = "".join(f"{name}: {name} {{ }};" for name in ("i2c1", "hdmi", "hdmi0", "hdmi1"))
    base = "/dts-v1/; / { gpio: gpio { gpio-controller; #gpio-cells = <2>; }; " + labels + " };"
    tree = trees.compiled(base, tmp_path)
    as_shipped = trees.merged(tree, overlay, tmp_path / "shipped.dtb")
    assert "gpio-keys" not in trees.source_of(as_shipped)
    assert trees.claimed_lines(as_shipped, "gpio") == set()

    (tmp_path / "asked").mkdir()
    asked = trees.compiled(trees.source_of(overlay).replace("__dormant__", "__overlay__"), tmp_path / "asked")
    merged = trees.merged(tree, asked, tmp_path / "asked.dtb")
    assert trees.get(merged, "/dragoman-shutdown-key/shutdown", "linux,code") == ["116"]
    assert trees.claimed_lines(merged, "gpio") == {SHUTDOWN}
    assert "shutdown key" in PINS.reserved[SHUTDOWN]


def test_a_pi_5_has_its_own_shutdown_key(overlays: Path) -> None:
    assert "shutdown" not in trees.source_of(overlays / "dragoman-pi5.dtbo")


def config_lines(name: str) -> dict[str, list[str]]:
    """Filter -> its lines, without comments."""
    found: dict[str, list[str]] = {}
    section = ""
    for line in (CONFIG / name).read_text(encoding="utf-8").splitlines():
        assert len(line) <= 98 or line.startswith("#"), "config.txt takes 98 characters a line"
        if match := re.fullmatch(r"\[(\w+)\]", line):
            section = match[1]
            found.setdefault(section, [])
        elif line and not line.startswith("#"):
            assert re.fullmatch(r"[a-z_0-9]+=\S+", line), line
            found[section].append(line)
    return found


def test_config_txt_sets_the_pins_of_the_map() -> None:
    rows = [line.removeprefix("gpio=").split("=") for line in config_lines("dragoman.txt")["all"] if "gpio=" in line]
    told = {attributes: {int(pin) for pin in pins.split(",")} for pins, attributes in rows}
    assert told == {"ip,pu": CONTACTS, "op,dl": {PINS.lights["on_air"].bcm}}


def test_config_txt_loads_the_overlay_made_for_the_board(overlays: Path) -> None:
    lines = config_lines("dragoman.txt")
    overlay = {
        section: [line.split("=")[1] for line in rows if line.startswith("dtoverlay=dragoman")]
        for section, rows in lines.items()
    }
    assert overlay == {
        "all": [], "pi3": ["dragoman-pi3"], "pi02": ["dragoman-pi3"], "pi4": ["dragoman-pi4"], "pi5": ["dragoman-pi5"],
    }  # fmt: skip
    assert {f"{name}.dtbo" for names in overlay.values() for name in names} == {p.name for p in overlays.iterdir()}


def test_only_boards_with_a_jack_ask_for_it() -> None:
    asked = [section for section, rows in config_lines("dragoman.txt").items() if "dtparam=audio=on" in rows]
    assert asked == ["pi3", "pi4"]


@pytest.mark.parametrize("path", sorted(CONFIG.glob("*.txt")), ids=lambda path: path.name)
def test_every_fragment_ends_for_all_boards(path: Path) -> None:
    filters = re.findall(r"^\[(\w+)\]$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert filters[-1] == "all"
    assert config_lines(path.name)
