"""Device trees: the overlays compiled, merged with the trees of boards, and read back by node and property.

Responsible for: calling dtc's tools. Must not: know what the right values are.
"""

import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
OVERLAY = ROOT / "hardware/overlay"
TREES = ROOT / "build/trees"
TOOLS = ("cpp", "dtc", "fdtoverlay", "fdtget")
BOARDS = {
    "bcm2837-rpi-3-a-plus": "pi3",
    "bcm2837-rpi-3-b": "pi3",
    "bcm2837-rpi-zero-2-w": "pi3",
    "bcm2711-rpi-4-b": "pi4",
    "bcm2712-rpi-5-b": "pi5",
}
"""Debian's tree of a board -> which overlay is for it."""


def missing_tools() -> list[str]:
    """What this machine lacks of the tools."""
    return [tool for tool in TOOLS if shutil.which(tool) is None]


def build(folder: Path) -> None:
    """Compile all overlays into a folder."""
    subprocess.run([OVERLAY / "build", folder], check=True, capture_output=True)


def compiled(source: str, folder: Path) -> Path:
    """A tree or overlay from its source."""
    out = folder / "compiled.dtb"
    subprocess.run(
        ["dtc", "-@", "-q", "-I", "dts", "-O", "dtb", "-o", out, "-"], input=source, text=True, check=True, timeout=30
    )
    return out


def source_of(tree: Path) -> str:
    """A compiled tree as source."""
    done = subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts", tree], check=True, capture_output=True, text=True)
    return done.stdout


def merged(tree: Path, overlay: Path, out: Path) -> Path:
    """The tree with the overlay on it."""
    subprocess.run(["fdtoverlay", "-i", tree, "-o", out, overlay], check=True, capture_output=True)
    return out


def get(tree: Path, node: str, name: str, kind: str = "") -> list[str]:
    """The cells or strings of a property; empty where there is none or it is empty."""
    form = ["-t", kind] if kind else []
    done = subprocess.run(["fdtget", *form, tree, node, name], capture_output=True, text=True, check=False)
    return done.stdout.split()


def has(tree: Path, node: str, name: str) -> bool:
    """Whether there is such a property, empty or not."""
    done = subprocess.run(["fdtget", "-p", tree, node], capture_output=True, text=True, check=False)
    return name in done.stdout.split()


def place(tree: Path, label: str) -> str:
    """The node behind a label."""
    (node,) = get(tree, "/__symbols__", label)
    return node


def claimed_lines(tree: Path, label: str) -> set[int]:
    """The lines of a pin controller that a driver or a hog of the tree takes for itself, by number."""
    (handle,) = get(tree, place(tree, label), "phandle")
    text = source_of(tree)
    lines = {
        int(cells[at + 1], 0)
        for row in re.findall(r"\bgpios? = <([^>]*)>|-gpios = <([^>]*)>", text)
        for cells in [(row[0] or row[1]).split()]
        for at in range(0, len(cells) - 1, 3)
        if int(cells[at], 0) == int(handle)
    }
    hogs = re.findall(r"gpio-hog;[^}]*?gpios = <(\S+) \S+>|gpios = <(\S+) \S+>;[^}]*?gpio-hog;", text)
    return lines | {int(one or other, 0) for one, other in hogs}
