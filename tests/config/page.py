"""The page of all settings, made from the packaged defaults and their comments.

Responsible for: ``appliance/config/README.md``, and ``python -m tests.config.page --write``.
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "appliance/config"
PAGE = FOLDER / "README.md"

HEAD = """\
# Settings

Generated from [default.toml](default.toml) and [kiosk.toml](kiosk.toml) by `make pages`; do not edit.

## Where settings come from

1. The packaged defaults below; `run.profile = "kiosk"` puts the kiosk's defaults over them.
2. `/etc/dragoman/config.toml`.
3. The boot file `dragoman.toml`, on the partition of the card that any computer shows.

`--config FILE` takes the place of 2 and 3. An unknown name is refused with the nearest known one, and all problems
are reported together, each with its file and line. A box without `--config` whose files are broken shows X1 and works
with the last settings that were good. `dragoman check` reads and judges, `dragoman show-config --changes` shows what
differs from the defaults and where it was set.

## Runs that have an end

With `run.until = "microphone-ends"` (a recording takes the place of the microphone): after the last sample the box
appends `silence_ms` + 200 ms of zeros at once, waits until nothing is unanswered (at most 120 s), asks the service to
finish (at most 15 s) and drains the loudspeaker (at most 10 s). The exit code is 0 only if nothing is unanswered, else
69 with the milliseconds that were not; a fatal fault ends with 69. On SIGTERM, everywhere: finish within 8 s, drain
within 5 s.
"""


def page() -> str:
    """The whole page."""
    default = (FOLDER / "default.toml").read_text(encoding="utf-8")
    kiosk = tomllib.loads((FOLDER / "kiosk.toml").read_text(encoding="utf-8"))
    return HEAD + "".join(_section(name, rows, kiosk.get(name, {})) for name, rows in _sections(default))


def _sections(text: str) -> list[tuple[str, list[str]]]:
    """Each section's name with its lines, blank ones left out."""
    parts = re.split(r"^\[(\w+)\]\n", text, flags=re.MULTILINE)[1:]
    return [
        (name, [line for line in body.splitlines() if line.strip()])
        for name, body in zip(parts[::2], parts[1::2], strict=True)
    ]


def _section(name: str, lines: list[str], kiosk: dict[str, object]) -> str:
    rows, remarks = [], []
    for line in lines:
        if line.startswith("#"):
            remarks.append(line.lstrip("# "))
            continue
        key, _, value = (part.strip() for part in line.partition("="))
        shown = f"`{value}`" + (f" (kiosk: `{_toml(kiosk[key])}`)" if key in kiosk else "")
        rows.append(f"| `{key}` | {shown} | {_cell(remarks)} |\n")
        remarks = []
    rest = f"\n{_cell(remarks)}\n" if remarks else ""
    return f"\n## [{name}]\n\n| key | default | meaning |\n|---|---|---|\n{''.join(rows)}{rest}"


def _toml(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


def _cell(remarks: list[str]) -> str:
    return " ".join(remarks).replace("|", "\\|")


def main() -> None:
    """Write the page."""
    if "--write" not in sys.argv:
        raise SystemExit("usage: python -m tests.config.page --write")
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
