"""Which files the enclosures are made from.

Responsible for: one answer for the script that makes them and for the test that has no CAD library.
"""

import hashlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
NOTE = "made-from.json"
SOURCES = ("assembly.py", "build.py", "checks.py", "handheld.py", "kiosk.py", "parts.py", "pictures.py", "solids.py")


def hashes_of_sources() -> dict[str, str]:
    """The SHA-256 of each source by its name."""
    return {name: hashlib.sha256((HERE / name).read_bytes()).hexdigest() for name in SOURCES}
