"""The input files of rpi-image-gen, as far as they can be checked without the tool, and the two scripts that they call.

Responsible for: image-build/config, image-build/layer, image-build/image, image-build/boot-settings.
"""

import itertools
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from appliance.config.layer import parse
from appliance.config.reading import BOOT_FILE_ENVIRONMENT, BootPaths, read

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "image-build"
EXAMPLE = BUILD / "dragoman.toml.example"
LAYERS = sorted([*(BUILD / "layer").glob("*.yaml"), *(BUILD / "image").rglob("*.yaml")])
CONFIGS = sorted((BUILD / "config").glob("*.yaml"))
BOARDS = {"pi3": "rpi3", "pi4": "rpi4", "pi5": "rpi5", "zero2": "rpizero2w"}
OF_THE_TOOL = frozenset(
    {
        *("image-base", "device-base", "image-rota", "systemd-min", "network-manager", "systemd-timesyncd"),
        *("wireless-regulatory", "ca-certificates", "debian-trixie-arm64", "rpi-debian-trixie", "rpi-boot-firmware"),
        *BOARDS.values(),
    }
)
"""Layers of rpi-image-gen 2.8 that ours may ask for."""
SLOT_IMAGES = frozenset({"rpi4", "rpi5"})
"""Boards with tryboot, which image-rota needs."""


def header(path: Path) -> dict[str, str]:
    """The fields of a layer's METABEGIN block, continued lines joined."""
    text = path.read_text(encoding="utf-8")
    found = re.match(r"# METABEGIN\n(.*?)# METAEND\n", text, re.DOTALL)
    assert found, f"{path} has no metadata"
    fields: dict[str, str] = {}
    name = ""
    for line in found[1].splitlines():
        entry = re.fullmatch(r"# (X-Env-[A-Za-z0-9_-]+):\s*(.*)", line)
        if entry:
            name = entry[1].removeprefix("X-Env-")
            assert name not in fields, f"{path}: {name} stands twice"
            fields[name] = entry[2]
        elif line.startswith("#  "):
            fields[name] += line[2:]
        else:
            assert line == "#", f"{path}: {line!r} is neither a field nor its continuation"
    return fields


def words(value: str) -> list[str]:
    """A list in a header."""
    return [word.strip() for word in value.split(",") if word.strip()]


def body(path: Path) -> dict[str, Any]:
    """What follows the header."""
    loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(loaded, dict), path
    return loaded


def hooks(path: Path) -> list[str]:
    """The shell lines of a layer, in their order."""
    stages = ("setup-hooks", "essential-hooks", "customize-hooks", "cleanup-hooks")
    return [hook for stage in stages for hook in body(path)["mmdebstrap"].get(stage, [])]


def layered(name: str) -> dict[str, Any]:
    """A config with what it includes."""
    config = body(BUILD / "config" / f"{name}.yaml")
    merged = dict(body(BUILD / "config" / config["include"]["file"])) if "include" in config else {}
    for section, values in config.items():
        if section != "include":
            merged[section] = {**merged.get(section, {}), **values} if isinstance(values, dict) else values
    return merged


@pytest.mark.parametrize("path", LAYERS, ids=lambda path: path.stem)
def test_a_layers_header_is_complete(path: Path) -> None:
    fields = header(path)
    assert {"Layer-Name", "Layer-Category", "Layer-Desc", "Layer-Version", "Layer-Requires"} <= fields.keys()
    assert re.fullmatch(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)", fields["Layer-Version"])
    if path.parent.name == "layer":
        assert fields["Layer-Name"] == path.stem
    variables = {name for name in fields if re.fullmatch(r"Var-[a-z_]+", name)}
    for name in fields:
        if attribute := re.fullmatch(r"(Var-[a-z_]+)-(Desc|Required|Valid|Set)", name):
            assert attribute[1] in variables
    for variable in variables:
        assert {f"{variable}-{part}" for part in ("Desc", "Required", "Valid", "Set")} <= fields.keys()
        assert "VarPrefix" in fields


def test_every_layer_that_is_asked_for_exists() -> None:
    ours = {header(path)["Layer-Name"] for path in LAYERS}
    assert len(ours) == len(LAYERS)
    asked = {name for path in LAYERS for name in words(header(path)["Layer-Requires"])}
    for board in BOARDS:
        config = layered(board)
        asked |= {config["device"]["layer"], config["image"]["layer"], *config["layer"].values()}
    assert asked <= ours | OF_THE_TOOL
    assert ours <= asked, "a layer that nothing uses"


