"""Makes every file of the enclosures: ``make hardware-cad``.

Responsible for: the order of things. Build both designs, check them, and only then write STL, STEP, pictures, the
report and the note of the sources that all of it was made from.
"""

import hashlib
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import trimesh
from build123d import export_step

from hardware.enclosure import checks, handheld, kiosk
from hardware.enclosure.assembly import Assembly
from hardware.enclosure.pictures import Body, draw
from hardware.enclosure.sources import NOTE, hashes_of_sources

HERE = Path(__file__).resolve().parent
VIEWS = {
    "kiosk": {"front": (-0.45, -1.5, 1.1), "back": (0.8, 1.6, 0.75), "apart": (-0.9, -1.5, 0.65)},
    "handheld": {"front": (-0.42, -0.62, 1.5), "back": (0.42, -0.62, -1.5), "apart": (-1.5, -0.75, 0.7)},
}
INSIDE = {"kiosk": ("kiosk-shell",), "handheld": ("handheld-back",)}
"""What is taken off for the picture of the inside."""
INSIDE_FROM = {"kiosk": (-0.35, -1.3, 1.3), "handheld": (0.3, -0.6, -1.5)}
Meshes = list[tuple[str, str, trimesh.Trimesh]]


def meshes_of(design: Assembly) -> Meshes:
    """Everything in its place: name, colour, mesh."""
    found: Meshes = [(part.name, part.colour, checks.meshed(part.solid)) for part in design.printed]
    clip = next(part for part in design.printed if part.count > 1)
    found += [(clip.name, clip.colour, checks.meshed(copy)) for copy in design.copies]
    return found + [(part.name, part.colour, checks.meshed(solid)) for part, solid in design.bought]


def complaints(design: Assembly, meshes: Meshes) -> list[str]:
    """What is wrong with parts in their places."""
    bodies = [(name, mesh) for name, _, mesh in meshes]
    found = [f"{name} is not a closed solid" for name, mesh in bodies if not mesh.is_volume]
    found += checks.meetings(bodies)
    fixed = [(part.name, meshes[index][2]) for index, part in enumerate(design.printed) if not part.moves]
    for what, ray in design.looks_out:
        beam = checks.meshed(ray)
        for name, mesh in fixed:
            if checks.common_volume(beam, mesh) > checks.MEETING_MM3:
                found.append(f"{name} is in the way of {what}")
    return found


def printed_files(design: Assembly, folder: Path) -> tuple[list[str], list[str]]:
    """Write STL and STEP; the rows of the report, and what is wrong with the parts on the bed."""
    rows, found = [], []
    for part in design.printed:
        solid = part.on_bed()
        mesh = checks.meshed(solid)
        mesh.export(folder / f"{part.name}.stl")
        plain = part.on_bed(plain=True)
        export_step(plain, str(folder / f"{part.name}.step"))
        size = mesh.extents
        thick = checks.walls(mesh if part.plain is None else checks.meshed(plain))
        over = checks.overhang(mesh)
        least = float(thick.min())
        if not (mesh.is_watertight and mesh.is_winding_consistent and mesh.body_count == 1):
            found.append(f"{part.name} is not watertight and of one piece")
        if size.max() > checks.PRINTER_MM:
            found.append(f"{part.name} is longer than the printer")
        if least < checks.LEAST_WALL_MM - 0.03:
            found.append(f"{part.name} has a wall of {least:.2f} mm")
        if over.hanging > 0:
            found.append(f"{part.name} hangs over by {over.hanging:.2%}, {over.widest_mm:.1f} mm wide")
        rows.append(
            f"| {part.name} | {part.count} | {size[0]:.1f} × {size[1]:.1f} × {size[2]:.1f} | {part.orientation} "
            f"| {mesh.volume / 1000 * part.count:.1f} | {least:.2f} | {over.bridged:.2%}, {over.widest_mm:.1f} mm "
            f"| {over.hanging:.2%} | {len(mesh.faces)} |"
        )
    return rows, found


