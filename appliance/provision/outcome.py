"""What provisioning did and could not do, as sentences.

Responsible for: collecting them while the rest goes on.
Must not: hold a password or a key.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from appliance.config.durable import EVERYONE_READS, sync_folder, write_durably
from appliance.errors import DragomanError

log = logging.getLogger(__name__)


class ProvisionError(DragomanError):
    """One step could not be done."""


@dataclass(slots=True)
class Outcome:
    """Sentences in the order in which they came."""

    done: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """One step: what it cannot do becomes a sentence, and the others are tried."""
        try:
            yield
        except DragomanError as error:
            self.failed.append(f"{what}: {error}")
        except OSError as error:
            self.failed.append(f"{what}: {error.filename or 'the storage'}: {(error.strerror or 'failed').lower()}")


def put(path: Path, data: bytes, mode: int | None = EVERYONE_READS) -> bool:
    """Write a file where it is not so already; whether it was written. A link is followed, its target replaced."""
    path = path.resolve() if path.is_symlink() else path
    make_folder(path.parent)
    if path.is_file() and path.read_bytes() == data and (mode is None or path.stat().st_mode & 0o777 == mode):
        return False
    write_durably(path, data, mode)
    return True


def make_folder(folder: Path, mode: int = 0o755) -> None:
    """With every folder above it, each on the card."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=mode, exist_ok=True)
    sync_folder(folder.parent)


def put_link(path: Path, target: str) -> bool:
    """A symbolic link, made beside and renamed; whether it was made."""
    if path.is_symlink() and os.readlink(path) == target:
        return False
    make_folder(path.parent)
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target)
    temporary.replace(path)
    sync_folder(path.parent)
    return True
