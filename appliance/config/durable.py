"""Writing a file so that a power cut leaves the old one or the new one.

Responsible for: temporary, fsync, rename, fsync of the folder.
Must not: know what is written.
"""

import os
from pathlib import Path

OWNER_ONLY = 0o600


def write_durably(path: Path, data: bytes) -> None:
    """Put ``data`` in place of ``path``. ``OSError`` where the card cannot be written; then the old file stands.

    A temporary left by a power cut has a fixed name and is overwritten by the next write, so none pile up.
    """
    temporary = path.with_name(path.name + ".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, OWNER_ONLY)  # a temporary that a power cut left keeps its own rights
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
