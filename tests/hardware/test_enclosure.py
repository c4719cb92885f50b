"""The committed files of the enclosures: made from the sources beside them, closed, and small enough for the printer.

Responsible for: ``hardware/enclosure/``. The CAD library runs in ``make hardware-cad``; here only bytes are read.
"""

import hashlib
import json
from collections import Counter
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from hardware.enclosure.sources import NOTE, SOURCES, hashes_of_sources

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "hardware/enclosure/report.md"
FOLDER = REPORT.parent
MADE = json.loads((FOLDER / NOTE).read_text(encoding="utf-8"))
PARTS = sorted(path.stem for path in FOLDER.glob("*.stl"))
PRINTER_MM = 220.0
FILE_BYTES = 2_500_000
Corners = npt.NDArray[np.float32]


def corners_of(data: bytes) -> Corners:
    """The triangles of a binary STL: count × 3 corners × 3 coordinates."""
    row = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
    count = int.from_bytes(data[80:84], "little")
    if len(data) != 84 + count * row.itemsize:
        raise ValueError("the file is cut short")
    return np.asarray(np.frombuffer(data, dtype=row, offset=84)["corners"], dtype=np.float32)


def open_edges(corners: Corners) -> int:
    """Edges that are not run through exactly once in each direction; a closed solid has none."""
    _, index = np.unique(corners.reshape(-1, 3), axis=0, return_inverse=True)
    triangles = index.reshape(-1, 3)
    edges = Counter(
        (int(a), int(b))
        for one, two in ((0, 1), (1, 2), (2, 0))
        for a, b in zip(triangles[:, one], triangles[:, two], strict=True)
    )
    return sum(1 for (a, b), times in edges.items() if times != 1 or edges.get((b, a), 0) != 1)


def volume(corners: Corners) -> float:
    """Cubic millimetres inside, negative where the faces look inwards."""
    a, b, c = (corners[:, corner].astype(np.float64) for corner in range(3))
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)


def test_every_file_was_made_from_these_sources() -> None:
    assert MADE["sources"] == hashes_of_sources(), "run make hardware-cad"
    assert set(SOURCES) | {"sources.py"} == {path.name for path in FOLDER.glob("*.py")}


def test_every_file_is_as_it_was_written() -> None:
    assert {name: hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() for name in MADE["files"]} == MADE["files"]
    made = {path.name for path in FOLDER.iterdir() if path.suffix in {".stl", ".step", ".png"}}
    assert made | {REPORT.name} == set(MADE["files"])


def test_both_cases_are_there() -> None:
    assert {"kiosk-shell", "kiosk-plate", "handheld-front", "handheld-back", "handheld-shutter"} <= set(PARTS)
    assert sorted(path.stem for path in FOLDER.glob("*.step")) == PARTS


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_closed_and_fits_the_printer(part: str) -> None:
    data = (FOLDER / f"{part}.stl").read_bytes()
    assert len(data) <= FILE_BYTES
    corners = corners_of(data)
    assert open_edges(corners) == 0
    assert volume(corners) > 50
    size = corners.reshape(-1, 3).max(axis=0) - corners.reshape(-1, 3).min(axis=0)
    assert size.max() <= PRINTER_MM
    assert corners[:, :, 2].min() == pytest.approx(0, abs=1e-3), "it lies on the bed"


@pytest.mark.parametrize("part", PARTS)
def test_step_is_a_whole_file(part: str) -> None:
    text = (FOLDER / f"{part}.step").read_text(encoding="utf-8")
    assert len(text) <= FILE_BYTES
    assert text.startswith("ISO-10303-21;")
    assert text.rstrip().endswith("END-ISO-10303-21;")


def test_report_and_page_know_every_part() -> None:
    report, page = (
        REPORT.read_text(encoding="utf-8"),
        (FOLDER / "README.md").read_text(encoding="utf-8"),
    )
    for part in PARTS:
        assert f"| {part} |" in report
        assert f"`{part}`" in page or f"`{part.rsplit('-', 1)[0]}-…`" in page
    for picture in FOLDER.glob("*.png"):
        assert f"({picture.name})" in page


def tetrahedron() -> Corners:
    """A closed solid of 1/6."""
    o, x, y, z = (0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)
    return np.array([(o, y, x), (o, x, z), (o, z, y), (x, y, z)], dtype=np.float32)


def test_a_hole_is_found() -> None:
    assert open_edges(tetrahedron()) == 0
    assert volume(tetrahedron()) == pytest.approx(1 / 6)
    assert open_edges(tetrahedron()[:3]) == 3
    turned = tetrahedron()
    turned[0] = turned[0][::-1]
    assert open_edges(turned) > 0
    with pytest.raises(ValueError, match="cut short"):
        corners_of(b"\0" * 80 + (2).to_bytes(4, "little") + b"\0" * 50)