def pictures(design: Assembly, meshes: Meshes, folder: Path) -> None:
    """From the front, from the back, taken apart, and the inside."""
    shown = [("shown", "glow", checks.meshed(solid)) for solid in design.shown]

    def body(name: str, colour: str, mesh: trimesh.Trimesh, moved: bool) -> Body:
        away = design.apart(name) if moved else (0.0, 0.0, 0.0)
        return Body(np.asarray(mesh.vertices), np.asarray(mesh.faces), colour, away)

    seen = [row for row in [*meshes, *shown] if not row[0].startswith("plugs")]
    for view, towards in VIEWS[design.name].items():
        bodies = [body(*row, moved=view == "apart") for row in seen]
        tall = design.name == "handheld"
        size = (1100, 1300) if tall or view == "apart" else (1400, 1000)
        up = (0.0, 1.0, 0.0) if tall and view != "apart" else (0.0, 0.0, 1.0)
        draw(
            bodies,
            folder / f"{design.name}-{view}.png",
            towards,
            0.84 if tall else 1.0 if view == "apart" else 1.25,
            size,
            up,
        )
    on_shell = (
        "key",
        "encoder",
        "light",
        "slide",
        "OLED",
        "loudspeaker",
        "kiosk-clip",
        "shown",
        "push button",
        "socket",
    )
    hidden = (*INSIDE[design.name], *(on_shell if design.name == "kiosk" else ()))
    rows = meshes if design.name == "kiosk" else seen
    inside = [body(*row, moved=False) for row in rows if not row[0].startswith(hidden)]
    up = (0.0, 1.0, 0.0) if design.name == "handheld" else (0.0, 0.0, 1.0)
    size = (1100, 1300) if design.name == "handheld" else (1400, 1000)
    draw(
        inside,
        folder / f"{design.name}-inside.png",
        INSIDE_FROM[design.name],
        0.84 if design.name == "handheld" else 1.15,
        size,
        up,
    )


def report(rows: list[str], push: float, on_key: bool, pairs: int) -> str:
    """What was computed, as a page."""
    head = (
        "# What was computed\n\nWritten by `build.py`. Nothing of this has been printed.\n\n"
        "| part | pieces | on the bed, mm | lies | cm³ | thinnest wall, mm | bridges: share of the surface, widest "
        "| needs supports | facets |\n|---|---|---|---|---|---|---|---|---|\n"
    )
    verb = "can" if on_key else "cannot"
    lines = (
        f"Every part is watertight and of one piece, and below {checks.PRINTER_MM:g} mm in each direction.",
        f"Walls, measured below 6,000 points of a part where both sides are parallel: {checks.LEAST_WALL_MM:g} mm",
        "  or more before the words are engraved. Below the words 2.2 mm (kiosk) and 1.8 mm (handheld) are left.",
        f"A bridge is a face that looks down by more than {checks.STEEPEST_DEGREES:g}° and is narrower than",
        f"  {checks.LONGEST_BRIDGE_MM:g} mm in one direction.",
        f"{pairs} pairs of solids, printed and bought, intersected: none shares more than {checks.MEETING_MM3:g} mm³,",
        "  which is what the facets of touching round faces do.",
        "Every key, knob, light, picture, plug and cable has a free way out.",
        f"The kiosk {verb} be tipped by a push on its keys. Straight down on its front edge it takes {push:.0f} N,",
        "  at an assumed weight of 450 g.",
    )
    tail = "\n" + "".join(line + "\n" if line.startswith(" ") else f"- {line}\n" for line in lines)
    return head + "\n".join(rows) + "\n" + tail


def main() -> None:
    """Build, check, write."""
    sources = hashes_of_sources()
    rows: list[str] = []
    wrong: list[str] = []
    pairs = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for design in (kiosk.assembly(), handheld.assembly()):
            meshes = meshes_of(design)
            pairs += len(meshes) * (len(meshes) - 1) // 2
            wrong += complaints(design, meshes)
            more, found = printed_files(design, folder)
            rows += more
            wrong += found
            pictures(design, meshes, folder)
        page = report(rows, kiosk.push_on_edge_that_tips(), kiosk.push_on_key_tips(), pairs)
        (folder / "report.md").write_text(page, encoding="utf-8")
        keep = HERE if not wrong else Path(sys.argv[1]) if len(sys.argv) > 1 else None
        if keep is not None:
            written = {}
            for made in sorted(folder.iterdir()):
                written[made.name] = hashlib.sha256(made.read_bytes()).hexdigest()
                (keep / made.name).write_bytes(made.read_bytes())
            note = {"sources": sources, "files": written}
            (keep / NOTE).write_text(json.dumps(note, indent=2) + "\n", encoding="utf-8")
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
