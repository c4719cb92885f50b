"""The key of the service, wrapped so that it does not show itself.

Responsible for: holding the key, and finding it outside the settings files.
Must not: put the key, or a part of it, into any text.
"""

from collections.abc import Mapping
from pathlib import Path

from appliance.errors import Problem

ENVIRONMENT_NAME = "DASHSCOPE_API_KEY"
CREDENTIAL_NAME = "dashscope_api_key"
CREDENTIAL_FILE = Path("/etc/dragoman/credentials/dashscope_api_key")
"""Where root keeps the key; systemd hands it to the box (``LoadCredential=`` of the unit)."""
KEY_MAX_LENGTH = 512


class SecretKey:
    """A key that prints as stars. Only ``reveal`` gives it, and only the dialler calls that."""

    __slots__ = ("_key",)

    def __init__(self, key: str) -> None:
        self._key = key

    def reveal(self) -> str:
        """The key itself, for the request header and nothing else."""
        return self._key

    def __repr__(self) -> str:
        return "SecretKey(***)"

    def __str__(self) -> str:
        return "***"


def pasted(key: str) -> str:
    """The key without what is pasted along with it: blanks, quotation marks, the word Bearer."""
    key = key.strip()
    if len(key) > 1 and key[0] == key[-1] and key[0] in "\"'":
        key = key[1:-1].strip()
    return key[7:].strip() if key[:7].lower() == "bearer " else key


def usable(key: str) -> bool:
    """Whether this could be a key at all: it goes into a header, where spaces and odd characters break the request."""
    return 0 < len(key) <= KEY_MAX_LENGTH and key.isascii() and key.isprintable() and " " not in key


def find(environment: Mapping[str, str]) -> tuple[SecretKey | None, str, tuple[Problem, ...]]:
    """(the key, where it was found, notices) from the environment, else from systemd's credential.

    A key that cannot be one is passed over with a notice: without a key the box raises S1 and says what to do.
    """
    for where, key in _candidates(environment):
        if isinstance(key, OSError):
            return None, "", (Problem(where, f"the key cannot be read: {key.strerror}"),)
        if not key:
            continue
        if not usable(key):
            return None, "", (Problem(where, "holds no usable key: a key is one word of plain letters and digits"),)
        return SecretKey(key), where, ()
    return None, "", ()


def stored(file: Path = CREDENTIAL_FILE) -> tuple[SecretKey | None, str]:
    """(the key, where it was found) in root's own file, for commands that systemd did not start; else why not."""
    try:
        with file.open("rb") as opened:
            key = pasted(opened.read(KEY_MAX_LENGTH * 2).decode("latin-1"))
    except PermissionError:
        return None, f"{file} is for root alone: run this as root"
    except OSError:
        return None, ""
    return (SecretKey(key), str(file)) if usable(key) else (None, f"{file} holds no usable key" if key else "")


def _candidates(environment: Mapping[str, str]) -> list[tuple[str, str | OSError]]:
    """Where a key may be, in order, and what stands there."""
    found: list[tuple[str, str | OSError]] = [
        (f"environment {ENVIRONMENT_NAME}", pasted(environment.get(ENVIRONMENT_NAME, "")))
    ]
    folder = environment.get("CREDENTIALS_DIRECTORY", "")
    if folder:
        try:
            with (Path(folder) / CREDENTIAL_NAME).open("rb") as file:
                text = pasted(file.read(KEY_MAX_LENGTH * 2).decode("latin-1"))
            found.append((f"credential {CREDENTIAL_NAME}", text))
        except FileNotFoundError:
            found.append((f"credential {CREDENTIAL_NAME}", ""))
        except OSError as error:
            found.append((f"credential {CREDENTIAL_NAME}", error))
    return found