def test_every_board_has_its_layer_and_its_layout() -> None:
    assert {path.stem for path in CONFIGS} == {*BOARDS, "dragoman-ab", "dragoman-overlay"}
    for board, layer in BOARDS.items():
        config = layered(board)
        assert config["device"]["layer"] == layer
        assert config["image"]["name"] == f"dragoman-{board}"
        slots = layer in SLOT_IMAGES
        assert config["image"]["layer"] == ("image-rota" if slots else "dragoman-image-data")
        assert ("dragoman-ab" in config["layer"].values()) is slots
        assert ("dragoman-overlay-root" in config["layer"].values()) is not slots
        assert config["packages"] == ["debs/dragoman.deb"]
        for name, value in config["image"].items():
            if name.endswith("_size"):
                assert re.fullmatch(r"\d+[MG%]", value), name


@pytest.mark.parametrize("path", LAYERS, ids=lambda path: path.stem)
def test_every_hook_is_shell_that_stops_at_the_first_error(path: Path) -> None:
    for hook in hooks(path):
        subprocess.run(["sh", "-n", "-c", hook], check=True, timeout=10)
        assert "|| true" not in hook
        if "\n" in hook:
            assert hook.startswith("set -eu\n"), hook
        for named in re.findall(r"(?:^|\s)(\.{0,2}/?[a-z.-]+(?:/[a-z.-]+)*)(?=\s)", hook):
            if named.startswith("./") or named.endswith(".example"):
                assert (BUILD / named).is_file(), named


def test_the_overlay_root_brings_what_its_script_calls() -> None:
    """In an early boot without busybox the script finds no grep, and leaves the root as it is: seen in QEMU."""
    packages = body(BUILD / "layer/dragoman-overlay-root.yaml")["mmdebstrap"]["packages"]
    assert {"overlayroot", "busybox", "initramfs-tools"} <= set(packages)


def test_nobody_can_log_in_and_nothing_listens() -> None:
    asked = {word for path in LAYERS for word in words(header(path)["Layer-Requires"])}
    packages = {name for path in LAYERS for name in body(path)["mmdebstrap"].get("packages", [])}
    everything = "\n".join(path.read_text(encoding="utf-8") for path in [*LAYERS, *CONFIGS])
    assert not {
        name for name in asked | packages if re.search(r"ssh|hostapd|dnsmasq|avahi|connect|trixie-minbase", name)
    }
    assert not re.search(r"user1pass|nopasswd|passwordless|regdom", everything)


def test_the_image_names_the_partition_of_its_boot_file() -> None:
    text = (BUILD / "layer/dragoman-ab.rootfs-overlay/etc/default/dragoman").read_text(encoding="utf-8")
    assert f"\n{BOOT_FILE_ENVIRONMENT}=/bootfs/dragoman.toml\n" in text
    for unit in ("dragoman.service", "dragoman-provision.service"):
        assert "EnvironmentFile=-/etc/default/dragoman\n" in (ROOT / "systemd" / unit).read_text(encoding="utf-8")


def test_the_log_stays_in_memory_on_the_slot_layout_too() -> None:
    """That layout writes persistent.conf; of all folders together the last name wins."""
    ours = BUILD / "layer/dragoman-ab.rootfs-overlay/etc/systemd/journald.conf.d/zz-dragoman.conf"
    assert "Storage=volatile" in ours.read_text(encoding="utf-8")
    assert ours.name > "persistent.conf"


def fake_root(folder: Path) -> Path:
    """A root with the files of Raspberry Pi's firmware package that matter here."""
    firmware = folder / "boot/firmware"
    firmware.mkdir(parents=True)
    (firmware / "config.txt").write_text("dtparam=audio=on\ndtoverlay=vc4-kms-v3d\n[cm5]\ndtoverlay=dwc2")
    (firmware / "cmdline.txt").write_text("console=tty1 root=ROOTDEV fsck.repair=yes rootwait\n")
    return folder


