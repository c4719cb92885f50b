"""debian/copyright in its machine-readable form (https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/).

Responsible for: whose work each file of the package is and on what terms: our own from THIRD_PARTY.md's facts, what is
carried from the licence files in its own wheels, so that the page is whole for each Debian.
"""

import csv
import email
import re
from pathlib import Path

TYPEFACES = Path("appliance/display/typefaces")
SHARED = {  # Debian has these texts itself, and asks for a reference
    "Apache License": "Apache-2.0",
    "GNU LESSER GENERAL PUBLIC LICENSE": "LGPL-2.1",
}
OURS = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: dragoman
Comment: The translations of the box's own words and of the rehearsed dialogue are machine-written.

Files: *
Copyright: The Dragoman authors
License: Apache-2.0

Files: appliance/emulator/*.jpg
Copyright: The Dragoman authors
License: Apache-2.0
Comment: Two drawings of masks, made for this project; no photograph.
"""


def copyright_file(tree: Path, carried: Path) -> str:
    """The whole page for a tree, and for what is carried in it (as pip unpacked it, with its records)."""
    paragraphs = [OURS.strip()]
    for font, name in (("Galmuri11", "OFL-1.1-Galmuri11"), ("EfontJA", "BSD-3-clause-EfontJA")):
        text = (tree / TYPEFACES / f"{font}-licence.txt").read_text()
        paragraphs.append(_stanza([f"{TYPEFACES}/{font}*"], _holders(text), name, text))
    for info in sorted(carried.glob("*.dist-info")):
        paragraphs.append(_of_wheel(info))
    for name in SHARED.values():
        text = f"The whole text is in /usr/share/common-licenses/{name} on Debian systems."
        paragraphs.append(f"License: {name}\n{_indented(text)}")
    return "\n\n".join(paragraphs) + "\n"


def _of_wheel(info: Path) -> str:
    """The paragraph of one wheel: its own licence files word for word, save those texts that Debian has."""
    about = email.message_from_string((info / "METADATA").read_text())
    files = sorted(path for path in info.rglob("*") if re.match(r"LICEN[CS]E|COPYING", path.name) and path.is_file())
    if not files:
        raise ValueError(f"{info.name} has no licence file")
    texts, shared = [], []
    for path in files:
        text = path.read_text()
        known = [name for head, name in SHARED.items() if head in text[:200]]
        shared += known
        texts += [] if known else [text.strip()]
    author = (about["Author"] or about["Author-email"] or about["Name"]).split("<")[0].strip()
    found = _holders("\n".join(texts))
    holders = found if any(author in line for line in found) else [author, *found]
    name = f"{about['Name']}-{about['Version']}"
    texts += [f"The whole text is in /usr/share/common-licenses/{one} on Debian systems." for one in shared]
    return _stanza([f"carried/{top}" for top in _tops(info)], holders, name, "\n\n".join(texts))


def _tops(info: Path) -> list[str]:
    """What a wheel put at the top of the folder: names of files, folders with all that is in them."""
    with (info / "RECORD").open(newline="") as rows:
        paths = [Path(row[0]) for row in csv.reader(rows)]
    inside = [path for path in paths if ".." not in path.parts and path.parts[0] != "bin"]
    shared = {path.parts[0] for path in inside if len(path.parts) > 1} - {
        path.parts[0] for path in inside if len(path.parts) == 2
    }  # a folder of several wheels: each has its own below
    depths = [(path, 2 if path.parts[0] in shared else 1) for path in inside]
    return sorted({"/".join(path.parts[:depth]) + ("/*" if len(path.parts) > depth else "") for path, depth in depths})


def _holders(text: str) -> list[str]:
    """Lines that begin with the word: who holds the rights, since when."""
    found = re.findall(r"^\W*Copyright(?: ©| \(c\)| \(C\)|:)?\s*(\S*\d{4}.*)$", text, re.MULTILINE)
    return list(dict.fromkeys(line.strip().rstrip(".") for line in found))


def _stanza(files: list[str], holders: list[str], name: str, text: str) -> str:
    listed, who = "\n ".join(files), "\n ".join(holders)
    return f"Files: {listed}\nCopyright: {who}\nLicense: {name}\n{_indented(text)}"


def _indented(text: str) -> str:
    return "\n".join(f" {line.rstrip()}" if line.strip() else " ." for line in text.strip().splitlines())
