"""Moving the key out of the boot file, which every card reader shows, into a file that root alone can read.

Responsible for: the order (stored safely first, blanked then) and doing the rest of it after a power cut.
Must not: put the key, or a part of it, into any text.

Blanking writes blanks over the key in place, so that the file keeps its length and its place on the card. It does not
erase the flash: a card that was in other hands needs a new key.
"""

import os
import tomllib
from pathlib import Path

from appliance.config.durable import sync_folder, write_durably
from appliance.config.layer import FILE_MAX_BYTES, parse, read_bytes
from appliance.config.secret import CREDENTIAL_FILE, KEY_MAX_LENGTH, usable
from appliance.errors import DragomanError, SettingsError

_ROOT_ALONE = 0o700


class CredentialError(DragomanError):
    """The key was not moved. Never holds the key."""


def move(boot: Path, credential: Path = CREDENTIAL_FILE) -> str:
    """Move the key; returns a sentence of what was done. May be interrupted anywhere, and is called again.

    Raises ``SettingsError`` where the boot file is broken, ``CredentialError`` with a sentence for all else.
    """
    stored = _stored(credential)
    data = read_bytes(boot, FILE_MAX_BYTES)
    if isinstance(data, str):
        raise CredentialError(f"{boot} {data}")
    written = _written(data or b"")
    key = written.strip()
    rest = []
    if stored and _is_rest_of(written, stored):  # between its marks: a short rest stands elsewhere, too
        rest = [at + 1 for mark in ('"', "'") for at in _places(data or b"", f"{mark}{written}{mark}".encode())]
    if stored and key in ("", written.strip() if rest else ""):  # the power may have gone while it was being blanked
        rest += _places(data or b"", stored.encode())
        if rest:
            _blank(boot, rest, len(stored))
            return f"{boot}: the rest of the key was blanked; the key is in {credential}"
    if not key:
        return _nothing_to_move(boot, credential, stored=bool(stored))
    layer = parse(data or b"", str(boot), key_allowed=True)
    if not usable(key):
        raise SettingsError(tuple(layer.problems))
    places = _places(data or b"", key.encode())
    if not places:
        raise CredentialError(f"{boot}: the key is written with escapes; write it plainly between quotation marks")
    _check_writable(boot)
    _store(credential, key)
    _blank(boot, places, len(key))
    return f"the key of {boot} is in {credential} now, and blanked there"


def _stored(credential: Path) -> str:
    data = read_bytes(credential, 2 * KEY_MAX_LENGTH)
    if isinstance(data, str):
        raise CredentialError(f"{credential} {data}")
    return (data or b"").decode("latin-1").strip()


def _written(data: bytes) -> str:
    """``service.key`` as it stands in the file, blanks and all; empty where there is none."""
    try:
        tree = tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n"))
    except (ValueError, RecursionError):
        raise SettingsError(tuple(parse(data, "the boot file", key_allowed=True).problems)) from None
    section = tree.get("service")
    key = section.get("key") if isinstance(section, dict) else None
    return key if isinstance(key, str) else ""


def _is_rest_of(written: str, stored: str) -> bool:
    """Whether this is the stored key with some of its letters blanked."""
    blanked = written.count(" ")
    pairs = zip(written, stored, strict=True) if len(written) == len(stored) else ()
    return 0 < blanked < len(written) == len(stored) and all(mine in (" ", theirs) for mine, theirs in pairs)


def _nothing_to_move(boot: Path, credential: Path, *, stored: bool) -> str:
    if stored:
        return f"{boot} holds no key; the key is in {credential}"
    raise CredentialError(
        f'there is no key to move: write key = "..." below [service] in {boot}, and start the box again'
    )


def _places(data: bytes, key: bytes) -> list[int]:
    """Where the key stands, in remarks too."""
    found, at = [], data.find(key)
    while at >= 0:
        found.append(at)
        at = data.find(key, at + len(key))
    return found


def _check_writable(boot: Path) -> None:
    """Before anything is changed: a card that is write-protected says so now."""
    try:
        with boot.open("r+b"):
            pass
    except OSError as error:
        raise CredentialError(f"{boot} cannot be written: {(error.strerror or '').lower()}") from None


def _store(credential: Path, key: str) -> None:
    folder = credential.parent
    try:
        if not folder.is_dir():
            folder.mkdir(mode=_ROOT_ALONE, parents=True)
            sync_folder(folder.parent)
        write_durably(credential, f"{key}\n".encode())
        if credential.read_text(encoding="ascii").strip() != key:
            raise CredentialError(f"{credential} did not take the key; nothing was blanked")
    except OSError as error:
        reason = (error.strerror or "").lower()
        raise CredentialError(f"{credential} cannot be written: {reason}; nothing was blanked") from None


def _blank(boot: Path, places: list[int], length: int) -> None:
    try:
        with boot.open("r+b", buffering=0) as file:
            for at in places:
                file.seek(at)
                file.write(b" " * length)
            os.fsync(file.fileno())
    except OSError as error:
        reason = (error.strerror or "").lower()
        raise CredentialError(f"the key is stored, but {boot} cannot be blanked: {reason}") from None