@pytest.mark.skipif(not (shutil.which("dtc") and shutil.which("cpp")), reason="dtc or cpp is not installed")
def test_the_boot_settings_are_those_that_a_person_copies(tmp_path: Path) -> None:
    root = fake_root(tmp_path)
    subprocess.run([BUILD / "boot-settings", root, ROOT / "hardware"], check=True, timeout=60)
    config = (root / "boot/firmware/config.txt").read_text(encoding="utf-8")
    ours = (ROOT / "hardware/config-txt/dragoman.txt").read_text(encoding="utf-8")
    assert config.endswith("dtoverlay=dwc2\n" + ours)
    overlays = set(re.findall(r"^dtoverlay=(dragoman-[a-z0-9]+)", ours, re.MULTILINE))
    assert overlays
    assert overlays <= {path.stem for path in (root / "boot/firmware/overlays").glob("*.dtbo")}
    (line,) = (root / "boot/firmware/cmdline.txt").read_text(encoding="utf-8").splitlines()
    assert {"quiet", "root=ROOTDEV", "fsck.repair=yes"} <= set(line.split())
    assert line.split().count("fsck.repair=yes") == 1


@pytest.mark.skipif(not shutil.which("systemd-escape"), reason="systemd-escape is not installed")
@pytest.mark.parametrize("line", ["ro root=ROOTDEV quiet", "root=ROOTDEV ro quiet", "root=ROOTDEV quiet ro"])
def test_the_layout_mounts_every_folder_that_is_kept(tmp_path: Path, line: str) -> None:
    root, folder = fake_root(tmp_path / "root"), tmp_path / "work"
    folder.mkdir()
    (root / "boot/firmware/cmdline.txt").write_text(f"{line}\n", encoding="utf-8")
    shutil.copytree(BUILD / "layer/dragoman.rootfs-overlay", root, dirs_exist_ok=True)
    (root / "var/lib/dragoman").mkdir(parents=True, mode=0o700)
    sizes = {f"IGconf_image_{name}": value for name, value in layered("pi3")["image"].items()}
    subprocess.run(
        [BUILD / "image/data/pre-image.sh", root, folder],
        cwd=BUILD / "image/data",
        env={"PATH": "/usr/bin:/bin:/usr/sbin", "IGconf_image_suffix": "img", **sizes},
        check=True,
        timeout=60,
    )
    genimage = (folder / "genimage.cfg").read_text(encoding="utf-8")
    assert "<" not in genimage
    assert "dragoman-pi3.img" in genimage
    lists = (BUILD / "layer/dragoman.rootfs-overlay/etc/rpi-image-gen/slot-shared.d").glob("*.conf")
    kept = [line[5:] for path in lists for line in path.read_text().splitlines() if line.startswith("Path=")]
    units = root / "etc/systemd/system"
    for path in kept:
        name = path.strip("/").replace("-", "\\x2d").replace("/", "-") + ".mount"
        unit = (units / name).read_text(encoding="utf-8")
        assert f"What=/data{path}\nWhere={path}\n" in unit
        assert (units / "local-fs.target.wants" / name).resolve() == units / name
        assert (root / f"data{path}").is_dir()
    assert len(list(units.glob("*.mount"))) == len(kept)
    assert (root / "data/var/lib/dragoman").stat().st_mode & 0o777 == 0o700
    # With "ro" overlayroot would make the memory over the root read-only, too: nothing could be written at all.
    assert (root / "boot/firmware/cmdline.txt").read_text(encoding="utf-8") == "root=LABEL=ROOT quiet\n"
    labels = set(re.findall(r'label = "(\w+)"', genimage))
    assert labels == set(re.findall(r"LABEL=(\w+)", (root / "etc/fstab").read_text(encoding="utf-8")))


def test_the_example_of_the_boot_file_is_read_by_the_product(tmp_path: Path) -> None:
    layer = parse(EXAMPLE.read_bytes(), "dragoman.toml", key_allowed=True)
    assert layer.problems == []
    assert layer.key is not None
    boot = tmp_path / "dragoman.toml"
    boot.write_bytes(EXAMPLE.read_bytes())
    loaded = read(None, {}, BootPaths(boot=boot, etc=None, last_good=None))
    assert loaded.problems == ()
    assert loaded.boot["wifi.country"] == "DE"
    assert loaded.settings.loudspeaker.device == "card:Headphones"
    written = {f"{section}.{key}" for section, keys in itertools.groupby(layer.values, lambda n: n.split(".")[0])
               for key in (name.split(".")[1] for name in keys)}  # fmt: skip
    assert written | {"service.key"} | set(layer.boot) == named(EXAMPLE.read_text(encoding="utf-8"))


def named(text: str) -> set[str]:
    """Every ``section.key`` that stands in a TOML text, by its letters alone."""
    section, found = "", set()
    for line in text.splitlines():
        if head := re.fullmatch(r"\[(\w+)\]", line):
            section = head[1]
        elif entry := re.match(r"(\w+) = ", line):
            found.add(f"{section}.{entry[1]}")
    return found
