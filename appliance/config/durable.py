"""Writing a file so that a power cut leaves the old one or the new one.

Responsible for: temporary, fsync, rename, fsync of the folder.
Must not: know what is written.
"""

import os
from pathlib import Path

OWNER_ONLY = 0o600


EVERYONE_READS = 0o644


def write_durably(path: Path, data: bytes, mode: int | None = OWNER_ONLY) -> None:
    """Put ``data`` in place of ``path``. ``OSError`` where the card cannot be written; then the old file stands.

    ``mode``: the file's rights; None on FAT, which has none of its own and refuses to change them. A temporary left by
    a power cut has a fixed name and is overwritten by the next write, so none pile up; the name begins with a dot, for
    NetworkManager reads whatever else lies in its folder.
    """
    temporary = path.with_name(f".{path.name}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as file:
        if mode is not None:
            os.fchmod(descriptor, mode)  # a temporary that a power cut left keeps its own rights
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """What was created, renamed or removed in it is on the card."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
