"""Profiles of NetworkManager in its keyfile format, by GLib, which NetworkManager reads them with.

Responsible for: writing the box's own Wi-Fi profile, reading it again, and judging a profile that somebody brought.
Must not: put a password into any text.

https://networkmanager.dev/docs/api/latest/nm-settings-keyfile.html has the format.
"""

import re
import uuid
import warnings
from dataclasses import dataclass
from typing import Any

from appliance.errors import DragomanError

_NAMESPACE = uuid.UUID("1f0b6f6e-9a63-4c0e-8d0e-6f0c7d1d5c55")
_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._-]*[A-Za-z0-9._-])?")
_KEY_MANAGEMENT = {"wpa": "wpa-psk", "sae": "sae"}
SECRETS = (
    "psk", "password", "password-raw", "wep-key0", "wep-key1", "wep-key2", "wep-key3", "leap-password", "pin",
    "private-key-password", "phase2-private-key-password", "ca-cert-password", "client-cert-password", "preshared-key",
    "private-key", "secret",
)  # fmt: skip
"""Keys of the format whose values are secret."""


class KeyfileError(DragomanError):
    """This is no profile of NetworkManager. Never holds a value of it."""


@dataclass(frozen=True, slots=True)
class Network:
    """One Wi-Fi network."""

    ssid: str
    password: str = ""
    hidden: bool = False
    security: str = "wpa"  # "wpa" | "sae" | "open"

    def __repr__(self) -> str:
        return f"Network({self.security}, {len(self.ssid)} letters, password masked)"


def _glib() -> Any:
    """PyGObject 3.42 has an importer without exec_module, and Python 3.11 says so at every import."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ImportWarning)
            from gi.repository import GLib
    except ImportError:
        raise KeyfileError("GLib is missing: install the apt package python3-gi") from None
    return GLib


def rendered(network: Network) -> bytes:
    """The profile. WPA means both WPA2 and WPA3: NetworkManager offers both under ``wpa-psk``."""
    GLib = _glib()  # noqa: N806 - a module

    file = GLib.KeyFile()
    file.set_string("connection", "id", "dragoman-wifi")
    file.set_string("connection", "uuid", str(uuid.uuid5(_NAMESPACE, "dragoman-wifi")))
    file.set_string("connection", "type", "wifi")
    file.set_string("wifi", "mode", "infrastructure")
    if _PLAIN.fullmatch(network.ssid):
        file.set_string("wifi", "ssid", network.ssid)
    else:  # bytes are never mistaken for anything else
        file.set_value("wifi", "ssid", "".join(f"{byte};" for byte in network.ssid.encode()))
    if network.hidden:
        file.set_boolean("wifi", "hidden", True)
    if network.security != "open":
        file.set_string("wifi-security", "key-mgmt", _KEY_MANAGEMENT[network.security])
        file.set_string("wifi-security", "psk", network.password)
    file.set_string("ipv4", "method", "auto")
    file.set_string("ipv6", "method", "auto")
    text: str = file.to_data()[0]
    return _with_last_blanks(text).encode()


def _with_last_blanks(text: str) -> str:
    """GLib escapes blanks at the beginning of a value alone; at its end an editor would take them away."""
    return re.sub(r"(?m) +$", lambda found: r"\s" * len(found[0]), text)


def stored_network(data: bytes) -> Network | None:
    """The network of a profile that ``rendered`` wrote; None where it is another one."""
    GLib = _glib()  # noqa: N806 - a module

    try:
        file = _parsed(data)
        ssid = file.get_value("wifi", "ssid")
        if re.fullmatch(r"(?:\d{1,3};)+", ssid):
            ssid = bytes(int(part) for part in ssid.split(";") if part).decode()
        has_security = file.has_group("wifi-security")
        managed = file.get_string("wifi-security", "key-mgmt") if has_security else ""
        password = file.get_string("wifi-security", "psk") if has_security else ""
        hidden = file.has_group("wifi") and "hidden" in file.get_keys("wifi")[0] and file.get_boolean("wifi", "hidden")
    except (KeyfileError, GLib.Error, ValueError):
        return None
    security = next((name for name, word in _KEY_MANAGEMENT.items() if word == managed), "open")
    return Network(ssid, password, bool(hidden), security)


def connection_type(data: bytes) -> str:
    """What kind of connection a profile is about. Raises ``KeyfileError`` where it is no profile."""
    GLib = _glib()  # noqa: N806 - a module

    file = _parsed(data)
    try:
        return str(file.get_string("connection", "type"))
    except GLib.Error:
        raise KeyfileError("has no [connection] with a type: it is no profile of NetworkManager") from None


def without_secrets(data: bytes) -> bytes:
    """The same profile, of the same length, with blanks in the place of its secrets."""
    names = "|".join(re.escape(name) for name in SECRETS).encode()
    return re.sub(rb"(?m)^([ \t]*(?:" + names + rb")[ \t]*=)([^\r\n]*)", lambda f: f[1] + b" " * len(f[2]), data)


def _parsed(data: bytes) -> Any:
    GLib = _glib()  # noqa: N806 - a module

    file = GLib.KeyFile()
    try:
        file.load_from_bytes(GLib.Bytes.new(data), GLib.KeyFileFlags.NONE)
    except GLib.Error as error:
        # GLib's own sentence holds the line that it could not read, which may be a password.
        raise KeyfileError(f"is not a keyfile: GLib could not read it (code {error.code})") from None
    return file
