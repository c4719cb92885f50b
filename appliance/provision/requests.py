"""A request that the unprivileged box wrote, read as if an enemy had written it, and the answer to it.

Responsible for: reading it without following anything, keeping it until it is done, answering by its digest.
Must not: apply it (``applying.py``), or put anything of its content into the answer.

The folder belongs to the box's user, so anything in it may be a link, a pipe, or somebody else's file. All is opened by
the folder's descriptor and no link is followed; what root writes there is a fresh file of its own.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager

from appliance.config.asked import REQUEST_MAX_BYTES, digest
from appliance.config.durable import OWNER_ONLY, sync_folder, write_durably
from appliance.config.show import text
from appliance.provision.outcome import make_folder
from appliance.provision.places import REQUEST_NAME, RESULT_NAME, Places

_PRIVATE_FOLDER = 0o700
_RESULT_PART = "result.toml.part"


def taken(places: Places) -> bytes | None:
    """The request that waits, moved to where a power cut does not lose it; else one that was begun before."""
    with _folder(places) as folder:
        data = None if folder is None else _read(folder)
        if data is not None:
            make_folder(places.pending.parent, _PRIVATE_FOLDER)
            write_durably(places.pending, data, OWNER_ONLY)
        if folder is not None:
            _remove(folder, REQUEST_NAME)  # whatever it was: it must not be tried for ever
    if data is None and places.pending.is_file():
        return places.pending.read_bytes()[: REQUEST_MAX_BYTES + 1]
    return data


def finished(places: Places) -> None:
    """It is done, or cannot be done: do not begin it again."""
    if places.pending.exists():
        places.pending.unlink()
        sync_folder(places.pending.parent)


def answer(places: Places, data: bytes, *, ok: bool, words: str) -> None:
    """Tell the box. Nobody may be waiting any more."""
    content = f"request = {text(digest(data))}\nok = {'true' if ok else 'false'}\nwords = {text(words)}\n".encode()
    with _folder(places) as folder:
        if folder is None:
            return
        _remove(folder, _RESULT_PART)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        descriptor = os.open(_RESULT_PART, flags, 0o644, dir_fd=folder)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, 0o644)
            file.write(content)
        os.rename(_RESULT_PART, RESULT_NAME, src_dir_fd=folder, dst_dir_fd=folder)


@contextmanager
def _folder(places: Places) -> Iterator[int | None]:
    """A descriptor of the folder; None where there is none, or something else in its place."""
    try:
        descriptor = os.open(places.request_folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        yield None
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _read(folder: int) -> bytes | None:
    """The request's bytes, one more than may be; empty where it is no plain file of the folder's owner."""
    try:
        descriptor = os.open(REQUEST_NAME, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except FileNotFoundError:
        return None
    except OSError:
        return b""
    try:
        found = os.fstat(descriptor)
        plain = stat.S_ISREG(found.st_mode) and found.st_nlink == 1
        if not plain or found.st_uid != os.fstat(folder).st_uid:
            return b""
        return os.read(descriptor, REQUEST_MAX_BYTES + 1)
    finally:
        os.close(descriptor)


def _remove(folder: int, name: str) -> None:
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return
    except IsADirectoryError:
        os.rename(name, f"{name}.not-a-file", src_dir_fd=folder, dst_dir_fd=folder)
