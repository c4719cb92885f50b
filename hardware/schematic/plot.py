"""Asks KiCad 9 to check and draw the schematic: ``make hardware-schematic``.

Responsible for: the electrical rules check with its report, the picture, and a note of the sheet that they belong to.
KiCad's own list of nets must be the one that ``nets`` reads, for the light tests trust ``nets``.
"""

import hashlib
import json
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from hardware.schematic import draw, nets

HERE = Path(__file__).resolve().parent
SHEET = "dragoman.kicad_sch"
REPORT = "erc.rpt"
PICTURE = "dragoman.svg"
NOTE = "drawn-from.json"
_RUN_OF_PATHS = re.compile(r'(?:<path d="[^"]*" />\s*)+')
_PATH = re.compile(r'<path d="([^"]*)" />')
_POINT = re.compile(r"[ML]?\s*(-?[\d.]+) (-?[\d.]+)")
_STROKES = re.compile(r"M[-\d. ]+(?:\s*L[-\d. ]+)*\s*Z?")


def _chained(match: re.Match[str]) -> str:
    """Paths of one pen as one path: letters are drawn stroke by stroke, each from where the last one ended."""
    parts: list[str] = []
    last = ""
    whole: list[str] = []
    for data in _PATH.findall(match.group(0)):
        if not _STROKES.fullmatch(data.strip()):
            whole.append(f'<path d="{data}" />')
            continue
        points = [f"{round(float(x), 2):g} {round(float(y), 2):g}" for x, y in _POINT.findall(data)]
        parts.append(("" if points[0] == last else f"M{points[0]}") + "".join(f"L{point}" for point in points[1:]))
        last = points[-1]
        if data.strip().endswith("Z"):
            parts.append("Z")
            last = ""
    return "\n".join([*whole, f'<path d="{"".join(parts)}" />' if parts else ""]) + "\n"


def compacted(svg: str) -> str:
    """The picture in a fifth of the bytes, and without the date of its drawing."""
    svg = re.sub(r"(<title>).*?(</title>)", rf"\1{PICTURE}\2", svg)
    svg = re.sub(r"<desc>[^<]*</desc>\s*", "", svg)
    svg = re.sub(r"<text [^>]*opacity=\"0\"[^>]*>[^<]*</text>\s*", "", svg)
    svg = _RUN_OF_PATHS.sub(_chained, svg)
    return re.sub(r"\n\s*\n+", "\n", svg)


def kicad(cli: list[str], *arguments: str) -> None:
    """Run KiCad in this folder; its complaints are ours."""
    done = subprocess.run([*cli, *arguments], cwd=HERE, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{shlex.join(arguments)} ended with {done.returncode}\n{done.stdout}{done.stderr}")


def nets_of_kicad(text: str) -> set[nets.Net]:
    """The nets of more than one pin in KiCad's own list."""
    found: set[nets.Net] = set()
    for net in nets.lists(nets.only(nets.parsed(text), "nets"), "net"):
        pins = [
            (nets.words(nets.only(end, "ref"))[0], nets.words(nets.only(end, "pin"))[0])
            for end in nets.lists(net, "node")
        ]
        if len(pins) > 1:
            found.add(frozenset(pins))
    return found


def main() -> None:
    """Write the sheet, check it, draw it."""
    cli = shlex.split(sys.argv[1]) if len(sys.argv) > 1 else ["kicad-cli"]
    draw.main()
    kicad(cli, "sch", "erc", "--severity-all", "--exit-code-violations", "--output", REPORT, SHEET)
    with tempfile.TemporaryDirectory(dir=HERE) as folder:
        listed = Path(folder) / "dragoman.net"
        kicad(cli, "sch", "export", "netlist", "--format", "kicadsexpr", "--output", str(listed), SHEET)
        theirs = nets_of_kicad(listed.read_text(encoding="utf-8"))
    text = (HERE / SHEET).read_text(encoding="utf-8")
    ours = {net for net in nets.joined(nets.read(text)).values() if len(net) > 1}
    if ours != theirs:
        sys.exit(f"KiCad joins other pins than nets.py reads: {sorted(map(sorted, ours ^ theirs))}")
    kicad(cli, "sch", "export", "svg", "--output", ".", SHEET)
    picture = HERE / PICTURE
    picture.write_text(compacted(picture.read_text(encoding="utf-8")), encoding="utf-8")
    note = {"sheet_sha256": hashlib.sha256(text.encode()).hexdigest(), "files": [REPORT, PICTURE]}
    (HERE / NOTE).write_text(json.dumps(note, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
